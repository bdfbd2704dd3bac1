"""Every address is opened on purpose: closed by default, found from the router, so that no new one goes untested."""

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from app.policy import Permission

#: What anyone may ask without signing in; a new one is a decision, taken here.
PUBLIC = {"access.sign_in", "static", "openapi.spec", "health.live", "health.ready", "health.metrics"}


def unmarked(app: APIFlask) -> list[str]:
    """Give the endpoints that say neither whom they allow nor that they are public."""
    views = app.view_functions.items()
    return sorted(
        name
        for name, view in views
        if not isinstance(getattr(view, "naqsha_permission", None), Permission)
        and not getattr(view, "naqsha_public", False)
    )


def test_every_route_names_its_permission_or_is_public(app: APIFlask) -> None:
    assert unmarked(app) == []


def test_what_is_public_is_listed(app: APIFlask) -> None:
    public = {name for name, view in app.view_functions.items() if getattr(view, "naqsha_public", False)}
    strings_of_the_page = {name for name in public if name.startswith("i18n.")}
    assert public - strings_of_the_page == PUBLIC


def test_no_route_is_both(app: APIFlask) -> None:
    both = [
        name
        for name, view in app.view_functions.items()
        if hasattr(view, "naqsha_permission") and hasattr(view, "naqsha_public")
    ]
    assert both == []


def test_a_route_that_forgets_is_found_and_closed(app: APIFlask, sign_in, client: FlaskClient) -> None:
    """The negative control: such a route fails the test above, and nobody gets in."""

    def forgotten() -> str:
        return "open"

    app.view_functions["forgotten"] = forgotten
    rule = app.url_rule_class("/api/forgotten", endpoint="forgotten", methods={"GET"})
    app.url_map.add(rule)
    try:
        assert unmarked(app) == ["forgotten"]
        assert client.get("/api/forgotten").status_code == 401
        sign_in(client, "admin")
        assert client.get("/api/forgotten").status_code == 403
    finally:
        del app.view_functions["forgotten"]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_nobody_gets_past_a_closed_door(app: APIFlask, client: FlaskClient, method: str) -> None:
    """Every route that is not public, from the router, asked by nobody."""
    asked = 0
    for rule in app.url_map.iter_rules():
        view = app.view_functions.get(rule.endpoint)
        if view is None or method not in (rule.methods or set()) or getattr(view, "naqsha_public", False):
            continue
        url = rule.build({name: _sample(rule, name) for name in rule.arguments})[1]
        answer = client.open(url, method=method)
        assert answer.status_code == 401 or "/sign-in" in answer.headers.get("Location", ""), (
            method,
            url,
            answer.status,
        )
        asked += 1
    assert asked or method in ("PUT", "PATCH", "DELETE")


def _sample(rule, name: str) -> object:
    return 1 if rule._converters[name].__class__.__name__ == "IntegerConverter" else "x"
