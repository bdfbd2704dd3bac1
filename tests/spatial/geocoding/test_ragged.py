"""Small lists in flat arrays: what each operation gives is what a loop over the lists gives."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spatial.geocoding.ragged import are_among, distinct, places_in, slices, spread, starts_of

_NUMBERS = st.lists(st.integers(-5, 5), max_size=40)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 6)), max_size=20))
def test_slices_stand_one_after_the_other(asked: list[tuple[int, int]]) -> None:
    first = np.array([one for one, _ in asked], dtype=np.int64)
    sizes = np.array([size for _, size in asked], dtype=np.int64)
    position, owner = spread(first, sizes)
    assert position.tolist() == [one + step for one, size in asked for step in range(size)]
    assert owner.tolist() == [number for number, (_, size) in enumerate(asked) for _ in range(size)]
    assert slices(first, sizes).tolist() == position.tolist()


@given(_NUMBERS)
def test_distinct_is_what_numpy_says(values: list[int]) -> None:
    found, counts = distinct(np.array(values, dtype=np.int64))
    expected, times = np.unique(np.array(values, dtype=np.int64), return_counts=True)
    assert found.tolist() == expected.tolist() and counts.tolist() == times.tolist()


@given(_NUMBERS, _NUMBERS)
def test_are_among_is_what_numpy_says(values: list[int], others: list[int]) -> None:
    said, asked = np.array(values, dtype=np.int64), np.array(others, dtype=np.int64)
    assert are_among(said, asked).tolist() == np.isin(said, asked).tolist()


@given(_NUMBERS)
def test_places_count_from_the_beginning_of_each_run(values: list[int]) -> None:
    ranked = np.sort(np.array(values, dtype=np.int64))
    expected = [sorted(values)[:place].count(value) for place, value in enumerate(sorted(values))]
    assert places_in(ranked, starts_of(ranked)).tolist() == expected
