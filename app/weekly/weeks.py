"""Weeks by their ISO names: `2026-W47` begins on Monday 16 November 2026."""

import re
from datetime import date, datetime, timedelta

from app.errors import InvalidFilter
from spatial import shifts

_NAME = re.compile(r"(\d{4})-W(\d{2})")
#: From Thursday on the running week is looked back on, as far as it goes; before, the one that ended.
DAYS_BACK = 3


def parse(name: str) -> int:
    """Give the week of a name.

    Raises
    ------
    InvalidFilter
    """
    found = _NAME.fullmatch(name)
    try:
        if found is None:
            raise ValueError
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        raise InvalidFilter("%(value)s is not a week; weeks are written 2026-W47.", value=name[:20]) from None
    if not 1950 <= monday.year <= 2099:
        raise InvalidFilter("%(value)s is not a week; weeks are written 2026-W47.", value=name[:20])
    return shifts.week_of(datetime(monday.year, monday.month, monday.day, 12, tzinfo=shifts.ZONE))


def name_of(week: int) -> str:
    """Give the name of a week."""
    year, number, _ = shifts.week_start(week).date().isocalendar()
    return f"{year}-W{number:02d}"


def usual(now: datetime) -> int:
    """Give the week that a briefing looks back on unless told."""
    return shifts.week_of(now - timedelta(days=DAYS_BACK))


def days(week: int) -> tuple[str, str]:
    """Give a week's first and last day, ISO 8601."""
    first = shifts.week_start(week).date()
    return first.isoformat(), (first + timedelta(days=6)).isoformat()
