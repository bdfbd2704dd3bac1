"""The security headers stand on every response, errors included."""

import re

import pytest
from apiflask import APIFlask
from flask import Response
from flask.testing import FlaskClient

PATHS = {
    "/sign-in": 200,
    "/map": 302,
    "/api/session": 401,
    "/api/nothing-here": 404,
    "/nothing-here": 404,
    "/healthz": 200,
    "/static/css/tokens.css": 200,
    "/openapi.json": 200,
    "/sign-out": 405,
}


def check(response: Response) -> str:
    policy = response.headers["Content-Security-Policy"]
    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert directives["default-src"] == "'none'" and directives["base-uri"] == "'none'"
    assert directives["frame-ancestors"] == "'none'" and directives["object-src"] == "'none'"
    assert "unsafe" not in policy and "//" not in policy and "*" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response.headers["Cache-Control"]
    found = re.search(r"'nonce-([^']+)'", directives["script-src"])
    assert found
    return found[1]


@pytest.mark.parametrize(("path", "status"), PATHS.items())
def test_headers_stand_on_every_response(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    check(answer)
    answer.close()


def test_headers_stand_on_an_error_of_ours(app: APIFlask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fall() -> None:
        raise RuntimeError("CANARY of the inside")

    monkeypatch.setitem(app.view_functions, "health.live", fall)
    fall.naqsha_public = True  # type: ignore[attr-defined]
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = client.get("/healthz")
    assert answer.status_code == 500 and "CANARY" not in answer.text
    check(answer)


def test_the_nonce_is_another_every_time_and_is_that_of_the_page(client: FlaskClient) -> None:
    pages = [client.get("/sign-in") for _ in range(3)]
    nonces = [check(page) for page in pages]
    assert len(set(nonces)) == 3
    for page, nonce in zip(pages, nonces, strict=True):
        scripts = re.findall(r"<script\b[^>]*>", page.text)
        assert scripts and all(f'nonce="{nonce}"' in tag for tag in scripts)
        assert not re.search(r"<[^>]+\s(?:on\w+|style)\s*=", page.text)


def test_the_check_sees_a_weak_policy(client: FlaskClient) -> None:
    """The negative control."""
    answer = client.get("/sign-in")
    answer.headers["Content-Security-Policy"] = answer.headers["Content-Security-Policy"].replace(
        "script-src 'self'", "script-src 'self' 'unsafe-inline'"
    )
    with pytest.raises(AssertionError):
        check(answer)


def test_no_page_of_a_signed_in_reader_is_kept_by_a_cache(client: FlaskClient, sign_in) -> None:
    sign_in(client, "analyst")
    for path in ("/api/session", "/map"):
        assert "no-store" in client.get(path).headers["Cache-Control"]
