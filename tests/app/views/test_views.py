"""Saved views: what one may hold, who sees it, and taking a deletion back."""

from collections.abc import Callable

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.views import service
from tests.factories import SignedInClient
from tests.reference_set import CITY, GULBERG

SignIn = Callable[..., SignedInClient]
QUERY = "at=31.5204,74.3587,11.5&window=2026-11-15..2026-11-22&kinds=fir,complaint&jurisdiction=PK-PB-LHR&layer=cells"


def keep(who: SignedInClient, name: str = "Night", query: str = QUERY, desk: str = "map", team: bool = False) -> int:
    answer = who.client.post(
        "/api/views", json={"desk": desk, "name": name, "query": query, "team": team}, headers=who.csrf
    )
    assert answer.status_code == 201, answer.text
    return int(answer.get_json()["id"])


def names(who: SignedInClient, **query: str) -> list[str]:
    answer = who.client.get("/api/views", query_string=query)
    return [view["name"] for view in answer.get_json()["views"]]


def test_a_view_is_kept_as_it_was_and_opens_its_desk(client: FlaskClient, sign_in: SignIn) -> None:
    who = sign_in(client, "analyst")
    keep(who, "  Night  robberies ", f"?{QUERY}&lang=ur&theme=dark&record=4711&from=/map")
    (view,) = client.get("/api/views").get_json()["views"]
    assert (view["name"], view["path"], view["own"], view["team"]) == ("Night robberies", f"/map?{QUERY}", True, False)
    assert names(who, desk="map") == ["Night robberies"]
    assert names(who, desk="control") == []
    assert client.get(view["path"]).status_code == 200


def test_a_view_is_seen_by_who_made_it_and_if_shared_by_the_unit(app: APIFlask, sign_in: SignIn) -> None:
    mine, unit, other = (
        sign_in(app.test_client(), "station", GULBERG),
        sign_in(app.test_client(), "station", GULBERG),
        sign_in(app.test_client(), "station", CITY),
    )
    above = sign_in(app.test_client(), "commander", "PK")
    keep(mine, "own")
    shared = keep(mine, "shared", team=True)
    assert names(mine) == ["own", "shared"]
    assert names(unit) == ["shared"]
    assert names(other) == names(above) == []
    # Only who made it may delete it, whoever sees it.
    for who in (unit, other, above):
        assert who.client.delete(f"/api/views/{shared}", headers=who.csrf).status_code == 404
    assert names(unit) == ["shared"]


def test_with_row_level_security_off_the_others_views_show(app: APIFlask, sign_in: SignIn, owner: Session) -> None:
    """The negative control: it is the policy that keeps them apart."""
    mine, other = sign_in(app.test_client(), "station", GULBERG), sign_in(app.test_client(), "station", CITY)
    keep(mine, "only mine")
    assert "only mine" not in names(other)
    owner.execute(text("ALTER TABLE saved_view DISABLE ROW LEVEL SECURITY"))
    owner.commit()
    try:
        assert "only mine" in names(other)
    finally:
        owner.execute(text("ALTER TABLE saved_view ENABLE ROW LEVEL SECURITY"))
        owner.commit()


def test_a_view_cannot_be_put_into_another_unit(app: APIFlask, sign_in: SignIn) -> None:
    """Not by the application's role itself: the policy checks the unit of every row that it writes."""
    from app.db.session import db_session

    mine = sign_in(app.test_client(), "station", GULBERG)
    cookie = mine.client.get_cookie("naqsha_session")
    assert cookie is not None
    put = text("""INSERT INTO saved_view (account_id, unit_id, desk, name, query, is_team)
                  SELECT access.current_account(), id, 'map', 'x', '', true FROM jurisdiction WHERE code = :code""")
    with app.test_request_context():
        session = db_session()
        session.info["token"] = cookie.value
        session.execute(put, {"code": GULBERG})
        with pytest.raises(Exception, match="row-level security"):
            session.execute(put, {"code": CITY})
        session.rollback()


def test_a_deletion_can_be_taken_back(client: FlaskClient, sign_in: SignIn, owner: Session) -> None:
    who = sign_in(client, "planner")
    view = keep(who, team=True)
    assert client.delete(f"/api/views/{view}", headers=who.csrf).status_code == 200
    assert names(who) == []
    assert client.delete(f"/api/views/{view}", headers=who.csrf).status_code == 404
    assert client.post(f"/api/views/{view}/restore", headers=who.csrf).status_code == 200
    assert names(who) == ["Night"]
    # A day later it is gone for good with the next that is saved.
    client.delete(f"/api/views/{view}", headers=who.csrf)
    owner.execute(text("UPDATE saved_view SET deleted_at = now() - interval '25 hours' WHERE id = :id"), {"id": view})
    owner.commit()
    keep(who, "next")
    assert client.post(f"/api/views/{view}/restore", headers=who.csrf).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "q=Muhammad Aslam",
        "name=اسلم",
        "x=35202-1234567-1",
        "x=3520212345671",
        "x=03001234567",
        "x=%2B923001234567",
        "window=<script>",
        "Key=1",
        "x" * 30 + "=1",
        "&".join(f"a{n}=1" for n in range(61)),
    ],
)
def test_no_name_cnic_or_phone_is_kept_in_an_address(client: FlaskClient, sign_in: SignIn, query: str) -> None:
    who = sign_in(client, "analyst")
    answer = client.post("/api/views", json={"desk": "map", "name": "x", "query": query}, headers=who.csrf)
    assert answer.status_code == 422 and answer.get_json()["detail"]
    assert names(who) == []


@pytest.mark.parametrize(
    "query",
    [
        QUERY,
        "cell=893c0c4a4cfffff",
        "cell=891234567890123",
        "patrols=3&minutes=90",
        "jurisdiction=PK-PB-LHR-MUGHALPURA",
        "at=-31.5,74.3,11",
        "",
    ],
)
def test_what_our_pages_write_is_kept(query: str) -> None:
    assert service.clean(query) == query


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "35202-1234567-1", "call ۰۳۰۰ ۱۲۳۴۵۶۷", "a\u202eb"])
def test_a_name_that_cannot_be_is_refused(client: FlaskClient, sign_in: SignIn, name: str) -> None:
    who = sign_in(client, "analyst")
    answer = client.post("/api/views", json={"desk": "map", "name": name, "query": ""}, headers=who.csrf)
    assert answer.status_code == 422


def test_a_name_in_urdu_with_its_joiners_is_kept(client: FlaskClient, sign_in: SignIn) -> None:
    who = sign_in(client, "analyst")
    keep(who, "رات\u200cکی ڈکیتیاں")
    assert names(who) == ["رات\u200cکی ڈکیتیاں"]


def test_there_is_an_end_to_how_many_one_keeps(
    client: FlaskClient, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST", 2)
    who = sign_in(client, "analyst")
    keep(who, "1")
    second = keep(who, "2")
    answer = client.post("/api/views", json={"desk": "map", "name": "3", "query": ""}, headers=who.csrf)
    assert answer.status_code == 409 and "delete one" in answer.get_json()["detail"]
    client.delete(f"/api/views/{second}", headers=who.csrf)
    keep(who, "3")


def test_a_view_that_is_shared_is_written_down(client: FlaskClient, sign_in: SignIn, owner: Session) -> None:
    who = sign_in(client, "analyst")
    view = keep(who, team=True)
    found = owner.execute(
        text("SELECT account_id, action FROM audit.entry WHERE object = 'view' AND object_id = :id"), {"id": view}
    ).all()
    assert [tuple(row) for row in found] == [(who.account_id, "view.share")]


def test_the_auditor_keeps_none(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, "auditor")
    assert client.get("/api/views").status_code == 403
