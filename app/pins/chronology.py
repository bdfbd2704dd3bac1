"""The check of a FIR's order of events: what the dates of one FIR, and of its neighbours in the register, cannot be.

Auditors of police record systems found arrests before the FIR, FIRs before their diary entry, and e-tags whose order
is not that of the FIRs (docs/pins.md names the rules).  A flag is a question to the station, never a verdict: a clock
set wrong and a typing slip look the same.  Nothing here reads a database or a clock.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Asia/Karachi")
#: Two clerks' clocks differ; only more than this is out of order between two FIRs.
NEIGHBOURS: Final = timedelta(hours=1)
_LAST_NUMBER: Final = re.compile(r"(\d+)\D*$")


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing that cannot be: a message key, and the values that its sentence names."""

    code: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The FIR of the next number in the same station and year that the rule compares with."""

    number: int
    known_at: datetime
    e_tag: str | None


@dataclass(frozen=True, slots=True)
class Events:
    """The dates of one FIR; all aware, None where the source does not keep them.

    ``occurred_from`` is when the offence began at the earliest; ``known_at`` when the FIR was entered;
    ``section_dates`` when sections were added; ``complained_at`` when the complaint was made that is said to have led
    to this FIR.
    """

    year: int
    number: int
    occurred_from: datetime
    known_at: datetime
    reported_at: datetime | None = None
    diary_at: datetime | None = None
    despatched_at: datetime | None = None
    arrested_at: datetime | None = None
    e_tag: str | None = None
    section_dates: tuple[date, ...] = ()
    complained_at: datetime | None = None
    following: Neighbour | None = None


def check(events: Events) -> list[Flag]:
    """Give what cannot be in the order of a FIR's events, the gravest first; empty where nothing is out of order."""
    return [flag for rule in _RULES if (flag := rule(events)) is not None]


def sequence(e_tag: str | None) -> tuple[str, int] | None:
    """Give an e-tag's series and its running number, None where it holds none.

    The running number is the last run of digits; the series what stands before it without digits, so that
    ``LHR-260101-000123`` and ``LHR-260102-000124`` are one series.
    """
    found = _LAST_NUMBER.search(e_tag or "")
    if found is None:
        return None
    return re.sub(r"\d+", "", (e_tag or "")[: found.start()]), int(found[1])


def _before(code: str, first: str, second: str) -> Callable[[Events], Flag | None]:
    """Give the rule that an event must not lie before another; silent where one of them is not known."""

    def rule(events: Events) -> Flag | None:
        one, other = getattr(events, first), getattr(events, second)
        if one is None or other is None or one >= other:
            return None
        return Flag(code, {"first": one, "second": other})

    return rule


def _before_fir(events: Events) -> Flag | None:
    # The report is when the FIR came to be; where the source does not say it, its entry.
    registered = events.reported_at or events.known_at
    if events.arrested_at is None or events.arrested_at >= registered:
        return None
    return Flag("arrest_before_fir", {"first": events.arrested_at, "second": registered})


def _other_year(events: Events) -> Flag | None:
    registered = (events.reported_at or events.known_at).astimezone(ZONE)
    entered = events.known_at.astimezone(ZONE)
    # A report of New Year's Eve may be numbered either way: by its report or by its entry.
    if events.year in (registered.year, entered.year):
        return None
    return Flag("number_of_another_year", {"year": events.year, "second": registered})


def _number_order(events: Events) -> Flag | None:
    after = events.following
    if after is None or events.known_at <= after.known_at + NEIGHBOURS:
        return None
    return Flag(
        "entered_after_later_number", {"number": after.number, "first": after.known_at, "second": events.known_at}
    )


def _tag_order(events: Events) -> Flag | None:
    after = events.following
    own, other = sequence(events.e_tag), sequence(after.e_tag) if after else None
    if after is None or own is None or other is None or own[0] != other[0] or own[1] <= other[1]:
        return None
    return Flag("e_tag_out_of_order", {"e_tag": events.e_tag, "number": after.number, "other": after.e_tag})


def _section_early(events: Events) -> Flag | None:
    day = events.occurred_from.astimezone(ZONE).date()
    early = [added for added in events.section_dates if added < day]
    return Flag("section_before_occurrence", {"first": min(early), "second": events.occurred_from}) if early else None


def _complaint_late(events: Events) -> Flag | None:
    registered = events.reported_at or events.known_at
    if events.complained_at is None or events.complained_at <= events.known_at:
        return None
    return Flag("fir_before_complaint", {"first": registered, "second": events.complained_at})


_RULES: Final[tuple[Callable[[Events], Flag | None], ...]] = (
    _before_fir,
    _before("arrest_before_occurrence", "arrested_at", "occurred_from"),
    _before("report_before_occurrence", "reported_at", "occurred_from"),
    _before("fir_before_diary", "known_at", "diary_at"),
    _before("entered_before_report", "known_at", "reported_at"),
    _before("despatch_before_report", "despatched_at", "reported_at"),
    _complaint_late,
    _section_early,
    _other_year,
    _number_order,
    _tag_order,
)
#: Every code that a rule can give, in the order of the rules: the sentences of messages.py cover them all.
CODES: Final = (
    "arrest_before_fir",
    "arrest_before_occurrence",
    "report_before_occurrence",
    "fir_before_diary",
    "entered_before_report",
    "despatch_before_report",
    "fir_before_complaint",
    "section_before_occurrence",
    "number_of_another_year",
    "entered_after_later_number",
    "e_tag_out_of_order",
)
