"""Reading incident files: what is used, what is counted, what is refused and how it is said."""

import gzip
from datetime import date, datetime

import pytest

from forecasting.errors import BadInput
from forecasting.incidents import Calendar, read_cells, read_incidents
from spatial import cells as h3_cells
from spatial import shifts
from spatial.mass import UNIT

HEADER = "id,occurred_at,category,lat,lon\n"
ROW = "1,2026-01-05T10:00:00,robbery,31.52,74.35\n"


def test_weeks_are_those_of_the_house():
    monday = date(2026, 1, 5)
    week = Calendar().week_of(monday)
    assert Calendar().start(week) == monday == shifts.week_start(week).date()
    assert Calendar().week_of(date(2026, 1, 4)) == week - 1
    for weekday in range(7):
        calendar = Calendar(weekday)
        start = calendar.start(calendar.week_of(date(2026, 1, 8)))
        assert start.weekday() == weekday
        assert start <= date(2026, 1, 8) < date.fromordinal(start.toordinal() + 7)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("name", ["incidents.csv", "incidents.csv.gz"])
def test_plain_or_gzipped_whatever_its_name(tmp_path, mark, pack, name):
    path = tmp_path / name
    path.write_bytes(pack((mark + HEADER + ROW).encode()))
    incidents = read_incidents(path, 9)
    assert incidents.cell.tolist() == [h3_cells.cell_of(31.52, 74.35, 9)]
    assert incidents.start == [datetime(2026, 1, 5, 10)]
    assert incidents.category == ["robbery"]


def read(tmp_path, text: str):
    """Read a file with this text."""
    path = tmp_path / "incidents.csv"
    path.write_text(text, encoding="utf-8")
    return read_incidents(path, 9)


def test_every_row_is_used_or_counted(tmp_path):
    rows = [
        ROW,
        "2,2026-01-05,robbery,,74.35\n",
        "3,,robbery,31.52,74.35\n",
        '4,2026-01-05 10:00:00+05:00,"theft, of a car",31.52,74.35\n',
        "4,2026-01-06T10:00:00Z,robbery,31.52,74.35\n",
    ]
    incidents = read(tmp_path, HEADER + "".join(rows))
    counts = incidents.counts
    assert counts["rows"] == 5 == counts["used"] + counts["without_coordinates"] + counts["without_time"]
    assert (counts["used"], counts["without_coordinates"], counts["without_time"]) == (3, 1, 1)
    assert counts["repeated_id"] == 1
    assert incidents.start[1] == datetime(2026, 1, 5, 10), "the city's own clock, whatever its offset"


def test_known_at_and_span(tmp_path):
    text = "id,occurred_at,category,lat,lon,occurred_to,known_at\n" + "".join(
        [
            "1,2026-01-05T10:00,robbery,31.52,74.35,,2026-02-01\n",
            "2,2026-01-10T00:00,robbery,31.52,74.35,2026-01-14T00:00,\n",
            "3,2026-01-10T00:00,robbery,31.52,74.35,2026-01-09T00:00,2025-12-01\n",
        ]
    )
    incidents = read(tmp_path, text)
    calendar = Calendar()
    week = calendar.week_of(date(2026, 1, 5))
    columns = incidents.columns(calendar)
    # The second lies half on the week end of one week, half in the next; it is known when it has ended.
    assert columns["week"].tolist() == [week, week, week + 1, week]
    assert columns["mass"].tolist() == [UNIT, UNIT // 2, UNIT // 2, UNIT]
    assert columns["known_at"].tolist() == [calendar.week_of(date(2026, 2, 1)), week + 1, week + 1, week - 5]
    assert incidents.counts["reversed_span"] == 1
    assert incidents.counts["known_too_early"] == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no column id"),
        ("id,category\n", "no column occurred_at, lat, lon; the file has: id, category"),
        (HEADER, "no row with a time and coordinates"),
        (HEADER + ROW + "2,5/1/26,robbery,31.52,74.35\n", "line 3: '5/1/26' is not an ISO 8601 time"),
        (HEADER + "2,2026-13-01,robbery,31.52,74.35\n", "line 2: month must be in 1..12"),
        (HEADER + "2,2026-01-05,robbery,north,74.35\n", "line 2: could not convert string to float: 'north'"),
        (HEADER + "2,2026-01-05,robbery,131.52,74.35\n", "line 2:"),
        (HEADER + "2,2026-01-05,robbery,nan,74.35\n", "line 2:"),
        (HEADER + "2,2026-01-05,,31.52,74.35\n", "line 2: no category"),
        (HEADER + "2,2026-01-05,robbery\n" * 9, "9 of 9 rows cannot be read"),
    ],
)
def test_bad_files_are_refused_in_words(tmp_path, text, says):
    if "robbery\n" in text and text.count("\n") > 5:
        text = text.replace("robbery\n", "robbery,x,y\n")
    with pytest.raises(BadInput) as refused:
        read(tmp_path, text)
    assert says in str(refused.value)
    assert "incidents.csv" in str(refused.value)


def test_a_span_of_years_is_refused(tmp_path):
    text = "id,occurred_at,category,lat,lon,occurred_to\n1,1926-01-05,robbery,31.52,74.35,2026-01-05\n"
    with pytest.raises(BadInput, match="exceeds a year"):
        read(tmp_path, text)


@pytest.mark.parametrize("content", [b"\x1f\x8b broken", b"\xff\xfe\x00i\x00d", gzip.compress(b"x" * 99, mtime=0)[:-9]])
def test_broken_bytes_are_refused(tmp_path, content):
    path = tmp_path / "incidents.csv"
    path.write_bytes(content)
    with pytest.raises(BadInput, match="incidents.csv"):
        read_incidents(path, 9)


def test_no_file(tmp_path):
    with pytest.raises(BadInput, match="No such file"):
        read_incidents(tmp_path / "none.csv", 9)


def test_study_area_cells(tmp_path):
    path = tmp_path / "cells.csv"
    cell = h3_cells.cell_of(31.52, 74.35, 9)
    path.write_text(f"lat,cell\n1,{h3_cells.to_hex(cell)}\n2,{h3_cells.to_hex(cell)}\n")
    assert read_cells(path, 9).tolist() == [cell]
    assert read_cells(path, 8).tolist() == [h3_cells.parent(cell, 8)]
    path.write_text(f"cell\n{h3_cells.to_hex(h3_cells.parent(cell, 8))}\n")
    with pytest.raises(BadInput, match="line 2"):
        read_cells(path, 9)
    path.write_text("cell\nnowhere\n")
    with pytest.raises(BadInput, match="line 2"):
        read_cells(path, 9)
    path.write_text("cell\n")
    with pytest.raises(BadInput, match="no cell"):
        read_cells(path, 9)
