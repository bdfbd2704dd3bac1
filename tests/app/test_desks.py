"""The shell of every desk: who finds which door, where a sign-in leads, and the areas that can be chosen."""

import re
from collections.abc import Callable

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from app import desks
from app.policy import ROLES
from tests.reference_set import CITY, CLIFTON, GULBERG


def links(client: FlaskClient, page: str = "/map") -> list[str]:
    """Give the desks that a page's navigation names, in order."""
    nav = re.search(r'<nav class="desk-nav".*?</nav>', client.get(page).text, re.DOTALL)
    assert nav
    return re.findall(r'data-desk="(\w+)"', nav[0])


def desks_home(client: FlaskClient) -> str:
    """Give where a sign-in leads."""
    return client.get("/").headers["Location"]


def test_a_desk_is_offered_where_its_page_exists_and_opens(app: APIFlask, client: FlaskClient, sign_in) -> None:
    there = {str(rule) for rule in app.url_map.iter_rules()}
    for role in ROLES:
        mine = app.test_client()
        sign_in(mine, role)
        offered = links(mine, desks_home(mine))
        for desk in desks.DESKS:
            assert (desk.key in offered) == (desk.path in there and mine.get(desk.path).status_code == 200), desk


def test_the_page_one_is_on_is_marked(client: FlaskClient, sign_in) -> None:
    sign_in(client, "analyst")
    assert 'data-desk="map" aria-current="page"' in client.get("/map").text
    assert "aria-current" not in client.get("/records/1").text


@pytest.mark.parametrize("role", list(ROLES))
def test_a_sign_in_leads_to_the_desk_of_the_role(app: APIFlask, client: FlaskClient, sign_in, role: str) -> None:
    sign_in(client, role)
    answer = client.get("/")
    wanted = {desk.key: desk.path for desk in desks.DESKS}[desks.HOME.get(role, "map")]
    there = wanted in {str(rule) for rule in app.url_map.iter_rules()}
    assert (answer.status_code, answer.headers["Location"]) == (302, wanted if there else "/map")
    assert client.get(answer.headers["Location"]).status_code == 200


def test_every_home_is_a_desk_of_a_role() -> None:
    assert set(desks.HOME.values()) <= {desk.key for desk in desks.DESKS}
    assert set(desks.HOME) <= set(ROLES)


def codes(client: FlaskClient, **query: str) -> list[str]:
    """Give the codes that the area switcher offers."""
    answer = client.get("/api/jurisdictions/own", query_string=query)
    assert answer.status_code == 200
    return [each["code"] for each in answer.get_json()["jurisdictions"]]


def test_the_switcher_offers_ones_own_area_and_what_lies_below(client: FlaskClient, sign_in) -> None:
    sign_in(client, "control", "PK-PB-LHR")
    tops = client.get("/api/jurisdictions/own").get_json()["jurisdictions"]
    assert [(top["code"], top["has_below"]) for top in tops] == [("PK-PB-LHR", True)]
    assert codes(client, parent="PK-PB-LHR") == ["PK-PB-LHR-C-GULBERG"]
    assert sorted(codes(client, parent="PK-PB-LHR-C-GULBERG")) == [CITY, GULBERG]
    assert codes(client, q="gulb") == ["PK-PB-LHR-C-GULBERG", GULBERG]
    assert codes(client, q="گلبرگ") == ["PK-PB-LHR-C-GULBERG", GULBERG]
    assert codes(client, q=GULBERG) == [GULBERG]
    assert codes(client, q="no such place") == []


def test_the_switcher_never_leaves_ones_own_area(client: FlaskClient, sign_in: Callable[..., object]) -> None:
    sign_in(client, "station", CLIFTON)
    assert codes(client) == [CLIFTON]
    assert codes(client, q="gulberg") == codes(client, q="PK-PB") == codes(client, parent="PK-PB-LHR-C-GULBERG") == []
    # The control: the list that the map's tiles are named from has them, so that it is the scope that leaves them out.
    everything = client.get("/api/jurisdictions?q=gulberg").get_json()["jurisdictions"]
    assert GULBERG in [each["code"] for each in everything]


def test_an_area_that_has_ended_is_not_offered(client: FlaskClient, sign_in, owner) -> None:
    from sqlalchemy import text

    sign_in(client, "commander")
    ended = text("UPDATE jurisdiction SET valid_until = :until WHERE code = :code")
    assert CITY in codes(client, q="PS City")
    owner.execute(ended, {"until": "2026-01-01", "code": CITY})
    owner.commit()
    try:
        assert codes(client, q="PS City") == []
    finally:
        owner.execute(ended, {"until": None, "code": CITY})
        owner.commit()
