"""The control room's answers: what came in, how the feeds are, what rings, and loaded points."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.control import alerts, points, service
from tests import factories
from tests.factories import SignedInClient
from tests.reference_set import CITY, CLIFTON, GULBERG

SignIn = Callable[..., SignedInClient]


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    alerts.forget()


def get(client: FlaskClient, path: str, **query: Any) -> dict[str, Any]:
    answer = client.get(f"/api/control/{path}", query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


# ---- what came in


def test_the_newest_come_first_and_only_what_is_newer_after_them(
    client: FlaskClient, sign_in: SignIn, worker: Session
) -> None:
    first, second = (factories.record(worker, "fir", GULBERG) for _ in range(2))
    worker.commit()
    sign_in(client, "control")
    found = get(client, "records", limit=2)
    assert [row["id"] for row in found["records"]] == [second, first] and found["newest"] == second
    assert get(client, "records", after=second) == {"records": [], "newest": second}
    third = factories.record(worker, "complaint", CITY)
    worker.commit()
    assert [row["id"] for row in get(client, "records", after=second)["records"]] == [third]
    assert get(client, "records", after=second, kinds="fir")["records"] == []
    assert get(client, "records", after=second, heads="burglary")["records"] == []
    assert get(client, "records", after=second, jurisdiction=GULBERG)["records"] == []


def test_the_ticker_shows_no_stay_no_person_no_other_station_and_no_protected_place(
    app: APIFlask, client: FlaskClient, sign_in: SignIn, worker: Session
) -> None:
    sign_in(client, "control")
    after = get(client, "records", limit=1)["newest"]
    factories.record(worker, "stay", GULBERG)
    secret = factories.record(
        worker, "fir", GULBERG, protected=True, head="rape", place_text="secret", with_person=True
    )
    far = factories.record(worker, "fir", CLIFTON)
    worker.commit()
    (row,) = get(client, "records", after=after)["records"]
    assert row["id"] == secret and row["place"] == "" and row["point"] is None and row["accuracy_m"] is None
    assert "sealed" not in json.dumps(row) and "person" not in json.dumps(row)
    station = app.test_client()
    sign_in(station, "station", GULBERG)  # sees what it recorded itself
    (own,) = get(station, "records", after=after)["records"]
    assert own["place"] == "secret" and own["point"]
    karachi = app.test_client()
    sign_in(karachi, "station", CLIFTON)
    assert [each["id"] for each in get(karachi, "records", after=after)["records"]] == [far]


@pytest.mark.parametrize("query", [{"after": -1}, {"after": 1 << 63}, {"limit": 0}, {"limit": 9999}, {"kinds": "x"}])
def test_bad_questions_are_refused(client: FlaskClient, sign_in: SignIn, query: dict[str, Any]) -> None:
    sign_in(client, "control")
    assert client.get("/api/control/records", query_string=query).status_code == 422


# ---- the feeds


@pytest.mark.parametrize(
    ("heard", "reach", "gap", "state"),
    [
        (timedelta(hours=2), timedelta(hours=3), None, "fresh"),
        (timedelta(hours=27), timedelta(hours=27), None, "stale"),
        (timedelta(hours=1), timedelta(hours=27), None, "stale"),  # it is heard, and brings old data
        (timedelta(hours=3), timedelta(hours=3), timedelta(minutes=30), "stale"),  # it usually comes each half hour
        (timedelta(minutes=90), timedelta(hours=2), timedelta(minutes=30), "fresh"),
        (timedelta(days=30), timedelta(days=400), None, "archive"),
    ],
)
def test_a_feed_is_stale_by_its_own_habit(
    app: APIFlask, owner: Session, heard: timedelta, reach: timedelta, gap: timedelta | None, state: str
) -> None:
    now = datetime.now(UTC)
    key = f"feed-{state}-{heard.total_seconds():.0f}-{bool(gap)}-{reach.total_seconds():.0f}"
    source = owner.execute(
        text("INSERT INTO source (key, name) VALUES (:key, :key) RETURNING id"), {"key": key}
    ).scalar_one()
    for back in range(6 if gap else 1):
        owner.execute(
            text("""INSERT INTO delivery (source_id, kind, filename, sha256, state, received, accepted, placed,
                      finished_at, data_to)
                    VALUES (:source, 'fir', 'x', :sha, 'done', 1, 1, 1, :heard, :reach)"""),
            {
                "source": source, "sha": f"{key}{back}", "heard": now - heard - back * (gap or timedelta()),
                "reach": now - reach,
            },
        )  # fmt: skip
    owner.commit()
    with app.test_request_context():
        from app.db.session import db_session

        found = {feed["key"]: feed for feed in service.feeds(db_session(), now)}[key]
    assert found["state"] == state, found


# ---- what rings


def rise(worker: Session, station: str, days: int, number: int = 1) -> None:
    """Make a record a day at a station for some days up to yesterday, and some more today."""
    now = datetime.now(UTC)
    for day in range(days):
        moment = now - timedelta(days=day + 1, hours=1)
        factories.record(worker, "fir", station, occurred=(moment, moment), known_at=moment)
    for _ in range(number):
        moment = now - timedelta(hours=1)
        factories.record(worker, "fir", station, occurred=(moment, moment), known_at=moment)
    worker.execute(text("UPDATE delivery SET data_to = now(), finished_at = now()"))
    worker.commit()


def test_what_exceeds_its_usual_number_rings_with_its_rule(
    app: APIFlask, client: FlaskClient, sign_in: SignIn, worker: Session
) -> None:
    rise(worker, CITY, 70, number=1)
    sign_in(client, "commander")
    assert CITY not in [each.get("code") for each in get(client, "alerts", kinds="fir")["alerts"]]
    rise(worker, GULBERG, 70, number=14)
    alerts.forget()
    found = get(client, "alerts", kinds="fir")
    stations = {each["code"]: each for each in found["alerts"] if each["level"] == "station"}
    assert set(stations) == {GULBERG}
    ring = stations[GULBERG]
    assert ring["observed"] >= 14 and 0.5 < ring["expected"] < 2.5 and ring["high"] < 14 and ring["p"] < 0.001
    assert [each["cell"] for each in found["alerts"] if each["level"] == "cell"]
    rule = found["rule"]
    assert rule["false_alarms_a_week"] == 1 and rule["levels"]["station"]["rang_a_week"] < 1
    assert rule["levels"]["station"]["alpha"] == pytest.approx(1 / (21 * rule["levels"]["station"]["units"]))
    assert len(found["series"]["days"]) == len(found["series"]["mass"]) == 85
    # Who does not see the station hears no bell of it.
    other = app.test_client()
    sign_in(other, "station", CITY)
    assert get(other, "alerts", kinds="fir")["alerts"] == []


def test_the_alerts_of_two_hundred_screens_are_read_once(
    client: FlaskClient, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client, "control")
    made: list[int] = []
    real = alerts._made
    monkeypatch.setattr(alerts, "_made", lambda *given: made.append(1) or real(*given))
    for _ in range(5):
        get(client, "alerts")
    get(client, "alerts", heads="burglary")
    assert len(made) == 2


# ---- loaded points


def load(who: SignedInClient, data: bytes, name: str = "Cameras", filename: str = "x.csv") -> Any:
    form = {"name": name, "file": (io.BytesIO(data), filename)}
    return who.client.post("/api/control/layers", data=form, headers=who.csrf)


CSV = b"name,lat,lon,owner\nGate 1,31.51,74.35,Safe City\n=1+1,31.52,74.36,\n"


def test_a_csv_and_a_geojson_are_loaded_and_read_back(client: FlaskClient, sign_in: SignIn) -> None:
    who = sign_in(client, "control")
    answer = load(who, CSV)
    assert answer.status_code == 201 and answer.get_json()["points"] == 2
    shapes = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [74.35, 31.51]},
                "properties": {"name": "چوکی"},
            }
        ],
    }
    assert load(who, json.dumps(shapes).encode(), "Posts", "posts.geojson").status_code == 201
    first, second = get(client, "layers")["layers"]
    assert (first["name"], first["points"], first["own"], second["name"]) == ("Cameras", 2, True, "Posts")
    features = get(client, f"layers/{first['id']}/points")["features"]
    assert features[0]["geometry"]["coordinates"] == [74.35, 31.51]
    assert features[0]["properties"] == {"name": "Gate 1", "d_owner": "Safe City"}
    assert get(client, f"layers/{second['id']}/points")["features"][0]["properties"]["name"] == "چوکی"


def test_a_layer_is_seen_by_its_unit_and_above_only(app: APIFlask, sign_in: SignIn) -> None:
    room = sign_in(app.test_client(), "control", "PK-PB-LHR")
    layer = load(room, CSV).get_json()["id"]
    mate, above = sign_in(app.test_client(), "control", "PK-PB-LHR"), sign_in(app.test_client(), "commander", "PK")
    below, far = sign_in(app.test_client(), "station", GULBERG), sign_in(app.test_client(), "control", "PK-SD-KHS")
    for who, sees in ((room, True), (mate, True), (above, True), (below, False), (far, False)):
        assert (layer in [each["id"] for each in get(who.client, "layers")["layers"]]) == sees
        assert who.client.get(f"/api/control/layers/{layer}/points").status_code == (200 if sees else 404)
    for who in (mate, far):  # only who loaded it may take it away
        assert who.client.delete(f"/api/control/layers/{layer}", headers=who.csrf).status_code == 404
    assert above.client.delete(f"/api/control/layers/{layer}", headers=above.csrf).status_code == 403


def test_with_row_level_security_off_the_others_layers_show(app: APIFlask, sign_in: SignIn, owner: Session) -> None:
    """The negative control."""
    room, far = sign_in(app.test_client(), "control", "PK-PB-LHR"), sign_in(app.test_client(), "control", "PK-SD-KHS")
    layer = load(room, CSV).get_json()["id"]
    for verb in ("DISABLE", "ENABLE"):
        owner.execute(text(f"ALTER TABLE point_layer {verb} ROW LEVEL SECURITY"))
        owner.commit()
        seen = layer in [each["id"] for each in get(far.client, "layers")["layers"]]
        assert seen == (verb == "DISABLE")


def test_deleting_a_layer_can_be_taken_back(client: FlaskClient, sign_in: SignIn) -> None:
    who = sign_in(client, "control", "PK-SD-KHS")
    layer = load(who, CSV).get_json()["id"]
    assert client.delete(f"/api/control/layers/{layer}", headers=who.csrf).status_code == 200
    assert get(client, "layers")["layers"] == []
    assert client.post(f"/api/control/layers/{layer}/restore", headers=who.csrf).status_code == 200
    assert [each["id"] for each in get(client, "layers")["layers"]] == [layer]


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        (b"", 400, "empty"),
        (b"\xff\xfe\x00", 400, "UTF-8"),
        (b"name,x1,y1\na,1,2\n", 400, "lat and lon"),
        (b"lat,lon\n", 400, "no points"),
        (b"lat,lon\n31.5,74.3\nx,74.3\n", 422, "line 3"),
        (b"lat,lon\n74.3,31.5\n", 422, "swapped"),
        (b"lat,lon\n0,0\n", 422, "not in Pakistan"),
        (b"lat,lon\nnan,74\n", 422, "numbers"),
        (b'lat,lon\n"31.5,74.3\n', 400, "CSV"),
        (b"{", 400, "GeoJSON"),
        (b'{"type": "FeatureCollection", "features": [{"geometry": {"type": "LineString"}}]}', 422, "not a Point"),
        (b'{"type": "FeatureCollection", "features": [1, null, {}]}', 422, "feature 2"),
        (b'{"features": [{"geometry": {"type": "Point", "coordinates": []}}]}', 422, "feature 1"),
        (b'{"features": 3}', 400, "GeoJSON"),
        (b"[" * 100_000, 400, "lat and lon"),
    ],
)  # fmt: skip
def test_a_bad_file_loads_nothing_and_says_why(
    client: FlaskClient, sign_in: SignIn, data: bytes, status: int, words: str
) -> None:
    who = sign_in(client, "control", "PK-SD-KHS")
    before = get(client, "layers")["layers"]
    answer = load(who, data)
    assert answer.status_code == status, answer.text
    assert words in answer.get_json()["detail"], answer.text
    assert get(client, "layers")["layers"] == before


def test_urdu_digits_semicolons_and_a_mark_at_the_start_are_read() -> None:
    (point,) = points.read("\ufeffنام;lat;lon\nگیٹ;۳۱٫۵;۷۴٫۳\n".encode(), "x.csv")
    assert (point.lat, point.lon, point.name) == (31.5, 74.3, "گیٹ")


def test_there_is_an_end_to_points_and_layers(
    client: FlaskClient, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = sign_in(client, "control", "PK-SD-KHS")
    monkeypatch.setattr(points, "MOST_POINTS", 1)
    assert "more than 1 points" in load(who, CSV).get_json()["detail"]
    monkeypatch.setattr(points, "MOST_POINTS", 10)
    monkeypatch.setattr(service, "MOST_LAYERS", 1)
    assert load(who, CSV).status_code == 201
    assert load(who, CSV).status_code == 409
    assert load(who, CSV, name=" ").status_code == 400


@pytest.mark.parametrize("role", ["station", "planner", "commander", "admin"])
def test_who_may_not_load(client: FlaskClient, sign_in: SignIn, role: str) -> None:
    assert load(sign_in(client, role), CSV).status_code == 403


def test_the_page_opens_for_who_sees_records(app: APIFlask, sign_in: SignIn) -> None:
    for role, status in (("control", 200), ("commander", 200), ("auditor", 403)):
        client = app.test_client()
        sign_in(client, role)
        assert client.get("/control").status_code == status
