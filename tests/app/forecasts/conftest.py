"""A year of robberies in two thanas of Lahore, and forecasts made of them."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app.forecasts import running
from app.settings import Settings
from spatial import cells
from spatial.mass import UNIT
from tests import factories
from tests.reference_set import CITY, GULBERG, STATIONS

NOW = datetime(2026, 11, 18, 7, tzinfo=UTC)  # Wednesday: the current week is not whole
LAHORE = "PK-PB-LHR"
WEEKS = 44


def some_cell(station: str, chance: random.Random) -> int:
    """Give a cell of a station's square: half of the time one of two hot ones."""
    west, south, east, north = STATIONS[station]
    if chance.random() < 0.5:
        share = chance.choice((0.25, 0.75))
        return cells.cell_of(south + share * (north - south), west + share * (east - west))
    return cells.cell_of(chance.uniform(south, north), chance.uniform(west, east))


def plant(session: Session, now: datetime = NOW, *, seed: int = 1, a_week: int = 5) -> None:
    """Put a history of reported robberies before a moment, with delays, into the database."""
    chance = random.Random(seed)
    for week in range(1, WEEKS + 1):
        for _ in range(a_week):
            start = now - timedelta(days=7 * week - chance.uniform(0, 7))
            if start > now - timedelta(hours=12):
                continue
            end = start + timedelta(hours=chance.choice((1, 9)))
            station = chance.choice((GULBERG, GULBERG, CITY))
            factories.record(
                session,
                station=station,
                occurred=(start, end),
                known_at=min(end + timedelta(days=chance.expovariate(0.4)), now - timedelta(minutes=1)),
                placed=(9, [some_cell(station, chance)], [UNIT]),
                with_person=chance.random() < 0.3,
            )
    session.commit()


PLAIN = ("last_year", "decayed_mean", "smoothed_decayed_mean")


@pytest.fixture(scope="module")
def settings(settings: Settings) -> Settings:
    """Give settings under which forecasts choose among the plain methods: every method has its own tests elsewhere."""
    return settings.model_copy(update={"forecast_methods": ",".join(PLAIN)})


@pytest.fixture(scope="module")
def history(app: APIFlask) -> Iterator[None]:
    """Fill the module's database once."""
    with Session(app.extensions["naqsha.database"].engine("worker")) as session:
        plant(session)
    yield


@pytest.fixture
def forecaster(app: APIFlask) -> Iterator[Session]:
    """Give a session as the forecaster's role."""
    engine: Engine = app.extensions["naqsha.database"].engine("forecaster")
    with Session(engine) as session:
        yield session


@pytest.fixture
def forecast(app: APIFlask) -> Callable[..., int]:
    """Give `forecast(...)`: makes one run of Lahore's robberies and gives its id."""

    def make(**asked: Any) -> int:
        with app.app_context():
            outcome = running.run(
                **{
                    "jurisdiction": LAHORE,
                    "heads": ["robbery"],
                    "now": NOW,
                    "shifts_of_day": (),
                    "fresh": True,
                    **asked,
                }
            )
        assert outcome.left == {}
        return outcome.runs[0]

    return make


def bytes_of(session: Session, run: int) -> bytes:
    """Give everything that a run says of the future, as bytes."""
    session.rollback()
    found = session.execute(
        text("""SELECT r.method, r.data_hash, r.scores::text, r.parameters::text, c.cell, c.rate, c.low, c.high, c.rank,
                  c.drivers::text
                FROM forecast_run r JOIN forecast_cell c ON c.run_id = r.id WHERE r.id = :run ORDER BY c.cell"""),
        {"run": run},
    ).all()
    assert found
    return repr(found).encode()
