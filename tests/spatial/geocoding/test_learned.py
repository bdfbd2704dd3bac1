"""Pins under one name: their middle, their reach, and when they mean two places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.geocoding import learned
from spatial.projection import destination, distance_m

HERE = (31.52, 74.35)


def test_one_pin_is_a_landmark() -> None:
    assert learned.middle([HERE]) == (*HERE, learned.ONE_PIN_M)


def test_pins_close_together_make_a_small_place() -> None:
    pins = [destination(*HERE, bearing, 20.0) for bearing in range(0, 360, 45)]
    lat, lon, radius = learned.middle(pins)
    assert distance_m(*HERE, lat, lon) < 1
    assert radius == learned.SMALLEST_M
    assert learned.middle(pins[:2])[2] == pytest.approx(learned.ONE_PIN_M / 2**0.5), "two pins do not say so much"


def test_pins_apart_make_a_wide_place() -> None:
    pins = [destination(*HERE, bearing, 300.0) for bearing in (0, 90, 180, 270)]
    assert learned.middle(pins)[2] == pytest.approx(300.0, abs=1.0)


def test_a_far_pin_is_another_place() -> None:
    assert learned.is_same(HERE, 150.0, destination(*HERE, 10.0, 390.0))
    assert not learned.is_same(HERE, 150.0, destination(*HERE, 10.0, 500.0))
    assert learned.is_same(HERE, 300.0, destination(*HERE, 10.0, 850.0)), "a wide place takes in more"


@given(st.lists(st.tuples(st.floats(0, 360), st.floats(0, 400)), min_size=1, max_size=30))
def test_the_reach_holds_nine_tenths_of_the_pins(pins: list[tuple[float, float]]) -> None:
    points = [destination(*HERE, bearing, metres) for bearing, metres in pins]
    lat, lon, radius = learned.middle(points)
    held = sum(distance_m(lat, lon, *point) <= radius + 1e-6 for point in points)
    assert held >= 0.9 * len(points)


def test_no_pin_is_refused() -> None:
    with pytest.raises(ValueError, match="pin"):
        learned.middle([])
