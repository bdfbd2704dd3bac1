"""Piles and flags of coordinates, and the queue of weak fixes: in one's own stations only."""

import random
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db import named
from app.db.session import worker_session
from app.geocode import suspicions, weak
from app.pins import queue
from app.settings import ROOT
from spatial.model import Fix, Method
from tests import factories
from tests.conftest import _engine
from tests.reference_set import CITY, CLIFTON, GULBERG, STATIONS

HOUSE = (31.51, 74.35)


@pytest.fixture(scope="module", autouse=True)
def planted(database_name: str) -> dict[str, int]:
    """Forty honest points in each station; in Gulberg forty more on the house of the station."""
    chance = random.Random(7)
    with Session(_engine(database_name, "worker")) as session:

        def put(station: str, lat: float, lon: float, kind: str = "fir") -> int:
            made = factories.record(session, kind, station)
            session.execute(
                text("UPDATE record SET given = ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) WHERE id = :id"),
                {"id": made, "lat": lat, "lon": lon},
            )
            return made

        for code, (west, south, east, north) in STATIONS.items():
            for _ in range(40):
                put(code, chance.uniform(south, north), chance.uniform(west, east))
        for _ in range(40):
            put(GULBERG, HOUSE[0] + chance.gauss(0, 5e-6), HOUSE[1] + chance.gauss(0, 5e-6))
        for _ in range(40):
            put(CITY, 31.575, 74.315, "incident")  # a list that puts a whole town on one point, by right
        found = {}
        for name, station, head, method, score, days in (
            ("murder unplaced", GULBERG, "murder", "unplaced", 0.0, 3),
            ("theft unplaced", GULBERG, "theft", "unplaced", 0.0, 2),
            ("theft doubtful", GULBERG, "theft", "place", 0.45, 1),
            ("theft good", GULBERG, "theft", "place", 0.55, 1),
            ("murder area", CLIFTON, "murder", "station_area", 0.85, 1),
            ("rape doubtful", GULBERG, "rape", "place", 0.2, 1),
        ):
            record = factories.record(
                session, "fir", station, head=head, protected=head == "rape", place_text=f"words of {name}",
                known_at=factories.NOON + timedelta(days=days),
            )  # fmt: skip
            session.execute(
                text("""UPDATE fix SET method = :method, score = :score,
                          reasons = '[{"code": "coordinates_swapped", "params": {"lat": 74, "lon": 31}}]',
                          point = CASE WHEN :method = 'unplaced' THEN NULL ELSE point END
                        WHERE record_id = :record"""),
                {"record": record, "method": method, "score": score},
            )
            found[name] = record
        said = factories.record(session, "fir", GULBERG, head="murder")
        account = factories.account(session, "station")
        session.execute(
            text("UPDATE fix SET method = 'unplaced', point = NULL, score = 0, account_id = :who WHERE record_id = :r"),
            {"r": said, "who": account},
        )
        session.commit()
        return found


def test_the_desk_s_own_pile_is_found(app: APIFlask) -> None:
    with app.app_context(), worker_session() as session:
        (pile,) = suspicions.piles(session)
        assert pile["kind"] == "station" and pile["name"] == GULBERG
        assert 40 <= pile["count"] <= 42 and len(pile["records"]) == pile["count"]
        assert pile["stations"] == {GULBERG: pile["count"]}
        assert suspicions.piles(session, CITY) == [] and suspicions.piles(session, CLIFTON) == []


def test_flags_are_counted_by_station(app: APIFlask) -> None:
    with app.app_context(), worker_session() as session:
        found = {row["station"]: row for row in suspicions.flagged(session)}
    assert {station: row["fixes"] for station, row in found.items()} == {GULBERG: 5, CLIFTON: 1}
    assert "exchanged" in found[GULBERG]["text"] and re.search("[\u0600-\u06ff]", found[GULBERG]["text_ur"])


def test_every_flag_has_its_sentence_and_comes_from_the_geocoder() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "spatial" / "geocoding").glob("*.py"))
    assert [name for name in suspicions.CODES if f'"{name}"' not in code] == []


def _queue(session: Session, jurisdiction: str | None = None, *, sees_protected: bool = True) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = queue.listed(session, jurisdiction, "all", None, None, sees_protected)["records"]
    return found


def test_the_weakest_of_the_gravest_come_first(app: APIFlask, planted: dict[str, int]) -> None:
    with app.app_context(), worker_session() as session:
        assert [row["id"] for row in _queue(session)] == [
            planted[name] for name in (
                "murder unplaced", "murder area", "rape doubtful", "theft unplaced", "theft doubtful",
            )
        ]  # fmt: skip
        assert [row["id"] for row in _queue(session, CLIFTON)] == [planted["murder area"]]
        stations = queue.progress(session, None, datetime.now(UTC))["stations"]
        by_station = {row["station"]["code"]: row for row in stations}
        assert (by_station[GULBERG]["weak"], by_station[GULBERG]["by_officers"]) == (4, 1)


def test_a_protected_place_is_held_back(app: APIFlask, planted: dict[str, int]) -> None:
    with app.app_context(), worker_session() as session:
        rows = {row["id"]: row for row in _queue(session, sees_protected=False)}
        seen = {row["id"]: row for row in _queue(session)}
    hidden = rows[planted["rape doubtful"]]
    assert hidden["protected"] and hidden["place"] is None and hidden["distance_m"] is None
    assert seen[planted["rape doubtful"]]["place"] == "words of rape doubtful"


@pytest.mark.parametrize(
    ("method", "score", "expected"),
    [("unplaced", 0.0, True), ("station_area", 0.9, True), ("place", 0.49, True), ("place", 0.5, False),
     ("pin", 1.0, False)],
)  # fmt: skip
def test_weakness_is_one_rule_in_python_and_in_sql(
    worker: Session, planted: dict[str, int], method: str, score: float, expected: bool
) -> None:
    record = planted["theft good"]
    row = worker.execute(
        text("SELECT m.cells, m.resolution FROM mass m WHERE record_id = :r"), {"r": record}
    ).one()  # fmt: skip
    worker.execute(
        text("""UPDATE fix SET method = :method, score = :score,
                  point = CASE WHEN :method = 'unplaced' THEN NULL ELSE ST_SetSRID(ST_MakePoint(74.35, 31.51), 4326) END
                WHERE record_id = :r"""),
        {"r": record, "method": method, "score": score},
    )
    queued = record in {one["id"] for one in _queue(worker, GULBERG)}
    worker.rollback()
    if method == "unplaced":
        fix = Fix(Method.UNPLACED, None, None, None, (), (), score)
    else:
        from spatial.mass import UNIT
        from spatial.model import Point

        fix = Fix(Method(method), Point(*HOUSE), 100.0, row.resolution, tuple(row.cells), (UNIT,), score)
    assert weak.is_weak(fix) == queued == expected
    index = (ROOT / "migrations/sql/0003/2_redo.sql").read_text(encoding="utf-8")
    assert f"score < {weak.WEAK_SCORE}" in named.statement("geocode.weak")
    assert f"score < {weak.WEAK_SCORE}" in index


def test_the_index_answers_the_queue(owner: Session) -> None:
    owner.execute(text("SET enable_seqscan = off"))
    # In a table of a few rows one index is as good as the other: the control of this one is that it serves at all.
    owner.execute(text("DROP INDEX fix_station_record, fix_current"))
    plan = "\n".join(owner.execute(text("EXPLAIN " + named.statement("geocode.weak")), {"stations": [1, 2]}).scalars())
    owner.rollback()
    assert "fix_weak" in plan
