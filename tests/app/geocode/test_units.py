"""Stations and districts by every way of writing them; the gazetteer of the tables."""

import pytest
from apiflask import APIFlask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db.session import database, worker_session
from app.geocode.service import gazetteer, node_gazetteer
from app.geocode.units import Unit, UnitNotFound, Units, read_units, units_at
from spatial.addresses import normalise
from spatial.geocoding import Query, resolve
from spatial.model import Method
from tests.reference_set import GULBERG


def unit(number: int, code: str, level: str, name: str, path: str, district: str | None = None) -> Unit:
    return Unit(number, code, level, name, None, path, district, district)


UNITS = Units(
    [
        unit(1, "PK", "country", "Pakistan", "PK"),
        unit(2, "PK-A", "district", "Lahore", "PK.A", "PK-A"),
        unit(3, "PK-A-CITY", "station", "PS City", "PK.A.CITY", "PK-A"),
        unit(4, "PK-B", "district", "Quetta", "PK.B", "PK-B"),
        unit(5, "PK-B-CITY", "station", "PS City", "PK.B.CITY", "PK-B"),
        unit(6, "PK-B-CANTT", "station", "PS Cantt", "PK.B.CANTT", "PK-B"),
    ]
)


@pytest.mark.parametrize(
    ("name", "district", "code"),
    [
        ("PK-B-CITY", "", "PK-B-CITY"), ("pk-b-city", "Lahore", "PK-B-CITY"), ("City", "Quetta", "PK-B-CITY"),
        ("P.S. City", "Distt. Quetta", "PK-B-CITY"), ("Thana City", "ضلع lahore", "PK-A-CITY"), ("Cantt", "", "PK-B-CANTT"),  # noqa: E501
    ],
)  # fmt: skip
def test_station_is_found(name: str, district: str, code: str) -> None:
    assert UNITS.station(name, district).code == code


@pytest.mark.parametrize(
    ("name", "district", "code", "named"),
    [
        ("City", "", "station_ambiguous", "PK-A-CITY"),
        ("Cant", "Quetta", "station_unknown", "PS Cantt"),
        ("City", "Quetaa", "district_unknown", "Quetta"),
    ],
)
def test_what_is_not_found_names_what_may_be_meant(name: str, district: str, code: str, named: str) -> None:
    with pytest.raises(UnitNotFound) as caught:
        UNITS.station(name, district)
    assert caught.value.code == code
    assert named in " ".join(caught.value.candidates)


def test_units_and_points_of_the_database(app: APIFlask) -> None:
    with app.app_context(), worker_session() as session:
        units = read_units(session)
        assert units.station("Gulberg").district == "PK-PB-LHR"
        assert units.area("Karachi").level == "region"
        found = units_at(session, [(31.51, 74.35), (31.3, 74.2), (0.0, 0.0)], ("country", "district", "station"))
        assert [units.by_id[i].code if i else None for i in found] == ["PK-PB-LHR-GULBERG", "PK-PB-LHR", None]


def test_gazetteer_answers_from_the_tables(app: APIFlask, worker: Session) -> None:
    district = worker.execute(text("SELECT id FROM jurisdiction WHERE code = 'PK-PB-LHR'")).scalar()
    place = worker.execute(
        text(
            "INSERT INTO place (ref, kind, name, point, radius_m, district_id, licence)"
            " VALUES ('t-1', 'landmark', 'Liberty Chowk', ST_SetSRID(ST_MakePoint(74.345, 31.511), 4326), 100, :d, 'tests')"  # noqa: E501
            " RETURNING id"
        ),
        {"d": district},
    ).scalar()
    worker.execute(
        text("INSERT INTO place_name (key, place_id, district_id) VALUES (:k, :p, :d)"),
        {"k": normalise("Liberty Chowk"), "p": place, "d": district},
    )
    worker.commit()
    with app.app_context():
        found = gazetteer(database().engine("worker"))
        assert found is gazetteer(database().engine("worker"))
        assert [place.ref for place in found.index.places()] == ["t-1"]
        assert next(found.index.places()).district == "Lahore", "districts go by name"
        assert found.station("PK-PB-LHR-GULBERG").area is not None
        assert found.station("nowhere") is None
        fix = resolve(Query(text="near Liberty Chowk", station="PK-PB-LHR-GULBERG"), found)
        assert (fix.method, fix.matched) == (Method.LANDMARK, "t-1")


@pytest.mark.parametrize(
    ("district", "told"),
    [("Lahore", False), ("Karachi South", True), ("PK-SD-KHS", True), ("Atlantis", False), (None, False)],
)
def test_a_point_outside_the_named_district_is_told(app: APIFlask, district: str | None, told: bool) -> None:
    with app.app_context():
        fix = resolve(Query(lat=31.51234, lon=74.35123, district=district), gazetteer(database().engine("worker")))
    assert fix.method is Method.COORDINATES
    assert ("coordinates_outside_district" in [reason.code for reason in fix.reasons]) == told
    assert (fix.score < 0.5) == told


def test_stations_are_read_in_any_thread_whoever_asked_first(app: APIFlask) -> None:
    """A load places rows in a thread without an application context, after a redo or a question made the gazetteer."""
    with app.app_context():
        app.extensions.pop("naqsha.gazetteer", None)
        places = node_gazetteer()
    with pytest.raises(RuntimeError, match="application context"), worker_session():
        pass  # what such a thread has not
    assert places.station("PK-SD-KHS-CLIFTON") is not None
    assert places.limits("Karachi South").district is not None


def test_no_reference_data_says_what_to_do() -> None:
    with pytest.raises(LookupError, match="reference load"):
        Units([])


def test_the_beats_of_a_station_come_with_it(app: APIFlask, owner: Session) -> None:
    owner.execute(
        text("""INSERT INTO jurisdiction (code, level, parent_id, path, name, area, derived, source)
                SELECT code || '-B7', 'beat', id, path || 'B7', 'Beat 7', area, true, 'test' FROM jurisdiction
                WHERE code = :code"""),
        {"code": GULBERG},
    )
    owner.commit()
    try:
        with app.app_context():
            station = node_gazetteer().station(GULBERG)
            assert station is not None
            assert [(beat.number, beat.derived) for beat in station.beats] == [("7", True)]
            fix = resolve(Query(text="بیٹ نمبر 7", station=GULBERG), node_gazetteer())
            assert [reason.code for reason in fix.reasons] == ["beat_named", "beat_area"]
    finally:
        owner.execute(text("DELETE FROM jurisdiction WHERE level = 'beat' AND name = 'Beat 7'"))
        owner.commit()
