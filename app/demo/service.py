"""Loading the demonstration: the generated files through the ingest of all files, then its accounts."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from time import perf_counter

from flask import current_app
from sqlalchemy.orm import Session

from app.db.named import sql
from app.db.session import database, worker_session
from app.demo import runs
from app.demo.generator import DEFAULT_RECORDS, Generator, Plan
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
FILES = (
    ("fir", "fir.csv", "demo-psrms"),
    ("complaint", "complaint.csv", "demo-cms"),
    ("stay", "stay.csv", "demo-hotel-eye"),
)
INCIDENTS = DATA / "incidents" / "conflict_events_ucdp.csv.gz"
LOADED = "demonstration"
TELL_EACH = 20_000  # rows

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


def load(
    records: int = DEFAULT_RECORDS, seed: int = 1, until: date | None = None, say: Say = lambda line: None
) -> None:
    """Load the demonstration and the real incidents beside it; a killed load goes on, a second one changes nothing.

    Raises
    ------
    NotInProduction, LoadedOtherwise
    """
    if current_app.extensions["naqsha.settings"].env == "production":
        raise NotInProduction(NotInProduction.__doc__)
    with worker_session() as session:
        known = {name: digest for name, digest, _ in session.execute(sql("reference.loads"))}
        wanted = f"records={records} seed={seed}"
        is_loaded = LOADED in known
        if is_loaded and known[LOADED] != wanted:
            raise LoadedOtherwise(f"{LoadedOtherwise.__doc__} There: {known[LOADED]}.")
        if is_loaded:
            make_accounts(session)
        else:
            has_begun = session.execute(sql("demo.has_begun")).scalar_one()
            put_sources(session, SOURCES, is_synthetic=True)
    if is_loaded:
        say(f"demonstration is loaded ({wanted})")
        runs.make(say)
        return
    plan = Plan(records, seed, until or datetime.now(ZONE).date())
    counts = generate(plan, has_begun, say)
    _ingest(say)
    with worker_session() as session:
        make_accounts(session)
        session.execute(sql("reference.note_load"), {"name": LOADED, "digest": wanted, "rows": sum(counts.values())})
    runs.make(say)


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
    from app.ingest import service as ingest

    _load_hotels()
    incidents = ("incident", INCIDENTS, "ucdp", ingest.MAPPINGS / "ucdp.toml")
    for kind, path, source, mapping in (*((kind, folder() / name, key, None) for kind, name, key in FILES), incidents):
        began = perf_counter()
        counts = ingest.ingest_file(kind, path, source=source, mapping=mapping, progress=_progress(kind, say))
        say(
            f"{source:14} {counts.accepted:>9,} {kind} rows accepted, {counts.quarantined:,} quarantined, "
            f"{counts.placed:,} placed in {perf_counter() - began:.1f} s"
        )


def _progress(kind: str, say: Say) -> Callable[[int], None]:
    told = 0

    def tell(rows: int) -> None:
        nonlocal told
        if rows - told >= TELL_EACH:
            told = rows
            say(f"  {kind} rows read: {rows:,}")

    return tell


def _load_hotels() -> None:
    """Place the hotels of ``hotels.csv`` once, by the ladder; those that are there stay as they are."""
    # imported here: the generator, which only writes files, needs neither the geocoder nor the ingest room
    from app.geocode.service import gazetteer
    from app.ingest.placing import NewHotel, known_hotels, place_hotels
    from app.ingest.service import source_id
    from app.records.mass import ensure_cells

    with (folder() / "hotels.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    places = gazetteer(database().engine("worker"))
    with worker_session() as session:
        source = source_id(session, "demo-hotel-eye")
        if source is None:
            raise LookupError("demo-hotel-eye")
        known = known_hotels(session, source, [row["key"] for row in rows])
        hotels = [
            NewHotel(
                row["key"],
                row["name"],
                row["address"],
                places.units.area(row["district"]),
                float(row["lat"]) if row["lat"] else None,
                float(row["lon"]) if row["lon"] else None,
            )
            for row in rows
            if row["key"] not in known
        ]
        ensure_cells(session, place_hotels(session, source, hotels, places))


def make_accounts(session: Session) -> None:
    """Make the demonstration's accounts, one a role; those that are there stay as they are."""
    from app.access.service import create_account

    for name, role, jurisdiction in ACCOUNTS:
        create_account(session, name, role, [jurisdiction], is_demo=True, display_name=f"Demonstration {role}")
