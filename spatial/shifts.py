"""Local time as integers: shifts of eight hours, weeks from Monday, and the spread of a span over shifts.

A shift's index is ``3 * D + hour // 8`` and a week's ``(D + 3) // 7``, with ``D`` the local days since
1970-01-01. Shifts follow the wall clock, not eight elapsed hours: Pakistan kept summer time in 2002, 2008 and
2009, and on those days one shift was seven or nine hours long. The clock changed at midnight, so a summer's
end gave the *evening before* a second 23:00-24:00, and its start took 00:00-01:00 from the night.
"""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from spatial.errors import InvalidSpan, NaiveTime
from spatial.mass import UNIT, apportion

ZONE: Final = ZoneInfo("Asia/Karachi")
SHIFT_NAMES: Final = ("night", "day", "evening")
SHIFTS_PER_DAY: Final = 3
HOURS_PER_SHIFT: Final = 8
WEEKS_PER_BLOCK: Final = 16
LONGEST_SPAN: Final = timedelta(days=3653)

_EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()


def day_of(moment: datetime) -> int:
    """Give the local days since 1970-01-01 of an aware moment."""
    return _local(moment).toordinal() - _EPOCH_ORDINAL


def shift_of(moment: datetime) -> int:
    """Give the index of the shift that holds an aware moment.

    Raises
    ------
    NaiveTime
        If ``moment`` has no time zone.
    """
    local = _local(moment)
    return SHIFTS_PER_DAY * (local.toordinal() - _EPOCH_ORDINAL) + local.hour // HOURS_PER_SHIFT


@lru_cache(maxsize=65_536)
def shift_start(index: int) -> datetime:
    """Give the first moment of a shift, in Asia/Karachi.

    Where the clock jumped over a shift's beginning, that is the first moment after the jump.
    """
    day, part = divmod(index, SHIFTS_PER_DAY)
    local = datetime.combine(date.fromordinal(day + _EPOCH_ORDINAL), datetime.min.time(), tzinfo=ZONE) + timedelta(
        hours=HOURS_PER_SHIFT * part
    )
    # A round trip through UTC turns a wall time that never was (00:00 when summer began) into the one that
    # was.
    return local.astimezone(UTC).astimezone(ZONE)


def shift_name(index: int) -> str:
    """Give ``night``, ``day`` or ``evening`` for a shift's index."""
    return SHIFT_NAMES[index % SHIFTS_PER_DAY]


def week_of_shift(index: int) -> int:
    """Give the index of the week, from Monday, that holds a shift."""
    return (index // SHIFTS_PER_DAY + 3) // 7


def week_of(moment: datetime) -> int:
    """Give the index of the week, from Monday, that holds an aware moment."""
    return (day_of(moment) + 3) // 7


def block_of_week(week: int) -> int:
    """Give the index of the block of sixteen weeks that holds a week."""
    return week // WEEKS_PER_BLOCK


def first_shift_of_week(week: int) -> int:
    """Give the shift with which a week begins: its Monday's night shift."""
    return SHIFTS_PER_DAY * (7 * week - 3)


def week_start(week: int) -> datetime:
    """Give the first moment of a week, in Asia/Karachi."""
    return shift_start(first_shift_of_week(week))


def spread(start: datetime, end: datetime) -> tuple[int, tuple[int, ...]]:
    """Give the masses of consecutive shifts for something that happened at an unknown moment of a span.

    Aoristic: each shift's share is the real time that the span has in it, counted in elapsed seconds and not
    on the wall clock, so that a shift of seven hours weighs seven.

    Parameters
    ----------
    start, end : datetime
        Aware; the span is half-open, ``[start, end)``. ``start == end`` is one moment and gives one shift.

    Returns
    -------
    first_shift : int
        Index of the shift that holds ``start``.
    masses : tuple of int
        Micro-units of the shifts ``first_shift, first_shift + 1, ...``, summing to ``UNIT``. The last one
        overlaps the span; one that overlaps it by too little may hold zero.

    Raises
    ------
    NaiveTime
        If either moment has no time zone.
    InvalidSpan
        If the span ends before it begins or is longer than ten years.
    """
    first = shift_of(start)
    if start is end:
        return first, (UNIT,)
    first_moment, last_moment = _utc(start), _utc(end)
    length = last_moment - first_moment
    if length < timedelta(0):
        raise InvalidSpan("The span of time ends before it begins.")
    if length > LONGEST_SPAN:
        raise InvalidSpan("The span of time is longer than ten years.")
    if not length or last_moment <= _utc(shift_start(first + 1)):
        return first, (UNIT,)
    # The end is exclusive, so its shift is the one that holds the last microsecond before it.
    last = shift_of(last_moment - timedelta(microseconds=1))
    edges = [first_moment, *(_utc(shift_start(index)) for index in range(first + 1, last + 1)), last_moment]
    # Whole microseconds, not fractional seconds: the shares are then the same on every machine.
    lengths = [(right - left) // timedelta(microseconds=1) for left, right in itertools.pairwise(edges)]
    return first, apportion(lengths)


def _local(moment: datetime) -> datetime:
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise NaiveTime
    return moment.astimezone(ZONE)


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise NaiveTime
    return moment.astimezone(UTC)
