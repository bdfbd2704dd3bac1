"""What follows from a shock: which mass is held out or brought to the usual level, and where to pause."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from forecasting.cube import Cube
from forecasting.errors import BadEvents
from forecasting.model import Floats, Integers
from forecasting.shocks import BULK_LATE, LATE_WEEKS, SILENT, STEP_DOWN, STEP_UP, Shock
from spatial.mass import UNIT

#: A level is never moved by more than this, up or down: beyond it the records say too little.
MOST_FACTOR = 5.0
#: Stations that are watched as one place are paused only where it registers more than so many times the usual, or less
#: than its inverse: a wave of crime may take a whole circle, and its stations' own shocks pause them anyway.
MOST_POOLED = 1.5


class Registered(NamedTuple):
    """Records by the week of their registration, and those of them that were late, float64, each of shape (g, w)."""

    all: Floats
    late: Floats


@dataclass(frozen=True)
class Held:
    """A cube without its shocks, and what to tell.

    Attributes
    ----------
    cube : Cube
        What a forecast may learn from.
    factors : ndarray of float64, shape (g, w)
        By which the mass of each group and week of occurrence was brought to the level of now.
    held_out : float
        Records that were left out as registered in bulk.
    paused : tuple of int
        Groups whose registration is out of its usual level now: no forecast should be shown there.
    shocks : tuple of (int, Shock)
        Every shock with its group, in the order of the groups.
    """

    cube: Cube
    factors: Floats
    held_out: float
    paused: tuple[int, ...]
    shocks: tuple[tuple[int, Shock], ...]


def registrations(cube: Cube, group: Integers, groups: int) -> Registered:
    """Weekly registrations of each group of cells, for ``shocks.watch`` and ``shocks.watch_late``.

    Parameters
    ----------
    cube : Cube
        Its pieces say when they became known; those that took mass away (corrections) register nothing.
    group : ndarray of int64, shape (c,)
        Group (station area) of each cell, 0 .. groups - 1; below zero for none.
    groups : int
    """
    _check(cube, group, groups)
    first = int(cube.weeks[0]) if len(cube.weeks) else 0
    known = cube.known_at - first
    of = group[cube.cell_index]
    kept = (of >= 0) & (cube.piece_mass > 0) & (known >= 0) & (known < len(cube.weeks))
    late = kept & (known - cube.week_index >= LATE_WEEKS)
    found = []
    for chosen in (kept, late):
        counts = np.zeros((groups, len(cube.weeks)))
        np.add.at(counts, (of[chosen], known[chosen]), cube.piece_mass[chosen] / UNIT)
        found.append(counts)
    return Registered(*found)


def hold_out(
    cube: Cube, group: Integers, shocks: Sequence[Sequence[Shock]], *, pooled: Sequence[Sequence[Shock]] | None = None
) -> Held:
    """Take what shocks added, or bring it to the usual level, so that a forecast does not learn them as crime.

    Mass that was registered late in the weeks of a bulk registration is left out. Mass of the weeks of a burst or
    dip is divided by its ratio, and all mass before a step is multiplied by the step's, at most by
    ``MOST_FACTOR``: the shape over cells is kept, the level is that of now. The weeks of a silent station
    stay without mass. Every group whose shock is still open is paused; by a shock of its place only beyond
    ``MOST_POOLED``.

    Parameters
    ----------
    cube : Cube
        As known at the date of the forecast.
    group : ndarray of int64, shape (c,)
        Group of each cell; below zero for none.
    shocks : sequence of sequences of Shock
        Those of each group, positions counted from the cube's first week.
    pooled : the same, optional
        Those of the place to which each group belongs, where it shows none of its own at the time.
    """
    _check(cube, group, len(shocks))
    weeks = len(cube.weeks)
    factors = np.ones((len(shocks), weeks))
    bulk = np.zeros((len(shocks), weeks), dtype=bool)
    paused = []
    if pooled is None:
        pooled = [[] for _ in shocks]
    for index, found in enumerate(shocks):
        for shock in [*found, *pooled[index]]:
            span = slice(shock.first_week, min(shock.end_week, weeks))
            if shock.kind == BULK_LATE:
                bulk[index, span] = True
            elif shock.kind in (STEP_UP, STEP_DOWN):
                factors[index, : shock.first_week] *= _bounded(shock.ratio)
            elif shock.kind != SILENT:
                factors[index, span] *= 1 / _bounded(shock.ratio)
        far = [shock for shock in pooled[index] if not 1 / MOST_POOLED < shock.ratio < MOST_POOLED]
        if any(shock.kind != BULK_LATE and shock.is_open for shock in [*found, *far]):
            paused.append(index)
    factors = np.clip(factors, 1 / MOST_FACTOR, MOST_FACTOR)
    of = group[cube.cell_index]
    known = cube.known_at - (int(cube.weeks[0]) if weeks else 0)
    inside = (of >= 0) & (known >= 0) & (known < weeks)
    dropped = np.zeros(of.shape, dtype=bool)
    dropped[inside] = bulk[of[inside], known[inside]] & (known[inside] - cube.week_index[inside] >= LATE_WEEKS)
    mass = np.where(dropped, 0, cube.piece_mass)
    has_group = of >= 0
    mass[has_group] = np.rint(mass[has_group] * factors[of[has_group], cube.week_index[has_group]]).astype(np.int64)
    # A correction may have outlived the bulk entry that it corrected: such a cell and week holds nothing.
    total = np.zeros((len(cube.area), weeks), dtype=np.int64)
    np.add.at(total, (cube.cell_index, cube.week_index), mass)
    mass[total[cube.cell_index, cube.week_index] < 0] = 0
    there = mass != 0
    held = replace(
        cube,
        cell_index=cube.cell_index[there],
        week_index=cube.week_index[there],
        piece_mass=mass[there],
        known_at=cube.known_at[there],
    )
    return Held(
        cube=held,
        factors=factors,
        held_out=float(cube.piece_mass[dropped].sum() / UNIT),
        paused=tuple(paused),
        shocks=tuple((index, shock) for index, found in enumerate(shocks) for shock in found),
    )


def _bounded(ratio: float) -> float:
    return float(np.clip(ratio, 1 / MOST_FACTOR, MOST_FACTOR))


def _check(cube: Cube, group: Integers, groups: int) -> None:
    if group.shape != cube.cells.shape or (group.size and int(group.max()) >= groups):
        raise BadEvents("every cell of the area needs one group, below the number of groups")
