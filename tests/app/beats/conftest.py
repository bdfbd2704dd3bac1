"""Records on the map in two stations, for the tests of Beats and of Weekly."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.records.mass import add_deltas, ensure_cells, touch
from spatial import cells as h3cells
from spatial.mass import UNIT, apportion
from tests import factories
from tests.reference_set import CITY, GULBERG, STATIONS

#: A Monday at noon in Karachi; the window of the tests is the week before it.
MONDAY = datetime(2026, 11, 16, 7, tzinfo=UTC)
WINDOW = "window=2026-11-09..2026-11-16"


def square(station: str, across: float, up: float, resolution: int = 9) -> int:
    """Give the cell at a part of a station's square."""
    west, south, east, north = STATIONS[station]
    return h3cells.cell_of(south + up * (north - south), west + across * (east - west), resolution)


def put_on_map(session: Session) -> None:
    """Bring every record's mass into the deltas, as ingest does."""
    rows = session.execute(text("SELECT id, cells FROM mass")).all()
    session.commit()
    ensure_cells(session, {cell for row in rows for cell in row.cells if cell})
    session.commit()
    add_deltas(session, [row.id for row in rows])
    touch(session)
    session.commit()


def fill(session: Session) -> None:
    """Make a year of records of two stations: placed finely, coarsely, outside, protected."""

    def days(number: float) -> tuple[datetime, datetime]:
        start = MONDAY - timedelta(days=number)
        return start, start + timedelta(hours=1)

    for week in range(53):
        for each in range(1 + week % 3):
            place = (9, [square(GULBERG, 0.3 + 0.1 * each, 0.4)], [UNIT])
            factories.record(session, "fir", GULBERG, occurred=days(3.2 + 7 * week), placed=place)
        factories.record(
            session, "fir", CITY, occurred=days(4.2 + 7 * week), placed=(9, [square(CITY, 0.5, 0.5)], [UNIT])
        )
    spread = [square(GULBERG, 0.2, 0.2), square(GULBERG, 0.8, 0.8), square(CITY, 0.5, 0.5)]
    factories.record(session, "fir", GULBERG, occurred=days(2), placed=(9, spread, list(apportion([1, 1, 1]))))
    factories.record(session, "fir", GULBERG, occurred=days(2), placed=(7, [square(GULBERG, 0.5, 0.5, 7)], [UNIT]))
    factories.record(session, "fir", GULBERG, occurred=days(2), placed=(9, [h3cells.cell_of(31.7, 74.6)], [UNIT]))
    factories.record(session, "fir", GULBERG, occurred=days(2), head="rape", protected=True)
    factories.record(session, "fir", GULBERG, occurred=days(2), head="theft")
    put_on_map(session)


@pytest.fixture(scope="module")
def filled(database_name: str) -> Iterator[None]:
    """Give a database with those records."""
    from tests.conftest import _engine

    with Session(_engine(database_name, "worker")) as session:
        fill(session)
    yield
