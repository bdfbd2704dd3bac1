"""Every unsafe route, found from the router, refuses a request that a cookie signs without its token."""

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


def unsafe_routes(app: APIFlask) -> list[tuple[str, str]]:
    found = []
    for rule in app.url_map.iter_rules():
        for method in sorted(set(rule.methods or ()) & set(UNSAFE)):
            values = {n: 1 if c.__class__.__name__ == "IntegerConverter" else "x" for n, c in rule._converters.items()}
            found.append((method, rule.build(values)[1]))
    return found


def is_csrf_refusal(answer) -> bool:
    return answer.status_code == 400 and "CSRF" in answer.text


@pytest.mark.parametrize("role", ["admin", "station", "analyst"])
def test_every_unsafe_route_needs_the_token(app: APIFlask, client: FlaskClient, sign_in, role: str) -> None:
    signed = sign_in(client, role)
    routes = unsafe_routes(app)
    assert len(routes) >= 5
    for method, url in routes:
        assert is_csrf_refusal(client.open(url, method=method, json={})), (method, url)
        wrong = client.open(url, method=method, json={}, headers={"X-CSRFToken": "wrong"})
        assert is_csrf_refusal(wrong), (method, url)
    signed_out = [url for _method, url in routes if url == "/sign-out"]
    assert signed_out and client.get("/api/session").status_code == 200, "nothing was done"
    # The negative control: with the token none of them is refused for want of it.
    for method, url in routes:
        if url != "/sign-out":
            assert not is_csrf_refusal(client.open(url, method=method, json={}, headers=signed.csrf)), (method, url)


def test_with_the_check_off_a_bare_request_goes_through(
    app: APIFlask, client: FlaskClient, sign_in, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of the control: it is our check that refuses."""
    sign_in(client, "station")
    monkeypatch.setattr(app.extensions["csrf"], "protect", lambda *a, **k: None)
    assert client.post("/sign-out").status_code == 303


def test_a_program_with_a_token_needs_none(client: FlaskClient, token) -> None:
    headers = {"Authorization": f"Bearer {token('admin')}"}
    answer = client.post("/api/accounts/1/release", headers=headers)
    assert not is_csrf_refusal(answer) and answer.status_code in (200, 404)


def test_a_header_that_is_no_token_does_not_fall_back_on_the_cookie(client: FlaskClient, sign_in) -> None:
    sign_in(client, "admin")
    for header in ("Basic YTpi", "Bearer x", "Bearer nq_unknown", "nonsense"):
        assert client.get("/api/session", headers={"Authorization": header}).status_code == 401


def test_an_api_token_in_a_cookie_signs_nobody_in(client: FlaskClient, token) -> None:
    client.set_cookie("naqsha_session", token("admin"))
    assert client.get("/api/session").status_code == 401


def test_signing_in_needs_the_forms_token(client: FlaskClient) -> None:
    """Else another site could sign a browser in as an account of its own."""
    assert client.post("/sign-in", data={"name": "x", "password": "y"}).status_code == 400
