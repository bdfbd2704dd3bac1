"""What a briefing says of the coming week, and how well the last one was forecast against the simple rule."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from flask import current_app
from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from app.db.named import sql
from app.weekly.areas import Top
from spatial import cells as h3cells
from spatial.statistics import change as comparison

#: The map draws so many cells, the highest; the rest are summed and said.
MOST_CELLS = 2500
MOST_NAMED = 10
SIMPLE = "last_year"
#: Scores are of the best twentieth of the area.
BUDGET = 0.05


def chosen(runs: Sequence[RowMapping]) -> list[RowMapping]:
    """Give the runs that do not overlap: of each head the nearest that holds the jurisdiction, else those inside it."""
    found: list[RowMapping] = []
    for head in dict.fromkeys(run["head"] for run in runs):
        own = [run for run in runs if run["head"] == head]
        above = [run for run in own if run["above"]]
        if above:
            found.append(max(above, key=lambda run: len(run["path"])))
            continue
        found += [run for run in own if not any(run["path"].startswith(other["path"] + ".") for other in own)]
    return found


def risk(session: Session, top: Top, week: int) -> dict[str, Any] | None:
    """Give what is expected in a week: in all, by cell, with intervals; None where no published forecast covers it."""
    if not current_app.extensions["naqsha.settings"].forecasting:
        return None
    runs = chosen(list(session.execute(sql("weekly.runs"), {"top": top.id, "week": week}).mappings()))
    if not runs:
        return None
    rows = session.execute(sql("weekly.run_cells"), {"runs": [run["id"] for run in runs]}).all()
    inside = _inside(top, runs)
    rows = [row for row in rows if inside is None or row.cell in inside]
    if not rows:
        return None
    rates = np.array([row.rate for row in rows])
    extra = np.array([row.extra for row in rows])
    low, high = comparison.interval(rates, rates + extra)
    whole = rates.sum(keepdims=True)
    whole_low, whole_high = comparison.interval(whole, whole + extra.sum())
    best = np.lexsort((np.arange(len(rows)), -rates))
    drawn = [
        {
            "cell": h3cells.to_hex(rows[index].cell),
            "rate": round(float(rates[index]), 4),
            "low": float(low[index]),
            "high": float(high[index]),
        }
        for index in best[:MOST_CELLS]
    ]
    top_share = best[: max(1, round(len(rows) * BUDGET))]
    return {
        "heads": [
            {"key": run["head"], "name": run["head_name"], "name_ur": run["head_name_ur"]}
            for run in {run["head"]: run for run in runs}.values()
        ],
        "areas": [
            {"code": code, "name": run["jurisdiction_name"], "name_ur": run["jurisdiction_name_ur"]}
            for code, run in sorted({run["jurisdiction"]: run for run in runs}.items())
        ],
        "runs": sorted(run["id"] for run in runs),
        "methods": sorted({run["method"] for run in runs}),
        "expected": {
            "value": round(float(whole[0]), 3),
            "low": float(whole_low[0]),
            "high": float(whole_high[0]),
        },
        "cells": drawn,
        "cell_count": len(rows),
        "top_share": round(float(rates[top_share].sum() / whole[0]), 4) if whole[0] else 0.0,
        "named": named(session, [dict(cell) for cell in drawn[:MOST_NAMED]]),
    }


def _inside(top: Top, runs: Sequence[RowMapping]) -> set[int] | None:
    """Give the cells of a jurisdiction that lies in a larger run's; None where the runs lie in it."""
    if not any(run["above"] and run["path"] != top.path for run in runs):
        return None
    found: set[int] = set()
    for resolution in {run["resolution"] for run in runs}:
        found.update(h3cells.cells_of_polygon(top.area, resolution))
    return found


def named(session: Session, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give rows of cells with the names of what lies around their centres."""
    centres = [h3cells.centre(h3cells.from_hex(row["cell"])) for row in rows]
    asked = {"lats": [lat for lat, _ in centres], "lons": [lon for _, lon in centres]}
    for row, found in zip(rows, session.execute(sql("beats.names"), asked).mappings(), strict=True):
        names = (found["around"], found["name"])
        urdu = (found["around_ur"] or found["around"], found["name_ur"] or found["name"])
        row["name"] = ", ".join(dict.fromkeys(name for name in names if name))
        row["name_ur"] = "، ".join(dict.fromkeys(name for name in urdu if name))
    return rows


def scores(session: Session, top: Top, week: int) -> list[dict[str, Any]]:
    """Give by area and head how the method that was shown did in a week, beside last year's counts."""
    if not current_app.extensions["naqsha.settings"].forecasting:
        return []
    rows = list(session.execute(sql("weekly.scores"), {"top": top.id, "week": week}).mappings())
    simple = {(row["jurisdiction"], row["head"]): row for row in rows if row["method"] == SIMPLE}
    found = []
    for row in rows:
        if not row["shown"]:
            continue
        plain = simple.get((row["jurisdiction"], row["head"]))
        observed = row["observed"]
        found.append(
            {
                "head": row["head"],
                "head_name": row["head_name"],
                "head_name_ur": row["head_name_ur"],
                "jurisdiction_name": row["jurisdiction_name"],
                "jurisdiction_name_ur": row["jurisdiction_name_ur"],
                "method": row["method"],
                "origin": row["origin"],
                "expected": round(row["expected"], 2),
                "observed": round(observed, 2),
                "hit_rate": round(row["captured"] / observed, 4) if observed > 0 else None,
                "simple_hit_rate": round(plain["captured"] / observed, 4) if plain and observed > 0 else None,
                "scored_on": row["scored_on"].isoformat(),
            }
        )
    found.sort(key=lambda row: -row["observed"])
    return found[:20]
