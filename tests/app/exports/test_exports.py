"""Exports: exactly the filter, under the law of mass, capped, written down, and harmless in a spreadsheet."""

import csv
import io
import json
import resource
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pyogrio
import pytest
import shapely
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.exports import forms
from app.records import mass
from spatial import cells
from tests import factories
from tests.factories import NOON, SignedInClient
from tests.reference_set import CITY, CLIFTON, GULBERG

SignIn = Callable[..., SignedInClient]
WINDOW = "2026-11-01..2026-11-08"
ATTACKS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1"]


@pytest.fixture(scope="module")
def records(app: APIFlask, database_name: str) -> dict[str, list[int]]:
    """Give the ids of records of two cities: placed, coarse, unplaced, protected, a stay, and words that attack."""
    from tests.conftest import _engine

    made: dict[str, list[int]] = {"gulberg": [], "clifton": []}
    hour = timedelta(hours=1)
    here = cells.cell_of(31.51, 74.35)
    with Session(_engine(database_name, "worker")) as session:
        make: Any = factories.record
        everything = cells.children(cells.parent(here, 7), 8)
        for number, words in enumerate(ATTACKS):
            made["gulberg"].append(
                make(session, "fir", GULBERG, place_text=words, occurred=(NOON, NOON + number * 7 * hour))
            )
        spread = [mass.UNIT // 7 + (1 if n < mass.UNIT % 7 else 0) for n in range(7)]
        made["gulberg"].append(make(session, "complaint", GULBERG, placed=(8, everything, spread)))
        made["gulberg"].append(make(session, "fir", GULBERG))
        session.execute(
            text("""UPDATE mass SET resolution = 0, cells = '{0}', cell_upto = '{1000000}', keys = '{0}'
                    WHERE record_id = :id"""),
            {"id": made["gulberg"][-1]},
        )
        made["gulberg"].append(
            make(session, "fir", GULBERG, head="rape", protected=True, place_text="secret house", with_person=True)
        )
        # Half in the window: a span over its end.
        last = NOON.replace(day=7, hour=10)
        made["gulberg"].append(make(session, "fir", GULBERG, occurred=(last, last + 48 * hour)))
        make(session, "stay", GULBERG)
        made["clifton"].append(make(session, "fir", CLIFTON))
        session.commit()
    with app.app_context():
        from app.db.session import worker_session

        with worker_session() as session:
            ids = session.execute(text("SELECT id FROM mass WHERE known_until IS NULL ORDER BY id")).scalars().all()
            mass.ensure_cells(session, session.execute(text("SELECT DISTINCT unnest(cells) FROM mass")).scalars())
        with worker_session() as session:
            mass.add_deltas(session, ids)
    return made


def exported(client: FlaskClient, name: str, **query: str) -> bytes:
    answer = client.get(f"/api/exports/{name}", query_string={"window": WINDOW} | query)
    assert answer.status_code == 200, answer.text
    return answer.data


def read_csv(data: bytes) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Give the head and the rows of a CSV."""
    lines = data.decode("utf-8-sig")
    head, body = {}, []
    for line in csv.reader(io.StringIO(lines, newline="")):
        if line and line[0].startswith("# "):
            name, _, words = line[0][2:].partition(": ")
            head[name] = words
        else:
            body.append(line)
    return head, [dict(zip(body[0], row, strict=True)) for row in body[1:]]


def test_the_law_of_mass_holds_in_the_records(client: FlaskClient, sign_in: SignIn, records: dict[str, Any]) -> None:
    for role in ("analyst", "commander"):  # the one does not see protected places, the other does
        sign_in(client, role)
        for resolution in ("9", "7"):
            for more in ({}, {"heads": "robbery"}, {"shift": "night"}, {"kinds": "fir"}):
                query: dict[str, str] = {"resolution": resolution} | more
                shown = client.get("/api/cells", query_string={"window": WINDOW} | query).get_json()
                head, rows = read_csv(exported(client, "records.csv", **query))
                stays = float(head["Hotel stays"].split(" mass ")[1].split()[0]) if "Hotel stays" in head else 0
                total = sum(round(float(row["mass"]) * 1_000_000) for row in rows) + round(stays * 1_000_000)
                assert total == round(shown["total"] * 1_000_000), (role, query)
                for place, name in (("coarse", "coarse"), ("unplaced", "unplaced"), ("held_back", "held_back")):
                    own = sum(round(float(row["mass"]) * 1_000_000) for row in rows if row["counted_as"] == place)
                    assert own == round(shown[name] * 1_000_000), (role, query, place)
                assert int(head["Rows"]) == len(rows)


@pytest.mark.parametrize("form", ["csv", "geojson", "gpkg", "xlsx"])
@pytest.mark.parametrize("what", ["records", "cells"])
def test_every_form_says_the_same(
    client: FlaskClient, sign_in: SignIn, records: dict[str, Any], tmp_path: Path, what: str, form: str
) -> None:
    who = sign_in(client, "analyst")
    data = exported(client, f"{what}.{form}", heads="robbery", kinds="fir")
    head, rows = read_csv(exported(client, f"{what}.csv", heads="robbery", kinds="fir"))
    expected = [round(float(row["mass"]) * 1_000_000) for row in rows]
    assert head["Exported by"] == who.name and "heads=robbery" in head["Filter"] and WINDOW in head["Filter"]
    if form == "csv":
        return
    path = tmp_path / f"export.{form}"
    path.write_bytes(data)
    if form == "geojson":
        found = json.loads(data)
        assert found["naqsha"]["by"] == who.name and found["naqsha"]["filter"]["heads"] == "robbery"
        assert found["naqsha"]["rows"] == len(found["features"])
        masses = [feature["properties"]["mass"] for feature in found["features"]]
        shapes = [feature["geometry"] for feature in found["features"]]
        assert any(shapes) and all(shape is None or shapely.geometry.shape(shape).is_valid for shape in shapes)
    elif form == "gpkg":
        about = pyogrio.read_info(path)
        assert about["layer_metadata"]["Exported by"] == who.name and about["crs"] == "EPSG:4326"
        frame = pyogrio.read_dataframe(path)
        masses = list(frame["mass"])
    else:
        book = openpyxl.load_workbook(path)
        words = {row[0].value: row[1].value for row in book["About"].iter_rows()}
        assert words["Exported by"] == who.name
        sheet = book[what.capitalize()]
        names = [cell.value for cell in next(sheet.iter_rows())]
        masses = [row[names.index("mass")].value for row in sheet.iter_rows(min_row=2)]
    assert [round(value * 1_000_000) for value in masses] == expected


def test_no_text_is_a_formula(client: FlaskClient, sign_in: SignIn, records: dict[str, Any], tmp_path: Path) -> None:
    sign_in(client, "station", GULBERG)
    _, rows = read_csv(exported(client, "records.csv"))
    places = [row["place_text"] for row in rows]
    assert {f"'{words}" for words in ATTACKS} <= set(places)
    assert not [value for row in rows for value in row.values() if value.startswith(("=", "+", "-", "@", "\t", "\r"))]
    path = tmp_path / "export.xlsx"
    path.write_bytes(exported(client, "records.xlsx"))
    sheet = openpyxl.load_workbook(path)["Records"]
    assert not [cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert forms.harmless("plain") == "plain" and forms.harmless(-1.5) == -1.5


def test_without_the_care_a_formula_would_run(
    client: FlaskClient, sign_in: SignIn, records: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The negative control."""
    sign_in(client, "station", GULBERG)
    monkeypatch.setattr(forms, "harmless", lambda value: value)
    path = tmp_path / "export.xlsx"
    path.write_bytes(exported(client, "records.xlsx"))
    sheet = openpyxl.load_workbook(path)["Records"]
    assert "=1+1" in [cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_scope_and_protection_are_those_of_the_map(app: APIFlask, sign_in: SignIn, records: dict[str, Any]) -> None:
    station = sign_in(app.test_client(), "station", GULBERG).client
    analyst = sign_in(app.test_client(), "analyst").client
    city = sign_in(app.test_client(), "station", CITY).client
    secret = records["gulberg"][10]
    seen = {row["id"]: row for row in read_csv(exported(station, "records.csv"))[1]}
    assert {int(number) for number in seen} == set(records["gulberg"])
    assert seen[str(secret)]["place_text"] == "secret house" and seen[str(secret)]["lat"]
    hidden = {row["id"]: row for row in read_csv(exported(analyst, "records.csv"))[1]}[str(secret)]
    assert hidden["counted_as"] == "held_back"
    assert not hidden["place_text"] and not hidden["lat"] and not hidden["cell"] and not hidden["accuracy_m"]
    assert b"secret house" not in exported(analyst, "records.geojson")
    assert read_csv(exported(city, "records.csv"))[1] == []


def test_no_person_and_no_stay_is_in_an_export(client: FlaskClient, sign_in: SignIn, records: dict[str, Any]) -> None:
    sign_in(client, "station", GULBERG)
    head, rows = read_csv(exported(client, "records.csv"))
    assert {row["kind"] for row in rows} == {"fir", "complaint"}
    assert head["Hotel stays"].startswith("1 stays of mass 1.000000")
    data = exported(client, "records.csv") + exported(client, "records.geojson")
    assert b"sealed" not in data and b'Hotel"' not in data


def test_too_many_rows_are_refused_in_plain_words(
    app: APIFlask, client: FlaskClient, sign_in: SignIn, records: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client, "analyst")
    smaller = app.extensions["naqsha.settings"].model_copy(update={"export_rows": 3})
    monkeypatch.setitem(app.extensions, "naqsha.settings", smaller)
    answer = client.get("/api/exports/records.csv", query_string={"window": WINDOW})
    assert answer.status_code == 422 and answer.mimetype == "application/problem+json"
    assert "at most 3" in answer.get_json()["detail"] and "shorter window" in answer.get_json()["detail"]


def test_every_export_is_written_down(
    client: FlaskClient, sign_in: SignIn, records: dict[str, Any], owner: Session
) -> None:
    who = sign_in(client, "analyst")
    exported(client, "cells.gpkg", heads="robbery")
    (line,) = owner.execute(
        text("SELECT detail FROM audit.entry WHERE action = 'export' AND account_id = :who"), {"who": who.account_id}
    ).scalars()
    assert (line["what"], line["form"], line["filter"]["heads"]) == ("cells", "gpkg", "robbery") and line["rows"] > 0


def test_what_cannot_be_written_down_is_not_given(
    client: FlaskClient, sign_in: SignIn, records: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    from app.exports import service

    def broken(*_args: object, **_more: object) -> None:
        raise OperationalError("INSERT", {}, Exception("no log"))

    sign_in(client, "analyst")
    monkeypatch.setattr(service, "note", broken)
    answer = client.get("/api/exports/records.csv", query_string={"window": WINDOW})
    assert answer.status_code == 503 and b"robbery" not in answer.data


@pytest.mark.parametrize("role", ["control", "admin", "auditor"])
def test_who_may_not_export(client: FlaskClient, sign_in: SignIn, role: str) -> None:
    sign_in(client, role)
    assert client.get("/api/exports/records.csv").status_code == 403


@pytest.mark.parametrize("name", ["records.exe", "persons.csv", "records.", "cells.CSV"])
def test_there_is_nothing_else_to_export(client: FlaskClient, sign_in: SignIn, name: str) -> None:
    sign_in(client, "analyst")
    assert client.get(f"/api/exports/{name}").status_code == 404


def test_a_bad_filter_is_refused(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, "analyst")
    for query in ({"window": "x"}, {"heads": "nonesuch"}, {"resolution": "99"}, {"jurisdiction": "nowhere"}):
        assert client.get("/api/exports/records.csv", query_string=query).status_code == 422


def test_a_fault_half_way_is_no_half_file(
    client: FlaskClient, sign_in: SignIn, records: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.exports import service

    calls = iter(range(3))

    def breaks(row: Any) -> dict[str, Any]:
        if next(calls) == 2:
            raise RuntimeError("half way")
        return dict.fromkeys(service._RECORD)

    sign_in(client, "analyst")
    monkeypatch.setattr(service, "_record", breaks)
    answer = client.get("/api/exports/records.csv", query_string={"window": WINDOW})
    assert answer.status_code == 500 and answer.mimetype == "application/problem+json"


def test_memory_does_not_grow_with_the_rows(client: FlaskClient, sign_in: SignIn, worker: Session) -> None:
    """Twenty thousand records as CSV and GeoPackage cost no more memory than a batch or two."""
    sign_in(client, "station", CITY)
    first = factories.record(worker, "fir", CITY, place_text="x" * 200)
    copies = {"first": first, "many": 20_000}
    worker.execute(
        text("""INSERT INTO record (source_id, key, kind, station_id, head_id, discovery, protected, occurred,
                  reported_at, known_at, place_text, digest, delivery_id, line)
                SELECT source_id, 'copy/' || n, kind, station_id, head_id, discovery, protected, occurred,
                  reported_at, known_at, place_text, digest, delivery_id, n
                FROM record CROSS JOIN generate_series(1, :many) AS n WHERE id = :first"""),
        copies,
    )
    worker.execute(
        text("""INSERT INTO fix (record_id, station_id, method, score, accuracy_m, point)
                SELECT r.id, f.station_id, f.method, f.score, f.accuracy_m, f.point
                FROM record r JOIN fix f ON f.record_id = :first WHERE r.key LIKE 'copy/%'"""),
        copies,
    )
    worker.execute(
        text("""INSERT INTO mass (record_id, fix_id, station_id, kind, head_id, discovery, protected, resolution, cells,
                  cell_upto, keys, shifts, shift_mass, known_at)
                SELECT f.record_id, f.id, m.station_id, m.kind, m.head_id, m.discovery, m.protected, m.resolution,
                  m.cells, m.cell_upto, m.keys, m.shifts, m.shift_mass, m.known_at
                FROM mass m JOIN fix f ON f.station_id = m.station_id AND f.record_id <> m.record_id
                WHERE m.record_id = :first"""),
        copies,
    )
    worker.commit()
    for form in ("csv", "gpkg"):
        before, size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, 0
        answer = client.get(f"/api/exports/records.{form}", query_string={"window": WINDOW}, buffered=False)
        assert answer.status_code == 200
        for piece in answer.iter_encoded():
            size += len(piece)
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        assert size > 4_000_000 and grown < 40, (form, size, grown)
