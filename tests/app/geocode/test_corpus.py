"""A file's texts beside what the node's records taught: who is believed about roads."""

from dataclasses import replace

import pytest

from app.geocode.corpus import _beside
from spatial.geocoding.habits import BELIEVED
from spatial.geocoding.writers import Learned, Writers

FILE = Learned(replace(BELIEVED, four=0.9, sixteen=0.0, road=0.8), 60)
WHOLE = Learned(BELIEVED, 400)


@pytest.mark.parametrize(("pins", "road"), [(0, 0.8), (30, 0.1)])
def test_a_file_teaches_the_road_where_no_pin_did(pins: int, road: float) -> None:
    lengths = ((1.2, 1.4, 0.6), (1.05, 1.6, 0.4))
    node = Learned(replace(BELIEVED, road=0.1, detours=lengths), 120, pins)
    found = _beside(Writers(WHOLE, {"S": FILE}), Writers(WHOLE, {"S": node})).of("S")
    assert (found.habits.road, found.pins) == (road, pins)
    assert found.habits.detours == (lengths if pins else BELIEVED.detours), "and how much longer the roads are"
    assert (found.habits.four, found.texts) == (0.9, 60), "steps and points are the file's in either case"


def test_a_file_says_nothing_of_stations_with_texts_too_few() -> None:
    node = Learned(replace(BELIEVED, road=0.1), 120, 30)
    few = replace(FILE, is_own=False)
    found = _beside(Writers(WHOLE, {"S": few, "new": FILE}), Writers(WHOLE, {"S": node}))
    assert (found.of("S"), found.of("new")) == (node, FILE)
