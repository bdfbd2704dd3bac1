"""The audit log is read by those above: an administrator sees what accounts of his own area did, and nobody else's."""

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from app.audit.service import note
from tests import factories


def test_an_administrator_reads_his_own_area_only(app, sign_in, worker: Session, owner: Session) -> None:
    lahore, karachi, country = app.test_client(), app.test_client(), app.test_client()
    planner = factories.account(worker, "planner")
    sign_in(lahore, "admin", "PK-PB")
    sign_in(karachi, "admin", "PK-SD")
    sign_in(country, "auditor", "PK")
    who = sign_in(app.test_client(), "planner")
    owner.execute(_line(planner))
    owner.execute(_line(who.account_id))
    owner.commit()

    def deeds(client) -> set:
        rows = client.get("/api/audit?object=planted").get_json()["entries"]
        return {row["account_id"] for row in rows}

    assert deeds(lahore) == deeds(country) == {planner, who.account_id}
    assert deeds(karachi) == set()


def test_only_the_whole_country_reads_what_no_account_did(app, sign_in, worker: Session) -> None:
    note(worker, "test.deed", "nobody")
    worker.commit()
    lahore, country = app.test_client(), app.test_client()
    sign_in(lahore, "admin", "PK-PB")
    sign_in(country, "auditor", "PK")
    assert lahore.get("/api/audit?object=nobody").get_json()["entries"] == []
    assert len(country.get("/api/audit?object=nobody").get_json()["entries"]) == 1


def _line(account: int) -> TextClause:
    return text(
        "INSERT INTO audit.entry (account_id, action, object) VALUES (:who, 'test.deed', 'planted')"
    ).bindparams(who=account)
