"""Tests of the one spelling under which names are matched."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.addresses import normalise

URDU = st.text(st.characters(min_codepoint=0x0600, max_codepoint=0x06FF))


@settings(max_examples=500)
@given(st.one_of(st.text(), URDU, st.text(st.characters(min_codepoint=0xFB50, max_codepoint=0xFEFF))))
def test_normal_spelling_is_settled(text: str) -> None:
    key = normalise(text)
    assert normalise(key) == key
    assert key == key.strip()
    assert "  " not in key


@given(st.text(st.characters(max_codepoint=0x06FF)))
def test_case_does_not_matter(text: str) -> None:
    assert normalise(text.casefold()) == normalise(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("لاہور", "لاھور"),
        ("لاہور", "لاهور"),
        ("کراچی", "كراچي"),
        ("کراچی", "كراچى"),
        ("آباد", "اباد"),
        ("سول‌لائن", "سوللائن"),
        ("مُحَمَّد", "محمد"),
        ("گلی نمبر ۴", "گلی نمبر 4"),
        ("گلی نمبر ٤", "گلی نمبر 4"),
        ("لاہور، پاکستان", "لاہور پاکستان"),
        ("MODEL  TOWN", "Model-Town"),
        ("G.T. Road", "GT Road"),
        ("F-7/2", "F7 / 2"),
        ("Jinnah's", "Jinnah’s"),
        ("Café", "cafe"),
        ("Shuhada-e-Hazara Chowk", "shuhada e hazara chowk"),
        ("ﻻﮨﻮﺭ", "لاہور"),
        ("Ｌａｈｏｒｅ", "lahore"),
    ],
)
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert normalise(one) == normalise(other) != ""


@pytest.mark.parametrize("text", ["", " ", "،", "\u200c", "--"])
def test_nothing_is_nothing(text: str) -> None:
    assert normalise(text) == ""


def test_different_names_stay_different() -> None:
    assert len({normalise(name) for name in ("Chak 31/4L", "Chak 314 L", "لاہور", "لاہوری", "Block A", "Block B")}) == 6
