"""Where k patrols cover most of what is expected or recorded: places proposed, and measured as a planner changes them.

Protected heads never weigh a place, whoever plans: a card is printed and carried.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from app.beats import rest, service
from app.beats.areas import Area
from app.beats.schemas import PlanBody, ProposalBody
from app.db.named import sql
from app.errors import InvalidFilter
from app.forecasts.service import driver
from app.records.filters import Filter, FilterQuery, parse_cell
from app.records.service import in_records
from spatial import cells as h3cells
from spatial import coverage, shifts

Integers = NDArray[np.int64]
MOST_DRIVERS = 2


class NothingToCover(InvalidFilter):
    """Nothing was recorded or expected there: there is no place to propose. Widen the window, or choose other heads."""


@dataclass(frozen=True)
class Weights:
    """What the places are weighed by: mass of each base cell of the area, and the forecast runs behind it."""

    by: str
    masses: Integers
    runs: tuple[RowMapping, ...]


def filter_of(session: Session, area: Area, body: ProposalBody) -> Filter:
    """Give the filter of a plan, which the planner's page names like every other."""
    query = FilterQuery(window=body.window, heads=body.heads, kinds=body.kinds or "fir", shift=body.shift)
    wanted = Filter.parse(query, session)
    return service.with_window(replace(wanted, stations=area.stations, resolution=h3cells.BASE_RESOLUTION))


def weigh(session: Session, area: Area, wanted: Filter, by: str) -> Weights:
    """Give what each base cell weighs: what is expected there in the forecast week, or what the window holds."""
    runs = service.published_runs(session, area, wanted) if by == "forecast" else []
    masses = np.zeros(len(area.cells), dtype=np.int64)
    if not runs:
        cells, found, _ = service.cell_masses(session, area, wanted, True)
        masses[np.searchsorted(area.cells, cells)] = np.maximum(found, 0)
        return Weights("window", masses, ())
    for cells, rates, _, resolution in service.run_cells(session, area, runs):
        above = h3cells.parents(area.cells, resolution)
        place = np.minimum(np.searchsorted(cells, above), max(len(cells) - 1, 0))
        known = cells[place] == above if len(cells) else np.zeros(len(above), dtype=bool)
        part = np.where(known, rates[place] if len(cells) else 0.0, 0.0) / 7 ** (h3cells.BASE_RESOLUTION - resolution)
        masses += np.rint(part * 1e6).astype(np.int64)
    return Weights("forecast", masses, tuple(runs))


def propose(session: Session, area: Area, body: ProposalBody) -> dict[str, Any]:
    """Give the places that cover most within the budget, in tours, and what they leave out.

    Raises
    ------
    NothingToCover
    spatial.coverage.NoPlan, spatial.coverage.TooManyPlaces
    """
    wanted = filter_of(session, area, body)
    weights = weigh(session, area, wanted, body.weigh)
    if not weights.masses.any():
        raise NothingToCover
    above = h3cells.parents(area.cells, rest.LIST_RESOLUTION)
    standing = rest.standing(session, above[weights.masses > 0].tolist(), body.week_number())
    resting = {cell for cell, each in standing.items() if each["rests"]}
    barred = set(area.cells[np.isin(above, sorted(resting))].tolist()) | _inside(area, body.excluded)
    locked = [cell for cell in _inside(area, body.locked) if cell not in barred]
    start, unit = area.start()
    made = coverage.plan(
        area.cells.tolist(),
        weights.masses.tolist(),
        start=start,
        patrols=body.patrols,
        minutes=body.minutes,
        reach_m=body.reach_m,
        pace=body.pace(),
        locked=locked,
        excluded=barred,
    )
    order = [(patrol, place) for patrol, tour in enumerate(made.tours, 1) for place in tour.places]
    points = h3cells.centres([made.cells[place] for _, place in order])
    found = _measured(session, area, weights, points, [patrol for patrol, _ in order], body)
    for row in found["places"]:
        row["locked"] = h3cells.from_hex(row["cell"]) in locked
    return found | {
        "resting": [{"cell": h3cells.to_hex(cell), "weeks": standing[cell]["weeks"]} for cell in sorted(resting)],
        "start": {"lat": start[0], "lon": start[1], "name": unit.station_name, "name_ur": unit.station_name_ur},
        "week_start": shifts.week_start(body.week_number()).date().isoformat(),
    }


def _inside(area: Area, names: Sequence[str]) -> set[int]:
    """Give base cells of the area by their names, or by a coarser cell that holds them."""
    found: set[int] = set()
    for name in names:
        cell = parse_cell(name)
        own = [cell] if h3cells.resolution(cell) == 9 else h3cells.children(cell, h3cells.BASE_RESOLUTION)
        found.update(each for each in own if area.unit_at(each) is not None)
    return found


def measure(session: Session, area: Area, body: PlanBody) -> dict[str, Any]:
    """Give the tours and the covered mass of places that a planner has chosen, moved or added."""
    wanted = filter_of(session, area, body)
    weights = weigh(session, area, wanted, body.weigh)
    points = np.array([(place.lat, place.lon) for place in body.places], dtype=float).reshape(-1, 2)
    return _measured(session, area, weights, points, _shared(area, body, points), body)


def _shared(area: Area, body: PlanBody, points: NDArray[np.float64]) -> list[int]:
    """Give each place's patrol: as the planner said, else by sharing all places anew."""
    if all(place.patrol for place in body.places):
        return [min(place.patrol, body.patrols) for place in body.places]
    patrols = [0] * len(body.places)
    for patrol, tour in enumerate(
        coverage.shared_tours(np.array(area.start()[0]), points, body.patrols, body.pace()), 1
    ):
        for place in tour.places:
            patrols[place] = patrol
    return patrols


def _measured(
    session: Session,
    area: Area,
    weights: Weights,
    points: NDArray[np.float64],
    patrols: Sequence[int],
    body: ProposalBody,
) -> dict[str, Any]:
    """Give places in the order of visits, each patrol's tour, and what all of them cover of the whole."""
    start = np.array(area.start()[0])
    pace = body.pace()
    rows: list[dict[str, Any]] = []
    tours = []
    own_cells = [h3cells.cell_of(lat, lon) for lat, lon in points.tolist()]
    for patrol in range(1, body.patrols + 1):
        mine = [index for index, owner in enumerate(patrols) if owner == patrol]
        order, metres = coverage.tour_of(start, points[mine])
        minutes = pace.minutes(metres, len(mine))
        tours.append(
            {
                "patrol": patrol,
                "metres": round(metres),
                "minutes": round(minutes, 1),
                "over": minutes > body.minutes + 0.5,
                "places": len(mine),
            }
        )
        for position, place in enumerate(order, 1):
            index = mine[place]
            inside = coverage.covered_by(points[index : index + 1], area.cells.tolist(), body.reach_m)
            rows.append(
                {
                    "given": index,
                    "patrol": patrol,
                    "position": position,
                    "cell": h3cells.to_hex(own_cells[index]),
                    "lat": round(float(points[index][0]), 6),
                    "lon": round(float(points[index][1]), 6),
                    "covered": in_records(int(weights.masses[inside].sum())),
                }
            )
    inside = coverage.covered_by(points, area.cells.tolist(), body.reach_m)
    covered, total = int(weights.masses[inside].sum()), int(weights.masses.sum())
    _name(session, rows)
    _drive(session, rows, weights)
    _stand(session, rows, body.week_number())
    return {
        "places": rows,
        "tours": tours,
        "covered": in_records(covered),
        "left_out": in_records(total - covered),
        "total": in_records(total),
        "weighed_by": weights.by,
        "runs": [run["id"] for run in weights.runs],
        "left_out_cells": _left_out(area, weights.masses, inside),
    }


def _left_out(area: Area, masses: Integers, inside: NDArray[np.bool_]) -> list[dict[str, Any]]:
    """Give the heaviest cells that no visit covers, so that what is left out is seen and not only summed."""
    left = np.where(inside, 0, masses)
    heaviest = np.lexsort((area.cells, -left))[:40]
    return [
        {"cell": h3cells.to_hex(int(area.cells[index])), "mass": in_records(int(left[index]))}
        for index in heaviest
        if left[index] > 0
    ]


def _name(session: Session, rows: list[dict[str, Any]]) -> None:
    asked = {"lats": [row["lat"] for row in rows], "lons": [row["lon"] for row in rows]}
    for row, found in zip(rows, session.execute(sql("beats.names"), asked).mappings(), strict=True):
        near, around = found["name"], found["around"]
        row["name"] = ", ".join(dict.fromkeys(name for name in (near, around) if name))
        urdu = (found["name_ur"] or near, found["around_ur"] or around)
        row["name_ur"] = "، ".join(dict.fromkeys(name for name in urdu if name))


def _drive(session: Session, rows: list[dict[str, Any]], weights: Weights) -> None:
    for row in rows:
        row["drivers"] = []
    if not weights.runs:
        return
    above = {
        (row["cell"], run["resolution"]): h3cells.parent(h3cells.from_hex(row["cell"]), run["resolution"])
        for row in rows
        for run in weights.runs
    }
    asked = {"runs": [run["id"] for run in weights.runs], "cells": sorted(set(above.values()))}
    by_cell: dict[int, list[RowMapping]] = {}
    for found in session.execute(sql("beats.drivers"), asked).mappings():
        by_cell.setdefault(found["cell"], []).append(found)
    for row in rows:
        own = [found for cell in {above[row["cell"], run["resolution"]] for run in weights.runs}
               for found in by_cell.get(cell, [])]  # fmt: skip
        for found in sorted(own, key=lambda each: -each["rate"])[:MOST_DRIVERS]:
            first = max(found["drivers"], key=lambda part: part["share"], default=None)
            row["drivers"].append(
                {
                    "head": found["head"],
                    "head_name": found["head_name"],
                    "head_name_ur": found["head_name_ur"],
                    "rate": found["rate"],
                    "low": found["low"],
                    "high": found["high"],
                    "driver": None if first is None else driver(first),
                }
            )


def _stand(session: Session, rows: list[dict[str, Any]], week: int) -> None:
    above = {row["cell"]: h3cells.parent(h3cells.from_hex(row["cell"]), rest.LIST_RESOLUTION) for row in rows}
    standing = rest.standing(session, above.values(), week)
    for row in rows:
        row["list_cell"] = h3cells.to_hex(above[row["cell"]])
        row["listed"] = standing[above[row["cell"]]]
