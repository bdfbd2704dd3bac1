"""Tests that texts placed together are placed as each of them alone: nobody's fix depends on who stands beside it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.geocoding import InMemoryGazetteer, Place, Query, StationArea, names, resolve, resolve_all
from spatial.geocoding.match import MOST_LINES
from spatial.geocoding.memory import Memory
from spatial.geocoding.ragged import places_in, spread, starts_of, sums
from spatial.model import Fix, Method

AREA = shapely.box(74.25, 31.45, 74.35, 31.55)
STATIONS = [StationArea("LHR-1", 31.5, 74.3, AREA, "Lahore"), StationArea("KHI-1", 24.85, 67.02, None, "Karachi South")]
WORDS = ("Gulberg", "Model Town", "Sher Shah", "Clifton", "Jinnah", "Faisal", "Garden", "Iqbal", "گلبرگ", "صدر")
KINDS = ("locality", "neighbourhood", "street", "landmark", "area")
TEXTS = (
    "Gulberg", "Block 5, Clifton", "House 12, Jinnah Road, near Model Town", "بلاک 5 گلبرگ", "Shershah", "Gullbreg",
    "2 km north of PS", "Garden Road, 3 km south of PS", "", "-", "Qwxz", "31.51, 74.31", "Lahore", "near Iqbal Park",
    "Faisal Street No. 7 between Sher Shah and Garden", "صدر روڈ", "Block 13-D/2, Jinnah Town, Gulberg Colony Phase II",
)  # fmt: skip


def gazetteer() -> InMemoryGazetteer:
    """Make places with the same few words, so that candidates crowd and tie."""
    chance = random.Random(7)
    places = []
    for number in range(300):
        word, kind = chance.choice(WORDS), chance.choice(KINDS)
        name = f"{word} {chance.choice(('Road', 'Block 5', 'Colony', 'Town', ''))}".strip()
        district, lat, lon = chance.choice((("Lahore", 31.5, 74.3), ("Karachi South", 24.85, 67.02)))
        at = lat + chance.uniform(-0.1, 0.1), lon + chance.uniform(-0.1, 0.1)
        places.append((Place(f"p{number}", name, kind, *at, 400.0, None, district, district.split()[0]), ()))
    places.append((Place("lahore", "Lahore", "city", 31.55, 74.34, 9_000.0, None, "Lahore", "Lahore"), ("لاہور",)))
    return InMemoryGazetteer(places, STATIONS)


def queries() -> list[Query]:
    return [
        Query(text=text, station=station, district=district, city=city)
        for text in TEXTS
        for station, district, city in [
            (None, "Lahore", "Lahore"), (None, "Karachi South", None), ("LHR-1", None, None), ("KHI-1", None, None),
            (None, None, None), ("nobody's", "Lahore", None),
        ]
    ]  # fmt: skip


def alone(asked: Sequence[Query]) -> list[Fix]:
    """Resolve each query by itself, by a gazetteer that has not seen the others."""
    fresh = gazetteer()
    found = []
    for query in asked:
        fresh.index.answers = Memory(1)
        found.append(resolve(query, fresh))
    return found


def test_texts_together_have_the_fixes_of_texts_alone() -> None:
    asked = queries()
    together = resolve_all(asked, gazetteer())
    assert together == alone(asked)
    # The set is worth its name: every rung is on it.
    assert {fix.method for fix in together} == set(Method) - {Method.PIN}


@settings(max_examples=12, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 7))
def test_the_order_and_size_of_batches_do_not_matter(chance: random.Random, size: int) -> None:
    asked = queries()
    chance.shuffle(asked)
    asked = asked[:40]
    expected = resolve_all(asked, gazetteer())
    few = gazetteer()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(names, "TOGETHER", size)
        assert resolve_all(asked, few) == expected


def test_the_same_text_twice_in_a_batch_and_again_later() -> None:
    known = gazetteer()
    query = Query(text="Gulberg Road", district="Lahore")
    first, second = resolve_all([query, query], known)
    assert first == second == resolve(query, known)
    # What is only of the second record is not lost because its text is known.
    named = resolve(Query(text="Gulberg Road", district="Lahore", station="nobody's"), known)
    assert [reason.code for reason in named.reasons][:1] == ["station_unknown"]
    assert named.cells == first.cells


def test_nothing_asked_gives_nothing() -> None:
    assert resolve_all([], gazetteer()) == []
    empty = InMemoryGazetteer()
    assert resolve(Query(text="Gulberg", district="Lahore"), empty).method is Method.UNPLACED


def test_of_lines_that_match_equally_the_first_are_kept() -> None:
    places = [
        (Place(f"p{n}", "Jinnah Road", "street", 31.5, 74.3 + n / 1e4, None, None, "Lahore"), ()) for n in range(60)
    ]
    index = InMemoryGazetteer(places).index
    (found,) = names.look_up([(Query(text="Jinnah Road", district="Lahore"), None)], index)
    assert found is not None
    assert found.measured.lines[0, :MOST_LINES].tolist() == list(range(MOST_LINES))


def test_answers_are_remembered_for_two_generations() -> None:
    memory: Memory[int, str] = Memory(2)
    memory.update([(1, "one"), (2, "two")])
    memory.update([(3, "three")])
    assert [memory.get(number) for number in (1, 2, 3, 4)] == ["one", "two", "three", None]
    memory = Memory(2)
    for number in range(1, 7):
        memory.update([(number, str(number))])
        memory.get(1)
    assert memory.get(1) == "1" and memory.get(2) is None


@pytest.mark.parametrize(
    ("first", "sizes", "positions", "owners"),
    [
        ([5, 0, 9], [2, 0, 3], [5, 6, 9, 10, 11], [0, 0, 2, 2, 2]),
        ([], [], [], []),
        ([4], [0], [], []),
        ([0, 0], [1, 2], [0, 0, 1], [0, 1, 1]),
    ],
)
def test_slices_are_laid_end_to_end(first: Any, sizes: Any, positions: Any, owners: Any) -> None:
    position, owner = spread(np.array(first, dtype=np.int64), np.array(sizes, dtype=np.int64))
    assert (position.tolist(), owner.tolist()) == (positions, owners)


def test_runs_of_a_sorted_array() -> None:
    groups = np.array([3, 3, 4, 9, 9, 9])
    starts = starts_of(groups)
    assert starts.tolist() == [0, 2, 3]
    assert places_in(groups, starts).tolist() == [0, 1, 0, 0, 1, 2]
    assert starts_of(groups[:0]).tolist() == [] and places_in(groups[:0], starts[:0]).tolist() == []
    assert sums(np.array([0, 2, 2]), np.array([1.0, 2.0, 4.0]), 4).tolist() == [1.0, 0.0, 6.0, 0.0]
