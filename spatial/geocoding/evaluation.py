"""How good fixes are where the truth is known: placed, near, covered, calibrated, by any grouping.

An unplaced text counts as farther than every distance, never as left out, so that a geocoder cannot look better by
giving up.  Shares carry Wilson's 95 % interval (E. B. Wilson, 1927, J. Am. Stat. Assoc. 22), which stays honest for few
texts and for shares near 0 and 1.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from spatial.model import Fix
from spatial.projection import distance_m

DISTANCES_M: Final = (100.0, 300.0, 1_000.0, 5_000.0)
"""The distances within which a fix is counted as near."""
USUAL_TOLERANCE_M: Final = 1_000.0
"""A fix within this distance of the truth is right, where a text does not say its own tolerance."""
_Z: Final = 1.959963984540054
_URDU: Final = re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]")


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many, with the 95 % interval of the share behind them.

    Parameters
    ----------
    count, of : int
        ``0 <= count <= of``; a share of nothing is not a number and its interval is the whole of 0..1.
    """

    count: int
    of: int

    @property
    def value(self) -> float:
        """The share, NaN of nothing."""
        return self.count / self.of if self.of else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval."""
        return wilson(self.count, self.of)


@dataclass(frozen=True, slots=True)
class Judged:
    """One fix against its truth.

    Parameters
    ----------
    error_m : float
        Metres from the fix's point to the truth; infinite where unplaced.
    accuracy_m : float or None
        Of the fix; None where unplaced.
    score : float
        Of the fix, 0 to 1.
    tolerance_m : float
        Within it the fix is right.
    groups : mapping of str to str
        Such as ``{"city": "Lahore", "script": "Urdu"}``.
    """

    error_m: float
    accuracy_m: float | None
    score: float
    tolerance_m: float = USUAL_TOLERANCE_M
    groups: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_placed(self) -> bool:
        """Whether there is a point to judge."""
        return self.accuracy_m is not None

    @property
    def is_right(self) -> bool:
        """Whether the fix is as near as is asked."""
        return self.error_m <= self.tolerance_m

    @property
    def is_covered(self) -> bool:
        """Whether the circle of the fix's accuracy holds the truth."""
        return self.accuracy_m is not None and self.error_m <= self.accuracy_m


@dataclass(frozen=True, slots=True)
class Row:
    """What holds of one group of texts.

    Parameters
    ----------
    value : str
        The group's value; empty for all texts.
    n : int
    placed : Share
    median_m : float
        Of all texts, unplaced ones being infinitely far; NaN of no text.
    within : tuple of Share
        For each of ``DISTANCES_M``, of all texts.
    covered : Share
        Of the placed ones, those whose 90 % circle holds the truth.
    right : Share
        Of all, those within their own tolerance.
    """

    value: str
    n: int
    placed: Share
    median_m: float
    within: tuple[Share, ...]
    covered: Share
    right: Share


@dataclass(frozen=True, slots=True)
class Bin:
    """The fixes whose score lies in ``[low, high)`` (the last bin holds 1 too): what they claim and what is so."""

    low: float
    high: float
    claimed: float
    right: Share


@dataclass(frozen=True, slots=True)
class Calibration:
    """Scores against what came true; ``error`` is the expected calibration error, 0 to 1 (NaN of no fix)."""

    bins: tuple[Bin, ...]
    error: float


def wilson(count: int, of: int) -> tuple[float, float]:
    """Give Wilson's 95 % interval of a share.

    Parameters
    ----------
    count, of : int

    Returns
    -------
    tuple of float
        Low and high, within 0..1; (0, 1) of nothing.

    Raises
    ------
    ValueError
        If ``count`` is not within 0..``of``.
    """
    if not 0 <= count <= of:
        raise ValueError("A share counts from none to all.")
    if of == 0:
        return 0.0, 1.0
    share, z2 = count / of, _Z * _Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z / (1 + z2 / of) * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    # At the ends the bound is exact; the arithmetic would leave a crumb beside it.
    return (0.0 if count == 0 else max(0.0, middle - half)), (1.0 if count == of else min(1.0, middle + half))


def judge(
    fix: Fix,
    lat: float,
    lon: float,
    *,
    tolerance_m: float = USUAL_TOLERANCE_M,
    groups: Mapping[str, str] | None = None,
) -> Judged:
    """Give a fix against the true point, with the fix's method among its groups.

    Parameters
    ----------
    fix : Fix
    lat, lon : float
        The truth in degrees (EPSG:4326).
    tolerance_m : float
        Metres within which the fix is right.
    groups : mapping of str to str, optional
    """
    named = {**(groups or {}), "method": fix.method.value}
    if fix.point is None:
        return Judged(math.inf, None, fix.score, tolerance_m, named)
    error = distance_m(fix.point.lat, fix.point.lon, lat, lon)
    return Judged(error, fix.accuracy_m, fix.score, tolerance_m, named)


def summary(judged: Sequence[Judged], value: str = "") -> Row:
    """Give what holds of all these fixes."""
    placed = [one for one in judged if one.is_placed]
    n = len(judged)
    return Row(
        value,
        n,
        Share(len(placed), n),
        median(one.error_m for one in judged) if judged else math.nan,
        tuple(Share(sum(one.error_m <= near for one in judged), n) for near in DISTANCES_M),
        Share(sum(one.is_covered for one in placed), len(placed)),
        Share(sum(one.is_right for one in judged), n),
    )


def by_group(judged: Iterable[Judged], group: str) -> list[Row]:
    """Give a row for each value of a group, the largest first; texts that lack the group are left out."""
    parts: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        if group in one.groups:
            parts[one.groups[group]].append(one)
    return [summary(part, value) for value, part in sorted(parts.items(), key=lambda item: (-len(item[1]), item[0]))]


def calibration(judged: Iterable[Judged], bins: int = 10) -> Calibration:
    """Give claimed against true shares of placed fixes in bins of equal width of the score.

    The expected calibration error is the mean gap between both, each bin weighing as many fixes as it holds (M. P.
    Naeini and others, 2015, AAAI). An empty bin is left out.

    Raises
    ------
    ValueError
        If there is no bin.
    """
    if bins < 1:
        raise ValueError("At least one bin.")
    parts: dict[int, list[Judged]] = defaultdict(list)
    for one in judged:
        if one.is_placed:
            parts[min(int(one.score * bins), bins - 1)].append(one)
    rows = [
        Bin(
            number / bins,
            (number + 1) / bins,
            math.fsum(one.score for one in part) / len(part),
            Share(sum(one.is_right for one in part), len(part)),
        )
        for number, part in sorted(parts.items())
    ]
    total = sum(row.right.of for row in rows)
    if not total:
        return Calibration((), math.nan)
    gap = math.fsum(row.right.of * abs(row.claimed - row.right.value) for row in rows)
    return Calibration(tuple(rows), gap / total)


def script_of(text: str) -> str:
    """Give the script of a text: ``Urdu`` if any letter of it is Arabic, else ``Latin``."""
    # An Urdu comma alone makes no Urdu text.
    return "Urdu" if any(sign.isalpha() for sign in _URDU.findall(text)) else "Latin"
