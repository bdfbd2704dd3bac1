"""Loads into the migrated PostGIS: versions, pins, stays, incidents, quarantine; the counts always add up."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from apiflask import APIFlask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db.session import worker_session
from app.ingest import quarantine
from app.ingest.hotels import load_hotels
from app.ingest.retention import purge_stays
from app.ingest.service import DeliveryCounts, ingest_file
from spatial.shifts import ZONE

FIR = "station,district,year,number,sections,occurred_from,occurred_to,reported_at,place,distance,direction,lat,lon,complainant_name,complainant_cnic,status"  # noqa: E501
GULBERG = "PK-PB-LHR-GULBERG"
NEW = "Gulberg,Lahore,2026,{0},392 PPC,2026-11-02 22:00,2026-11-03 06:00,2026-11-03 07:00,Main Boulevard,,,31.511,74.351,Name {0},35202-1234567-1,"  # noqa: E501


@pytest.fixture
def load(app: APIFlask, tmp_path: Path) -> Any:
    """Give `load(kind, lines, **options)`: a file of these lines, ingested."""

    def do(kind: str, lines: list[str], **options: Any) -> DeliveryCounts:
        path = tmp_path / f"{kind}.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        with app.app_context():
            return ingest_file(kind, path, **options)

    return do


def adds_up(counts: DeliveryCounts) -> None:
    assert counts.received == counts.accepted + counts.duplicate + counts.quarantined
    assert counts.accepted == counts.placed + counts.unplaced


def mass_law(session: Session) -> None:
    """Every record that is not cancelled has one unit of current mass, and the deltas say the same."""
    session.rollback()
    records = session.execute(text("SELECT count(*) FROM record WHERE NOT cancelled")).scalar()
    current = session.execute(text("SELECT count(*) FROM mass WHERE known_until IS NULL")).scalar()
    total = session.execute(
        text(
            "SELECT coalesce((SELECT sum(m) FROM rollup_delta, unnest(masses) m), 0)"
            " + coalesce((SELECT sum(total) FROM rollup WHERE level = 0 AND span = 1), 0)"
        )
    ).scalar()
    assert records == current
    assert total == records * 1_000_000


def reasons(session: Session, delivery: int) -> list[tuple[int, str]]:
    session.rollback()
    rows = session.execute(
        text("SELECT line, reason FROM quarantine WHERE delivery_id = :d ORDER BY line"), {"d": delivery}
    )
    return [(row.line, row.reason) for row in rows]


def test_a_changed_record_is_a_new_version(load: Any, worker: Session) -> None:
    assert load("fir", [FIR, NEW.format(1), NEW.format(2)])[1:] == (2, 2, 0, 0, 2, 0)
    again = load("fir", [FIR, NEW.format(1).replace("392 PPC", "302/34 PPC"), NEW.format(2)])
    assert again[1:] == (2, 1, 1, 0, 1, 0)
    row = worker.execute(
        text("SELECT r.version, h.key, v.content FROM record r JOIN crime_head h ON h.id = r.head_id JOIN record_version v ON v.record_id = r.id WHERE r.key = :k"),  # noqa: E501
        {"k": f"{GULBERG}/2026/1"},
    ).one()  # fmt: skip
    assert (row.version, row.key) == (2, "murder")
    assert row.content["sections"] == "392 PPC" and "cnic" not in str(row.content).lower()
    assert worker.execute(text("SELECT count(*) FROM person.party")).scalar() == 2
    # The first file again is old news, not a correction; the records stay as they are.
    assert load("fir", [FIR, NEW.format(1), NEW.format(2)])[1:] == (2, 0, 2, 0, 0, 0)
    mass_law(worker)


def test_a_cancelled_record_leaves_the_counts(load: Any, worker: Session) -> None:
    load("fir", [FIR, NEW.format(11)])
    assert load("fir", [FIR, NEW.format(11) + "اخراج"]).accepted == 1
    mass_law(worker)
    assert worker.execute(text("SELECT cancelled FROM record WHERE key LIKE '%/11'")).scalar() is True
    assert load("fir", [FIR, NEW.format(11) + "complete"]).accepted == 1
    mass_law(worker)


def test_a_protected_section_protects_a_graver_head(load: Any, worker: Session) -> None:
    load("fir", [FIR, NEW.format(15).replace("392 PPC", "302/376 PPC"), NEW.format(16).replace("392 PPC", "302 PPC")])
    rows = worker.execute(
        text("SELECT h.key, r.protected, m.protected FROM record r JOIN crime_head h ON h.id = r.head_id JOIN mass m ON m.record_id = r.id WHERE r.key LIKE '%/15' OR r.key LIKE '%/16' ORDER BY r.key"),  # noqa: E501
    ).all()  # fmt: skip
    assert [tuple(row) for row in rows] == [("murder", True, True), ("murder", False, False)]


def test_several_spellings_are_one_record(load: Any, worker: Session) -> None:
    lines = [FIR]
    for station, year, number in (
        ("Gulberg", "2026", "21"),
        (GULBERG, "", "21/26"),
        ("تھانہ گلبرگ", "۲۰۲۶", "۲۱"),
        ("PS GULBERG", "26", "FIR No. 21/2026"),
    ):
        lines.append(f"{station},لاہور,{year},{number},379 PPC,2026-11-02 10:00,,,,,,31.51,74.35,,,")
    assert load("fir", lines)[1:] == (4, 1, 3, 0, 1, 0)
    mass_law(worker)


def test_an_officers_pin_outlives_a_correction_of_something_else(app: APIFlask, load: Any, worker: Session) -> None:
    row = f"{GULBERG},,2026,31,379 PPC,2026-11-02 10:00,,,somewhere,1 km,north,,,,,"
    load("fir", [FIR, row])
    i = worker.execute(text("SELECT id FROM record WHERE key LIKE '%/31'")).scalar()
    worker.execute(text("SELECT 1"))
    with app.app_context(), worker_session() as session:
        pin(session, i, 31.505, 74.345)
    load("fir", [FIR, row.replace("379", "380")])
    worker.rollback()
    current = text("SELECT method, ST_Y(point) FROM fix WHERE record_id = :i AND known_until IS NULL")
    assert worker.execute(current, {"i": i}).one() == ("pin", 31.505)
    load("fir", [FIR, row.replace("1 km", "0.5 km")])
    worker.rollback()
    assert worker.execute(current, {"i": i}).one()[0] != "pin"
    mass_law(worker)


def test_a_pin_made_while_its_record_is_corrected_holds(app: APIFlask, load: Any, worker: Session) -> None:
    row = f"{GULBERG},,2026,32,379 PPC,2026-11-02 10:00,,,somewhere,1 km,north,,,,,"
    load("fir", [FIR, row])
    i = worker.execute(text("SELECT id FROM record WHERE key LIKE '%/32'")).scalar()
    worker.execute(text("SELECT id FROM record WHERE id = :i FOR UPDATE"), {"i": i})
    pin(worker, i, 31.505, 74.345)
    with ThreadPoolExecutor(1) as thread:
        correction = thread.submit(load, "fir", [FIR, row.replace("379", "380")])
        sleep(1)  # until it waits for the pin
        assert not correction.done()
        worker.commit()
        assert correction.result()[1:] == (1, 1, 0, 0, 1, 0)
    assert worker.execute(
        text("SELECT method, ST_Y(point) FROM fix WHERE record_id = :i AND known_until IS NULL"), {"i": i}
    ).one() == ("pin", 31.505)  # fmt: skip
    mass_law(worker)


def pin(session: Session, record: int, lat: float, lon: float) -> None:
    """Pin as an officer does, whose account does not matter here."""
    from app.records import mass
    from spatial import cells

    mass.close_mass(session, [record])
    fix = session.execute(
        text("INSERT INTO fix (record_id, station_id, method, score, accuracy_m, point) SELECT id, station_id, 'pin', 1, 20, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) FROM record WHERE id = :i RETURNING id"),  # noqa: E501
        {"i": record, "lat": lat, "lon": lon},
    ).scalar()  # fmt: skip
    cell = cells.cell_of(lat, lon)
    made = session.execute(
        text("INSERT INTO mass (record_id, fix_id, station_id, kind, head_id, discovery, protected, resolution, cells, cell_upto, keys, shifts, shift_mass, known_at) SELECT id, :f, station_id, kind, head_id, discovery, protected, 9, :c, '{1000000}', :c, '[62000,62001)', '{1000000}', known_at FROM record WHERE id = :i RETURNING id"),  # noqa: E501
        {"i": record, "f": fix, "c": [cell]},
    ).scalar()  # fmt: skip
    mass.add_deltas(session, [made])
    mass.touch(session)


def test_bad_rows_say_what_to_do(load: Any, worker: Session) -> None:
    worker.execute(
        text("INSERT INTO jurisdiction (code, level, parent_id, path, name, area, source) SELECT 'PK-SD-KHS-CITY', 'station', id, path || 'PK_SD_KHS_CITY', 'PS City', area, 'tests' FROM jurisdiction WHERE code = 'PK-SD-KHS' ON CONFLICT DO NOTHING")  # noqa: E501
    )  # fmt: skip
    worker.commit()
    lines = [
        FIR,
        f"{GULBERG},,2026,41,392,2026-11-02,,,,,,,,,35202-12345,",
        f"{GULBERG},,2026,42,392,2046-11-02,,,,,,,,,,",
        f"{GULBERG},,2026,43,392,2026-11-02 10:00,2026-11-01 10:00,,,,,,,,,",
        f"{GULBERG},,2026,44,392,2026-11-02 10:00,,2026-11-01 10:00,,,,,,,,",
        f"{GULBERG},,2026,45,392,2010-11-02,2026-11-01,,,,,,,,,",
        "Nowhere,Lahore,2026,46,392,2026-11-02,,,,,,,,,,",
        f"{GULBERG},,2026,47,hello,2026-11-02,,,,,,,,,,",
        f"{GULBERG},,2026,48,392,2026-11-02,,,,x,,,,,,",
        f"{GULBERG},,2026,49,392,,,,,,,,,,,",
        "City,,2026,50,392,2026-11-02,,,,,,,,,,",
    ]
    counts = load("fir", lines)
    assert counts.quarantined == 10
    assert [reason for _, reason in reasons(worker, counts.delivery)] == [
        "cnic_length", "future", "occurred_to_before", "reported_before", "span_too_long", "station_unknown",
        "sections_unreadable", "distance_unreadable", "missing", "station_ambiguous",
    ]  # fmt: skip
    row = worker.execute(
        text("SELECT raw, params FROM quarantine WHERE delivery_id = :d AND line = 11"), {"d": counts.delivery}
    ).one()
    assert bytes(row.raw) == lines[10].encode() + b"\n"
    assert "Lahore" in row.params["candidates"] and "Karachi South" in row.params["candidates"]
    adds_up(counts)


def test_the_ladder_places_what_has_no_coordinates(load: Any, worker: Session) -> None:
    lines = [
        FIR,
        f"{GULBERG},,2026,61,392,2026-11-02,,,,0.5 km,north,,,,,",
        f"{GULBERG},,2026,62,392,2026-11-02,,,,,,,,,,",
        f"{GULBERG},,2026,63,392,2026-11-02,,,,,,74.35,31.51,,,",
    ]
    assert load("fir", lines)[1:] == (3, 3, 0, 0, 3, 0)
    rows = worker.execute(
        text("SELECT f.method, f.reasons, ST_Y(r.given) lat FROM record r JOIN fix f ON f.record_id = r.id WHERE r.key ~ '/6[123]$' ORDER BY r.key")  # noqa: E501
    ).all()  # fmt: skip
    assert [row.method for row in rows] == ["bearing", "station_area", "station_area"]
    assert rows[2].lat == 74.35 and rows[2].reasons[0]["code"] == "coordinates_swapped"
    mass_law(worker)


def test_complaints_link_their_fir(load: Any, worker: Session) -> None:
    load("fir", [FIR, NEW.format(71)])
    lines = [
        "tag,station,category,occurred_from,occurred_to,reported_at,place,lat,lon,complainant_name,complainant_cnic,status,fir",
        f"T-1,{GULBERG},mobile snatching,2026-11-02 22:00,,,x,31.511,74.351,Name,,,71/26",
        f"T-2,{GULBERG},چوری,2026-11-02 22:00,,,x,,,Name,,withdrawn,",
    ]
    assert load("complaint", lines)[1:] == (2, 2, 0, 0, 2, 0)
    rows = worker.execute(
        text("SELECT c.tag, h.key, c.fir_id IS NOT NULL linked FROM complaint c JOIN record r ON r.id = c.record_id JOIN crime_head h ON h.id = r.head_id ORDER BY 1")  # noqa: E501
    ).all()  # fmt: skip
    assert [tuple(row) for row in rows] == [("T-1", "robbery", True), ("T-2", "theft", False)]
    mass_law(worker)


def test_stays_take_their_hotels_place_and_leave_in_time(
    app: APIFlask, load: Any, worker: Session, tmp_path: Path
) -> None:
    path = tmp_path / "hotels.csv"
    path.write_text("key,name,address,district,lat,lon\nH1,Hotel One,,Lahore,31.511,74.351\nH2,Hotel Two,,Lahore,,\n")
    with app.app_context():
        assert load_hotels(path, source="hotel-eye") == {"received": 2, "refused": 0}
    today = datetime.now(ZONE)
    day = (today - timedelta(days=2)).date()
    old = (today - timedelta(days=181)).date()
    lines = [
        "hotel,check_in,check_out,guest_name,guest_cnic,room,purpose",
        f"H1,{day} 21:00,,Guest A,35202-1234567-1,101,business",
        f"H1,{day} 22:00,,Guest B,,102,",
        f"H2,{day} 22:00,,Guest C,AB1234567,102,",
        f"H3,{day} 22:00,,Guest D,,1,",
        f"H1,{old} 22:00,,Guest E,,1,",
        f"H1,{day} 22:00,,,,1,",
    ]
    counts = load("stay", lines)
    assert counts[1:] == (6, 4, 0, 2, 2, 2)
    assert [reason for _, reason in reasons(worker, counts.delivery)] == ["stay_too_old", "missing"]
    keys = [row.key for row in worker.execute(text("SELECT key FROM record WHERE kind = 'stay'"))]
    assert not any("35202" in key or "Guest" in key for key in keys)
    assert (
        worker.execute(text("SELECT DISTINCT station_id FROM hotel WHERE key = 'H1'")).scalar()
        == worker.execute(text("SELECT id FROM jurisdiction WHERE code = :c"), {"c": GULBERG}).scalar()
    )
    assert load("stay", lines)[1:] == (6, 0, 4, 2, 0, 0)
    mass_law(worker)
    raw = text("SELECT reason, state, raw <> '' FROM quarantine WHERE delivery_id = :d ORDER BY line")
    with app.app_context():
        assert purge_stays() == 0
        forgotten, kept = worker.execute(raw, {"d": counts.delivery}).all()
        assert tuple(forgotten) == ("stay_too_old", "dismissed", False) and tuple(kept) == ("missing", "open", True)
        assert purge_stays(today + timedelta(days=200)) == 4
    mass_law(worker)
    assert not any(has_words for _, _, has_words in worker.execute(raw, {"d": counts.delivery}))
    assert worker.execute(text("SELECT count(*) FROM person.party WHERE role = 'guest'")).scalar() == 0


def test_incidents_by_coordinates_and_by_mapping(app: APIFlask, load: Any, worker: Session, tmp_path: Path) -> None:
    lines = [
        "id,category,occurred_from,occurred_to,reported_at,place,district,lat,lon,accuracy_m",
        "1,robbery,2026-11-02 10:00,,,here,,31.511,74.351,",
        "2,robbery,2026-11-02,,,here,Lahore,31.511,74.351,2000",
        "3,robbery,2026-11-02,,,here,Lahore,31.511,74.351,unknown",
        "4,robbery,2026-11-02,,,here,Atlantis,31.511,74.351,",
    ]
    assert load("incident", lines)[1:] == (4, 3, 0, 1, 2, 1)
    units = (
        worker.execute(
            text(
                "SELECT j.code FROM record r JOIN jurisdiction j ON j.id = r.station_id WHERE r.kind = 'incident' ORDER BY key"  # noqa: E501
            )
        )
        .scalars()
        .all()
    )
    assert units == ["PK-PB-LHR"] * 3
    path = tmp_path / "ucdp.csv"
    path.write_text(
        "id,type_of_violence,date_start,date_end,where_coordinates,where_description,latitude,longitude,where_prec,district\n"
        "59553,one-sided,1990-10-04,1990-10-05,Kel,Kel sector,31.6,74.3,2,Lahore\n"
        "59554,one-sided,1990-10-04,1990-10-04,Punjab,,31.6,74.3,4,Lahore\n"
    )
    from app.ingest.service import MAPPINGS

    with app.app_context():
        assert ingest_file("incident", path, mapping=MAPPINGS / "ucdp.toml")[1:] == (2, 2, 0, 0, 1, 1)
    assert worker.execute(text("SELECT licence FROM source WHERE key = 'ucdp'")).scalar() == "CC BY 4.0"
    mass_law(worker)


def test_quarantine_is_mended_and_replayed(app: APIFlask, load: Any, worker: Session, tmp_path: Path) -> None:
    lines = [FIR, NEW.format(81), NEW.format(82).replace("2026-11-03 07:00", "31/02/2026"), NEW.format(83) + ",extra"]
    counts = load("fir", lines)
    assert counts.quarantined == 2
    path = tmp_path / "mend.csv"
    with app.app_context():
        assert quarantine.export(worker, counts.delivery, path) == 2
        rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
        assert rows[0]["place"] == "Main Boulevard" and rows[1]["quarantine_raw"].endswith(",extra")
        path.write_text(path.read_text("utf-8-sig").replace("31/02/2026", "2026-11-03 07:00"), "utf-8")
        replayed = quarantine.replay(counts.delivery, path)
    assert replayed[1:] == (1, 1, 0, 0, 1, 0)
    worker.rollback()
    states = worker.execute(
        text("SELECT line, state, replayed_in FROM quarantine WHERE delivery_id = :d ORDER BY 1"),
        {"d": counts.delivery},
    )
    # The row that did not come apart, and that nobody has typed in, goes on waiting.
    assert [tuple(row) for row in states] == [(3, "replayed", replayed.delivery), (4, "open", None)]
    # Mended and replayed is the same record as delivered well in the first place.
    assert load("fir", [FIR, NEW.format(82)]).duplicate == 1
    mass_law(worker)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_the_law_of_counts_holds_on_mutated_files(
    load: Any, worker: Session, tmp_path: Path, app: APIFlask, data: st.DataObject
) -> None:
    content = bytearray("\n".join([FIR, *(NEW.format(900 + i) for i in range(12))]).encode() + b"\n")
    start = len(FIR) + 1
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(start, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    path = tmp_path / "mutated.csv"
    path.write_bytes(bytes(content))
    with app.app_context():
        counts = ingest_file("fir", path)
        again = ingest_file("fir", path)
    adds_up(counts)
    adds_up(again)
    assert again[1:] == (counts.received, 0, counts.received - counts.quarantined, counts.quarantined, 0, 0)
    worker.rollback()
    kept = worker.execute(
        text("SELECT count(*) FROM quarantine WHERE delivery_id = :d"), {"d": counts.delivery}
    ).scalar()
    assert kept == counts.quarantined
    mass_law(worker)
