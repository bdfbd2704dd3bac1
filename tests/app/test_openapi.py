"""/openapi.json: a valid document that describes every address of the API, who may call it, and its errors."""

import re
from typing import Any

import pytest
import schemathesis
from apiflask import APIFlask

from app.openapi import PROBLEM

METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def document(app: APIFlask) -> dict[str, Any]:
    return app.test_client().get("/openapi.json").get_json()


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method, path): item[method] for path, item in document["paths"].items() for method in METHODS if method in item
    }


def test_it_is_a_valid_document(app: APIFlask, document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.") and document["info"]["title"] == "Naqsha"
    schemathesis.openapi.from_dict(document).validate()


def test_a_broken_document_is_seen(document: dict[str, Any]) -> None:
    broken = {**document, "paths": {"/api/heads": {"get": {"responses": "none"}}}}
    with pytest.raises(Exception, match="responses|none"):
        schemathesis.openapi.from_dict(broken).validate()


def test_every_address_of_the_api_is_described(app: APIFlask, document: dict[str, Any]) -> None:
    described = set(operations(document))
    missing = {
        (method.lower(), path)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if (path := re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(rule))).startswith(("/api/", "/tiles/"))
        and (method.lower(), path) not in described
    }
    assert not missing and len(described) > 20


def test_every_operation_says_what_it_gives_and_how_it_fails(document: dict[str, Any]) -> None:
    for where, operation in operations(document).items():
        assert operation["summary"], where
        assert operation["security"] == [{"token": []}], where
        responses = operation["responses"]
        assert any(status.startswith("2") for status in responses), where
        assert {"401", "403", "404", "422", "503"} <= set(responses), where
        for status, response in responses.items():
            assert response["description"], (where, status)
            if status >= "400":
                assert set(response["content"]) == {PROBLEM}, (where, status)


def test_the_answers_have_shapes(document: dict[str, Any]) -> None:
    """Every answer with a body says what is in it."""
    for where, operation in operations(document).items():
        for status, response in operation["responses"].items():
            for kind, media in response.get("content", {}).items():
                assert media.get("schema"), (where, status, kind)


def test_errors_look_as_described(app: APIFlask) -> None:
    answer = app.test_client().get("/api/summary?window=nonsense")
    assert (answer.status_code, answer.mimetype) == (401, PROBLEM)
    assert answer.get_json()["status"] == 401 and answer.get_json()["title"]
