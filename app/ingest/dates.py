"""Moments as officers and spreadsheets write them, read into local time (Asia/Karachi).

Day before month, as Pakistan writes; ISO 8601; Excel's serial days; Urdu, Arabic and Western digits; month names in
English and Urdu.  A date without a time is the whole day: nothing is known of the hour, so none is made up.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from app.ingest.problems import BadValue
from spatial.shifts import ZONE

Order = Literal["dmy", "mdy"]

OLDEST_YEAR: Final = 1947
_DIGITS: Final = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩٫", "01234567890123456789.")
_UNSEEN: Final = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\u00ad]")
_EXCEL_EPOCH: Final = datetime(1899, 12, 30)
_SERIAL: Final = re.compile(r"\d{5}(?:\.\d+)?")
_ISO: Final = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?", re.I
)
_NUMERIC: Final = re.compile(r"(\d{1,4})\s*([/.\-])\s*(\d{1,2})\s*\2\s*(\d{1,4})(?:[\sT,]+(.+))?")
_NAMED: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s\-/.,]*([^\W\d_]+)[\s\-/.,]+(\d{2,4})(?:[\s,]+(.+))?")
_NAMED_FIRST: Final = re.compile(r"([^\W\d_]+)[\s\-/.]+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?:[\s,]+(.+))?")
_TIME: Final = re.compile(
    r"(?:at|بوقت|وقت)?\s*(\d{1,2})(?:[:.](\d{2}))?(?::(\d{2})(?:\.\d+)?)?\s*(am|pm|a\.m\.?|p\.m\.?|ص|ش)?\s*(?:hrs?|hours|بجے)?\.?",
    re.I,
)
_TIME_BARE: Final = re.compile(r"(\d{2})(\d{2})\s*(?:hrs?|hours|h)\.?", re.I)
_HIJRI_YEARS: Final = range(1350, 1500)
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan january جنوری", "feb february فروری", "mar march مارچ", "apr april اپریل", "may مئی مئ",
            "jun june جون",
            "jul july جولائی جولائ", "aug august اگست", "sep sept september ستمبر", "oct october اکتوبر",
            "nov november نومبر",
            "dec december دسمبر",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip


class Moment(NamedTuple):
    """A moment, or a whole day where the time is not known: ``[start, end)``, equal for a moment."""

    start: datetime
    end: datetime

    @property
    def is_day(self) -> bool:
        """Whether only the day is known."""
        return self.end != self.start


def written(moment: Moment) -> str:
    """Give a moment or day in the one spelling by which contents are compared."""
    return moment.start.replace(tzinfo=None).isoformat() + ("/day" if moment.is_day else "")


def iso(moment: datetime) -> str:
    """Give a local moment in ISO 8601 with its offset; quick for the years since Pakistan last changed its clock."""
    if moment.tzinfo is ZONE and moment.year >= 2010:
        return moment.replace(tzinfo=None).isoformat() + "+05:00"
    return moment.isoformat()


def western(text: str) -> str:
    """Give text with Western digits, without characters that do not show, trimmed."""
    if text.isascii():
        return text.strip()
    return _UNSEEN.sub("", text.translate(_DIGITS)).replace("\u00a0", " ").strip()


@lru_cache(maxsize=65_536)
def parse_moment(text: str, order: Order = "dmy") -> Moment:
    """Give the moment or day that a text holds.

    Raises
    ------
    BadValue
        ``date_unreadable``, ``date_impossible``, ``date_month_first``, ``date_without_year``, ``date_hijri``,
        ``date_too_old``, ``time_without_date``, ``time_impossible``.
    """
    if len(text) in (16, 19) and text[4:5] == "-" and text.isascii():
        try:  # what a machine writes, and nearly every row holds
            start = datetime.fromisoformat(text)
        except ValueError:
            pass  # said properly below
        else:
            if 1950 <= start.year <= 2200 and start.tzinfo is None:
                start = start.replace(tzinfo=ZONE)
                return Moment(start, start)
    plain = western(text)
    if found := _ISO.fullmatch(plain):
        year, month, day, hour, minute, second, offset = found.groups()
        time = None if hour is None else (int(hour), int(minute), int(second or 0))
        return _moment(text, int(year), int(month), int(day), time, offset)
    if _SERIAL.fullmatch(plain):
        return _serial(text, float(plain))
    if found := _NUMERIC.fullmatch(plain):
        first, _, second_part, third, clock = found.groups()
        return _numeric(text, first, second_part, third, clock, order)
    if found := _NAMED.fullmatch(plain):
        day, name, year, clock = found.groups()
        return _named(text, day, name, year, clock)
    if found := _NAMED_FIRST.fullmatch(plain):
        name, day, year, clock = found.groups()
        return _named(text, day, name, year, clock)
    if re.fullmatch(r"0?\.\d+|\d{1,2}:\d{2}(:\d{2})?", plain):
        raise BadValue("time_without_date", value=_short(text))
    if re.fullmatch(r"\d{1,2}[/.\-]\d{1,2}", plain):
        raise BadValue("date_without_year", value=_short(text))
    raise BadValue("date_unreadable", value=_short(text))


@lru_cache(maxsize=4_096)
def parse_time(text: str) -> tuple[int, int, int]:
    """Give hour, minute and second of a time, also of the fraction of a day that Excel makes of it.

    Raises
    ------
    BadValue
        ``time_impossible``.
    """
    written = western(text)
    if re.fullmatch(r"0?\.\d+|0(?:\.0+)?", written):
        seconds = round(float(written) * 86_400)
        return seconds // 3600 % 24, seconds // 60 % 60, seconds % 60
    found = _TIME_BARE.fullmatch(written)
    if found:
        hour, minute, second, half = int(found[1]), int(found[2]), 0, None
    elif found := _TIME.fullmatch(written):
        hour, minute, second = int(found[1]), int(found[2] or 0), int(found[3] or 0)
        half = (found[4] or "").lower().replace(".", "") or None
        if found[2] is None and half is None and "بجے" not in written:
            raise BadValue("time_impossible", value=_short(text))
    else:
        raise BadValue("time_impossible", value=_short(text))
    if half and not 1 <= hour <= 12:
        raise BadValue("time_impossible", value=_short(text))
    if half in ("pm", "ش") and hour < 12:
        hour += 12
    if half in ("am", "ص") and hour == 12:
        hour = 0
    if hour > 24 or minute > 59 or second > 59 or (hour == 24 and (minute or second)):
        raise BadValue("time_impossible", value=_short(text))
    return hour, minute, second


def _numeric(text: str, first: str, second: str, third: str, clock: str | None, order: Order) -> Moment:
    time = parse_time(clock) if clock else None
    if len(first) >= 3:
        if len(first) != 4:
            raise BadValue("date_unreadable", value=_short(text))
        return _moment(text, int(first), int(second), int(third), time)
    if len(third) not in (2, 4):
        raise BadValue("date_unreadable", value=_short(text))
    day, month = (int(first), int(second)) if order == "dmy" else (int(second), int(first))
    if month > 12 >= day:
        raise BadValue("date_month_first", value=_short(text))
    return _moment(text, _year(third), month, day, time)


def _named(text: str, day: str, name: str, year: str, clock: str | None) -> Moment:
    month = _MONTHS.get(name.casefold())
    if month is None or len(year) == 3:
        raise BadValue("date_unreadable", value=_short(text))
    return _moment(text, _year(year), month, int(day), parse_time(clock) if clock else None)


def _year(text: str) -> int:
    """Give the year of two or four digits; two digits are the last hundred years up to next year."""
    year = int(text)
    if len(text) == 2:
        year += 2000
        if year > datetime.now(UTC).year + 1:
            year -= 100
    return year


def _serial(text: str, days: float) -> Moment:
    # Excel keeps times as binary fractions of a day: whole seconds are what was meant.
    moment = _EXCEL_EPOCH + timedelta(seconds=round(days * 86_400))
    time = None if days.is_integer() else (moment.hour, moment.minute, moment.second)
    return _moment(text, moment.year, moment.month, moment.day, time)


def _moment(
    text: str, year: int, month: int, day: int, time: tuple[int, int, int] | None, offset: str | None = None
) -> Moment:
    if year in _HIJRI_YEARS:
        raise BadValue("date_hijri", value=_short(text))
    if year in (1899, 1900):
        raise BadValue("time_without_date", value=_short(text))
    if not OLDEST_YEAR <= year <= 2200:
        raise BadValue("date_too_old" if year < OLDEST_YEAR else "date_impossible", value=_short(text))
    try:
        start = datetime(year, month, day, tzinfo=ZONE)
    except ValueError:
        raise BadValue("date_impossible", value=_short(text)) from None
    if time is None:
        return Moment(start, start + timedelta(days=1))
    hour, minute, second = time
    if hour > 24 or minute > 59 or second > 59 or (hour == 24 and (minute or second)):
        raise BadValue("time_impossible", value=_short(text))
    if hour == 24:
        start, hour = start + timedelta(days=1), 0
    start = start.replace(hour=hour, minute=minute, second=second)
    if offset:
        start = start.replace(tzinfo=_offset(text, offset)).astimezone(ZONE)
    return Moment(start, start)


def _offset(text: str, offset: str) -> timezone:
    if offset in "zZ":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    if hours > 14 or minutes > 59:
        raise BadValue("time_impossible", value=_short(text))
    ahead = timedelta(hours=hours, minutes=minutes)
    return timezone(-ahead if offset[0] == "-" else ahead)


def _short(text: str) -> str:
    return text[:60]
