"""Local names: learned by pins, sharpened, withdrawn, and seen by their own station only."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests import factories
from tests.reference_set import CITY, CLIFTON, GULBERG

HERE = (31.5105, 74.3505)
NEAR = (31.5107, 74.3507)
FAR = (31.5190, 74.3590)


@pytest.fixture
def new_record(worker: Session) -> Callable[..., int]:
    """Give `new_record(station)`: the id of a FIR that can be pinned."""

    def make(station: str = GULBERG, **columns: Any) -> int:
        made = factories.record(worker, "fir", station, **columns)
        worker.commit()
        return made

    return make


def pin(signed: Any, record: int, point: tuple[float, float], name: str | None = None, status: int = 201) -> dict:
    body = {"lat": point[0], "lon": point[1], "reason": "seen"} | ({"local_name": name} if name is not None else {})
    answer = signed.client.post(f"/api/records/{record}/pin", json=body, headers=signed.csrf)
    assert answer.status_code == status, answer.text
    return answer.get_json()


def names(client: FlaskClient, **query: str) -> list[dict]:
    return client.get("/api/local-names", query_string=query).get_json()["local_names"]


def test_pins_teach_a_name_and_sharpen_it(client: FlaskClient, sign_in, new_record) -> None:
    signed = sign_in(client, "station", GULBERG)
    first = pin(signed, new_record(), HERE, "  Haji Akram  ka Adda ")
    taught = first["local_name"]
    one = client.get(f"/api/local-names/{taught}").get_json()
    assert one["name"] == "Haji Akram ka Adda" and one["station"] == GULBERG
    assert one["pins"] == 1 and one["radius_m"] == 150
    assert one["made_by"] == signed.name
    assert (one["lat"], one["lon"]) == pytest.approx(HERE, abs=1e-9)
    again = pin(signed, new_record(), NEAR, "HAJI AKRAM KA ADDA")
    assert again["local_name"] == taught, "the same name near by is the same place, however it is written"
    sharper = client.get(f"/api/local-names/{taught}").get_json()
    assert sharper["pins"] == 2 and sharper["radius_m"] < 150 and len(sharper["records"]) == 2
    assert sharper["lat"] == pytest.approx((HERE[0] + NEAR[0]) / 2, abs=1e-9)
    other = pin(signed, new_record(), FAR, "Haji Akram ka adda")
    assert other["local_name"] != taught, "the same name a kilometre away is another place"


def test_a_pin_moved_takes_back_what_it_taught(client: FlaskClient, sign_in, new_record) -> None:
    signed = sign_in(client, "station", GULBERG)
    record, second = new_record(), new_record()
    taught = pin(signed, record, HERE, "Peeli kothi")["local_name"]
    pin(signed, second, NEAR, "Peeli Kothi")
    pin(signed, record, FAR)
    kept = client.get(f"/api/local-names/{taught}").get_json()
    assert kept["pins"] == 1 and (kept["lat"], kept["lon"]) == pytest.approx(NEAR, abs=1e-9)
    pin(signed, second, FAR)
    gone = client.get(f"/api/local-names/{taught}").get_json()
    assert gone["pins"] == 0 and gone["withdrawn_reason"] == "no pin left"
    assert taught not in [name["id"] for name in names(client)]


def test_a_name_is_withdrawn_with_a_reason(client: FlaskClient, sign_in, new_record, worker: Session) -> None:
    signed = sign_in(client, "station", GULBERG)
    taught = pin(signed, new_record(), HERE, "Ghalat naam")["local_name"]
    path = f"/api/local-names/{taught}/withdraw"
    assert client.post(path, json={"reason": "   "}, headers=signed.csrf).status_code == 422
    answer = client.post(path, json={"reason": "it is the next street"}, headers=signed.csrf)
    assert answer.status_code == 200 and answer.get_json()["withdrawn_by"] == signed.name
    assert client.post(path, json={"reason": "again"}, headers=signed.csrf).status_code == 409
    assert taught not in [name["id"] for name in names(client)]
    withdrawn = {name["id"]: name for name in names(client, withdrawn="true")}
    assert withdrawn[taught]["withdrawn_reason"] == "it is the next street"
    relearned = pin(signed, new_record(), HERE, "Ghalat naam")["local_name"]
    assert relearned != taught, "a withdrawn name is not brought back in silence"
    lines = worker.execute(
        text("SELECT action, detail::text AS detail, reason FROM audit.entry WHERE object = 'local_name' AND object_id = :id"),  # noqa: E501
        {"id": taught},
    ).all()  # fmt: skip
    assert [line.action for line in lines] == ["local_name.learn", "local_name.withdraw"]
    assert not any("haji" in f"{line.detail}{line.reason}".casefold() for line in lines)
    assert not any("ghalat" in f"{line.detail}{line.reason}".casefold() for line in lines), "the log holds ids"


@pytest.mark.parametrize(
    "name", ["", "12/3", "a1", "x" * 121, "  - ", "chowk", "گلی نمبر 5", "Block 5", "\u200b\u200e\u200b"]
)
def test_a_name_that_is_none_is_refused_and_nothing_is_pinned(
    client: FlaskClient, sign_in, new_record, worker: Session, name: str
) -> None:
    signed = sign_in(client, "station", GULBERG)
    record = new_record()
    assert pin(signed, record, HERE, name, status=422)["title"]
    methods = worker.execute(text("SELECT method FROM fix WHERE record_id = :id"), {"id": record}).scalars().all()
    assert methods == ["coordinates"]


def test_another_station_s_names_are_not_there(client: FlaskClient, sign_in, new_record, owner: Session) -> None:
    """By id, by list, by nearness and for withdrawing; the control: with the policy off they show."""
    theirs = pin(sign_in(client, "station", CLIFTON), new_record(CLIFTON), (24.81, 67.03), "Canary Chowk")["local_name"]
    signed = sign_in(client, "station", GULBERG)
    path = f"/api/local-names/{theirs}"

    def seen() -> list[bool]:
        return [
            client.get(path).status_code == 200,
            theirs in [name["id"] for name in names(client)],
            theirs in [name["id"] for name in names(client, station=CLIFTON)],
            "Canary" in client.get("/api/places/nearest?lat=24.81&lon=67.03").text,
        ]

    assert seen() == [False] * 4
    assert client.get(path).text == client.get(f"/api/local-names/{10**12}").text, "it looks as one that never was"
    assert client.post(f"{path}/withdraw", json={"reason": "x"}, headers=signed.csrf).status_code == 404
    owner.execute(text("ALTER TABLE local_name DISABLE ROW LEVEL SECURITY"))
    owner.commit()
    try:
        assert seen() == [True] * 4
    finally:
        owner.execute(text("ALTER TABLE local_name ENABLE ROW LEVEL SECURITY"))
        owner.commit()
    sign_in(client, "commander", "PK")
    assert client.get(path).status_code == 200


def test_a_protected_record_s_name_is_kept_from_those_who_may_not_see_it(
    client: FlaskClient, sign_in, new_record
) -> None:
    signed = sign_in(client, "station", GULBERG)
    taught = pin(signed, new_record(head="rape", protected=True), HERE, "Purani haveli")["local_name"]
    assert client.get(f"/api/local-names/{taught}").status_code == 200
    sign_in(client, "analyst", "PK-PB")
    assert client.get(f"/api/local-names/{taught}").status_code == 404
    assert taught not in [name["id"] for name in names(client)]
    assert "Purani" not in client.get(f"/api/places/nearest?lat={HERE[0]}&lon={HERE[1]}").text
    signed = sign_in(client, "station", GULBERG)
    pin(signed, new_record(), NEAR, "Purani Haveli")
    sign_in(client, "analyst", "PK-PB")
    assert client.get(f"/api/local-names/{taught}").status_code == 200, "a second, open record makes it an open name"


def test_who_may_do_what(client: FlaskClient, sign_in, new_record) -> None:
    taught = pin(sign_in(client, "station", GULBERG), new_record(), HERE, "Wo wala chowk")["local_name"]
    signed = sign_in(client, "analyst", "PK-PB")
    assert client.get("/api/local-names").status_code == 200
    path = f"/api/local-names/{taught}/withdraw"
    assert client.post(path, json={"reason": "x"}, headers=signed.csrf).status_code == 403
    sign_in(client, "auditor")
    assert client.get("/api/local-names").status_code == 403


def test_two_pins_at_once_make_one_name(app: APIFlask, client: FlaskClient, sign_in, new_record) -> None:
    signed = sign_in(client, "station", CITY)
    cookie = client.get_cookie("naqsha_session").value
    records = [new_record(CITY) for _ in range(6)]

    def do(record: int) -> int:
        one = app.test_client()
        one.set_cookie("naqsha_session", cookie)
        csrf = {"X-CSRFToken": one.get("/api/session").get_json()["csrf_token"]}
        body = {"lat": 31.58, "lon": 74.31, "local_name": "Ikattha Bazar"}
        answer = one.post(f"/api/records/{record}/pin", json=body, headers=csrf)
        assert answer.status_code == 201, answer.text
        return answer.get_json()["local_name"]

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(do, records))) == 1
    assert [name["pins"] for name in names(client) if name["name"] == "Ikattha Bazar"] == [6]
    assert signed.name == next(name["made_by"] for name in names(client) if name["name"] == "Ikattha Bazar")
