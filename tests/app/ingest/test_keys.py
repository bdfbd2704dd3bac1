"""FIR numbers, CNICs and coordinates in every written form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ingest.keys import FirNumber, parse_cnic, parse_fir_number, parse_point
from app.ingest.problems import BadValue

LATEST = 2027


@pytest.mark.parametrize(
    ("number", "year"),
    [
        ("604", "2025"), ("604", "25"), ("604.0", "2025.0"), ("0604", "2025"), ("604/25", ""), ("604/2025", ""),
        ("604/25", "2025"), ("FIR No. 604/25", ""), ("F.I.R # 604 / 2025", ""), ("FIR604/25", ""), ("604-25", ""),
        ("604 of 2025", ""), ("مقدمہ نمبر ۶۰۴/۲۵", ""), ("ایف آئی آر نمبر 604/2025", ""), ("۶۰۴", "۲۰۲۵"),
        ("Case No 604/25", ""), ("\u200f604/25", ""),
    ],
)  # fmt: skip
def test_fir_number_is_read(number: str, year: str) -> None:
    assert parse_fir_number(number, year, LATEST) == FirNumber(2025, 604)


@pytest.mark.parametrize(
    ("number", "year", "code"),
    [
        ("", "2025", "missing"), ("604", "", "year_missing"), ("604/24", "2025", "year_conflict"),
        ("604", "this", "year_unreadable"), ("604", "2090", "year_impossible"), ("604", "1820", "year_impossible"),
        ("0", "2025", "number_unreadable"), ("-5", "2025x", "year_unreadable"), ("six", "2025", "number_unreadable"),
        ("604/A/25", "", "number_unreadable"), ("2025-05-06", "", "number_became_date"), ("6-May-25", "", "number_became_date"),  # noqa: E501
    ],
)  # fmt: skip
def test_what_is_no_fir_number_says_why(number: str, year: str, code: str) -> None:
    with pytest.raises(BadValue) as caught:
        parse_fir_number(number, year, LATEST)
    assert caught.value.code == code


@given(st.text(max_size=30), st.text(max_size=10))
def test_fir_number_raises_nothing_else(number: str, year: str) -> None:
    try:
        found = parse_fir_number(number, year, LATEST)
    except BadValue:
        return
    assert 1947 <= found.year <= LATEST and 0 < found.number < 1_000_000


@pytest.mark.parametrize("text", ["35202-1234567-1", "3520212345671", "35202 1234567 1", "۳۵۲۰۲-۱۲۳۴۵۶۷-۱"])
def test_cnic_is_read(text: str) -> None:
    assert parse_cnic(text) == "3520212345671"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("35202-1234567", "cnic_length"), ("35202123456712", "cnic_length"), ("12345678901", "cnic_old"),
        ("35202-XXXXXXX-1", "cnic_masked"), ("35202-*****67-1", "cnic_masked"), ("ABCDE-1234567-1", "cnic_letters"),
        ("0000000000000", "cnic_repeated"), ("0520212345671", "cnic_province"), ("9520212345671", "cnic_province"),
        ("3.52021E+12", "cnic_letters"),
    ],
)  # fmt: skip
def test_what_is_no_cnic_says_why_without_the_value(text: str, code: str) -> None:
    with pytest.raises(BadValue) as caught:
        parse_cnic(text)
    assert caught.value.code == code
    assert text not in repr(caught.value.params)


def test_passport_stands_for_a_guest_only() -> None:
    assert parse_cnic("ab1234567", passports=True) == "AB1234567"
    with pytest.raises(BadValue):
        parse_cnic("AB1234567")


@pytest.mark.parametrize(
    ("lat", "lon", "code"),
    [("31.5", "", "coordinates_half"), ("NaN", "74.3", "number_needed"), ("inf", "74", "number_needed"),
     ("3488000", "435000", "coordinates_range"), ("31°30'N", "74", "number_needed")],
)  # fmt: skip
def test_impossible_coordinates_say_why(lat: str, lon: str, code: str) -> None:
    with pytest.raises(BadValue) as caught:
        parse_point(lat, lon)
    assert caught.value.code == code


def test_urdu_digits_are_coordinates() -> None:
    assert parse_point("۳۱٫۵", "۷۴.۳") == (31.5, 74.3)


def test_an_unknown_station_without_a_candidate_says_what_to_do() -> None:
    from app.ingest.messages import sentences

    english, urdu = sentences("station_unknown", {"name": "Xyz", "candidates": ""})
    assert "–" not in english + urdu and "give its code" in english
    assert "Meant perhaps: PS City." in sentences("station_unknown", {"name": "Xyz", "candidates": "PS City"})[0]
