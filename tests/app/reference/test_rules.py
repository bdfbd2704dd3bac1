"""The crime heads: every written form of a section is read, and the gravest one decides."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reference.rules import Section, current_rules, head_of, head_of_category, is_protected, parse_sections

RULES = current_rules()


def key_of(sections: str | list[str], property_kind: str | None = None) -> tuple[str, str]:
    """Give the key of the head and the discovery of sections."""
    listed = [sections] if isinstance(sections, str) else sections
    head, discovery, version = head_of(listed, property_kind, RULES)
    assert version == RULES.version
    return next(h.key for h in RULES.heads.values() if h.id == head), discovery


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("302/34 PPC", ["302 PPC", "34 PPC"]),
        ("302", ["302 PPC"]),
        ("u/s 302 PPC", ["302 PPC"]),
        ("PPC 302/34", ["302 PPC", "34 PPC"]),
        ("P.P.C. 302", ["302 PPC"]),
        ("381-A", ["381-A PPC"]),
        ("381A ت پ", ["381-A PPC"]),
        ("381-A ت۔پ", ["381-A PPC"]),
        ("381 A PPC", ["381-A PPC"]),
        ("۳۰۲/۳۴ ت پ", ["302 PPC", "34 PPC"]),
        ("٣٠٢ ت پ", ["302 PPC"]),
        ("بجرم 392 ت پ", ["392 PPC"]),
        ("9-C CNSA", ["9-C CNSA"]),
        ("9(c) CNSA", ["9(c) CNSA"]),
        ("9-C CNSA 1997", ["9-C CNSA"]),
        ("9(1)3(c) CNSA", ["9 CNSA"]),
        ("9(1)3-C C.N.S.A", ["9 CNSA"]),
        ("13-2(a) AO 1965", ["13(2 a) AO"]),
        ("13/20/65 AO", ["13 AO"]),
        ("13-20-65", ["13 AO"]),
        ("13/2/65", ["13 AO"]),
        ("13(2)(a) A.O.", ["13(2 a) AO"]),
        ("23(1)A Sindh Arms Act 2013", ["23(1 a) SAA"]),
        ("15 AA", ["15 KPAA"]),
        ("365-A PPC, 7 ATA", ["365-A PPC", "7 ATA"]),
        ("302/324/7 ATA", ["302 PPC", "324 PPC", "7 ATA"]),
        ("302, 7 ATA", ["302 PPC", "7 ATA"]),
        ("7-ATA", ["7 ATA"]),
        ("337-A(i), 337-F(v), 34 PPC", ["337-A(i) PPC", "337-F(v) PPC", "34 PPC"]),
        ("337Ai/337Fv PPC", ["337-A PPC", "337-F PPC"]),
        ("392 PPC & 13/20/65 AO", ["392 PPC", "13 AO"]),
        ("392 PPC 13 AO", ["392 PPC", "13 AO"]),
        ("PPC 302/34 ATA 7", ["302 PPC", "34 PPC", "7 ATA"]),
        ("457، 380 ت پ", ["457 PPC", "380 PPC"]),
        ("3/4 PO", ["3 PEHO", "4 PEHO"]),
        ("3/4 EHO 1979", ["3 PEHO", "4 PEHO"]),
        ("5 Gambling Ordinance 1978", ["5 GO"]),
        ("3 Illegal Dispossession Act 2005", ["3 IDA"]),
        ("489-F PPC", ["489-F PPC"]),
        ("279-320 PPC", ["279 PPC", "320 PPC"]),
        ("147/148/149", ["147 PPC", "148 PPC", "149 PPC"]),
        ("302 PPC, 302 PPC", ["302 PPC"]),
        ("", []),
        ("nothing here", []),
    ],
)
def test_reads_every_written_form(text: str, expected: list[str]) -> None:
    """A section is read alike however it was written."""
    assert [str(section) for section in parse_sections(text)] == expected


def test_reads_the_date_on_which_a_section_was_added() -> None:
    """A section added later carries its date."""
    assert parse_sections("379 PPC, 411 PPC (2026-03-04)") == [
        Section("PPC", 379),
        Section("PPC", 411, added=date(2026, 3, 4)),
    ]
    assert parse_sections("411 PPC@2026-03-04")[0].added == date(2026, 3, 4)


@pytest.mark.parametrize(
    ("sections", "property_kind", "expected"),
    [
        ("302/34 PPC", None, ("murder", "reported")),
        ("34/302 PPC", None, ("murder", "reported")),
        ("324/34", None, ("attempted_murder", "reported")),
        ("337-A(i), 337-L", None, ("hurt", "reported")),
        ("363", None, ("kidnapping", "reported")),
        ("365-A PPC, 7 ATA", None, ("kidnapping_ransom", "reported")),
        ("376", None, ("rape", "reported")),
        ("375-A/376", None, ("gang_rape", "reported")),
        ("354", None, ("assault_woman", "reported")),
        ("377-B", None, ("child_abuse", "reported")),
        ("395", None, ("dacoity", "reported")),
        ("392/34", None, ("robbery", "reported")),
        ("392/34", "vehicle", ("vehicle_snatching", "reported")),
        ("382", "vehicle", ("vehicle_snatching", "reported")),
        ("457/380", None, ("burglary", "reported")),
        ("379", None, ("theft", "reported")),
        ("379", "cattle", ("cattle_theft", "reported")),
        ("380", "cattle", ("cattle_theft", "reported")),
        ("381-A", None, ("vehicle_theft", "reported")),
        ("379", "vehicle", ("vehicle_theft", "reported")),
        ("411", None, ("stolen_property", "discovered")),
        ("379/411", None, ("theft", "reported")),
        ("489-F", None, ("cheating", "reported")),
        ("420/468/471", None, ("cheating", "reported")),
        ("384 PPC, 7 ATA", None, ("extortion", "reported")),
        ("7 ATA", None, ("terrorism", "reported")),
        ("13-2(a) AO 1965", None, ("arms", "discovered")),
        ("23(i)A SAA", None, ("arms", "discovered")),
        ("9-C CNSA", None, ("narcotics", "discovered")),
        ("9(1)3(c) CNSA", None, ("narcotics", "discovered")),
        ("3/4 PEHO", None, ("liquor_gambling", "discovered")),
        ("279/320", None, ("traffic_accident", "accident")),
        ("279/322/337-G", None, ("traffic_accident", "accident")),
        ("279/427", None, ("traffic_accident", "accident")),
        ("427", None, ("mischief", "reported")),
        ("322", None, ("murder", "reported")),
        ("3 IDA 2005", None, ("illegal_dispossession", "reported")),
        ("295-C", None, ("blasphemy", "reported")),
        ("506", None, ("intimidation", "reported")),
        ("392 PPC, 13/20/65 AO", None, ("robbery", "reported")),
        ("34", None, ("other", "unknown")),
        ("34/109/149", None, ("other", "unknown")),
        ("999 PPC", None, ("other", "unknown")),
        ("", None, ("other", "unknown")),
    ],
)
def test_gravest_section_decides(sections: str, property_kind: str | None, expected: tuple[str, str]) -> None:
    """The head is that of the gravest section, companions never decide, and property has its say."""
    assert key_of(sections, property_kind) == expected


def test_takes_a_list_of_sections() -> None:
    """Sections may come one by one."""
    assert key_of(["34 PPC", "302 PPC"]) == ("murder", "reported")


@given(st.permutations(["302 PPC", "34 PPC", "411 PPC", "9-C CNSA", "13 AO"]))
def test_order_never_matters(sections: list[str]) -> None:
    """The same sections in any order give the same head."""
    assert key_of(list(sections)) == ("murder", "reported")


@given(st.text(max_size=60))
def test_any_text_gives_a_head(text: str) -> None:
    """No text, however odd, stops a delivery."""
    head, discovery, _ = head_of([text])
    assert head in {h.id for h in RULES.heads.values()}
    assert discovery in {"reported", "discovered", "accident", "unknown"}


@pytest.mark.parametrize(
    ("kind", "category", "expected"),
    [
        ("complaint", "Mobile Snatching", "robbery"),
        ("complaint", "چوری", "theft"),
        ("complaint", "Burglary", "burglary"),
        ("complaint", "no such thing", "other"),
        ("complaint", None, "other"),
        ("incident", "state-based", "political_violence"),
        ("incident", "Motor-vehicle theft", "vehicle_theft"),
        ("incident", "vehicle_theft", "vehicle_theft"),
        ("incident", "قتل", "murder"),
    ],
)
def test_category_gives_a_head(kind: str, category: str | None, expected: str) -> None:
    """A complaint's or incident's category is found by rule or by the head's own name."""
    head, _, _ = head_of_category(kind, category)
    assert next(h.key for h in RULES.heads.values() if h.id == head) == expected


def test_heads_are_whole() -> None:
    """Ids and ranks are unique, protected heads are those that the law and decency protect."""
    heads = RULES.heads.values()
    assert len({h.id for h in heads}) == len(heads) == len({h.rank for h in heads})
    assert RULES.heads["none"].id == 0
    assert {h.key for h in heads if h.protected} == {"rape", "gang_rape", "assault_woman", "child_abuse", "blasphemy"}
    assert all(h.name and h.name_ur for h in heads)


@pytest.mark.parametrize(
    ("sections", "expected"),
    [("302, 376 PPC", True), ("365-B, 302, 34 PPC", False), ("295-C, 302 PPC", True), ("392 PPC", False), ("", False)],
)
def test_any_protected_section_protects_a_fir(sections: str, expected: bool) -> None:
    """The gravest section gives the head, but a rape is protected beside a murder too."""
    assert is_protected([sections]) is expected
