"""When and how often each head happens in the demonstration, and how long until the police write it down.

Every number is an invention in the manner of what domain.md and the newspapers say; none is measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray

from app.reference import files

Floats = NDArray[np.float64]
GROUPS = ("street", "house", "vehicle", "violence", "fraud", "discovered", "accident", "sensitive")


@dataclass(frozen=True, slots=True)
class HeadSpec:
    """One head's habits: its share of FIRs and complaints, sections as written, delays, and how it repeats."""

    key: str
    group: str
    fir_share: float
    complaint_share: float
    delay_hours: float  # median from discovery of the offence to the report
    delay_sigma: float
    sections: tuple[str, ...]
    property_kind: str = ""


SPECS = (
    HeadSpec("robbery", "street", 0.170, 0.16, 3, 1.1,
             ("392 PPC", "392/34 PPC", "382 PPC", "392 ت پ", "356/379 PPC", "۳۹۲/۳۴ ت پ")),
    HeadSpec("vehicle_snatching", "street", 0.055, 0.04, 2, 0.9, ("392 PPC", "392/34 PPC", "382 ت پ"), "vehicle"),
    HeadSpec("dacoity", "street", 0.015, 0.01, 3, 1.0, ("395 PPC", "395/412 PPC", "395 ت پ")),
    HeadSpec("theft", "house", 0.140, 0.20, 10, 1.3, ("379 PPC", "380 PPC", "379 ت پ", "381 PPC")),
    HeadSpec("burglary", "house", 0.075, 0.07, 6, 1.2, ("457/380 PPC", "454/380 PPC", "457، 380 ت پ")),
    HeadSpec("cattle_theft", "house", 0.008, 0.01, 8, 1.0, ("379 PPC", "380 ت پ", "457/380 PPC"), "cattle"),
    HeadSpec("vehicle_theft", "vehicle", 0.150, 0.11, 5, 1.2, ("381-A PPC", "381A ت پ", "381-A", "381 A PPC")),
    HeadSpec("hurt", "violence", 0.060, 0.13, 8, 1.3,
             ("337-A(i)/34 PPC", "337-A(i), 337-F(v), 34 PPC", "337-L(2)/506 PPC")),
    HeadSpec("murder", "violence", 0.012, 0.00, 2, 0.9, ("302 PPC", "302/34 PPC", "302/109/34 ت پ", "302/324/149 PPC")),
    HeadSpec("attempted_murder", "violence", 0.015, 0.01, 3, 1.0, ("324 PPC", "324/34 PPC", "324/148/149 ت پ")),
    HeadSpec("intimidation", "violence", 0.025, 0.10, 20, 1.3, ("506 PPC", "506-B/34 PPC", "147/148/149 PPC")),
    HeadSpec("mischief", "violence", 0.010, 0.02, 12, 1.2, ("427 PPC", "436/427 PPC")),
    HeadSpec("kidnapping", "violence", 0.038, 0.02, 30, 1.5,
             ("363 PPC", "365 PPC", "365-B PPC", "496-A PPC", "365 ت پ")),
    HeadSpec("kidnapping_ransom", "violence", 0.001, 0.00, 12, 1.0, ("365-A PPC, 7 ATA",)),
    HeadSpec("extortion", "fraud", 0.005, 0.01, 60, 1.3, ("384/385 PPC, 7 ATA", "386 PPC")),
    HeadSpec("cheating", "fraud", 0.085, 0.09, 400, 1.4, ("489-F PPC", "420/468/471 PPC", "406 PPC", "489F ت پ")),
    HeadSpec("illegal_dispossession", "fraud", 0.006, 0.02, 300, 1.3,
             ("3 IDA 2005", "3/4 Illegal Dispossession Act 2005")),
    HeadSpec("narcotics", "discovered", 0.055, 0.00, 0.5, 0.5,
             ("9-C CNSA", "9(1)3(c) CNSA", "9(c) CNSA 1997", "9-B CNSA")),
    HeadSpec("arms", "discovered", 0.050, 0.00, 0.5, 0.5, ("13-2(a) AO 1965", "13/20/65 AO", "13-2(a) اے او")),
    HeadSpec("liquor_gambling", "discovered", 0.030, 0.00, 0.5, 0.5,
             ("3/4 PEHO", "5 Gambling Ordinance 1978", "6 PSSA 2015")),
    HeadSpec("stolen_property", "discovered", 0.010, 0.00, 0.5, 0.5, ("411 PPC", "412 PPC")),
    HeadSpec("traffic_accident", "accident", 0.030, 0.00, 3, 1.0, ("279/337-G PPC", "320/279 PPC", "279/427 PPC")),
    HeadSpec("assault_woman", "sensitive", 0.011, 0.00, 30, 1.5, ("354 PPC", "509 PPC", "354-A PPC")),
    HeadSpec("rape", "sensitive", 0.004, 0.00, 60, 1.6, ("376 PPC", "376 ت پ")),
    HeadSpec("child_abuse", "sensitive", 0.002, 0.00, 40, 1.6, ("377-B PPC", "377 PPC")),
    HeadSpec("other", "violence", 0.008, 0.00, 20, 1.2, ("188 PPC", "290/291 PPC")),
)  # fmt: skip

# Offspring that one event sets off within 400 m and 14 days: the near repeat.
OFFSPRING = {"street": 0.14, "house": 0.26, "vehicle": 0.18}
NEAR_M, NEAR_DAYS = 400.0, 14.0

_WEEK = {  # Monday to Sunday
    "street": (0.98, 0.96, 0.98, 1.00, 1.04, 1.10, 0.94),
    "house": (0.95, 0.92, 0.92, 0.95, 1.10, 1.08, 1.08),
    "vehicle": (1.00, 0.98, 0.98, 1.00, 1.05, 1.07, 0.92),
    "violence": (0.95, 0.92, 0.92, 0.95, 1.08, 1.05, 1.13),
    "fraud": (1.25, 1.20, 1.20, 1.15, 0.90, 0.90, 0.40),
    "discovered": (1.05, 1.05, 1.05, 1.10, 0.85, 1.05, 0.85),
    "accident": (0.98, 0.97, 0.97, 0.98, 1.00, 1.06, 1.04),
    "sensitive": (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
}
_RAMZAN = {
    "street": 1.30,
    "house": 1.12,
    "vehicle": 1.15,
    "violence": 0.85,
    "fraud": 0.65,
    "discovered": 0.75,
    "accident": 1.10,
}
_EID = {"street": 0.90, "house": 1.50, "fraud": 0.20, "discovered": 0.50, "accident": 1.40}

# Peaks of the day: (hour, width in hours, weight) over an even floor.
_DAY = {
    "street": ((20.5, 2.5, 6.0), (9.0, 1.5, 2.0)),
    "house": ((2.5, 2.0, 6.0), (12.5, 2.5, 3.0)),
    "vehicle": ((20.0, 3.0, 5.0), (11.0, 3.0, 3.0)),
    "violence": ((20.0, 3.0, 5.0), (15.0, 3.0, 2.0)),
    "fraud": ((13.0, 2.5, 9.0),),
    "discovered": ((19.0, 3.5, 6.0), (0.5, 2.0, 1.5)),
    "accident": ((8.5, 1.5, 3.0), (18.5, 2.5, 4.0)),
    "sensitive": ((17.0, 4.0, 4.0),),
}
_RAMZAN_DAY = {
    "street": ((21.5, 2.0, 8.0), (3.5, 1.0, 2.5), (17.5, 1.0, 2.0)),
    "house": ((21.0, 1.5, 6.0), (3.0, 1.5, 3.0)),
    "violence": ((17.5, 1.2, 4.0), (22.5, 2.5, 5.0)),
    "accident": ((17.6, 0.8, 8.0),),
}


def _profile(peaks: tuple[tuple[float, float, float], ...]) -> Floats:
    hours = np.arange(24) + 0.5
    weight = np.full(24, 0.35)
    for middle, width, height in peaks:
        gap = np.abs(hours - middle)
        gap = np.minimum(gap, 24 - gap)
        weight += height * np.exp(-0.5 * (gap / width) ** 2) / width
    return np.cumsum(weight / weight.sum())


@cache
def hour_profiles() -> Floats:
    """Give the cumulative share of the day's hours, shape (2, groups, 24): ordinary days, then Ramzan."""
    plain = [_profile(_DAY[group]) for group in GROUPS]
    fasting = [_profile(_RAMZAN_DAY.get(group, _DAY[group])) for group in GROUPS]
    return np.array([plain, fasting])


@cache
def _ramzan() -> tuple[tuple[int, int], ...]:
    rows = files.table("calendar/ramzan.csv")
    return tuple(
        (date.fromisoformat(r["first_day"]).toordinal(), date.fromisoformat(r["eid_ul_fitr"]).toordinal()) for r in rows
    )


def is_ramzan(day: int) -> bool:
    """Give whether a day (its proleptic ordinal) is one of Ramzan's."""
    return any(first <= day < eid for first, eid in _ramzan())


def day_weights(day: int) -> Floats:
    """Give how much more than ordinary each group happens on a day (its ordinal), shape (groups,)."""
    weekday = date.fromordinal(day).weekday()
    weights = np.array([_WEEK[group][weekday] / (sum(_WEEK[group]) / 7) for group in GROUPS])
    if is_ramzan(day):
        weights *= [_RAMZAN.get(group, 1.0) for group in GROUPS]
    if any(eid <= day < eid + 3 for _, eid in _ramzan()):
        weights *= [_EID.get(group, 1.0) for group in GROUPS]
    return weights
