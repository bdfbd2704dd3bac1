"""The cube: what goes in, what is left out, what was known when."""

import numpy as np
import pytest

from forecasting.cube import COLUMNS, Cube, StudyArea, data_hash
from forecasting.errors import BadEvents, ForbiddenColumn
from spatial import cells as h3_cells
from spatial.mass import UNIT


@pytest.mark.parametrize("column", ["person", "cnic", "name", "stay", "discovery", "complainant_name", "id"])
def test_no_other_column_comes_in(column, area):
    events = {"cell": area.cells[:1], "week": [1], column: ["someone"]}
    with pytest.raises(ForbiddenColumn, match=column):
        Cube.from_events(events, area=area)


def test_the_door_has_five_columns():
    assert COLUMNS == ("cell", "week", "mass", "known_at", "category")


def test_mass_is_summed_in_integers(area):
    one, other = area.cells[:2]
    cube = Cube.from_events(
        {"cell": [one, one, other, one], "week": [7, 7, 8, 8], "mass": [333_333, 666_667, UNIT, 1]}, area=area
    )
    assert cube.weeks.tolist() == [7, 8]
    assert cube.mass.dtype == np.int64
    assert cube.mass[0].tolist() == [UNIT, 1]
    assert cube.mass[1].tolist() == [0, UNIT]
    assert cube.mass.sum() == 2 * UNIT + 1
    assert cube.end == 9


def test_nothing_is_dropped_in_silence(area):
    far = h3_cells.cell_of(24.86, 67.0, 9)
    cube = Cube.from_events(
        {"cell": [area.cells[0], far, far, area.cells[0]], "week": [5, 5, 6, 9], "mass": [10, 20, 30, 40]},
        area=area,
        weeks=(5, 7),
    )
    assert cube.mass.sum() == 10
    assert cube.outside.tolist() == [20, 30]
    assert (cube.left_out.outside_cells, cube.left_out.outside_cells_mass) == (2, 50)
    assert (cube.left_out.outside_weeks, cube.left_out.outside_weeks_mass) == (1, 40)


def test_a_derived_area_says_so(area):
    cube = Cube.from_events({"cell": area.cells[[4, 2]], "week": [1, 2]})
    assert cube.area.derived
    assert cube.cells.tolist() == sorted(area.cells[[4, 2]].tolist())
    assert not area.derived


def test_category_is_chosen(area):
    events = {"cell": area.cells[:3], "week": [1, 1, 1], "category": ["robbery", "theft", "robbery"]}
    assert Cube.from_events(events, area=area, category="robbery").mass.sum() == 2 * UNIT
    with pytest.raises(BadEvents, match="category"):
        Cube.from_events({"cell": [], "week": []}, area=area, category="robbery")


def test_as_known_replays_late_registration(area):
    events = {"cell": area.cells[[0, 0, 0]], "week": [3, 3, 4], "mass": [1, 2, 4], "known_at": [3, 6, 4]}
    cube = Cube.from_events(events, area=area)
    assert cube.as_known(4).mass[0].tolist() == [1]
    assert cube.as_known(5).mass[0].tolist() == [1, 4]
    assert cube.as_known(6).mass[0].tolist() == [1, 4], "known during week 6 is not known at its start"
    assert cube.as_known(7).mass[0].tolist() == [3, 4]
    assert cube.as_known(3).mass.shape == (len(area), 0)
    assert cube.observed(3)[0] == pytest.approx(3 / UNIT)


def test_nothing_is_known_before_it_happened(area):
    cube = Cube.from_events({"cell": area.cells[:1], "week": [5], "known_at": [1]}, area=area, weeks=(1, 9))
    assert cube.as_known(5).mass.sum() == 0
    assert cube.as_known(6).mass.sum() == UNIT


def test_a_correction_takes_mass_off_when_it_is_known(area):
    cell, other = area.cells[:2]
    events = {
        "cell": [cell, cell, other],
        "week": [3, 3, 3],
        "mass": [UNIT, -UNIT, UNIT],
        "known_at": [3, 5, 5],
    }
    cube = Cube.from_events(events, area=area, weeks=(3, 8))
    assert cube.as_known(5).mass[:2, 0].tolist() == [UNIT, 0]
    assert cube.as_known(6).mass[:2, 0].tolist() == [0, UNIT]
    with pytest.raises(BadEvents, match="corrections"):
        Cube.from_events({"cell": [cell], "week": [3], "mass": [-1]}, area=area)


def test_columns_must_fit(area):
    with pytest.raises(BadEvents):
        Cube.from_events({"cell": area.cells[:2], "week": [1]}, area=area)
    with pytest.raises(BadEvents):
        Cube.from_events({"week": [1]}, area=area)


def test_area_has_one_resolution(area):
    with pytest.raises(BadEvents, match="resolution"):
        StudyArea([area.cells[0], h3_cells.parent(int(area.cells[0]), 8)])


def test_rings_are_means_over_neighbours_in_the_area(area):
    centre = h3_cells.cell_of(31.5204, 74.3587, 9)
    index = int(np.searchsorted(area.cells, centre))
    for distance, neighbours in ((1, 6), (2, 12)):
        row = area.ring(distance)[[index], :].toarray()[0]
        assert np.count_nonzero(row) == neighbours
        assert row.sum() == pytest.approx(1)
        near = {int(cell) for cell in area.cells[np.flatnonzero(row)]}
        assert near == set(h3_cells.ring(centre, distance))
    alone = StudyArea([centre])
    assert alone.ring(1).nnz == 0


def test_hash_is_of_what_a_forecast_sees(area):
    events = {"cell": area.cells[[0, 1, 2]], "week": [3, 4, 5], "mass": [5, 6, 7], "known_at": [3, 9, 5]}
    first = data_hash(Cube.from_events(events, area=area))
    assert len(first) == 64
    turned = {name: np.asarray(values)[::-1] for name, values in events.items()}
    assert data_hash(Cube.from_events(turned, area=area)) == first
    labelled = {**events, "category": ["a", "b", "c"]}
    assert data_hash(Cube.from_events(labelled, area=area)) == first
    for name in ("cell", "week", "mass", "known_at"):
        changed = {**events, name: np.asarray(events[name]).copy()}
        changed[name][0] = area.cells[5] if name == "cell" else changed[name][0] + 1
        assert data_hash(Cube.from_events(changed, area=area, weeks=(3, 6))) != first


def test_hash_is_fixed():
    cells = StudyArea([h3_cells.cell_of(31.5204, 74.3587, 9)])
    cube = Cube.from_events({"cell": cells.cells, "week": [2900]}, area=cells)
    assert data_hash(cube) == "66da028c6150aec9286e043fd09d788dc0fad8b5cc7cc7d56920067341cdfbac"
