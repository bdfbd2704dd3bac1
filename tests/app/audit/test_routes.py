"""The log over HTTP: auditors and administrators read it, page by page, and their reading is in it."""

from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.audit.service import PAGE, note


def test_an_auditor_reads_every_line_once_and_nobody_else_does(client: FlaskClient, sign_in, worker: Session) -> None:
    for number in range(PAGE + 20):
        note(worker, "record_opened", "record", number)
    worker.commit()
    signed = sign_in(client, "auditor")
    first = client.get("/api/audit?object=record").get_json()
    second = client.get(f"/api/audit?object=record&cursor={first['next']}").get_json()
    seen = [line["object_id"] for line in first["entries"] + second["entries"]]
    assert seen == list(reversed(range(PAGE + 20))) and second["next"] is None
    reading = text("SELECT count(*) FROM audit.entry WHERE action = 'audit_read' AND account_id = :id")
    assert worker.execute(reading, {"id": signed.account_id}).scalar_one() == 2
    for role in ("station", "planner", "control", "commander", "analyst"):
        sign_in(client, role)
        assert client.get("/api/audit").status_code == 403


def test_who_looked_at_a_record_is_one_question(client: FlaskClient, sign_in, worker: Session) -> None:
    note(worker, "record_opened", "record", 777)
    worker.commit()
    sign_in(client, "admin")
    lines = client.get("/api/audit?object=record&object_id=777").get_json()["entries"]
    assert [line["object_id"] for line in lines] == [777]


def test_a_filter_that_is_no_number_is_refused(client: FlaskClient, sign_in) -> None:
    sign_in(client, "auditor")
    for query in ("cursor=x", "account=-1", "object_id=99999999999999999999", "cursor=٣"):
        assert client.get(f"/api/audit?{query}").status_code == 422
    assert client.get("/api/audit?object=%00").status_code in (400, 422)


def test_the_application_writes_in_the_name_of_its_scope_only(client: FlaskClient, sign_in, worker: Session) -> None:
    """The account of a line comes from the open scope: audit.note has no parameter for it."""
    parameters = worker.execute(text("SELECT pg_get_function_identity_arguments('audit.note'::regproc)")).scalar_one()
    assert "account" not in parameters
