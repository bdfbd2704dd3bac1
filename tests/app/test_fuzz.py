"""Schemathesis against the running application: whatever is sent to the API, the answer is one that is described.

Requests are drawn from /openapi.json by a fixed seed, so that every run asks the same; signed in by an API token.
"""

from collections.abc import Callable
from typing import Any

import hypothesis
import pytest
import schemathesis
from apiflask import APIFlask
from hypothesis import HealthCheck, Phase
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests import factories

#: Requests an operation and role.
EXAMPLES = 15
#: The administrator last: what is asked may disable the others' accounts.
ROLES = ("analyst", "station", "admin")
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def description(app: APIFlask) -> Any:
    """Give the API to draw requests from, without its sign-in: else most that is wrong with a request would be that."""
    document = app.test_client().get("/openapi.json").get_json()
    del document["components"]["securitySchemes"]
    for path in document["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict):
                operation.pop("security", None)
    found = schemathesis.openapi.from_dict(document)
    found.app = app
    return found


@pytest.fixture
def one_of_each(worker: Session) -> None:
    """Let there be a record of each kind, so that small numbers are ids of something."""
    if not worker.execute(text("SELECT EXISTS (SELECT FROM record)")).scalar():
        for kind in ("fir", "complaint", "stay", "incident"):
            factories.record(worker, kind)
        worker.commit()


def draw(operation: Any) -> list[Any]:
    """Give requests to an operation, right ones and wrong ones."""
    drawn: list[Any] = []

    @hypothesis.seed(1)
    @hypothesis.settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy() | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def keep(case: Any) -> None:
        drawn.append(case)

    keep()
    return drawn


@pytest.fixture(scope="module")
def requests(description: Any) -> dict[str, list[Any]]:
    """Give the requests by operation, drawn once for all roles: the drawing takes three times as long as the asking."""
    operations = (found.ok() for found in description.get_all_operations())
    return {operation.label: draw(operation) for operation in operations}


@pytest.mark.usefixtures("one_of_each")
@pytest.mark.parametrize("role", ROLES)
def test_whatever_is_asked_the_answer_is_as_described(
    requests: dict[str, list[Any]], token: Callable[..., str], role: str
) -> None:
    sign_in = f"Bearer {token(role)}"
    seen: dict[int, int] = {}
    faults: dict[str, str] = {}
    for label, cases in requests.items():
        for case in (each.derive() for each in cases):
            try:
                answer = case.call(headers={"Authorization": sign_in})
                seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
                kind = answer.headers.get("content-type", [""])[0].partition(";")[0]
                assert answer.status_code < 400 or kind == "application/problem+json", (answer.status_code, kind)
                assert answer.status_code not in (401, 500), answer.text
                case.validate_response(answer, checks=CHECKS)
            except (Exception, FailureGroup) as error:
                faults[label] = f"{error!r}\n" + "\n".join(str(part) for part in getattr(error, "exceptions", ()))
                break
    assert not faults, "\n\n".join(f"{label}: {fault}"[:2000] for label, fault in faults.items())
    assert seen[200] and seen[422] and sum(seen.values()) > EXAMPLES * 10, seen
