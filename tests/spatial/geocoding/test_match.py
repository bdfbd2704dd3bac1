"""Tests of matching by parts: agreement, neighbours, sound, joined words, wider numbers and surroundings."""

from __future__ import annotations

import numpy as np
import pytest

from spatial.geocoding import InMemoryGazetteer, Place, Query, calibration, candidates, resolve
from spatial.geocoding.calibration import GROUPS, SIGNS, current, groups_of
from spatial.geocoding.context import context_of
from spatial.geocoding.match import find
from spatial.geocoding.names import look_up
from spatial.geocoding.reference import Gazetteer
from spatial.geocoding.terms import terms_of, together


def place(ref: str, name: str, kind: str, at: tuple[float, float], district: str, city: str | None = None) -> Place:
    return Place(ref, name, kind, *at, 400.0, None, district, city)


KARACHI = ("Karachi South", "Karachi")
PLACES = [
    (place("clifton-5", "Clifton Block 5", "neighbourhood", (24.820, 67.030), *KARACHI), ["کلفٹن بلاک 5"]),
    (place("clifton-9", "Clifton Block 9", "neighbourhood", (24.835, 67.045), *KARACHI), []),
    (place("gulshan-5", "Gulshan-e-Iqbal Block 5", "neighbourhood", (24.920, 67.090), "Karachi East", "Karachi"), []),
    (place("gulshan-13d", "Gulshan-e-Iqbal Block 13-D", "area", (24.915, 67.080), "Karachi East", "Karachi"), []),
    (place("shershah", "Sher Shah", "neighbourhood", (24.885, 66.985), *KARACHI), []),
    (place("rumi", "Khayaban-e-Rumi", "street", (24.822, 67.033), *KARACHI), ["خیابان رومی"]),
    (place("mall", "Mall Road", "street", (31.560, 74.320), "Lahore", "Lahore"), []),
    (place("mall-school", "Mall School", "landmark", (31.450, 74.250), "Lahore", "Lahore"), []),
    (place("gulberg", "Gulberg", "neighbourhood", (31.515, 74.345), "Lahore", "Lahore"), []),
    (place("lahore", "Lahore", "locality", (31.549, 74.343), "Lahore", None), ["لاہور"]),
    (place("chak", "Chak One Hundred Twenty-three Gugera Branch", "locality", (31.30, 73.40), "Faisalabad"), []),
    (place("other-chak", "Chak One Hundred Twenty-three Jhang Branch", "locality", (31.50, 73.00), "Faisalabad"), []),
    (place("spalga", "Spalga", "locality", (32.95, 70.15), "North Waziristan"), []),
    (place("miranshah", "Miran Shah", "locality", (33.00, 70.07), "North Waziristan"), []),
]  # fmt: skip
GAZETTEER = InMemoryGazetteer(PLACES)


def best(text: str, district: str | None = None, city: str | None = None) -> str:
    found = candidates(Query(text=text, district=district, city=city), GAZETTEER)
    return found[0].place.ref if found else ""


def test_it_is_a_gazetteer() -> None:
    assert isinstance(GAZETTEER, Gazetteer)


@pytest.mark.parametrize(
    ("text", "district", "expected"),
    [
        ("Block 5, Clifton", "Karachi South", "clifton-5"),
        ("Clifton, Block 5", "Karachi South", "clifton-5"),
        ("بلاک 5 کلفٹن", "Karachi South", "clifton-5"),
        ("Plot 12, Block 5, Gulshan-e-Iqbal", "Karachi East", "gulshan-5"),
        ("Block 13-D/2 Gulshan-e-Iqbal", "Karachi East", "gulshan-13d"),
        ("Shershah", "Karachi South", "shershah"),
        ("خیابانِ رومی", "Karachi South", "rumi"),
        ("Khayaban e Roomi", "Karachi South", "rumi"),
        ("Mall Rd", "Lahore", "mall"),
        ("Gulburg", "Lahore", "gulberg"),
        ("گلبرگ", "Lahore", "gulberg"),
        ("Gullbreg", "Lahore", "gulberg"),
        ("Chak 123 GB", "Faisalabad", "chak"),
        ("چک نمبر 123 گ ب", "Faisalabad", "chak"),
        ("Chak No. 123/JB", "Faisalabad", "other-chak"),
        ("Spalga village near Miranshah, North Waziristan", "North Waziristan", "spalga"),
        ("Miranshah", "North Waziristan", "miranshah"),
    ],
)
def test_the_parts_decide(text: str, district: str, expected: str) -> None:
    assert best(text, district) == expected


def test_a_block_of_another_area_loses_to_the_area_that_was_named() -> None:
    found = candidates(Query(text="Block 5 Clifton", district="Karachi South"), GAZETTEER)
    share = {candidate.place.ref: candidate.score for candidate in found}
    assert share["clifton-5"] > 2 * max(share.get("gulshan-5", 0.0), share.get("clifton-9", 0.0))


def test_a_street_says_where_in_its_area() -> None:
    fix = resolve(Query(text="Khayaban-e-Rumi, Clifton", district="Karachi South"), GAZETTEER)
    assert fix.point is not None
    assert abs(fix.point.lat - 24.822) < 0.004


def test_a_name_of_another_district_is_not_found() -> None:
    assert best("Gulberg", "Faisalabad") not in {"gulberg"}


def test_what_the_context_says_tells_nothing() -> None:
    index, terms = GAZETTEER.index, terms_of("Mall Road, Lahore")
    found = find(index, together([terms], [context_of(index, "Lahore", "Lahore")]))
    weight = dict(zip(terms.texts, found.weight[0].tolist(), strict=True))
    assert weight["lahore"] < 0.1 * weight["~mall"] or weight["lahore"] < 0.05


def test_a_text_without_any_known_name_comes_to_its_town_or_to_nothing() -> None:
    town = resolve(Query(text="Qwxz", city="Lahore", district="Lahore"), GAZETTEER)
    assert town.is_placed and town.score < 0.5
    assert [reason.code for reason in town.reasons][:1] == ["town_only"]
    assert not resolve(Query(text="Qwxz"), GAZETTEER).is_placed


def test_the_calibration_is_whole() -> None:
    fits = current()
    assert set(fits.error_steps) == set(fits.error_nineties) == set(fits.error_halves) == set(GROUPS)
    assert (fits.score_to[1:] >= fits.score_to[:-1] - 1e-9).all()
    assert len(fits.score) == len(fits.error) == len(SIGNS) + 1
    for group in GROUPS:
        assert (fits.error_nineties[group] > fits.error_halves[group]).all()


def test_every_text_has_a_group_of_radii() -> None:
    fix_groups = set()
    for text, district, city in [("Gulberg", "Lahore", "Lahore"), ("Spalga", "North Waziristan", None)]:
        (found,) = look_up([(Query(text=text, district=district, city=city), None)], GAZETTEER.index)
        assert found is not None and found.fifty_m < found.ninety_m
        context = context_of(GAZETTEER.index, city, district)
        choice = calibration.choose(
            found.measured, current().chances(found.measured.measures), None, np.array([context.lines])
        )
        fix_groups |= {GROUPS[number] for number in groups_of(choice.signs).tolist()}
    assert fix_groups == {"town", "country"}
