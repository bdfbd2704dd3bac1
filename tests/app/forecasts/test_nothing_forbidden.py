"""No person, stay or discovered offence moves a forecast (trust.md F2, F3, F4), and each test can fail."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from app.forecasts import making, planning, reading, running
from spatial import shifts
from spatial.mass import UNIT
from tests import factories
from tests.app.forecasts.conftest import LAHORE, NOW, PLAIN, bytes_of, some_cell
from tests.reference_set import CITY, GULBERG

pytestmark = pytest.mark.usefixtures("history")

FORBIDDEN = (
    "person.party", "stay", "hotel", "record", "record_version", "fir", "fir_section", "complaint", "incident", "fix",
    "delivery", "quarantine", "access.account", "access.visible_station", "audit.entry", "rollup", "rollup_delta",
)  # fmt: skip
EVERYTHING = ("reported", "discovered", "accident", "unknown")


@pytest.mark.parametrize("table", FORBIDDEN)
def test_forecaster_may_not_read(forecaster: Session, owner: Session, table: str) -> None:
    query = text("SELECT count(*) FROM " + table)
    with pytest.raises(ProgrammingError, match="permission denied"):
        forecaster.execute(query)
    owner.execute(query)  # it is there: the refusal is not a slip of the pen


def test_forecaster_owns_and_inherits_nothing(owner: Session) -> None:
    found = owner.execute(
        text("""SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb,
                  EXISTS (SELECT 1 FROM pg_auth_members m WHERE m.member = r.oid),
                  EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid)
                FROM pg_roles r WHERE rolname = 'naqsha_forecaster'""")
    ).one()
    assert tuple(found) == (False, False, False)


def test_shuffled_persons_and_stays_change_no_byte(
    forecast: Callable[..., int], worker: Session, owner: Session
) -> None:
    before = bytes_of(worker, forecast())
    for _ in range(5):
        factories.record(worker, "stay", occurred=(NOW - timedelta(days=9), NOW - timedelta(days=8)), with_person=True)
    worker.commit()
    owner.execute(
        text("UPDATE person.party SET name = reverse(md5(id::text))::bytea, cnic_hash = md5(id::text)::bytea")
    )
    owner.execute(text("UPDATE stay SET check_in = check_in - interval '3 days', room = md5(record_id::text)"))
    owner.commit()
    assert bytes_of(worker, forecast()) == before
    owner.execute(text("DELETE FROM person.party"))
    owner.commit()
    assert bytes_of(worker, forecast()) == before


def test_one_reported_record_changes_bytes(forecast: Callable[..., int], worker: Session) -> None:
    """The negative control of the test above: what may move a forecast does."""
    before = bytes_of(worker, forecast())
    factories.record(
        worker, occurred=(NOW - timedelta(days=9), NOW - timedelta(days=9)), known_at=NOW - timedelta(days=8)
    )
    worker.commit()
    assert bytes_of(worker, forecast()) != before


def _rates(session: Session) -> list[float]:
    """Give the rates that a session's role comes to when it asks for every kind of discovery."""
    area = reading.area_of(session, LAHORE)
    head = planning.heads_by_key(session, ["robbery"])
    week = planning.coming_week(NOW)
    cube, _ = running.cubes(session, area, head, week, NOW, discoveries=EVERYTHING)["robbery"]
    made = making.make_forecast(cube, week, "robbery", left_out={}, facts={}, methods=PLAIN)
    return made.forecast.rate.tolist()


def test_ten_times_the_discovered_offences_change_nothing(
    forecast: Callable[..., int], forecaster: Session, owner: Session, worker: Session
) -> None:
    chance = random.Random(4)
    run_before = bytes_of(worker, forecast())
    mine, naive = _rates(forecaster), _rates(owner)
    forecaster.rollback(), owner.rollback()
    for _ in range(400):
        start = NOW - timedelta(days=chance.uniform(8, 200))
        factories.record(
            worker,
            station=CITY,
            discovery="discovered",
            occurred=(start, start),
            known_at=start,
            placed=(9, [some_cell(CITY, chance)], [UNIT]),
        )
    worker.commit()
    # 0.0 %: by code, since a run asks for reported only; by privilege, since the role that asks for all gets no more.
    assert bytes_of(worker, forecast()) == run_before
    assert _rates(forecaster) == mine
    # The naive control, which reads past the policy, runs after the patrols.
    assert _rates(owner) != naive
    assert max(_rates(owner)) > 2 * max(naive)


def test_what_is_learned_later_changes_nothing_before(forecast: Callable[..., int], worker: Session) -> None:
    before = bytes_of(worker, forecast())
    long_ago = NOW - timedelta(days=60)
    for _ in range(20):
        factories.record(worker, occurred=(long_ago, long_ago), known_at=NOW + timedelta(hours=1))
    worker.commit()
    assert bytes_of(worker, forecast()) == before
    # The control: had it been known, it would have counted.
    factories.record(worker, occurred=(long_ago, long_ago), known_at=long_ago)
    worker.commit()
    assert bytes_of(worker, forecast()) != before


def _mass(session: Session, date: datetime, head: str = "burglary") -> int:
    area = reading.area_of(session, LAHORE)
    ids = [row["id"] for row in planning.heads_by_key(session, [head])]
    end = shifts.week_of(NOW)
    found = reading.pieces(session, area, ids, date=date, weeks=(end - 20, end))[ids[0]]
    return int(found.columns["mass"].sum())


def test_belief_is_that_of_the_date(forecaster: Session, worker: Session, owner: Session) -> None:
    """A record that was cancelled counts for the dates at which it was believed, and for no later one."""
    start = NOW - timedelta(days=30)
    record = factories.record(worker, station=GULBERG, head="burglary", occurred=(start, start), known_at=start)
    worker.commit()
    # Loaded after the date, with an earlier known_at: a backtest counts it as it is believed now.
    assert _mass(forecaster, NOW) == UNIT
    assert _mass(forecaster, start - timedelta(hours=1)) == 0
    forecaster.rollback()
    owner.execute(
        text("UPDATE mass SET known_from = :from, known_until = :until WHERE record_id = :record"),
        {"from": start, "until": NOW - timedelta(days=5), "record": record},
    )
    owner.commit()
    assert _mass(forecaster, NOW - timedelta(days=6)) == UNIT
    assert _mass(forecaster, NOW - timedelta(days=5)) == 0
    assert _mass(forecaster, NOW) == 0
