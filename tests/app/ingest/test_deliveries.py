"""POST and GET /api/deliveries: counts at once or by a job, each account within its stations, no file makes a 500."""

import io
import json
from datetime import datetime
from typing import Any

from apiflask import APIFlask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db.queue import quiet
from app.ingest import uploads
from tests.app.ingest.test_loading import FIR, NEW, mass_law


def send(client: FlaskClient, token: str, data: bytes, query: str = "kind=fir", name: str = "a.csv") -> Any:
    return client.post(
        f"/api/deliveries?{query}",
        data={"file": (io.BytesIO(data), name)},
        headers={"Authorization": f"Bearer {token}"},
        content_type="multipart/form-data",
    )


def get(client: FlaskClient, token: str, path: str) -> Any:
    return client.get(path, headers={"Authorization": f"Bearer {token}"})


def file(*numbers: int, station: str = "Gulberg") -> bytes:
    return "\n".join([FIR, *(NEW.format(n).replace("Gulberg", station) for n in numbers)]).encode()


def test_counts_come_at_once(client: FlaskClient, token: Any, worker: Session) -> None:
    mine = token("station")
    answer = send(client, mine, file(1, 2))
    assert answer.status_code == 200, answer.text
    counts = answer.get_json()
    assert {name: counts[name] for name in ("received", "accepted", "duplicate", "quarantined", "placed", "unplaced")} == {  # noqa: E501
        "received": 2, "accepted": 2, "duplicate": 0, "quarantined": 0, "placed": 2, "unplaced": 0,
    }  # fmt: skip
    one = get(client, mine, f"/api/deliveries/{counts['delivery']}").get_json()
    assert (one["state"], one["accepted"], one["source"]) == ("done", 2, "psrms")
    newest = worker.execute(text("SELECT max(known_at) FROM record")).scalar_one()
    said = datetime.fromisoformat(get(client, mine, "/api/summary").get_json()["data_to"])
    assert said == newest, "the summary says how far the data reach"
    assert [d["delivery"] for d in get(client, mine, "/api/deliveries").get_json()["deliveries"]] == [
        counts["delivery"]
    ]
    other = token("admin")
    assert get(client, other, f"/api/deliveries/{counts['delivery']}").status_code == 404
    assert get(client, other, "/api/deliveries").get_json()["deliveries"] == []
    mass_law(worker)


def test_a_station_writes_no_other_stations_records(client: FlaskClient, token: Any, worker: Session) -> None:
    mine = token("station")
    answer = send(client, mine, file(11) + b"\n" + NEW.format(12).replace("Gulberg,Lahore", "Clifton,").encode())
    counts = answer.get_json()
    assert (counts["accepted"], counts["quarantined"]) == (1, 1)
    rows = get(client, mine, f"/api/deliveries/{counts['delivery']}/quarantine").get_json()["rows"]
    assert [(row["line"], row["reason"]) for row in rows] == [(3, "outside_jurisdiction")]
    assert "PS Clifton" in rows[0]["message"] and rows[0]["message_ur"]
    assert worker.execute(text("SELECT count(*) FROM record WHERE key LIKE '%CLIFTON%'")).scalar() == 0


def test_a_tag_of_another_station_is_not_taken_over(client: FlaskClient, token: Any, worker: Session) -> None:
    head = "tag,station,category,occurred_from,place\n"
    everywhere, mine = token("admin", "PK"), token("station")
    assert (
        send(client, everywhere, (head + "T-1,Clifton,theft,2026-11-02,x").encode(), "kind=complaint").get_json()[
            "accepted"
        ]
        == 1
    )
    counts = send(client, mine, (head + "T-1,Gulberg,theft,2026-11-02,x").encode(), "kind=complaint").get_json()
    assert (counts["accepted"], counts["quarantined"]) == (0, 1)
    rows = get(client, mine, f"/api/deliveries/{counts['delivery']}/quarantine").get_json()["rows"]
    assert rows[0]["reason"] == "key_elsewhere"


def test_a_large_file_is_read_by_a_job(client: FlaskClient, token: Any, app: APIFlask, worker: Session) -> None:
    mine = token("station")
    # Short rows: the test's own client leaves a temporary file behind for an upload of half a megabyte.
    lines = ["station,number,occurred_from", *(f"Gulberg,{n}/25,2025-11-02 10:00" for n in range(1, 5_002))]
    lines.append("Clifton,7/25,2025-11-02")
    answer = send(client, mine, "\n".join(lines).encode())
    assert answer.status_code == 202
    delivery = answer.get_json()["delivery"]
    assert get(client, mine, f"/api/deliveries/{delivery}").get_json()["state"] == "waiting"
    assert worker.execute(text("SELECT count(*) FROM job_progress WHERE task = :t"), {"t": uploads.TASK}).scalar() == 1
    with app.app_context():
        counts = uploads.run_delivery(quiet, delivery)
        # As after a kill between the end of the delivery and that of its file, which holds persons in clear.
        left = uploads.folder() / str(delivery)
        left.write_bytes(b"left")
        assert uploads.run_delivery(quiet, delivery) == counts and not left.exists()
    assert (counts["received"], counts["accepted"], counts["quarantined"]) == (5_002, 5_001, 1)
    assert get(client, mine, f"/api/deliveries/{delivery}").get_json()["state"] == "done"
    mass_law(worker)


def test_refusals_are_problems(client: FlaskClient, token: Any) -> None:
    mine = token("station")
    for data, query, status in (
        (b"", "kind=fir", 400),
        (b"100% wrong,header\n1,2", "kind=fir", 400),
        (b"PK\x03\x04", "kind=fir", 400),
        (file(1), "kind=murder", 422),
        (file(1), "", 422),
        (file(1), "kind=fir&source=nobody", 422),
        (file(1), "kind=fir&source=%00", 400),
    ):
        answer = send(client, mine, data, query)
        assert answer.status_code == status, (data, query, answer.text)
        assert answer.mimetype == "application/problem+json"
    bearer = {"Authorization": f"Bearer {mine}"}
    assert client.post("/api/deliveries?kind=fir", headers=bearer).status_code == 400
    assert client.post("/api/deliveries?kind=fir", data=file(1)).status_code in (401, 403)
    assert send(client, token("planner"), file(1)).status_code == 403
    assert get(client, mine, "/api/deliveries/99999999999999999999").status_code == 404
    assert get(client, mine, "/api/deliveries?cursor=-1").status_code == 422


def test_naughty_strings_come_back_or_are_refused(client: FlaskClient, token: Any, worker: Session) -> None:
    mine = token("station")
    naughty = [
        "'; DROP TABLE record; --",
        "<script>alert(1)</script>",
        "\u202eabc",
        "نزد مسجد\u200cپاس",
        "%s %(x)s {0}",
        "👩‍👩‍👧",
        "\\N",
        "=1+1",
    ]
    lines = [
        json.dumps(
            {
                "station": "Gulberg",
                "number": f"{500 + i}/26",
                "occurred_from": "2026-11-02",
                "place": place,
                "narrative": place,
            }
        )
        for i, place in enumerate(naughty)
    ]
    counts = send(client, mine, "\n".join(lines).encode()).get_json()
    assert counts["accepted"] == len(naughty)
    found = worker.execute(
        text(
            "SELECT r.place_text, f.narrative FROM record r JOIN fir f ON f.record_id = r.id WHERE f.year = 2026 AND f.number BETWEEN 500 AND 510 ORDER BY f.number"  # noqa: E501
        )
    ).all()
    assert [tuple(row) for row in found] == [(place, place) for place in naughty]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.binary(max_size=200),
    head=st.sampled_from([b"", b"station,number,occurred_from\n", b"{"]),
    name=st.text(max_size=20),
)
def test_no_bytes_make_a_server_error(client: FlaskClient, token: Any, data: bytes, head: bytes, name: str) -> None:
    if not hasattr(test_no_bytes_make_a_server_error, "token"):
        test_no_bytes_make_a_server_error.token = token("station")  # type: ignore[attr-defined]
    answer = send(client, test_no_bytes_make_a_server_error.token, head + data, name=name or "x")  # type: ignore[attr-defined]
    assert answer.status_code < 500, answer.text
