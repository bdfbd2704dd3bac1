"""The audit log's chain: an edit, even by the database's administrator, is found and the first bad entry named."""

import random

import pytest
from apiflask import APIFlask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.audit import chain
from app.audit.sealer import seal_now, verify_now
from app.audit.service import note

LINES = 60


@pytest.fixture(scope="module")
def sealed(app: APIFlask) -> int:
    """Give how many lines are sealed, in three sealings."""
    with app.app_context():
        for _ in range(3):
            with Session(app.extensions["naqsha.database"].engine("worker")) as session, session.begin():
                for number in range(LINES // 3):
                    note(session, "record_opened", "record", number, reason="تفتیش", detail={"b": 1, "a": [1.5, None]})
            seal_now()
    return LINES


@pytest.fixture
def restored(superuser: Session):
    """Undo what a test did to the log."""
    superuser.execute(text("CREATE TEMP TABLE entries ON COMMIT PRESERVE ROWS AS TABLE audit.entry"))
    superuser.execute(text("CREATE TEMP TABLE seals ON COMMIT PRESERVE ROWS AS TABLE audit.seal"))
    superuser.commit()
    yield
    superuser.rollback()
    superuser.execute(text("DELETE FROM audit.seal"))
    superuser.execute(text("DELETE FROM audit.entry"))
    superuser.execute(text("INSERT INTO audit.entry OVERRIDING SYSTEM VALUE TABLE entries"))
    superuser.execute(text("INSERT INTO audit.seal TABLE seals"))
    superuser.commit()


def verdict(app: APIFlask) -> chain.Verdict:
    with app.app_context():
        return verify_now()


def entry_of(session: Session, number: int) -> int:
    return int(session.execute(text("SELECT entry_id FROM audit.seal WHERE number = :n"), {"n": number}).scalar_one())


def test_an_untouched_log_is_whole(app: APIFlask, sealed: int) -> None:
    """The negative control: no test below finds a fault that was there before."""
    found = verdict(app)
    assert (found.sealed, found.waiting, found.fault) == (sealed, 0, "")


def test_seals_are_numbered_without_a_gap_and_sealing_again_changes_nothing(
    app: APIFlask, sealed: int, worker: Session
) -> None:
    numbers = worker.execute(text("SELECT number FROM audit.seal ORDER BY number")).scalars().all()
    assert numbers == list(range(1, sealed + 1))
    with app.app_context():
        assert seal_now(everything=True) == 0


EDITS = {
    "edited": ("UPDATE audit.entry SET reason = 'another' WHERE id = :id", 17),
    "account edited": ("UPDATE audit.entry SET account_id = 1 WHERE id = :id", 17),
    "time edited": ("UPDATE audit.entry SET at = at + interval '1 microsecond' WHERE id = :id", 17),
    "detail edited": ("""UPDATE audit.entry SET detail = '{"a": [1.5, null], "b": 2}' WHERE id = :id""", 17),
    "deleted": ("DELETE FROM audit.entry WHERE id = :id", 17),
    "deleted with its seal": ("WITH gone AS (DELETE FROM audit.seal WHERE entry_id = :id) "
        "DELETE FROM audit.entry WHERE id = :id", 17),
    "swapped with the next": (
        """UPDATE audit.seal SET entry_id = entry_id - (SELECT sum(entry_id) FROM audit.seal WHERE number IN (17, 18))
           WHERE number IN (17, 18)""", 17,
    ),
    "renumbered": ("UPDATE audit.seal SET number = number + 1000 WHERE number >= 17", 17),
    "rehashed alone": ("UPDATE audit.seal SET hash = sha256('x') WHERE entry_id = :id", 17),
    "first deleted": ("DELETE FROM audit.seal WHERE number = 1", 1),
    "end cut off": ("DELETE FROM audit.seal WHERE number > 50", 51),
    "last deleted": ("DELETE FROM audit.entry WHERE id = (SELECT entry_id FROM audit.seal WHERE number = 60)", 60),
    "everything deleted": ("WITH gone AS (DELETE FROM audit.seal) DELETE FROM audit.entry", 1),
}  # fmt: skip


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_as_superuser_is_found_and_the_first_bad_entry_named(
    app: APIFlask, sealed: int, superuser: Session, restored: None, edit: str
) -> None:
    statement, number = EDITS[edit]
    entry = entry_of(superuser, number)
    superuser.execute(text(statement), {"id": entry} if ":id" in statement else {})
    if edit.startswith("swapped"):
        superuser.execute(text("UPDATE audit.seal SET entry_id = abs(entry_id) WHERE entry_id < 0"))
    superuser.commit()
    fault = verdict(app).fault
    assert f"seal {number}" in fault, fault


def test_a_log_written_anew_with_right_hashes_is_found_by_the_seal_outside(
    app: APIFlask, sealed: int, superuser: Session, restored: None
) -> None:
    """Who can write the database can compute hashes too: only what is kept elsewhere tells."""
    superuser.execute(text("UPDATE audit.entry SET reason = 'another' WHERE id = :id"), {"id": entry_of(superuser, 17)})
    superuser.execute(text("DELETE FROM audit.seal"))
    superuser.flush()
    chain.seal(superuser, everything=True)
    superuser.commit()
    assert "rewritten" in verdict(app).fault
    assert chain.verify(superuser).fault == "", "the negative control: by itself the chain holds"


def test_a_hundred_random_edits_are_all_found(app: APIFlask, sealed: int, superuser: Session) -> None:
    chance = random.Random(20261122)
    columns = ("at = at - interval '1 day'", "action = action || 'x'", "object_id = object_id + 1", "reason = ''")
    for _ in range(100):
        number = chance.randint(1, sealed)
        change = chance.choice(columns)
        superuser.execute(text(f"UPDATE audit.entry SET {change} WHERE id = :id"), {"id": entry_of(superuser, number)})
        assert f"seal {number})" in chain.verify(superuser).fault
        superuser.rollback()


def test_the_command_names_the_fault_and_fails(app: APIFlask, sealed: int, superuser: Session, restored: None) -> None:
    runner = app.test_cli_runner()
    whole = runner.invoke(args=["audit", "verify"])
    assert whole.exit_code == 0 and "whole" in whole.output
    entry = entry_of(superuser, 30)
    superuser.execute(text("UPDATE audit.entry SET action = 'other' WHERE id = :id"), {"id": entry})
    superuser.commit()
    broken = runner.invoke(args=["audit", "verify"])
    assert broken.exit_code == 1 and f"entry {entry} (seal 30)" in broken.output


def test_a_line_that_commits_late_is_sealed_late_and_the_chain_holds(
    app: APIFlask, sealed: int, database_name: str
) -> None:
    """Ids are given before the commit, so a lower id may come after a higher one was sealed."""
    engine = app.extensions["naqsha.database"].engine("worker")
    with Session(engine) as slow, Session(engine) as quick:
        early = note(slow, "delivery", "delivery", 1)
        late = note(quick, "delivery", "delivery", 2)
        assert early < late
        quick.commit()
        with app.app_context():
            assert seal_now() == 1
        slow.commit()
    with app.app_context():
        assert seal_now() == 1
        found = verify_now()
    assert (found.fault, found.waiting) == ("", 0)


def test_only_one_seals_at_a_time(app: APIFlask, worker: Session) -> None:
    engine = app.extensions["naqsha.database"].engine("worker")
    note(worker, "test")
    worker.commit()
    with Session(engine) as first, Session(engine) as second:
        assert chain.seal(first)[0] >= 1
        assert chain.seal(second)[0] == 0
        first.commit()
        second.rollback()
        assert chain.seal(second)[0] == 0


def test_no_role_of_the_application_can_change_the_log(app: APIFlask) -> None:
    database = app.extensions["naqsha.database"]
    with database.engine("owner").connect() as connection:
        for role in ("naqsha_app", "naqsha_worker", "naqsha_forecaster"):
            for table in ("audit.entry", "audit.seal"):
                for verb in ("UPDATE", "DELETE", "TRUNCATE"):
                    held = connection.execute(
                        text("SELECT has_table_privilege(CAST(:role AS name), :table, :verb)"),
                        {"role": role, "table": table, "verb": verb},
                    ).scalar_one()
                    assert not held, (role, table, verb)
            inserts = text("SELECT has_any_column_privilege(CAST(:role AS name), 'audit.entry', 'INSERT')")
            assert not connection.execute(inserts, {"role": role}).scalar_one(), "lines are written by audit.note only"
