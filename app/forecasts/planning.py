"""What to forecast: jurisdictions with enough records, their heads, and the heads whose hours are known well enough."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from app.db.named import sql
from app.forecasts import reading
from app.forecasts.errors import NoSuchHead
from app.forecasts.reading import Area
from spatial import shifts

#: What is forecast where nothing is named: common, reported, and tied to a place.
HEADS = ("robbery", "burglary", "vehicle_theft", "vehicle_snatching", "dacoity", "theft")
DEFAULT_HEAD = HEADS[0]
#: Fewer records of a head in a year say nothing of single cells. A shift, a third of a day, needs three times as many.
LEAST_RECORDS = 50
LEAST_SHIFT_RECORDS = 3 * LEAST_RECORDS
#: The hours of a head are known where at least so many of its records are dated to two shifts or fewer.
LEAST_TIMED = 0.7


@dataclass(frozen=True)
class Planned:
    """A jurisdiction with the heads to forecast, and those of them that may be forecast by shift."""

    code: str
    heads: list[str]
    timed: frozenset[str] = frozenset()
    province: str | None = None


@dataclass(frozen=True)
class Series:
    """One thing to forecast: a head in an area, of the whole day or of one shift."""

    area: Area
    head: RowMapping
    shift: int | None

    def __str__(self) -> str:
        words = f"{self.area.code} {self.head['key']}"
        return words if self.shift is None else f"{words} {shifts.SHIFT_NAMES[self.shift]}"


def coming_week(now: datetime) -> int:
    """Give the week that begins next."""
    return shifts.week_of(now) + 1


def week_of_date(day: date) -> int:
    """Give the week that holds a local day."""
    return shifts.week_of(datetime(day.year, day.month, day.day, 12, tzinfo=shifts.ZONE))


def near_today(day: date) -> None:
    """Refuse a day that nobody plans or renews for.

    Raises
    ------
    ValueError
    """
    if abs(day - datetime.now(shifts.ZONE).date()) > timedelta(days=371):
        raise ValueError("name a week within a year of today")


def plan(
    session: Session,
    jurisdiction: str | None,
    heads: Sequence[str] | None,
    now: datetime,
    *,
    within: Sequence[str] | None = None,
) -> list[Planned]:
    """Give what to forecast: one jurisdiction, or each that has data.

    Where none is named: each district with enough records, or the region where more than one of its districts has them
    (Karachi is seven districts and one city). A jurisdiction without heads gets those of which *it* has enough.
    """
    found = _counts(session, [jurisdiction] if jurisdiction is not None else within, heads, now)
    if jurisdiction is not None:
        totals: dict[str, list[int]] = {}
        for row in found:
            sums = totals.setdefault(row["head"], [0, 0])
            sums[0], sums[1] = sums[0] + row["records"], sums[1] + row["timed"]
        wanted = list(heads) if heads is not None else _enough(totals, HEADS)
        return [Planned(jurisdiction, wanted, _timed(totals), found[0]["province"] if found else None)]
    regions: dict[str | None, set[str]] = {}
    for row in found:
        regions.setdefault(row["region"], set()).add(row["district"])
    sums_of: dict[str, dict[str, list[int]]] = {}
    province_of: dict[str, str | None] = {}
    for row in found:
        is_city = row["region"] is not None and len(regions[row["region"]]) > 1
        code = row["region"] if is_city else row["district"]
        province_of[code] = row["province"]
        sums = sums_of.setdefault(code, {}).setdefault(row["head"], [0, 0])
        sums[0], sums[1] = sums[0] + row["records"], sums[1] + row["timed"]
    chosen = [
        Planned(code, _enough(totals, heads or HEADS), _timed(totals), province_of[code])
        for code, totals in sorted(sums_of.items())
    ]
    return [each for each in chosen if each.heads]


def _counts(
    session: Session, within: Sequence[str] | None, heads: Sequence[str] | None, now: datetime
) -> list[RowMapping]:
    week = shifts.week_of(now)
    rows = session.execute(
        sql("forecasts.busy"),
        {
            "kinds": list(reading.KINDS),
            "within": None if within is None else list(within),
            "first_shift": shifts.first_shift_of_week(week - 52),
            "end_shift": shifts.first_shift_of_week(week),
        },
    ).mappings()
    return [row for row in rows if row["head"] in (heads or HEADS)]


def _enough(totals: dict[str, list[int]], wanted: Sequence[str]) -> list[str]:
    return [head for head in wanted if totals.get(head, [0])[0] >= LEAST_RECORDS]


def _timed(totals: dict[str, list[int]]) -> frozenset[str]:
    return frozenset(
        head
        for head, (records, timed) in totals.items()
        if timed >= LEAST_SHIFT_RECORDS and timed >= LEAST_TIMED * records
    )


def heads_by_key(session: Session, keys: Sequence[str]) -> list[RowMapping]:
    """Give crime heads by their keys, in the order of the keys.

    Raises
    ------
    NoSuchHead
        If one is unknown, or protected: its places are never shown this finely.
    """
    rows = {row["key"]: row for row in session.execute(sql("forecasts.heads"), {"keys": list(keys)}).mappings()}
    if any(key not in rows or rows[key]["protected"] for key in keys):
        raise NoSuchHead
    return [rows[key] for key in keys]
