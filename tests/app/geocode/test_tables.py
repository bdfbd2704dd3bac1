"""Tables of texts: what is read, what is refused in plain words, and that an answer is written whole or not at all."""

import csv
import zipfile
from pathlib import Path

import pytest

from app.geocode import tables
from app.geocode.tables import TableRefused


def rows(path: Path, **options: bool) -> list[tables.Line]:
    with tables.opened(path, **options) as table:
        return list(table)


def file(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "in.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "content",
    [
        "id,text,district\n7,Clifton,Karachi South\n",
        "\ufeffid,text,district\r\n7,Clifton,Karachi South\r\n",
        "ID, Address ,District\n7,Clifton,Karachi South\n",
        "id;text;district\n7;Clifton;Karachi South\n",
        "id\ttext\tdistrict\n7\tClifton\tKarachi South\n",
        'district,id,text\n\n"Karachi South",7," Clifton "\n',
        "id,text,district\n7,Clifton,Karachi South",
        "sep=;\nid;text;district\n7;Clifton;Karachi South\n",
        '\ufeff"sep=|"\r\nid|text|district\r\n7|Clifton|Karachi South\r\n',
        "نمبر,متن,ضلع\n7,Clifton,Karachi South\n",
        "نمبر,پتہ,ضلع\n7,Clifton,Karachi South\n",
        "نمبر,پته,ضلع\n7,Clifton,Karachi South\n",
    ],
)
def test_a_table_is_read(tmp_path: Path, content: str) -> None:
    (line,) = rows(file(tmp_path, content))
    assert line.values == {"id": "7", "text": "Clifton", "district": "Karachi South"}


def test_cells_are_carried_as_they_are(tmp_path: Path) -> None:
    (line,) = rows(file(tmp_path, 'id,text,note\n1,"a, ""b""\nc", spaced \n'))
    assert line.cells == ["1", 'a, "b"\nc', " spaced "]


def test_text_wins_over_address(tmp_path: Path) -> None:
    (line,) = rows(file(tmp_path, "id,address,text\n1,there,here\n"))
    assert line.values["text"] == "here" and line.cells == ["1", "there", "here"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "empty"),
        ("\n\n", "empty"),
        ("id,place\n1,x\n", "no column text; it has id, place"),
        ("text\nx\n", "no column id"),
        ("id,text,Text\n1,x,y\n", "column text more than once"),
        ("id,text,note,note\n1,x,y,z\n", "column note more than once"),
        ("id,text\n1,x,y\n", "line 2 has 3 cells where the header has 2"),
        ("id,text\n1\n", "line 2 has 1 cells"),
        ("id,text,near_lat\n1,x,31\n", "near_lat but not near_lon"),
        ('id,text\n1,"unfinished\n', "quotation marks"),
        ('id,text\n1,"a"b\n', "line 2"),
        ("id,text\n1,کلفٹن\n".encode("cp1256", "replace"), "line 2, is not UTF-8"),
        ("id,text\n1,x\n".encode("utf-16"), "UTF-16"),
        (b"id,text\n1,a\0b\n", "line 2 holds a NUL"),
        ("id,text\n1,x\n".encode("utf-16-le"), "UTF-16, not UTF-8: save"),
        ("id,text\n1,x\n".encode("utf-16-be"), "UTF-16, not UTF-8: save"),
        (b"PK\x03\x04\xff\xff", "packed file .* save it as “CSV UTF-8”"),
        (b"\x89PNG\r\n\x1a\n\0\0", "picture .* save it as"),
        (b"%PDF-1.7\n", "a PDF file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Excel"),
        ('[{"id": 1, "text": "x"}]', "is JSON, not CSV"),
        ('{"id": 1, "text": "x"}\n{"id": 2, "text": "y"}\n', "is JSON, not CSV"),
        ('{\n  "id": 1\n}\n', "is JSON, not CSV"),
        ("id,text\n1," + "x" * 200_000 + "\n", "line 2, column text: the cell has over 100,000 signs"),
        ("id,text\n1," + "x" * 110_000 + "\n", "line 2, column text: the cell has over 100,000 signs"),
        ('id,text,city\n1,x,y\n2,"' + "x, y\n" * 50_000, "line 3, column text: the cell has over 100,000 signs"),
        ("sep=;\nid;text\n1;x;y\n", "line 3 has 3 cells"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said(tmp_path: Path, content: str | bytes, words: str) -> None:
    with pytest.raises(TableRefused, match="(?i)" + words):
        rows(file(tmp_path, content))


@pytest.mark.parametrize("limit", [131_072, 10_000_000])
def test_a_cell_without_its_end_is_told_whatever_loading_records_allows(tmp_path: Path, limit: int) -> None:
    before = csv.field_size_limit(limit)
    try:
        with pytest.raises(TableRefused, match="line 3, column text: the cell has over 100,000 signs"):
            rows(file(tmp_path, 'id,text,city\n1,x,y\n2,"' + "x, y\n" * 50_000))
    finally:
        csv.field_size_limit(before)


def test_a_workbook_is_told_from_other_packed_files(tmp_path: Path) -> None:
    for inside, words in (("xl/workbook.xml", "an Excel workbook, not CSV"), ("a.txt", "a packed file .ZIP.")):
        path = tmp_path / "in.csv"
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr(inside, "x")
        with pytest.raises(TableRefused, match=words):
            rows(path)


def test_a_header_that_begins_with_a_bracket_is_no_json(tmp_path: Path) -> None:
    assert rows(file(tmp_path, "[note],id,text\nx,1,y\n"))[0].values == {"id": "1", "text": "y"}


def test_truth_is_asked_for_by_name(tmp_path: Path) -> None:
    path = file(tmp_path, "id,text,lat,lon\n1,x,31.5,74.3\n")
    assert "true_lat" not in rows(path)[0].values
    assert rows(path, truth=True)[0].values["true_lat"] == "31.5"
    both = file(tmp_path, "id,text,lat,lon,true_lat,true_lon\n1,x,1,2,31.5,74.3\n")
    assert rows(both, truth=True)[0].values["true_lon"] == "74.3"
    with pytest.raises(TableRefused, match="true_lat"):
        rows(file(tmp_path, "id,text\n1,x\n"), truth=True)


def test_columns_of_the_answer_s_names_are_kept_under_a_prefix(tmp_path: Path) -> None:
    with tables.opened(file(tmp_path, "id,text,Lat,score,city\n1,x,2,3,y\n")) as table:
        assert table.carried == ["id", "text", "in_Lat", "in_score", "city"]
        assert table.renamed == ["Lat", "score"]


@pytest.mark.parametrize(
    ("cell", "kept"),
    [("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("+cmd|x", "'+cmd|x"), ("-x", "'-x"), ("\t=1", "'\t=1"),
     ("\r=1", "'\r=1"), ("-31.5", "-31.5"), ("+923001234567", "+923001234567"), ("1e3", "1e3"), ("", "")],
)  # fmt: skip
def test_no_cell_is_a_formula(cell: str, kept: str) -> None:
    assert tables.safe(cell) == kept


def test_an_answer_is_written_whole(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    with tables.written(out, ["id", "text"]) as writer:
        writer.writerow(["1", "کلفٹن"])
        assert not out.exists()
    assert list(csv.reader(out.read_text(encoding="utf-8").splitlines())) == [["id", "text"], ["1", "کلفٹن"]]
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_or_not_at_all(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("what was there", encoding="utf-8")
    with pytest.raises(RuntimeError), tables.written(out, ["id"]) as writer:
        writer.writerow(["1"])
        raise RuntimeError
    assert out.read_text(encoding="utf-8") == "what was there"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_a_dash_is_the_standard_output(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with tables.written(Path("-"), ["id", "text"]) as writer:
        writer.writerow(["1", "کلفٹن"])
        assert capsys.readouterr().out == ""
    assert capsys.readouterr().out.split() == ["id,text", "1,کلفٹن"]
    with pytest.raises(RuntimeError), tables.written(Path("-"), ["id"]):
        raise RuntimeError
    assert capsys.readouterr().out == "", "whole, or not at all"


def test_what_cannot_be_written_is_told_by_its_own_name(tmp_path: Path) -> None:
    gone = tmp_path / "gone" / "out.csv"
    with pytest.raises(TableRefused, match=r"out\.csv cannot be written") as told, tables.written(gone, ["id"]):
        pass
    assert ".part" not in str(told.value)
    with pytest.raises(TableRefused, match="/dev/full cannot be written"), open("/dev/full", "w") as full:
        tables._Guarded(full, Path("/dev/full")).write("x" * 100_000)


def test_what_is_no_file_is_not_written_over(tmp_path: Path) -> None:
    with pytest.raises(TableRefused, match="ordinary file"), tables.written(Path("/dev/null"), ["id"]):
        pass
