"""The measures by which a geocoder is judged, on sums worked out by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.cells import cell_of
from spatial.geocoding import evaluation
from spatial.geocoding.evaluation import Judged, Share
from spatial.mass import UNIT
from spatial.model import Fix, Method, Point

LAHORE = (31.52, 74.35)
NOWHERE = Fix(Method.UNPLACED, None, None, None, (), (), 0.0)


def fix(score: float = 0.8, accuracy_m: float = 500.0) -> Fix:
    return Fix(Method.PLACE, Point(*LAHORE), accuracy_m, 9, (cell_of(*LAHORE),), (UNIT,), score)


def north(metres: float) -> tuple[float, float]:
    return LAHORE[0] + metres / 110_860.0, LAHORE[1]  # a degree of latitude at 31.5° north


def test_wilson_is_the_published_interval() -> None:
    """81 of 263 is the worked example of Newcombe (1998, Stat. Med. 17): 0.2553 to 0.3662."""
    assert evaluation.wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert evaluation.wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert evaluation.wilson(0, 0) == (0.0, 1.0)


@given(st.integers(0, 500), st.integers(0, 500))
def test_an_interval_holds_its_share(count: int, rest: int) -> None:
    low, high = evaluation.wilson(count, count + rest)
    assert 0.0 <= low <= high <= 1.0
    if count + rest:
        assert low <= count / (count + rest) <= high


@pytest.mark.parametrize(("count", "of"), [(-1, 3), (4, 3)])
def test_a_share_of_more_than_all_is_refused(count: int, of: int) -> None:
    with pytest.raises(ValueError, match="share"):
        evaluation.wilson(count, of)


def test_a_fix_is_judged_by_its_distance() -> None:
    near = evaluation.judge(fix(), *north(400), groups={"city": "Lahore"})
    assert near.error_m == pytest.approx(400, abs=1)
    assert near.is_covered and near.is_right
    assert near.groups == {"city": "Lahore", "method": "place"}
    far = evaluation.judge(fix(), *north(700), tolerance_m=600)
    assert not far.is_covered and not far.is_right


def test_giving_up_does_not_help() -> None:
    """Unplaced texts count as far in the shares and in the median, so that leaving out the hard ones gains nothing."""
    hard = [evaluation.judge(fix(), *north(50_000)) for _ in range(3)]
    given_up = [evaluation.judge(NOWHERE, *north(50_000)) for _ in range(3)]
    good = [evaluation.judge(fix(), *north(50)) for _ in range(2)]
    tried, left = evaluation.summary(good + hard), evaluation.summary(good + given_up)
    assert [share.count for share in tried.within] == [share.count for share in left.within] == [2, 2, 2, 2]
    assert all(share.of == 5 for share in left.within)
    assert math.isinf(left.median_m) and left.median_m > tried.median_m
    assert (left.placed, tried.placed) == (Share(2, 5), Share(5, 5))
    assert (left.covered, tried.covered) == (Share(2, 2), Share(2, 5)), "coverage is of the placed"


def test_rows_by_group() -> None:
    judged = [Judged(50.0, 100.0, 0.9, groups={"city": "Lahore"})] * 3 + [
        Judged(150.0, 100.0, 0.9, groups={"city": "Karachi"}),
        Judged(math.inf, None, 0.0),
    ]
    rows = evaluation.by_group(judged, "city")
    assert [(row.value, row.n) for row in rows] == [("Lahore", 3), ("Karachi", 1)]
    assert [share.count for share in rows[1].within] == [0, 1, 1, 1]
    assert rows[1].median_m == 150.0 and rows[1].covered == Share(0, 1)
    assert math.isnan(evaluation.summary([]).median_m)


def test_calibration_by_hand() -> None:
    """Eight of ten right at 0.8 is calibrated; two of four right at 0.95 is 0.45 off, for 4 of 14 fixes."""
    judged = [Judged(10.0 if i < 8 else 9e9, 1.0, 0.8) for i in range(10)]
    assert evaluation.calibration(judged).error == pytest.approx(0.0)
    judged += [Judged(10.0 if i < 2 else 9e9, 1.0, 0.95) for i in range(4)]
    found = evaluation.calibration(judged)
    assert [(row.low, row.right) for row in found.bins] == [(0.8, Share(8, 10)), (0.9, Share(2, 4))]
    assert found.error == pytest.approx(4 / 14 * 0.45)


def test_calibration_leaves_the_unplaced_out() -> None:
    found = evaluation.calibration([Judged(math.inf, None, 0.0)])
    assert found.bins == () and math.isnan(found.error)
    one = evaluation.calibration([Judged(1.0, 1.0, 1.0)])
    assert one.bins[0].high == 1.0, "a score of one lies in the last bin"
    with pytest.raises(ValueError, match="bin"):
        evaluation.calibration([], bins=0)


def test_script() -> None:
    assert evaluation.script_of("Block 5, Clifton") == "Latin"
    assert evaluation.script_of("Block 5, کلفٹن") == "Urdu"
    assert evaluation.script_of("Shop 3، Block 5۔") == "Latin", "punctuation is of no script"
    assert evaluation.script_of("") == "Latin"
