"""Migrations go up and down, with data in the tables, and leave the schema as it was where one is killed.

Schemas are compared as `pg_dump --schema-only` writes them: tables, types, functions, triggers, policies and rights.
"""

import os
import subprocess
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, NullPool, create_engine, inspect, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.db.cluster import create_database, database_url, drop_database
from app.db.migrate import downgrade, head_revision, upgrade
from app.settings import ROOT
from tests import factories
from tests.conftest import EXTERNAL

SCRIPTS = ScriptDirectory(str(ROOT / "migrations"))
#: Each revision with the one before it, oldest first.
STEPS = [(script.revision, script.down_revision or "base") for script in reversed(list(SCRIPTS.walk_revisions()))]
_NAMES = count(1)
_PATIENCE_SECONDS = 60


def engine_of(database: str) -> Engine:
    """Give an engine of the schema's owner."""
    return create_engine(database_url(EXTERNAL, "owner", database), poolclass=NullPool)


def schema(database: str) -> str:
    """Give the whole schema as text, without Alembic's own table."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"), key=lambda path: int(path.parts[-3]))
    url = make_url(database_url(EXTERNAL, "owner", database)).set(drivername="postgresql")
    done = subprocess.run(
        [str(programs[-1]), "--schema-only", "--exclude-table=alembic_version", "--dbname"]
        + [url.render_as_string(hide_password=False)],
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=True,
    )
    # `\restrict` guards a restore with a word that is new in every dump.
    return "\n".join(line for line in done.stdout.splitlines() if not line.startswith(("\\", "--")))


def rows(database: str) -> dict[str, int]:
    """Give the number of rows of every table but the queue's and Alembic's."""
    found = {}
    with engine_of(database).connect() as connection:
        for namespace in ("public", "access", "person", "audit"):
            for table in inspect(connection).get_table_names(schema=namespace):
                if table != "alembic_version":
                    number = connection.exec_driver_sql(f'SELECT count(*) FROM "{namespace}"."{table}"').scalar_one()
                    found[f"{namespace}.{table}"] = number
    return found


@pytest.fixture
def make_database(template_database: str) -> Iterator[Callable[..., str]]:
    """Give `make_database(template=None)`: the name of a new database, dropped with the test."""
    made = []

    def make(template: str | None = None) -> str:
        name = f"{template_database}_up{next(_NAMES)}"
        made.append(name)
        create_database(name, template=template)
        return name

    yield make
    for name in made:
        drop_database(name)


def test_there_is_one_head() -> None:
    assert len(SCRIPTS.get_heads()) == 1 and len(SCRIPTS.get_bases()) == 1


@pytest.mark.parametrize(("revision", "_before"), STEPS)
def test_a_migration_is_named_for_its_revision_and_explains_itself(revision: str, _before: str) -> None:
    script = SCRIPTS.get_revision(revision)
    assert f"_{revision}_" in Path(script.path).name
    assert ": " in script.doc


def test_up_down_and_up_again_give_the_same_schema(make_database: Callable[..., str]) -> None:
    database = make_database()
    engine = engine_of(database)
    seen = {"base": schema(database)}
    for revision, _ in STEPS:
        upgrade(engine, revision)
        seen[revision] = schema(database)
    assert len(set(seen.values())) == len(seen)  # each changes something
    for revision, before in reversed(STEPS):
        downgrade(engine, before)
        assert schema(database) == seen[before], f"{revision} leaves something behind"
    upgrade(engine)
    assert schema(database) == seen[head_revision() or ""]


def test_the_newest_goes_down_and_up_with_data_in_it(make_database: Callable[..., str], template_database: str) -> None:
    database = make_database(template_database)
    engine = engine_of(database)
    with Session(engine) as session:
        account = factories.account(session)
        for kind in ("fir", "complaint", "stay", "incident"):
            factories.record(session, kind, with_person=True)
        session.execute(text("SELECT audit.note('test', 'account', :id, '', '{}')"), {"id": account})
        session.commit()
    whole, held = schema(database), rows(database)
    assert held["public.record"] == 4 and held["audit.entry"] and held["access.account"]

    revision, before = STEPS[-1]
    downgrade(engine, before)
    kept = rows(database)
    both = kept.keys() & held.keys()  # what it made is gone, and what it took the place of is back
    assert {table: kept[table] for table in both} == {table: held[table] for table in both}
    upgrade(engine, revision)
    assert schema(database) == whole and rows(database) == held


@pytest.mark.parametrize("way", ["up", "down"])
@pytest.mark.parametrize(("revision", "before"), STEPS)
def test_a_migration_killed_at_its_end_leaves_the_schema_as_it_was(
    make_database: Callable[..., str], revision: str, before: str, way: str
) -> None:
    """All its statements have run when it is killed: it waits, to write its number, for a lock that the test holds."""
    database = make_database()
    engine = engine_of(database)
    upgrade(engine, revision)
    if way == "up":
        downgrade(engine, before)
    old = schema(database)

    def migrate() -> None:
        if way == "up":
            upgrade(engine, revision)
        else:
            downgrade(engine, before)

    errors = _killed(engine, migrate)
    assert len(errors) == 1 and isinstance(errors[0], DBAPIError)
    assert schema(database) == old
    migrate()  # and it can be run again
    assert schema(database) != old


def _killed(engine: Engine, migrate: Callable[[], None]) -> list[Exception]:
    """Run a migration until it waits to write its number, kill its server process, and give what it raised."""
    errors: list[Exception] = []

    def run() -> None:
        try:
            migrate()
        except Exception as error:
            errors.append(error)

    work = Thread(target=run)
    with engine.connect() as holder, engine.connect().execution_options(isolation_level="AUTOCOMMIT") as watcher:
        holder.exec_driver_sql("LOCK TABLE alembic_version IN SHARE MODE")
        work.start()
        until = monotonic() + _PATIENCE_SECONDS
        killed = 0
        while not killed and monotonic() < until and work.is_alive():
            killed = watcher.exec_driver_sql(
                """SELECT count(*) FROM (
                     SELECT pg_terminate_backend(pid) FROM pg_locks
                     WHERE relation = 'alembic_version'::regclass AND NOT granted) ended"""
            ).scalar_one()
            sleep(0.05)
        work.join(_PATIENCE_SECONDS)
        holder.rollback()
    assert killed == 1, errors
    return errors
