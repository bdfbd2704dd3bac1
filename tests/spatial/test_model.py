"""Tests of the nouns: a fix whose parts contradict each other cannot be made."""

from __future__ import annotations

from typing import Any

import pytest

from spatial import cells
from spatial.errors import (
    InvalidCell,
    InvalidCoordinates,
    InvalidFix,
    InvalidMass,
    MixedResolutions,
    SpatialError,
)
from spatial.mass import UNIT
from spatial.model import Fix, Method, Point, Reason

CELL = cells.cell_of(31.5497, 74.3436)
NEIGHBOUR = cells.ring(CELL, 1)[0]
GOOD: dict[str, Any] = {
    "method": Method.COORDINATES,
    "point": Point(31.5497, 74.3436),
    "accuracy_m": 20.0,
    "resolution": 9,
    "cells": (CELL,),
    "masses": (UNIT,),
    "score": 0.9,
}


def test_a_good_fix() -> None:
    fix = Fix(**GOOD, reasons=(Reason("given"),))
    assert fix.is_placed
    assert fix.method == "coordinates"


def test_an_unplaced_record_has_nothing() -> None:
    assert not Fix(Method.UNPLACED, None, None, None, (), (), 0.0).is_placed
    with pytest.raises(InvalidFix):
        Fix(Method.UNPLACED, None, None, 9, (CELL,), (UNIT,), 0.0)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"masses": (UNIT - 1,)}, InvalidMass),
        ({"cells": (CELL, NEIGHBOUR), "masses": (UNIT, 0)}, InvalidMass),
        ({"cells": (CELL, CELL), "masses": (UNIT // 2, UNIT // 2)}, InvalidFix),
        ({"cells": (), "masses": ()}, InvalidFix),
        ({"cells": tuple(cells.disk(CELL, 5)), "masses": (1,) * 91}, InvalidFix),
        ({"cells": (CELL, cells.parent(CELL, 8)), "masses": (UNIT // 2, UNIT // 2)}, MixedResolutions),
        ({"resolution": 8}, MixedResolutions),
        ({"cells": (12345,)}, InvalidCell),
        ({"score": 1.1}, InvalidFix),
        ({"score": float("nan")}, InvalidFix),
        ({"point": None}, InvalidFix),
        ({"accuracy_m": -1.0}, InvalidFix),
        ({"accuracy_m": float("nan")}, InvalidFix),
    ],
)
def test_contradictions_are_refused(change: dict[str, Any], error: type[SpatialError]) -> None:
    with pytest.raises(error):
        Fix(**{**GOOD, **change})


@pytest.mark.parametrize(("lat", "lon"), [(90.1, 0.0), (0.0, -180.1), (float("nan"), 0.0)])
def test_points_off_the_earth_are_refused(lat: float, lon: float) -> None:
    with pytest.raises(InvalidCoordinates):
        Point(lat, lon)


def test_an_error_always_has_a_sentence() -> None:
    assert str(InvalidCell()) == "This is not a valid H3 cell."
    assert str(InvalidCell("Another sentence.")) == "Another sentence."
