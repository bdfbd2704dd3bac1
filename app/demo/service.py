"""Loading the demonstration: the generated files through the ingest of all files, then the accounts to look at them with."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from datetime import datetime
from pathlib import Path
from time import perf_counter

from flask import current_app
from sqlalchemy.orm import Session

from app.db.named import sql
from app.db.session import worker_session
from app.demo.generator import DEFAULT_RECORDS
from app.demo.generator import Generator
from app.demo.generator import Plan
from app.reference.files import DATA
from app.reference.service import put_sources
from spatial.shifts import ZONE

Say = Callable[[str], None]
SYNTHETIC = "Synthetic demonstration data of Naqsha: no person, place of crime or number in it is real"
SOURCES = tuple(
    {"key": key, "name": f"{name} (synthetic)", "owner_force": force, "attribution": SYNTHETIC, "licence": ""}
    for key, name, force in (
        ("demo-psrms", "Police station records", "Demonstration police"),
        ("demo-cms", "Complaints", "Demonstration police"),
        ("demo-hotel-eye", "Hotel register", "Demonstration police"),
    )
)
# What comes in, in this order: complaints name the FIR that they became, so FIRs go first.
FILES = (("fir", "fir.csv", "demo-psrms"), ("complaint", "complaint.csv", "demo-cms"), ("stay", "stay.csv", "demo-hotel-eye"))
INCIDENTS = DATA / "incidents" / "conflict_events_ucdp.csv.gz"
LOADED = "demonstration"

# name, role, jurisdiction: one account a role
ACCOUNTS = (
    ("station", "station", "PK-PB-LHR-MUGHALPURA"),
    ("planner", "planner", "PK-PB-LHR-C-CIVIL-LINES"),
    ("control", "control", "PK-PB-LHR"),
    ("commander", "commander", "PK"),
    ("analyst", "analyst", "PK"),
    ("auditor", "auditor", "PK"),
    ("admin", "admin", "PK"),
)


class NotInProduction(Exception):
    """The demonstration does not load where NAQSHA_ENV is production."""


class LoadedOtherwise(Exception):
    """Another demonstration is in this database; make an empty one to load this."""


def folder() -> Path:
    """Give the folder of the generated files."""
    return Path(current_app.extensions["naqsha.settings"].instance) / "demo"


def load(records: int = DEFAULT_RECORDS, seed: int = 1, until: date | None = None, say: Say = lambda line: None) -> None:
    """Load the demonstration and the real incidents beside it; a load that was killed goes on, a second one changes nothing.

    Raises
    ------
    NotInProduction, LoadedOtherwise
    """
    if current_app.extensions["naqsha.settings"].env == "production":
        raise NotInProduction(NotInProduction.__doc__)
    with worker_session() as session:
        known = {name: digest for name, digest, _ in session.execute(sql("reference.loads"))}
        wanted = f"records={records} seed={seed}"
        if LOADED in known:
            if known[LOADED] != wanted:
                raise LoadedOtherwise(f"{LoadedOtherwise.__doc__} There: {known[LOADED]}.")
            say(f"demonstration is loaded ({wanted})")
            make_accounts(session)
            return
        has_begun = session.execute(sql("demo.has_begun")).scalar_one()
        put_sources(session, SOURCES, is_synthetic=True)
    plan = Plan(records, seed, until or datetime.now(ZONE).date())
    counts = generate(plan, has_begun, say)
    _ingest(say)
    with worker_session() as session:
        make_accounts(session)
        session.execute(sql("reference.note_load"), {"name": LOADED, "digest": wanted, "rows": sum(counts.values())})


def generate(plan: Plan, has_begun: bool, say: Say) -> dict[str, int]:
    """Write the files, unless a killed load left those of the same plan: they must be the same bytes to go on with."""
    note = folder() / "plan.json"
    if has_begun and note.exists():
        left = json.loads(note.read_text(encoding="utf-8"))
        if (left["records"], left["seed"]) == (plan.records, plan.seed):
            say(f"files of {left['until']} are there, going on with them")
            rows: dict[str, int] = left["rows"]
            return rows
    note.unlink(missing_ok=True)
    began = perf_counter()
    counts = Generator(plan).write(folder())
    say(f"generated {sum(counts.values()):,} synthetic records in {perf_counter() - began:.1f} s")
    return counts


def _ingest(say: Say) -> None:
    # Imported here, where the program begins: the rest of this room needs no other.
    from app.ingest import service as ingest

    ingest.load_hotels(folder() / "hotels.csv", source="demo-hotel-eye")
    for kind, name, source in FILES:
        began = perf_counter()
        result = ingest.ingest_file(kind, folder() / name, source=source)
        say(f"{name:14} {result} in {perf_counter() - began:.1f} s")
    began = perf_counter()
    result = ingest.ingest_file("incident", INCIDENTS, source="ucdp", mapping=ingest.MAPPINGS / "ucdp.toml")
    say(f"{'UCDP incidents':14} {result} in {perf_counter() - began:.1f} s")


def make_accounts(session: Session) -> None:
    """Make the demonstration's accounts, one a role; those that are there stay as they are."""
    from app.access.service import create_account

    for name, role, jurisdiction in ACCOUNTS:
        create_account(session, name, role, [jurisdiction], is_demo=True, display_name=f"Demonstration {role}")
