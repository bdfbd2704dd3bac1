"""Tests of the key of sound: one for both scripts, and different for different names."""

from __future__ import annotations

import pytest

from spatial.addresses import normalise, phonetic


def key(name: str) -> str:
    return phonetic(normalise(name).replace(" ", ""))


@pytest.mark.parametrize(
    "spellings",
    [
        ("گلبرگ", "Gulberg", "Gulburg"),
        ("ناظم آباد", "Nazimabad", "Nazim Abad"),
        ("شہباز", "Shahbaz", "Shehbaz"),
        ("وحدت", "Wahdat", "Vahdat"),
        ("اقبال", "Iqbal", "Ikbal", "Eqbal"),
        ("خیابان", "Khayaban", "Khiaban"),
        ("چورنگی", "Chowrangi", "Chorangi"),
        ("غازی", "Ghazi", "Gazi"),
        ("ضیاء الدین", "Ziauddin", "Zia ud din"),
        ("صدر", "Saddar", "Sadar"),
        ("گڑھی", "Garhi", "Gari"),
        ("اسٹیڈیم", "سٹیڈیم", "Stadium"),
        ("سینٹرل", "Central"),
        ("قصور", "Kasur", "Qasoor"),
        ("ٹھٹھہ", "Thatta"),
        ("مظفر", "Muzaffar", "Muzafar"),
        ("ڈیفنس", "Defence", "Defense"),
    ],
)
def test_spellings_of_one_name_share_a_key(spellings: tuple[str, ...]) -> None:
    assert len({key(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("Gulberg", "Gulshan"), ("Clifton", "Kalat"), ("Malir", "Moulvi"), ("Saddar", "Sargodha"), ("گلبرگ", "Gulistan")],
)
def test_different_names_do_not(one: str, other: str) -> None:
    assert key(one) != key(other)
