"""Writers' habits, learned from stored records and their pins, kept, and used by whoever may see the station."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.geocode import learning, writers
from app.geocode.service import node_gazetteer
from app.jobs.tasks import PERIODIC
from spatial.geocoding import InMemoryGazetteer, Place, Query, resolve
from spatial.geocoding.habits import BELIEVED, Habits, restored, stored
from spatial.geocoding.writers import Learned, Writers
from spatial.projection import destination
from tests import factories
from tests.reference_set import CITY, CLIFTON, GULBERG

WAYS = ("north", "east", "south", "west")


@pytest.fixture
def records(monkeypatch: pytest.MonkeyPatch, app: APIFlask, owner: Session) -> Iterator[Session]:
    """Give a session whose records the job sees before they are committed: they go with the test."""

    @contextmanager
    def session() -> Iterator[Session]:
        yield owner

    monkeypatch.setattr(learning, "worker_session", session)
    with app.app_context():
        yield owner
    owner.rollback()


def write(session: Session, station: str, count: int, ways: tuple[str, ...] = WAYS, **more: Any) -> list[int]:
    return [
        factories.record(
            session, "fir", station, place_text=f"{1 + number % 4} km {ways[number % len(ways)]} of PS", **more
        )
        for number in range(count)
    ]


def test_a_station_of_four_points_is_learned_and_a_small_one_is_as_all(records: Session) -> None:
    write(records, GULBERG, 40)
    write(records, CITY, 40, ("north", "north east", "east", "south east", "south", "south west", "west", "north west"))
    write(records, CLIFTON, 3)
    done = learning.run()
    assert done["texts"] == 83 and done["stations"] == 2
    found = writers.in_use(records)
    assert found[GULBERG].habits.four > 0.5 > found[CITY].habits.four
    assert (found[GULBERG].texts, found[GULBERG].is_own) == (40, True)
    few = writers.of(found, CLIFTON)
    assert few is not None and not few.is_own and few.habits == found[None].habits
    again = learning.run()
    assert again == done and len(writers.in_use(records)) == len(found), "nothing is doubled"


def test_nothing_is_open_while_habits_are_learned(records: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """A station's texts are read in a transaction of their own, each distance is kept once, and none stays open."""
    write(records, GULBERG, 12)
    write(records, CITY, 12)
    opened, open_now, learned = [0], [0], []
    whole, learn = learning.worker_session, learning.learn_stations

    @contextmanager
    def counted() -> Iterator[Session]:
        opened[0] += 1
        open_now[0] += 1
        with whole() as session:
            yield session
        open_now[0] -= 1

    def learn_stations(texts: dict[str, list[Any]], *rest: Any, **more: Any) -> Writers:
        assert open_now == [0]
        learned.extend(said for each in texts.values() for said in each)
        return learn(texts, *rest, **more)

    monkeypatch.setattr(learning, "worker_session", counted)
    monkeypatch.setattr(learning, "learn_stations", learn_stations)
    steps: list[tuple[int, int | None]] = []
    assert learning.run(lambda done, most, _: steps.append((done, most)))["texts"] == 24
    assert len(learned) == 24 and len({id(said) for said in learned}) == len(set(learned))
    stations = steps[-1][1]
    assert stations is not None and opened[0] > stations, "one transaction a station"
    assert steps[-1][0] == stations


def test_pins_teach_the_road(records: Session) -> None:
    made = write(records, GULBERG, 40)
    # Every place lies at three quarters of the written distance: they are measured by road.
    records.execute(
        text("""UPDATE fix SET method = 'pin', accuracy_m = 20, point = CAST(ST_Project(
                  CAST(j.seat AS geography), 0.75 * 1000 * (1 + (r.row % 4)), 0.0) AS geometry)
                FROM jurisdiction j, (SELECT id, row_number() OVER (ORDER BY id) - 1 AS row
                  FROM unnest(CAST(:made AS bigint[])) AS id) AS r
                WHERE fix.record_id = r.id AND j.id = fix.station_id"""),
        {"made": made},
    )
    assert learning.run()["pins"] == 40
    found = writers.in_use(records)[GULBERG]
    assert found.pins == 40 and found.habits.road > BELIEVED.road + 0.2
    # The control: pins where the straight distance leads.
    records.execute(
        text("""UPDATE fix SET point = CAST(ST_Project(CAST(j.seat AS geography),
                  ST_Distance(CAST(j.seat AS geography), CAST(fix.point AS geography)) / 0.75, 0.0) AS geometry)
                FROM jurisdiction j WHERE fix.record_id = ANY (CAST(:made AS bigint[])) AND j.id = fix.station_id"""),
        {"made": made},
    )
    learning.run()
    assert writers.in_use(records)[GULBERG].habits.road < BELIEVED.road - 0.1


@pytest.mark.parametrize(("share", "least", "most"), [(0.75, 0.6, 1.0), (1.0, 0.0, 0.2)])
def test_names_beside_distances_teach_the_road(
    records: Session, monkeypatch: pytest.MonkeyPatch, share: float, least: float, most: float
) -> None:
    """Every text names a market: three quarters of the written distance from the house, as by road, or just as far."""
    # A name tells nothing of a distance if it lies outside the station's area.
    lat, lon = records.execute(
        text("""UPDATE jurisdiction SET area = ST_Multi(ST_Expand(seat, 0.1)) WHERE code = :code
                RETURNING ST_Y(seat), ST_X(seat)"""),
        {"code": GULBERG},
    ).one()
    at = destination(lat, lon, 45.0, 6_000.0 * share)
    market = Place("m", "Zarghoon Market", "landmark", *at, 60.0, None, "Lahore", "Lahore")
    known = InMemoryGazetteer([(market, ())], [])
    monkeypatch.setattr(learning, "node_gazetteer", lambda: known)
    for _ in range(40):
        factories.record(records, "fir", GULBERG, place_text="Zarghoon Market, 6 km north east of PS")
    assert learning.run() == {"texts": 40, "pins": 0, "stations": 1}
    assert least <= writers.in_use(records)[GULBERG].habits.road <= most


def test_what_does_not_count_is_not_learned_from(records: Session) -> None:
    write(records, GULBERG, 12, protected=True)
    factories.record(records, "fir", GULBERG, place_text="Model Town")
    assert learning.run() == {"texts": 0, "pins": 0, "stations": 0}
    assert writers.in_use(records) == {}
    assert writers.of({}, GULBERG) is None


def test_habits_come_back_as_they_were_kept(records: Session) -> None:
    own = Learned(Habits(four=0.5, near=((0.5, 0.25), (1.0, 0.75))), 120, 30, 0.125)
    writers.keep(records, Writers(Learned(BELIEVED, 400, 30), {GULBERG: own, "no such station": own}))
    found = writers.in_use(records)
    assert found == {None: Learned(BELIEVED, 400, 30), GULBERG: own}
    assert restored(stored(own.habits)) == own.habits
    assert restored({"four": 0.3, "of a later version": 1}) == Habits(four=0.3)
    with pytest.raises((TypeError, ValueError)):
        restored({"four": "many"})


def test_a_reader_is_told_of_his_own_station_and_of_all_together_elsewhere(
    client: FlaskClient, sign_in: Any, worker: Session
) -> None:
    own = Learned(Habits(four=0.9, sixteen=0.0), 120, 30, 0.05)
    writers.keep(worker, Writers(Learned(BELIEVED, 400, 35), {GULBERG: own, CLIFTON: own}))
    worker.commit()
    try:
        sign_in(client, "station", GULBERG)
        said = {}
        for station in (GULBERG, CLIFTON):
            asked = {"text": "3 km north of PS", "station": station}
            answer = client.get("/api/geocode", query_string=asked)
            assert answer.status_code == 200, answer.text
            said[station] = {one["code"]: one["text"] for one in answer.get_json()["reasons"]}
        assert "120 of its texts and 30 pins" in said[GULBERG]["writers_learned"]
        # Another station's records are not his to count.
        assert "400 texts and 35 pins" in said[CLIFTON]["writers_learned_elsewhere"]
        assert "writers_learned" not in said[CLIFTON]
    finally:
        worker.execute(text("DELETE FROM writer_habits"))
        worker.commit()


def test_habits_are_told_and_change_the_region(app: APIFlask) -> None:
    four = Learned(Habits(four=0.9, sixteen=0.0), 120, 30, 0.05)
    query = Query(text="2 km north of PS", station=GULBERG)
    with app.app_context():
        plain = node_gazetteer()
        learned = plain.with_writers({None: Learned(BELIEVED, 400, 30), GULBERG: four})
        before, after = resolve(query, plain), resolve(query, learned)
        assert before.cells != after.cells
        reason = next(reason for reason in after.reasons if reason.code == "writers_learned")
        assert (reason.params["texts"], reason.params["pins"]) == (120, 30)
        assert not any(reason.code.startswith("writers") for reason in before.reasons)
        assert learned.station(GULBERG) is learned.station(GULBERG), "regions are found again by the same object"
        other = resolve(query, plain.with_writers({None: four}))
        assert "writers_learned_elsewhere" in [reason.code for reason in other.reasons]
        named = learned.with_local_names({})
        assert named.station(GULBERG) is learned.station(GULBERG), "local names leave the habits as they are"


def test_they_are_learned_every_night() -> None:
    assert PERIODIC[learning.TASK][0].split()[1] == "3"
