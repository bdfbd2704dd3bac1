"""The tables that `flask geocode --evaluate` prints."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from spatial.geocoding import evaluation
from spatial.geocoding.evaluation import Judged, Row, Share

_HEAD = (
    f"{'':26} {'n':>6} {'placed':>7} {'median':>8} {'100 m':>6} {'300 m':>6} {'1 km':>16} {'5 km':>16} "
    f"{'90 % circle':>18}"
)


def tables(judged: Sequence[Judged], per_second: float, fewest: int = 30) -> Iterator[str]:
    """Give the lines of the whole report.

    Parameters
    ----------
    judged : sequence of Judged
        With the groups city, script, kind and method.
    per_second : float
        Texts a second on one core.
    fewest : int
        Cities with fewer texts are told together: of a handful nothing can be said.
    """
    yield _HEAD
    yield _line(evaluation.summary(judged, "all"))
    for group in ("kind", "script", "method", "city"):
        yield ""
        for row in evaluation.by_group(_gathered(judged, group, fewest), group):
            yield _line(row, f"{group} {row.value}")
    yield ""
    yield "Shares are of all texts, unplaced ones being far; the circle's are of the placed."
    yield "In brackets: 95 % intervals (Wilson)."
    yield from _calibration(judged)
    yield ""
    yield f"{per_second:,.0f} texts/s on one core"


def _gathered(judged: Sequence[Judged], group: str, fewest: int) -> Sequence[Judged]:
    if group != "city":
        return judged
    many = {city for city, number in Counter(one.groups.get("city", "") for one in judged).items() if number >= fewest}
    return [
        one if one.groups.get("city", "") in many else replace(one, groups={**one.groups, "city": "others"})
        for one in judged
    ]


def _line(row: Row, name: str | None = None) -> str:
    near = row.within
    parts = (_share(row.placed), _metres(row.median_m), _share(near[0]), _share(near[1]))
    spreads = (_spread(near[2]), _spread(near[3]), _spread(row.covered))
    return (
        f"{(name or row.value)[:26]:26} {row.n:6,} {parts[0]:>7} {parts[1]:>8} {parts[2]:>6} {parts[3]:>6} "
        f"{spreads[0]:>16} {spreads[1]:>16} {spreads[2]:>18}"
    )


def _calibration(judged: Sequence[Judged]) -> Iterator[str]:
    found = evaluation.calibration(judged)
    yield ""
    yield "score          n  claimed   right (within the tolerance of its row)"
    for row in found.bins:
        yield f"{row.low:.1f} to {row.high:.1f} {row.right.of:5,} {_percent(row.claimed):>8} {_spread(row.right):>16}"
    yield f"expected calibration error {_percent(found.error)}"


def _percent(value: float) -> str:
    return "–" if math.isnan(value) else f"{100 * value:.1f} %"


def _share(share: Share) -> str:
    return _percent(share.value)


def _spread(share: Share) -> str:
    if not share.of:
        return "–"
    low, high = share.interval
    return f"{_share(share)} [{100 * low:.0f}–{100 * high:.0f}]"


def _metres(value: float) -> str:
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "unplaced"
    return f"{value:.0f} m" if value < 1000 else f"{value / 1000:.2f} km"
