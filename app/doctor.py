"""`flask doctor`: checks of a living node, each with what an operator should do where it fails."""

from collections.abc import Callable
from typing import NamedTuple

import click
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.audit.sealer import verify_now
from app.db.cluster_settings import LEAKPROOF, MARK_LEAKPROOF
from app.db.migrate import head_revision
from app.db.named import sql
from app.db.session import database, worker_session
from app.geocode import suspicions
from app.records import mass


class Check(NamedTuple):
    """One check: what it looks at, the question, and the advice where the answer is no."""

    words: str
    is_well: Callable[[Session], bool]
    advice: str


CHECKS: list[Check] = []


def _check(advice: str) -> Callable[[Callable[[Session], bool]], Callable[[Session], bool]]:
    def add(question: Callable[[Session], bool]) -> Callable[[Session], bool]:
        CHECKS.append(Check((question.__doc__ or "").strip(), question, advice))
        return question

    return add


@_check("Run `flask db upgrade`.")
def _migrated(session: Session) -> bool:
    """The schema is at the code's migration."""
    return session.execute(text("SELECT version_num FROM alembic_version")).scalar() == head_revision()


@_check(f"Maps will be slow. An administrator of the server runs in this database: {MARK_LEAKPROOF};")
def _policies_let_indexes_work(session: Session) -> bool:
    """Row-level security lets maps and clicks use their indexes."""
    return session.execute(sql("doctor.leakproof")).scalar() == len(LEAKPROOF)


@_check("Run `flask reference load`.")
def _has_reference(session: Session) -> bool:
    """Jurisdictions, crime heads and section rules are loaded."""
    return bool(session.execute(sql("doctor.has_reference")).scalar())


@_check("A load has miscounted: see `flask ingest list`, and report it.")
def _deliveries_add_up(session: Session) -> bool:
    """Every delivery: received = accepted + duplicate + quarantined."""
    return not session.execute(sql("doctor.deliveries_off")).scalar()


@_check("Run the ingest of the named delivery again: it resumes where it stopped.")
def _deliveries_finished(session: Session) -> bool:
    """No delivery stands half-done for more than an hour."""
    return not session.execute(sql("doctor.deliveries_unfinished")).scalar()


@_check("Some record has no current mass, or two: report it with the output of `flask doctor`.")
def _each_record_has_one_mass(session: Session) -> bool:
    """The law of mass: each record that counts has one whole unit of current mass, and a cancelled one none."""
    return not session.execute(sql("doctor.records_without_mass")).scalar()


@_check("Run `flask rollups rebuild`.")
def _rollups_hold_the_mass(session: Session) -> bool:
    """The rollups and the deltas together hold exactly the current mass, by kind and discovery, at every level."""
    return not session.execute(sql("doctor.rollups_off")).scalar()


@_check("Start the worker (`make run` does), or run `flask rollups fold`.")
def _deltas_are_folded(session: Session) -> bool:
    """Fewer than 200,000 changes wait to be folded."""
    return (session.execute(sql("doctor.deltas")).scalar() or 0) < 200_000


@_check("Run `flask jobs work`, or `flask ingest purge-stays`: the law keeps no stay longer.")
def _no_stay_is_overdue(session: Session) -> bool:
    """No stay is older than it may be kept."""
    days = database().settings.stay_days
    return not session.execute(sql("doctor.stays_overdue"), {"days": days}).scalar()


@_check(
    "`flask geocode piles` says where: a form's default, or a desk that types in its own place. Mend it at the source."
)
def _no_pile_of_coordinates(session: Session) -> bool:
    """No pile of coordinates lies on a station house, a district's middle or any other point."""
    return not suspicions.piles(session)


@_check("Somebody has changed the audit log: keep the machine as it is and call whoever answers for security.")
def _audit_log_is_whole(_session: Session) -> bool:
    """The audit log's chain is unbroken."""
    return not verify_now().fault


@click.command("doctor")
@click.option("--rebuild", is_flag=True, help="Also make the rollups anew and compare the bytes (slow).")
def doctor_command(rebuild: bool) -> None:
    """Check this node, and say what to do about what is not well."""
    ill = 0
    for check in CHECKS:
        with worker_session() as session:
            well = check.is_well(session)
        click.echo(f"{'ok  ' if well else 'ILL '} {check.words}")
        if not well:
            ill += 1
            click.echo(f"     {check.advice}")
    if rebuild:
        with worker_session() as session:
            mass.fold(session)
            same = mass.digest(session) == mass.rebuild(session)
        click.echo(f"{'ok  ' if same else 'ILL '} Rollups made anew are the same bytes.")
        ill += not same
    if ill:
        raise SystemExit(1)
