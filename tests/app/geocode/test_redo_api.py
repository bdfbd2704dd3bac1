"""Placing anew over HTTP: shown first, then done, in one's own area, as a job that can be followed."""

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.geocode import redo
from app.jobs import tasks
from tests import factories
from tests.reference_set import CITY, CLIFTON, GULBERG


@pytest.fixture(scope="module", autouse=True)
def records(database_name: str) -> None:
    from tests.conftest import _engine

    with Session(_engine(database_name, "worker")) as session:
        for code in (GULBERG, CITY, CLIFTON):
            factories.record(session, "fir", code, place_text="nowhere in particular")
        session.commit()


def ask(client: FlaskClient, headers: dict, status: int = 202, **body: object) -> dict:
    answer = client.post("/api/geocode/redo", json=body, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.get_json()


def do(app: APIFlask, run: int) -> dict:
    """Do a run as the worker's task does."""
    with app.app_context():
        return tasks.TASKS[redo.TASK](lambda done, total, message: None, run_id=run)


def test_shown_first_and_then_done(app: APIFlask, client: FlaskClient, sign_in) -> None:
    signed = sign_in(client, "station", GULBERG)
    shown = ask(client, signed.csrf, jurisdiction=GULBERG)
    job = client.get(f"/api/jobs/{shown['job']}").get_json()
    assert job["task"] == "geocode.redo" and job["state"] == "waiting"
    early = ask(client, signed.csrf, 409, jurisdiction=GULBERG, dry_run=False, after=shown["run"])
    assert "dry_run" in early["detail"], "it is not done yet"
    do(app, shown["run"])
    run = client.get(f"/api/geocode/redo/{shown['run']}").get_json()
    assert (run["state"], run["total"], run["dry_run"]) == ("done", 1, True)
    ask(client, signed.csrf, 409, jurisdiction=GULBERG, dry_run=False)
    ask(client, signed.csrf, 409, jurisdiction=CITY, dry_run=False, after=shown["run"])
    done = ask(client, signed.csrf, jurisdiction=GULBERG, dry_run=False, after=shown["run"])
    assert do(app, done["run"])["counts"] == run["counts"]


def test_only_one_s_own_area(app: APIFlask, client: FlaskClient, sign_in) -> None:
    signed = sign_in(client, "station", GULBERG)
    assert "jurisdiction" in ask(client, signed.csrf, 422, jurisdiction=CLIFTON)["detail"]
    whole = ask(client, signed.csrf)
    assert do(app, whole["run"])["total"] == 1, "no jurisdiction is one's own area, not the country"
    other = sign_in(client, "station", CITY)
    assert client.get(f"/api/geocode/redo/{whole['run']}").status_code == 404
    ask(client, other.csrf, 409, dry_run=False, after=whole["run"])
    sign_in(client, "station", GULBERG)
    assert client.get(f"/api/geocode/redo/{whole['run']}").status_code == 404, "another account's, of the same station"


def test_who_may(client: FlaskClient, sign_in) -> None:
    signed = sign_in(client, "planner")
    ask(client, signed.csrf, 403)
    signed = sign_in(client, "analyst", "PK-PB")
    ask(client, signed.csrf)
    assert ask(client, signed.csrf, 422, methods=["pin"])["detail"]
