"""Bytes to rows: every manner of CSV, JSON lines and XLSX, and files that are none."""

import gzip
import io
import json
import tracemalloc
import zipfile
from datetime import datetime, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from app.ingest.mapping import read_mapping, shipped
from app.ingest.problems import FileRefused
from app.ingest.readers import facts_of, open_rows, unpacked
from app.ingest.rows import Row

HEAD = "station,number,occurred_from,place"


def rows_of(path: Path, data: bytes, kind: str = "fir") -> list[Row]:
    path.write_bytes(data)
    mapping = shipped(kind)
    with unpacked(path) as plain:
        return list(open_rows(plain, facts_of(plain), mapping.name_of, mapping.required))


def read(tmp_path: Path, data: bytes | str) -> list[Row]:
    return rows_of(tmp_path / "f", data.encode() if isinstance(data, str) else data)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_manner_of_csv(tmp_path: Path, delimiter: str, end: str) -> None:
    text = end.join(line.replace(",", delimiter) for line in (HEAD, "A,1/26,2026-11-02,x", "B,2/26,2026-11-02,y")) + end
    rows = read(tmp_path, text)
    assert [(row.line, row.values["station"], row.values["place"]) for row in rows] == [(2, "A", "x"), (3, "B", "y")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_urdu_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    rows = read(tmp_path, f"{HEAD}\nگلبرگ,۱/۲۶,2026-11-02,نزد مسجد\n".encode(encoding))
    assert rows[0].values["station"] == "گلبرگ"
    assert rows[0].values["place"] == "نزد مسجد"


def test_cp1252_and_a_broken_line_among_urdu(tmp_path: Path) -> None:
    assert read(tmp_path, f"{HEAD}\nA,1/26,2026-11-02,Café\n".encode("cp1252"))[0].values["place"] == "Café"
    lines = [HEAD, *(f"گلبرگ,{i}/26,2026-11-02,مسجد" for i in range(5))]
    data = "\n".join(lines).encode() + b"\nA,9/26,2026-11-02,Caf\xe9\n"
    rows = read(tmp_path, data)
    assert [row.problem.code if row.problem else None for row in rows] == [None] * 5 + ["bytes_encoding"]
    assert rows[5].raw == b"A,9/26,2026-11-02,Caf\xe9\n"


def test_embedded_and_mixed_line_ends(tmp_path: Path) -> None:
    rows = read(
        tmp_path, f'{HEAD}\r\nA,1/26,2026-11-02,"one\ntwo, ""three"""\rB,2/26,2026-11-02,5" pipe\n\nC,3/26,2026-11-02,z'
    )
    assert [row.line for row in rows] == [2, 4, 6]
    assert rows[0].values["place"] == 'one\ntwo, "three"'
    assert rows[1].values["place"] == '5" pipe'


def test_unclosed_quote_costs_one_row(tmp_path: Path) -> None:
    rows = read(tmp_path, f'{HEAD}\nA,1/26,2026-11-02,"open\nB,2/26,2026-11-02,y\nC,3/26,2026-11-02,z\n')
    assert [row.problem and row.problem.code for row in rows] == ["quote_unclosed", None, None]
    assert rows[0].raw == b'A,1/26,2026-11-02,"open\n'


def test_nul_fields_and_length(tmp_path: Path) -> None:
    data = f"{HEAD}\nA,1/26,2026-11-02,a\0b\nB,2/26\nC,3/26,2026-11-02,z,too,many\nD,4/26,2026-11-02,z,,\n".encode()
    data += b"E,5/26,2026-11-02," + b"x" * 3_000_000 + b"\nF,6/26,2026-11-02,last\n"
    rows = read(tmp_path, data)
    codes = [row.problem.code if row.problem else None for row in rows]
    assert codes == ["bytes_nul", "fields_few", "fields_many", None, "row_too_long", None]
    assert [row.line for row in rows] == [2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"), (b"\n\n", "file_no_header"), (b"a,b\n1,2\n", "column_missing"),
        (b"station,ps,number,occurred_from\n", "column_twice"), (b"[1]", "file_json_array"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "file_old_excel"), (b"%PDF-1.4", "file_format"), (b"PK\x03\x04rest", "file_broken"),  # noqa: E501
        (gzip.compress(b"x" * 50_000_000, mtime=0), "file_bomb"),
        (gzip.compress(b"station", mtime=0)[:-4], "file_broken"),
    ],
)  # fmt: skip
def test_file_is_refused_with_reason(tmp_path: Path, data: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as caught:
        read(tmp_path, data)
    assert caught.value.code == code


def test_json_lines(tmp_path: Path) -> None:
    lines = [
        json.dumps({"station": "A", "FIR No": 604.0, "occurred_from": "2026-11-02", "sections": ["392", "34"]}),
        "",
        "{broken", '["list"]', '{"station": {"a": 1}}', r'{"station": "\ud800"}', r'{"station": "a\u0000"}',
        "[" * 100_000, '{"complainant_cnic": 3520212345671, "station": null}',
    ]  # fmt: skip
    rows = read(tmp_path, "\n".join(lines))
    assert rows[0].values == {"station": "A", "number": "604.0", "occurred_from": "2026-11-02", "sections": "392, 34"}
    codes = [row.problem.code if row.problem else None for row in rows[1:]]
    expected = [
        "json_unreadable",
        "json_not_object",
        "json_nested",
        "bytes_encoding",
        "bytes_nul",
        "json_unreadable",
        None,
    ]
    assert codes == expected
    assert rows[-1].values == {"complainant_cnic": "3520212345671", "station": ""}


def workbook(rows: list[list[object]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_xlsx_with_its_mangled_values(tmp_path: Path) -> None:
    data = workbook(
        [
            ["Police Station", "FIR No", "Year", "occurred_from", "occurred_to", "complainant_cnic"],
            ["A", 604.0, 2026, datetime(2026, 11, 2, 14, 29, 59, 999997), datetime(2026, 11, 3), 3520212345671],
            [None] * 6,
            ["B", "605/26", None, 46328.604166666664, time(9, 5), None],
        ]
    )
    rows = read(tmp_path, data)
    assert rows[0].values == {
        "station": "A", "number": "604", "year": "2026", "occurred_from": "2026-11-02 14:30:00",
        "occurred_to": "2026-11-03", "complainant_cnic": "3520212345671",
    }  # fmt: skip
    assert [row.line for row in rows] == [2, 4]
    assert rows[1].values["occurred_from"].startswith("46328.60416")


def test_zip_bomb_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(64):
                sheet.write(b"0" * (1 << 20))
    tracemalloc.start()
    with pytest.raises(FileRefused) as caught:
        rows_of(path, path.read_bytes())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.code == "file_bomb"
    assert peak < 8 << 20


def test_rows_stream_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("w") as file:
        file.write(HEAD + "\n")
        for number in range(60_000):
            file.write(f"A,{number}/26,2026-11-02,{'place ' * 10}\n")
    mapping = shipped("fir")
    facts = facts_of(path)
    tracemalloc.start()
    count = sum(1 for _ in open_rows(path, facts, mapping.name_of, mapping.required))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 60_000
    assert peak < 4 << 20


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_rows_or_a_reason(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    for head in (b"", HEAD.encode() + b"\n", b"{"):
        try:
            rows = rows_of(path, head + data)
        except FileRefused:
            continue
        assert all(row.raw and row.line > 0 for row in rows)


def test_mapping_file(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text(
        '[columns]\nstation = "Thana"\nnumber = ["No", "Number"]\n[constants]\ndistrict = "Lahore"\n'
        '[values.status]\n"خارج" = "cancelled"\n[formats]\ndate_order = "mdy"\n'
    )
    mapping = read_mapping("fir", path)
    assert [mapping.name_of(name) for name in ("THANA", "no", "station", "Occurred From")] == [
        "station",
        "number",
        None,
        "occurred_from",
    ]
    assert mapping.finish({"status": "خارج"}) == {"status": "cancelled", "district": "Lahore"}
    for text in ("[columns]\nnothing = 'x'\n", "[other]\n", "not toml", "[formats]\ndate_order = 'ymd'\n"):
        path.write_text(text)
        with pytest.raises(FileRefused):
            read_mapping("fir", path)
