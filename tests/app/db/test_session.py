"""The application's sessions: what their errors may say."""

import pytest
from apiflask import APIFlask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session


@pytest.mark.parametrize("role", ["app", "worker", "forecaster"])
def test_an_error_repeats_no_value(app: APIFlask, role: str) -> None:
    """A refused statement's error goes to the log, where no name or CNIC may stand."""
    with Session(app.extensions["naqsha.database"].engine(role)) as session, pytest.raises(DBAPIError) as refused:
        session.execute(text("SELECT 1 / 0, :name"), {"name": "35202-1234567-1"})
    assert "35202" not in str(refused.value)
