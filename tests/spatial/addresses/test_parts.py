"""Tests of the names in a place phrase."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.addresses import normalise, place_parts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Model Town, Lahore", [("model town", None), ("lahore", None)]),
        ("Near Data Darbar, Lahore", [("data darbar", "near"), ("lahore", None)]),
        ("shop near Data Darbar", [("shop", None), ("data darbar", "near")]),
        ("opposite to Fortress Stadium", [("fortress stadium", "opposite")]),
        ("نزد لاری اڈا، لاہور", [("لاری اڈا", "near"), ("لاہور", None)]),
        ("لاری اڈا کے قریب", [("لاری اڈا", "near")]),
        ("nazd Lari Adda", [("lari adda", "near")]),
        ("Lari Adda ke samne", [("lari adda", "opposite")]),
        ("واقع نزد پل، بمقام گلبرگ", [("پل", "near"), ("گلبرگ", "in")]),
        ("Gulberg (Lahore)", [("gulberg", None), ("lahore", None)]),
        ("Gulberg, gulberg", [("gulberg", None)]),
        ("near", []),
        ("", []),
    ],
)
def test_phrases(text: str, expected: list[tuple[str, str | None]]) -> None:
    found = [(part.key, part.relation) for part in place_parts(text)]
    assert found == [(normalise(name), relation) for name, relation in expected]


@given(st.text(max_size=80))
def test_every_part_is_a_key(text: str) -> None:
    for part in place_parts(text):
        assert part.key and normalise(part.key) == part.key
