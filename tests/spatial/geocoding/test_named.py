"""Tests of named places as regions: near is learned, a bearing beside a name is heard, candidates share the mass."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely

from spatial import projection
from spatial.addresses import Bearing
from spatial.geocoding import Place, StationArea, nearness
from spatial.geocoding.named import Named, place_named
from spatial.model import Reason

LAHORE = (31.5497, 74.3436)
NORTH_EAST = projection.destination(*LAHORE, 45, 3000)
STATION = StationArea("S", *LAHORE, shapely.box(74.2, 31.4, 74.5, 31.7), "Lahore")
HOSPITAL = Place("h", "Hospital", "landmark", *NORTH_EAST)
FAR_NAMESAKE = Place("f", "Hospital", "landmark", *projection.destination(*LAHORE, 200, 6000))


@pytest.mark.parametrize("relation", ["near", "opposite", "behind"])
def test_near_is_as_far_as_it_was_learned(relation: str) -> None:
    found = place_named([Named(1.0, HOSPITAL, relation)], None, None, [])
    assert found is not None
    # A base cell is some 200 m across: nothing narrower can be told.
    assert found.region.accuracy_m == pytest.approx(nearness.ninety_m(relation), abs=60)


def test_nearer_relations_make_smaller_regions() -> None:
    radii = []
    for relation in ("opposite", "near"):
        found = place_named([Named(1.0, HOSPITAL, relation)], None, None, [])
        assert found is not None
        radii.append(found.region.accuracy_m)
    assert radii[0] < radii[1]


def test_a_calibrated_radius_is_kept() -> None:
    for ninety in (250.0, 1200.0, 4000.0):
        found = place_named([Named(1.0, HOSPITAL, None, ninety)], None, None, [])
        assert found is not None
        assert found.region.accuracy_m == pytest.approx(ninety, rel=0.1)


def test_a_bearing_that_agrees_is_told_and_chooses() -> None:
    reasons: list[Reason] = []
    names = [Named(0.4, FAR_NAMESAKE), Named(0.4, HOSPITAL)]
    found = place_named(names, STATION, Bearing(3000.0, 45.0), reasons)
    assert found is not None
    assert found.shares[0] == 0.0
    assert found.shares[1] > 0.8
    assert [reason.code for reason in reasons] == ["bearing_agrees"]


def test_a_bearing_that_contradicts_is_told() -> None:
    reasons: list[Reason] = []
    sure = place_named([Named(0.95, FAR_NAMESAKE)], STATION, Bearing(3000.0, 45.0), reasons)
    doubtful = place_named([Named(0.2, FAR_NAMESAKE)], STATION, Bearing(3000.0, 45.0), reasons)
    assert sure is not None and doubtful is not None
    assert [reason.code for reason in reasons] == ["bearing_contradicts", "bearing_over_name"]
    assert sure.name_only > doubtful.name_only


def test_the_station_s_area_tells_namesakes_apart() -> None:
    outside = Place("o", "Hospital", "landmark", *projection.destination(*LAHORE, 90, 30_000))
    found = place_named([Named(0.5, outside), Named(0.5, HOSPITAL)], STATION, None, [])
    assert found is not None
    assert found.shares[1] > 0.85


def test_nothing_named_is_nothing() -> None:
    assert place_named([], STATION, Bearing(3000.0, 45.0), []) is None


def test_the_scale_of_true_pairs_is_found_among_wrong_ones() -> None:
    chance = np.random.default_rng(3)
    true = chance.gamma(2.0, 80.0, 300)
    background = 12_000.0 * np.sqrt(chance.random(20_000))
    wrong = chance.choice(background, 300)
    distances = np.concatenate([true, wrong])
    scale, share = nearness.fit(distances.tolist(), [1] * 600, background)
    assert scale == pytest.approx(80.0, rel=0.12)
    assert share == pytest.approx(0.5, abs=0.05)
    # Without the wrong pairs' own distribution the scale would be kilometres.
    assert float(distances.mean()) / 2 > 10 * scale
    with pytest.raises(ValueError, match="no pairs"):
        nearness.fit([], [], background)


def test_what_an_exponential_holds() -> None:
    radii = np.linspace(0, 4000, 400_001)
    density = np.where(radii <= 300, 1.0, np.exp(-(radii - 300) / 80))
    exact = np.trapezoid(2 * math.pi * radii * density, radii)
    assert nearness.held(300.0, 80.0) == pytest.approx(exact, rel=1e-4)
    held = np.exp(-radii / 80) * 2 * math.pi * radii
    ninety = radii[np.searchsorted(np.cumsum(held), 0.9 * held.sum())]
    assert nearness.ninety_m("near") == pytest.approx(ninety, rel=0.01)
