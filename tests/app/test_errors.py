"""Errors as a caller sees them."""

import pytest
from apiflask import APIFlask
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree


@pytest.mark.parametrize(
    "error", [NoConnectionFree("no connection is free"), OperationalError("SELECT 1", {}, Exception())]
)
def test_a_database_that_cannot_answer_is_no_error_of_ours(app: APIFlask, error: SQLAlchemyError) -> None:
    """A busy or absent database is 503, and says when to come back."""
    with app.test_request_context("/api/summary"):
        answer = app.make_response(app.handle_user_exception(error))
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert answer.headers["Retry-After"] == "5"
