"""Tests of the typed parts of a place text: what kind each is, its number, its relation and where it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.addresses import normalise, parse


def kinds(text: str) -> list[tuple[str, str, str | None]]:
    return [(part.kind, part.key, part.number) for part in parse(text).parts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("House 12, Street 4", [("unit", "unit", None), ("street", "", "4")]),
        ("Mohalla Islampura", [("area", "islampura", None)]),
        ("Shop # 5, Mall Rd", [("unit", "unit", None), ("street", "mall", None)]),
        ("F-7/2", [("sector", "", "f7/2")]),
        ("G13/1", [("sector", "", "g13/1")]),
        ("جی-11", [("sector", "", "g11")]),
        ("Block 13-D, Clifton", [("block", "", "13d"), ("name", "clifton", None)]),
        ("Block 13 D 2 Gulshan-e-Iqbal", [("block", "", "13d2"), ("name", "gulshan iqbal", None)]),
        ("B Block", [("block", "", "b")]),
        ("DHA Phase IV", [("name", "dha", None), ("phase", "", "4")]),
        ("Defence Housing Authority Phase 4", [("name", "dha", None), ("phase", "", "4")]),
        ("ڈی ایچ اے فیز 4", [("name", "dha", None), ("phase", "", "4")]),
        ("16th Street", [("street", "", "16")]),
        ("گلی نمبر ۴", [("gali", "", "4")]),
        ("Gali No. 4", [("gali", "", "4")]),
        ("Chak No. 123/GB", [("chak", "", "123gb")]),
        ("چک نمبر 07 بی سی", [("chak", "", "7bc")]),
        ("Chak No. 31/4.L", [("chak", "", "31/4l")]),
        ("Chak One Hundred Thirty-one Southern Branch", [("chak", "", "131sb")]),
        ("Chak Eighty-five - Five Right", [("chak", "", "85/5r")]),
        ("Goth Haji Khan", [("village", "haji khan", None)]),
        ("basti Malook", [("village", "malook", None)]),
        ("موضع کوٹ خادم", [("village", normalise("کوٹ خادم"), None)]),
        ("Deh Thano", [("village", "thano", None)]),
        ("Korangi 5", [("name", "korangi", "5")]),
        ("13 KM Raiwind Road", [("road_km", "raiwind", "13")]),
        ("tehsil Jaranwala", [("tehsil", "jaranwala", None)]),
        ("Jaranwala tehsil", [("tehsil", "jaranwala", None)]),
        ("ضلع وہاڑی", [("district", normalise("وہاڑی"), None)]),
        ("P.E.C.H.S. Block 2", [("name", "pechs", None), ("block", "", "2")]),
        ("Jail Road", [("street", "jail", None)]),
        ("College Road", [("street", "college", None)]),
        ("Lari Adda", [("landmark", "lari", None)]),
        ("Hassan Chowk", [("landmark", "hassan", None)]),
        ("پل نہر", [("landmark", "pul", None)]),
        ("162 M Johar Town", [("unit", "", "162m"), ("area", "johar", None)]),
        ("", []),
        ("،،، --", []),
    ],
)  # fmt: skip
def test_kinds_and_numbers(text: str, expected: list[tuple[str, str, str | None]]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize(
    ("text", "key", "relation"),
    [
        ("near Data Darbar", "data", "near"),
        ("نزد داتا دربار", normalise("داتا"), "near"),
        ("Lari Adda ke samne", "lari", "opposite"),
        ("بالمقابل جناح پارک", normalise("جناح"), "opposite"),
        ("behind Fortress Stadium", "fortress stadium", "behind"),
        ("opp. Jinnah Park", "jinnah", "opposite"),
        ("Jinnah Park", "jinnah", None),
    ],
)
def test_relations(text: str, key: str, relation: str | None) -> None:
    assert [(part.key, part.relation) for part in parse(text).parts] == [(key, relation)]


def test_spans_are_those_of_the_text() -> None:
    text = "Khayaban-e-Rumi (خیابانِ رومی)، Block -7 Clifton"
    spans = [text[part.start : part.end] for part in parse(text).parts]
    assert spans == ["Khayaban-e-Rumi", "خیابانِ رومی", "Block -7", "Clifton"]


def test_a_bearing_is_read_and_is_no_name() -> None:
    read = parse("2 کلومیٹر شمال مشرق تھانہ گلبرگ")
    assert read.bearing is not None and (read.bearing.distance_m, read.bearing.direction_deg) == (2000.0, 45.0)
    assert [part.key for part in read.parts] == [normalise("گلبرگ")]


def test_a_narrow_number_is_also_the_wider_one() -> None:
    (block,) = parse("Block 13-D/2").parts
    assert block.terms == ("=block:13d2", "=block:13d", "=block:13") or block.terms[-1] == "=block:13"
    (sector,) = parse("F-7/2").parts
    assert sector.terms == ("=sector:f7/2", "=sector:f7")


@given(st.text(max_size=120))
def test_any_text_is_read_and_spans_lie_within_it(text: str) -> None:
    for part in parse(text).parts:
        assert 0 <= part.start <= part.end <= len(text)


_WORDS = st.sampled_from(
    ["Block", "No", "#", "-", "/", ",", "near", "5", "13", "D", "F", "7", "2", "Road", "Street", "St", "th", "one", "m"]
    + ["km", "Chak", "GB", "Goth", "Mohalla", "Town", "of", "from", "Phase", "IV", "ایچ", "ڈی", "بلاک", "نمبر", "H"]
)


@given(st.lists(_WORDS, max_size=14))
def test_words_of_kind_in_any_order_are_read(written: list[str]) -> None:
    text = " ".join(written)
    for part in parse(text).parts:
        assert 0 <= part.start <= part.end <= len(text)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("سیکٹر ایف سیون ٹو اسلام آباد", {"=sector:f7/2"}),
        ("ایف سیون مرکز", {"=sector:f7"}),
        ("جی نائن فور", {"=sector:g9/4"}),
        ("F Seven Two", {"=sector:f7/2"}),
        ("ڈی ایچ اے فیز فائیو", {"=phase:5"}),
        ("بلاک ٹو کلفٹن", {"=block:2"}),
        ("گلی نمبر پانچ", {"=gali:5"}),
        ("Phase Three", {"=phase:3"}),
        ("Sector Eleven", {"=sector:11"}),
    ],
)
def test_a_number_in_words_is_a_figure_where_one_is_due(text: str, terms: set[str]) -> None:
    assert terms <= {term for part in parse(text).parts for term in part.terms}


@pytest.mark.parametrize(
    "text", ["ون یونٹ چوک", "سیون ڈے ہسپتال", "Seven Up Chowk", "Do Darya", "نو لکھا", "Char Minar", "ایف ٹین",
     "Subh-e-Nau School", "Shahr i Nau"],
)  # fmt: skip
def test_a_number_in_words_is_a_word_elsewhere(text: str) -> None:
    """The last one is a sector, and the control: F-10 is one."""
    numbers = {term for part in parse(text).parts for term in part.terms if term.startswith("=")}
    assert numbers == ({"=sector:f10"} if text == "ایف ٹین" else set())


@pytest.mark.parametrize("text", ["Sector G-9 ek makan", "G-9 do kamre", "سیکٹر جی 9 ایک مکان"])
def test_a_number_in_words_behind_a_sector_in_figures_is_no_quarter_of_it(text: str) -> None:
    """The control, "G nine two", is above: who spells the one spells the other."""
    assert {term for part in parse(text).parts for term in part.terms if term.startswith("=")} == {"=sector:g9"}
