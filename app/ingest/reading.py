"""What every kind of row shares: the context of a load, the parsed record, its times, its place and its person."""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from app.geocode.units import Unit, UnitNotFound, Units
from app.ingest.dates import Moment, Order, parse_moment, parse_time, written
from app.ingest.keys import parse_cnic, parse_number, parse_point
from app.ingest.problems import BadValue
from app.reference.rules import plain
from spatial.geocoding import Query
from spatial.shifts import LONGEST_SPAN

#: A source's clock may run ahead of ours by so much.
CLOCK_SKEW: Final = timedelta(minutes=15)
LONGEST: Final = {"place": 1_000, "narrative": 100_000}
LONGEST_OTHER: Final = 500
_CANCELLED: Final = frozenset(plain(word) for word in ("cancelled", "canceled", "cancellation", "withdrawn", "اخراج"))
# Made once: json.dumps with options makes an encoder a call.
_ENCODE: Final = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), default=str).encode
_MOST_ACCURACY_M: Final = 500_000.0


@dataclass(frozen=True)
class Person:
    """Whoever a record names, in clear only between parsing and encryption."""

    role: str
    name: str
    cnic: str | None
    phone: str


@dataclass(slots=True)
class Record:
    """A row understood: everything that the tables need, but for its fix."""

    line: int
    raw: bytes
    key: str
    station: Unit
    head_id: int
    discovery: str
    protected: bool
    cancelled: bool
    occurred: tuple[datetime, datetime]
    reported_at: datetime | None
    known_at: datetime
    place_text: str
    given: tuple[float, float] | None
    query: Query
    detail: dict[str, Any]
    digest: str
    sections: tuple[tuple[str, str, str | None], ...] = ()
    person: Person | None = None
    hotel: str | None = None
    hotel_columns: dict[str, str] = field(default_factory=dict)  # what the row says of a hotel that is not known yet
    layout: dict[str, Any] | None = None
    needs_unit: bool = False  # an incident without a district: its unit is where its coordinates lie


@dataclass(frozen=True)
class Reading:
    """What a row is read against; one object a load."""

    kind: str
    units: Units
    now: datetime
    delivered_at: datetime
    oldest_stay: datetime
    protected_heads: frozenset[int]
    key: bytes = field(repr=False)
    date_order: Order = "dmy"
    visible: frozenset[int] | None = None  # stations that the sender may write; None: all

    def mark(self, *parts: str) -> str:
        """Give the keyed hash of a person's words: equal for equal words, opening nothing."""
        return hmac.digest(self.key, "\x1f".join(parts).encode("utf-8", "surrogatepass"), "sha256").hex()

    def station(self, values: dict[str, str]) -> Unit:
        """Give the recording station of a row, within what the sender may write."""
        text = values.get("station", "")
        if not text:
            raise BadValue("missing", "station")
        try:
            unit = self.units.station(text, values.get("district", ""))
        except UnitNotFound as error:
            raise unit_problem(error) from None
        return self.allowed(unit, "station")

    def allowed(self, unit: Unit, column: str) -> Unit:
        """Give the unit if the sender may write its records."""
        if self.visible is not None and unit.id not in self.visible:
            raise BadValue("outside_jurisdiction", column, station=unit.name)
        return unit

    def moment(self, values: dict[str, str], column: str) -> Moment | None:
        """Give the moment of a column, joined with its ``_time`` column where there is one; None for a blank."""
        text = values.get(column, "")
        if not text:
            return None
        try:
            found = parse_moment(text, self.date_order)
            clock = values.get(column + "_time", "")
            if clock and found.is_day:
                hour, minute, second = parse_time(clock)
                start = found.start + timedelta(days=1) if hour == 24 else found.start
                start = start.replace(hour=hour % 24, minute=minute, second=second)
                found = Moment(start, start)
        except BadValue as error:
            raise BadValue(error.code, column, **error.params) from None
        return found


def unit_problem(error: UnitNotFound) -> BadValue:
    """Give the row's problem for a station or district that was not found."""
    column = "district" if error.code.startswith("district") else "station"
    return BadValue(error.code, column, name=error.name, candidates="; ".join(error.candidates))


@dataclass(frozen=True, slots=True)
class Times:
    """When it happened, when it was reported, and when the source learned of it."""

    occurred: tuple[datetime, datetime]
    reported_at: datetime | None
    known_at: datetime
    content: tuple[str, ...]


def read_times(
    values: dict[str, str], reading: Reading, first: str = "occurred_from", last: str | None = "occurred_to"
) -> Times:
    """Give the times of a row.

    ``known_at`` is when it was entered, else reported, else delivered.  A day without an hour counts as its end for
    reporting and entry: nobody must seem to have known a thing before he did.

    Raises
    ------
    BadValue
        ``missing``, ``occurred_to_before``, ``future``, ``reported_before``, ``entered_before``, ``span_too_long``.
    """
    start = reading.moment(values, first)
    if start is None:
        raise BadValue("missing", first)
    end = reading.moment(values, last) if last else None
    reported, entered = reading.moment(values, "reported_at"), reading.moment(values, "entered_at")
    latest = reading.now + CLOCK_SKEW
    for column, found in ((first, start), (last or "", end), ("reported_at", reported), ("entered_at", entered)):
        if found is not None and found.start > latest:
            raise BadValue("future", column, value=values[column][:60])
    if end is not None and (end.end if end.is_day else end.start) < start.start:
        raise BadValue("occurred_to_before", last, value=values[last or ""][:60], start=values[first][:60])
    for column, found in (("reported_at", reported), ("entered_at", entered)):
        if found is not None and found.end < start.start:
            code = "reported_before" if column == "reported_at" else "entered_before"
            raise BadValue(code, column, value=values[column][:60], start=values[first][:60])
    until = start.end if end is None else max(end.end, start.start)
    if until - start.start > LONGEST_SPAN:
        raise BadValue("span_too_long", last)
    known = entered or reported
    return Times(
        (start.start, until),
        _latest(reported, reading.now),
        _latest(known, reading.now) or reading.delivered_at,
        tuple("" if m is None else written(m) for m in (start, end, reported, entered)),
    )


def _latest(moment: Moment | None, now: datetime) -> datetime | None:
    if moment is None:
        return None
    return min(moment.end - timedelta(seconds=1), now) if moment.is_day and moment.end > moment.start else moment.start


def text_of(values: dict[str, str], column: str) -> str:
    """Give a text column.

    Raises
    ------
    BadValue
        ``too_long``.
    """
    found = values.get(column, "")
    if len(found) > LONGEST_OTHER and len(found) > (longest := LONGEST.get(column, LONGEST_OTHER)):
        raise BadValue("too_long", column, longest=longest)
    return found


def read_point(values: dict[str, str]) -> tuple[tuple[float, float] | None, float | None, bool]:
    """Give the coordinates as delivered, their accuracy in metres, and whether they say a place at all.

    An accuracy of ``unknown`` means that the coordinates stand for a province or a country, not for a place.
    """
    given = parse_point(values.get("lat", ""), values.get("lon", ""))
    accuracy_text = values.get("accuracy_m", "")
    if accuracy_text.casefold() == "unknown":
        return given, None, False
    accuracy = parse_number(accuracy_text, "accuracy_m") if accuracy_text else None
    if accuracy is not None and not 0 < accuracy <= _MOST_ACCURACY_M:
        raise BadValue("accuracy_range", "accuracy_m", value=accuracy_text[:30])
    return given, accuracy, True


def place_query(
    place: str,
    point: tuple[tuple[float, float] | None, float | None, bool],
    unit: Unit,
    bearing: tuple[float | None, float | None] = (None, None),
) -> Query:
    """Give what the ladder is asked of a row: its words, its point where that says the place, its unit, its bearing."""
    given, accuracy, says_place = point
    lat, lon = given if given and says_place else (None, None)
    return Query(
        text=place or None,
        lat=lat,
        lon=lon,
        accuracy_m=accuracy,
        station=unit.code if unit.level == "station" else None,
        district=unit.district_name,
        distance_m=bearing[0],
        direction=bearing[1],
    )


def read_person(values: dict[str, str], role: str) -> Person | None:
    """Give the person of a row, None where nothing is said of one.

    Raises
    ------
    BadValue
        Of :func:`app.ingest.keys.parse_cnic`; the value itself is in none of them.
    """
    name, phone = text_of(values, f"{role}_name"), text_of(values, f"{role}_phone")
    column = f"{role}_cnic"
    try:
        cnic = parse_cnic(values.get(column, ""), passports=role == "guest")
    except BadValue as error:
        raise BadValue(error.code, column, **error.params) from None
    if not (name or cnic or phone):
        return None
    return Person(role, name, cnic, phone)


@lru_cache(maxsize=4_096)
def is_cancelled(status: str) -> bool:
    """Say whether a status takes a record out of the counts (اخراج)."""
    return plain(status) in _CANCELLED


def digest_of(*content: Any) -> str:
    """Give the hash of what was delivered, as understood: another spelling of the same is the same content."""
    return hashlib.sha256(_ENCODE(content).encode("ascii")).hexdigest()
