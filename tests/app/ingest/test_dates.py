"""Moments in every written form, and what is said of those that cannot be one."""

from contextlib import suppress
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ingest.dates import iso, parse_moment, parse_time
from app.ingest.problems import BadValue
from spatial.shifts import ZONE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-02 14:30", "2026-11-02T14:30"),
        ("2026-11-02T09:30Z", "2026-11-02T14:30"),
        ("2026-11-02 14:30:00+05:00", "2026-11-02T14:30"),
        ("02/11/2026 14:30", "2026-11-02T14:30"),
        ("2-11-26 2:30 PM", "2026-11-02T14:30"),
        ("02.11.2026 1430 hrs", "2026-11-02T14:30"),
        ("۰۲/۱۱/۲۰۲۶ ۱۴:۳۰", "2026-11-02T14:30"),
        ("٠٢/١١/٢٠٢٦ ١٤:٣٠", "2026-11-02T14:30"),
        ("2 نومبر 2026 14:30", "2026-11-02T14:30"),
        ("2nd November 2026, 14:30", "2026-11-02T14:30"),
        ("November 2, 2026 14:30", "2026-11-02T14:30"),
        ("46328.6041666667", "2026-11-02T14:30"),
        ("\u200f2026-11-02 14:30\u200e", "2026-11-02T14:30"),
    ],
)
def test_moment_is_read(text: str, expected: str) -> None:
    found = parse_moment(text)
    assert found.start == datetime.fromisoformat(expected).replace(tzinfo=ZONE)
    assert not found.is_day


@pytest.mark.parametrize("text", ["2026-11-02", "2/11/2026", "46328", "2-Nov-26", "۲۰۲۶-۱۱-۰۲"])
def test_date_without_time_is_the_whole_day(text: str) -> None:
    found = parse_moment(text)
    assert found.start == datetime(2026, 11, 2, tzinfo=ZONE)
    assert found.end == datetime(2026, 11, 3, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("31/02/2026", "date_impossible"),
        ("11/25/2026", "date_month_first"),
        ("2/11", "date_without_year"),
        ("14:30", "time_without_date"),
        ("0.6041", "time_without_date"),
        ("1899-12-30 14:30", "time_without_date"),
        ("1447-05-12", "date_hijri"),
        ("1901-05-12", "date_too_old"),
        ("2026-11-02 25:10", "time_impossible"),
        ("yesterday", "date_unreadable"),
        ("12345678901234567890", "date_unreadable"),
    ],
)
def test_what_is_no_moment_says_why(text: str, code: str) -> None:
    with pytest.raises(BadValue) as caught:
        parse_moment(text)
    assert caught.value.code == code


def test_month_first_where_the_mapping_says_so() -> None:
    assert parse_moment("11/02/2026", "mdy").start == datetime(2026, 11, 2, tzinfo=ZONE)


@given(st.text(max_size=40))
def test_nothing_but_bad_value_is_raised(text: str) -> None:
    for parse in (parse_moment, parse_time):
        with suppress(BadValue):
            parse(text)


@given(st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)))
def test_no_moment_moves_to_another_day_or_hour(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    forms = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M:%S", "%d-%m-%Y %H:%M:%S", "%d %B %Y %H:%M:%S"]
    for form in forms:
        found = parse_moment(moment.strftime(form)).start
        assert found.replace(tzinfo=None) == moment
        assert datetime.fromisoformat(iso(found)).timestamp() == found.timestamp()
