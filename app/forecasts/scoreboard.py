"""The scoreboard: how forecasts did over weeks, heads, areas and methods, beside the plain rules, losses as they are.

A forecast that was made before its week and a backtest of past weeks are two things, and never added up.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import numpy as np
from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from app.db.named import sql
from app.forecasts.making import RULES, SEED
from app.forecasts.running import shift_numbers
from app.forecasts.service import sees_drafts
from forecasting.comparison import RESAMPLES
from forecasting.registry import METHODS
from spatial import shifts

#: The pseudo-method of what was shown, whichever it was.
SHOWN = "shown"
BUDGET = 0.05
#: Weeks behind now that a scoreboard holds, unless another number is asked for; and at most.
WEEKS = 52
MOST_WEEKS = 520


def scoreboard(
    session: Session, jurisdiction: str | None, head: str | None, shift: str | None, weeks: int = WEEKS
) -> dict[str, Any]:
    """Give the scores that the reader may see: in all, by week and by series, each by origin and method.

    Raises
    ------
    NoSuchShift
    """
    now = datetime.now(UTC)
    asked = {
        "jurisdiction": jurisdiction,
        "head": head,
        "shift": shift_numbers([shift])[0] if shift else None,
        "any_shift": shift is None,
        "first_week": shifts.week_of(now) - weeks,
        "drafts": sees_drafts(),
    }
    rows = session.execute(sql("scores.summed"), asked).mappings().all()
    pairs = _pairs(session.execute(sql("scores.pairs"), asked).mappings())
    return {
        "methods": [name for name in METHODS if any(row["name"] == name for row in rows)],
        "rules": list(RULES),
        "totals": [
            {**_scores(row), "versus": pairs.get((row["origin"],), [])}
            for row in rows
            if not row["by_week"] and not row["by_series"]
        ],
        "weeks": [
            {"week_start": _day(row["week"]), **_scores(row)} for row in rows if row["by_week"] and _compared(row)
        ],
        "series": [_series(list(members), pairs) for _, members in groupby(_series_rows(rows), key=_series_key)],
    }


def _compared(row: RowMapping) -> bool:
    return row["name"] == SHOWN or row["name"] in RULES


def _series_rows(rows: Iterable[RowMapping]) -> list[RowMapping]:
    return sorted((row for row in rows if row["by_series"]), key=_series_key)


def _series_key(row: RowMapping) -> tuple[Any, ...]:
    return row["origin"], row["jurisdiction"], row["head"], row["shift"]


def _series(rows: Sequence[RowMapping], pairs: dict[tuple[Any, ...], list[dict[str, Any]]]) -> dict[str, Any]:
    one = next((row for row in rows if row["name"] == SHOWN), rows[0])
    names = ("jurisdiction", "jurisdiction_name", "jurisdiction_name_ur", "head", "head_name", "head_name_ur")
    key = (one["origin"], one["jurisdiction_id"], one["head_id"], one["shift"])
    return {
        **{name: one[name] for name in names},
        "shift": None if one["shift"] < 0 else shifts.SHIFT_NAMES[one["shift"]],
        "origin": one["origin"],
        "shown_method": one["method"],
        "scores": [_scores(row) for row in rows],
        "versus": pairs.get(key, []),
    }


def _scores(row: RowMapping) -> dict[str, Any]:
    """Give ratios of sums: a busy week counts for more. Null where there is nothing to divide by."""
    inside = row["observed"] - row["outside"]
    return {
        "origin": row["origin"],
        "method": row["name"],
        "weeks": row["weeks"],
        "scored_on": row["scored_on"].isoformat(),
        "records": round(row["observed"], 6),
        "hit_rate_1": _share(row["captured_1"], row["observed"]),
        "hit_rate_5": _share(row["captured_5"], row["observed"]),
        "pai_5": _share(row["captured_5"], row["observed"] * BUDGET),
        "pei_5": _share(row["captured_5"], row["best_5"]),
        "deviance": _share(row["deviance"], row["cells"]),
        "log_score": _share(row["log_score"], row["cells"]),
        "coverage_90": _share(row["covered"], row["cells"]),
        "coverage_90_top": _share(row["top_covered"], row["top_cells"]),
        "expected_over_observed": _share(row["expected"], inside),
    }


def _share(above: float, below: float) -> float | None:
    return float(above) / float(below) if below > 0 else None


def _pairs(rows: Iterable[RowMapping]) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
    """Give, by series and for all of an origin together, the differences from each rule with paired intervals."""
    found = list(rows)
    by_key: dict[tuple[Any, ...], list[RowMapping]] = {}
    for row in found:
        by_key.setdefault((row["origin"], row["jurisdiction_id"], row["head_id"], row["shift"]), []).append(row)
        by_key.setdefault((row["origin"],), []).append(row)
    return {key: [each for rule in RULES if (each := _against(rule, members))] for key, members in by_key.items()}


def _against(rule: str, rows: Sequence[RowMapping]) -> dict[str, Any] | None:
    """Give the hit rate at 5 % of what was shown minus a rule's on the same weeks, with its 90 % interval.

    Whole weeks are drawn with replacement (as in forecasting.comparison): the series of one week are not independent.
    """
    both = [row for row in rows if row[rule] is not None and row["shown"] is not None]
    if not both:
        return None
    weeks, place = np.unique([row["week"] for row in both], return_inverse=True)
    gap = np.bincount(place, weights=[row["shown"] - row[rule] for row in both]).astype(float)
    observed = np.bincount(place, weights=[row["observed"] for row in both]).astype(float)
    total = float(observed.sum())
    if total <= 0:
        return None
    draws = np.random.default_rng(SEED).multinomial(len(weeks), np.full(len(weeks), 1 / len(weeks)), size=RESAMPLES)
    below = draws @ observed
    low, high = np.quantile(np.divide(draws @ gap, below, out=np.zeros(RESAMPLES), where=below > 0), [0.05, 0.95])
    enough = len(weeks) > 1
    return {
        "rule": rule,
        "difference": float(gap.sum()) / total,
        "low": float(low) if enough else None,
        "high": float(high) if enough else None,
        "weeks": len(weeks),
        "verdict": _verdict(float(low), float(high)) if enough else "unclear",
    }


def _verdict(low: float, high: float) -> str:
    """Say better or worse only where the interval excludes chance."""
    return "better" if low > 0 else "worse" if high < 0 else "same" if low == high == 0 else "unclear"


def _day(week: int) -> str:
    return shifts.week_start(week).date().isoformat()
