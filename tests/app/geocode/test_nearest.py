"""What is near a point: names with distance and direction, the units that hold it, within the reader's rights."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.reference_set import GULBERG


@pytest.fixture(scope="module", autouse=True)
def places(database_name: str) -> None:
    from tests.conftest import _engine

    with Session(_engine(database_name, "worker")) as session:
        session.execute(
            text("""INSERT INTO place (ref, kind, name, name_ur, point, extent, radius_m, licence) VALUES
              ('t-1', 'landmark', 'Liberty Chowk', 'لبرٹی چوک', ST_SetSRID(ST_MakePoint(74.35, 31.51), 4326), NULL, 150, 'L'),
              ('t-2', 'landmark', 'Hafeez Centre', NULL, ST_SetSRID(ST_MakePoint(74.35, 31.52), 4326), NULL, 150, 'L'),
              ('t-3', 'landmark', '', NULL, ST_SetSRID(ST_MakePoint(74.35, 31.5101), 4326), NULL, 150, 'L'),
              ('t-4', 'neighbourhood', 'Gulberg', 'گلبرگ', ST_SetSRID(ST_MakePoint(74.39, 31.55), 4326),
                ST_Multi(ST_MakeEnvelope(74.33, 31.49, 74.40, 31.56, 4326)), 4000, 'L')""")  # noqa: E501
        )
        session.commit()


def ask(client: FlaskClient, status: int = 200, **query: object) -> dict:
    answer = client.get("/api/places/nearest", query_string={key: str(value) for key, value in query.items()})
    assert answer.status_code == status, answer.text
    return answer.get_json()


def test_names_come_with_distance_and_direction(client: FlaskClient, sign_in) -> None:
    sign_in(client, "planner")
    found = ask(client, lat=31.511, lon=74.35)
    names = [place["name"] for place in found["places"]]
    assert names == ["Gulberg", "Liberty Chowk", "Hafeez Centre"], (
        "inside first, then by metres; the nameless not at all"
    )
    inside, chowk, centre = found["places"]
    assert inside["distance_m"] == 0 and inside["direction"] is None
    assert chowk["distance_m"] == pytest.approx(110.9, abs=0.5) and chowk["direction"] == "N"
    assert chowk["name_ur"] == "لبرٹی چوک"
    assert centre["direction"] == "S" and centre["direction_deg"] == pytest.approx(180, abs=0.1)
    assert found["station"]["code"] == GULBERG and found["station"]["derived"]
    assert found["station"]["distance_m"] == pytest.approx(110.9, abs=0.5), "from the station house"
    assert found["district"]["code"] == "PK-PB-LHR" and found["beat"] is None
    assert len(found["cell"]) == 15
    assert [place["name"] for place in ask(client, lat=31.511, lon=74.35, limit=1)["places"]] == ["Gulberg"]


def test_the_sea_has_no_station(client: FlaskClient, sign_in) -> None:
    sign_in(client, "planner")
    found = ask(client, lat=10.0, lon=60.0)
    assert found["station"] is None and found["district"] is None and found["places"]


@pytest.mark.parametrize(
    "query",
    [{}, {"lat": 91, "lon": 74}, {"lat": "x", "lon": 74}, {"lat": "nan", "lon": 74}, {"lat": 31, "lon": 74, "limit": 0},
     {"lat": 31, "lon": 74, "limit": 10_000}],
)  # fmt: skip
def test_bad_input_is_said(client: FlaskClient, sign_in, query: dict) -> None:
    sign_in(client, "planner")
    assert ask(client, 422, **query)["errors"]


def test_an_auditor_sees_no_places(client: FlaskClient, sign_in) -> None:
    sign_in(client, "auditor")
    ask(client, 403, lat=31.5, lon=74.3)
