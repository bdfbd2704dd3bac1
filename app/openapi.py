"""What /openapi.json says beyond each view's own shapes: who may call, and the errors, all as problem+json (RFC 9457).

The titles of errors are those of the handlers (`app.errors`), so the two cannot differ.
"""

import re
from collections.abc import Callable
from typing import Any

from apiflask import APIFlask

from app.errors import TITLES
from app.exports.schemas import MIMETYPES

PROBLEM = "application/problem+json"
_PROBLEM_SCHEMA = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"description": "by field, what cannot be used"},
    },
    "required": ["type", "title", "status"],
}
#: 404: what lies outside the reader's jurisdiction is not there for him.
_MAY_FAIL_ANYWHERE = (400, 401, 403, 404, 422, 503)
_MVT = "application/vnd.mapbox-vector-tile"


def register(app: APIFlask) -> None:
    """Let every operation name its errors; after the rooms, whose own words on their operations stay."""
    before: Callable[[Any], Any] | None = app.spec_callback

    def describe(spec: Any) -> Any:
        if before is not None:
            spec = before(spec)
        components = spec.setdefault("components", {})
        schemas = components.setdefault("schemas", {})
        for own in ("HTTPError", "ValidationError"):  # APIFlask's, which nothing here answers with
            schemas.pop(own, None)
        schemas["Problem"] = _PROBLEM_SCHEMA
        components["securitySchemes"] = {
            "token": {"type": "http", "scheme": "bearer", "description": "an API token: `flask users token NAME`"}
        }
        for rule in app.url_map.iter_rules():
            path = spec["paths"].get(re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"{\1}", str(rule)), {})
            for method in (rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}:
                if method.lower() in path:
                    _describe(path[method.lower()])
        return spec

    app.spec_processor(describe)


def _describe(operation: dict[str, Any]) -> None:
    """Give an operation its sign-in and its errors."""
    operation["security"] = [{"token": []}]
    responses = operation["responses"]
    expected = set(_MAY_FAIL_ANYWHERE)
    if "requestBody" in operation:
        expected |= {413, 415}
    for status in expected:
        responses.setdefault(str(status), {"description": TITLES[status]})
    for status, response in responses.items():
        if status >= "400":
            response["content"] = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        elif status == "304":
            response.pop("content", None)
        for media in response.get("content", {}).values():  # a view that names no shape still answers with an object
            media["schema"] = media.get("schema") or {"type": "object"}
    if "an export file" in responses.get("200", {}).get("description", ""):
        responses["200"]["content"] = {
            kind: {"schema": {"type": "string", "format": "binary"}} for kind in MIMETYPES.values()
        }
    if "a Mapbox vector tile" in responses.get("200", {}).get("description", ""):
        responses["200"]["content"] = {_MVT: {"schema": {"type": "string", "format": "binary"}}}
