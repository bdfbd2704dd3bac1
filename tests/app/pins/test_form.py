"""Form 24.5(1) and the order of events over HTTP: what is shown, to whom, and what is written down."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests import factories
from tests.app.ingest.test_deliveries import send
from tests.reference_set import GULBERG

HEAD = (
    "station,year,number,e_tag,sections,occurred_from,reported_at,entered_at,place,distance,direction,narrative,"
    "complainant_name,diary_at,despatched_at,arrested_at,delay_reason\n"
)


@pytest.fixture
def fir(client: FlaskClient, token: Any, worker: Session) -> int:
    """Give the id of a FIR whose arrest lies before it."""
    day = (datetime.now(tz=UTC) - timedelta(days=3)).date().isoformat()
    number = next(factories._number)
    row = (
        f"Gulberg,{day[:4]},{number},LHR-1-000001,392 PPC,{day}T10:00,{day}T12:00,{day}T13:00,Main Market,2 km,north,"
        f"<script>alert(1)</script> words,Test Informant,{day}T12:30,{day}T18:00,{day}T09:00,the road was closed\n"
    )
    answer = send(client, token("station"), (HEAD + row).encode())
    assert answer.get_json()["accepted"] == 1, answer.text
    return int(worker.execute(text("SELECT record_id FROM fir WHERE number = :n"), {"n": number}).scalar_one())


def test_the_form_prints_every_column_and_is_logged(
    client: FlaskClient, sign_in: Any, worker: Session, fir: int
) -> None:
    sign_in(client, "station")
    page = client.get(f"/records/{fir}/form?lang=en").text
    for words in ("First Information Report", "392 PPC", "Main Market", "2.0 km", "the road was closed",
                  "Test Informant", "lies before the FIR", "does not replace it"):  # fmt: skip
        assert words in page, words
    assert "<script>alert(1)" not in page
    actions = worker.execute(
        text("SELECT action FROM audit.entry WHERE object = 'record' AND object_id = :id"), {"id": fir}
    ).scalars()
    assert {"record.open", "record.print", "person.read"} <= set(actions)


def test_the_form_is_whole_in_urdu(client: FlaskClient, sign_in: Any, fir: int) -> None:
    sign_in(client, "station")
    page = client.get(f"/records/{fir}/form?lang=ur").text
    assert 'dir="rtl"' in page and "ابتدائی اطلاعی رپورٹ" in page and "First Information Report" not in page


def test_who_may_not_read_persons_prints_none(client: FlaskClient, sign_in: Any, fir: int) -> None:
    sign_in(client, "planner")
    page = client.get(f"/records/{fir}/form?lang=en").text
    assert "Test Informant" not in page and "your role does not read persons" in page


def test_another_stations_fir_is_not_there(client: FlaskClient, sign_in: Any, worker: Session, fir: int) -> None:
    other = worker.execute(
        text("SELECT code FROM jurisdiction WHERE level = 'station' AND code <> :code ORDER BY code LIMIT 1"),
        {"code": GULBERG},
    ).scalar_one()
    sign_in(client, "station", other)
    assert client.get(f"/records/{fir}/form").status_code == 404
    assert client.get(f"/api/records/{fir}/order").get_json() == {"flags": []}
    assert client.get("/api/pins/order").get_json()["records"] == []


def test_only_a_fir_has_this_form(client: FlaskClient, sign_in: Any, worker: Session) -> None:
    other = factories.record(worker, "complaint")
    worker.commit()
    sign_in(client, "station")
    assert client.get(f"/records/{other}/form").status_code == 404


def test_the_desk_lists_what_is_out_of_order(client: FlaskClient, sign_in: Any, fir: int) -> None:
    sign_in(client, "station")
    found = client.get("/api/pins/order", query_string={"jurisdiction": GULBERG}).get_json()
    one = next(row for row in found["records"] if row["id"] == fir)
    assert [flag["code"] for flag in one["flags"]] == ["arrest_before_fir", "arrest_before_occurrence"]
    assert found["checked"] >= 1 and found["by_code"]["arrest_before_fir"] >= 1
    assert client.get(f"/api/records/{fir}/order").get_json()["flags"][0]["code"] == "arrest_before_fir"
    assert client.get("/api/pins/order", query_string={"jurisdiction": "nowhere"}).status_code == 422


def test_a_protected_offence_is_held_back_on_paper(client: FlaskClient, sign_in: Any, worker: Session) -> None:
    hidden = factories.record(worker, protected=True, place_text="A secret place")
    worker.commit()
    sign_in(client, "planner")
    page = client.get(f"/records/{hidden}/form?lang=en").text
    assert "A secret place" not in page and "held back" in page
    sign_in(client, "station")
    assert (
        "A secret place" in client.get(f"/records/{hidden}/form?lang=en").text
    )  # the control: with the right it is there
