"""`GET /api/geocode`: a text placed for whoever asks, in the reader's language and scope."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests import factories
from tests.reference_set import CLIFTON, GULBERG


@pytest.fixture(scope="module", autouse=True)
def places(database_name: str) -> None:
    from tests.conftest import _engine

    with Session(_engine(database_name, "worker")) as session:
        session.execute(
            text("""WITH made AS (
                INSERT INTO place (ref, kind, name, name_ur, point, radius_m, district_id, licence)
                SELECT 't-' || n, kind, v.name, ur, ST_SetSRID(ST_MakePoint(lon, lat), 4326), 300, d.id, 'L'
                FROM (VALUES
                  (1, 'neighbourhood', 'Faisal Town', 'فیصل ٹاؤن', 74.345, 31.505, 'PK-PB-LHR'),
                  (2, 'landmark', 'Hafeez Centre', NULL, 74.355, 31.515, 'PK-PB-LHR'),
                  (3, 'neighbourhood', 'Bath Island', NULL, 67.03, 24.81, 'PK-SD-KHS')
                ) AS v (n, kind, name, ur, lon, lat, district)
                JOIN jurisdiction d ON d.code = v.district
                RETURNING id, name, district_id)
              INSERT INTO place_name (key, place_id, district_id) SELECT lower(name), id, district_id FROM made""")
        )
        session.commit()


def ask(client: FlaskClient, status: int = 200, **query: object) -> dict:
    answer = client.get("/api/geocode", query_string={key: str(value) for key, value in query.items()})
    assert answer.status_code == status, answer.text
    return answer.get_json()


def test_a_text_is_placed_with_cells_reasons_and_candidates(client: FlaskClient, sign_in) -> None:
    sign_in(client, "planner")
    found = ask(client, text="Faisal Town", district="Lahore")
    assert found["method"] == "place" and found["matched"] == "t-1" and not found["weak"]
    assert abs(found["point"]["lat"] - 31.505) < 0.005 and abs(found["point"]["lon"] - 74.345) < 0.005
    assert sum(cell["mass"] for cell in found["cells"]) == pytest.approx(1.0, abs=1e-9)
    assert all(len(cell["cell"]) == 15 for cell in found["cells"])
    assert any("Faisal Town" in reason["text"] for reason in found["reasons"])
    assert found["candidates"][0]["ref"] == "t-1" and 0 < found["candidates"][0]["score"] <= 1


def test_urdu_is_read_and_answered(client: FlaskClient, sign_in) -> None:
    sign_in(client, "planner")
    found = ask(client, text="فیصل ٹاؤن", station=GULBERG, lang="ur")
    assert found["matched"] == "t-1" and found["language"] == "ur"
    assert all(any("\u0600" <= letter <= "\u06ff" for letter in reason["text"]) for reason in found["reasons"])


def test_reasons_name_stations_and_places_in_the_reader_s_language(client: FlaskClient, sign_in) -> None:
    sign_in(client, "planner")
    english = ask(client, text="3 km north of PS", station=GULBERG)["reasons"][0]["text"]
    assert english == "3 km north of PS Gulberg."
    urdu = " ".join(reason["text"] for reason in ask(client, text="Faisal Town", station=GULBERG, lang="ur")["reasons"])
    assert "فیصل ٹاؤن" in urdu and GULBERG not in urdu


def test_nothing_known_is_the_station_s_area_or_nothing(client: FlaskClient, sign_in) -> None:
    sign_in(client, "planner")
    assert ask(client, text="qwxzv", station="Gulberg", district="Lahore")["method"] == "station_area"
    nothing = ask(client, text="qwxzv")
    assert nothing["method"] == "unplaced" and nothing["weak"] and nothing["cells"] == []
    assert nothing["point"] is None and nothing["accuracy_m"] is None


def test_a_pin_s_name_is_used_within_its_station_only(client: FlaskClient, sign_in, worker: Session) -> None:
    record = factories.record(worker, "fir", GULBERG)
    worker.commit()
    signed = sign_in(client, "station", GULBERG)
    body = {"lat": 31.5031, "lon": 74.3571, "local_name": "Nawab Jan ka Dera"}
    assert client.post(f"/api/records/{record}/pin", json=body, headers=signed.csrf).status_code == 201
    found = ask(client, text="near Nawab Jan ka Dera", station=GULBERG)
    assert found["matched"].startswith("local-")
    assert abs(found["point"]["lat"] - 31.5031) < 0.003 and abs(found["point"]["lon"] - 74.3571) < 0.003
    elsewhere = ask(client, text="near Nawab Jan ka Dera", station=CLIFTON)
    assert not (elsewhere["matched"] or "").startswith("local-")
    sign_in(client, "station", CLIFTON)
    others = client.get("/api/geocode", query_string={"text": "near Nawab Jan ka Dera", "station": GULBERG})
    assert "local-" not in others.text and "Nawab" not in others.text, "another station's names are not told"
    name = found["matched"].removeprefix("local-")
    signed = sign_in(client, "station", GULBERG)
    path = f"/api/local-names/{name}/withdraw"
    assert client.post(path, json={"reason": "test"}, headers=signed.csrf).status_code == 200
    withdrawn = ask(client, text="near Nawab Jan ka Dera", station=GULBERG)
    assert not (withdrawn["matched"] or "").startswith("local-"), "a withdrawn name is used no more"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": "x" * 1001}, "text"),
        ({"text": "x", "near_lat": 31}, "near_lon"),
        ({"text": "x", "near_lat": 91, "near_lon": 0}, "near_lat"),
        ({"text": "x", "district": "Lahoor"}, "Lahore"),
        ({"text": "x", "station": "Gulburg Thana"}, "Gulberg"),
    ],
)
def test_what_cannot_be_asked_is_said(client: FlaskClient, sign_in, query: dict, said: str) -> None:
    sign_in(client, "planner")
    answer = client.get("/api/geocode", query_string=query)
    assert answer.status_code == 422 and answer.mimetype == "application/problem+json" and said in answer.text
