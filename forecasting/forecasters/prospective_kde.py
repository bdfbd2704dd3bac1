"""Prospective kernel density: near and recent records weigh more, as near repeats do."""

import numpy as np

from forecasting.cube import StudyArea
from forecasting.forecasters.kernels import KernelMean
from forecasting.model import Floats, Integers

#: Reaches tried, in distances between neighbouring cells (400 m in the paper; the first leaves a cell by itself),
#: and spans (two months in the paper).
REACHES = (0.9, 1.2, 2.2, 3.2, 4.4)
SPANS_WEEKS = (8, 17, 26, 52, 78)


class ProspectiveKde(KernelMean):
    """Risk of nearby records, falling with distance and with age.

    ``risk_i = sum_j sum_t y_jt / ((1 + c_ij) (1 + a_t))`` over records within a reach and a span, with
    ``c`` the distance in half cells and ``a`` the age in weeks: Bowers, Johnson and Pease (2004), "Prospective
    hot-spotting: the future of crime mapping?", British Journal of Criminology 44. The risk is divided by
    the sum of its weights, which makes it records per week, and shrunk to the area's mean:
    ``rate = (1 - b) * risk / weights + b * area mean``. Reach, span and ``b`` are learned.

    Parameters
    ----------
    reach_m, span_weeks : optional
        Without them, learned.
    """

    name = "prospective_kde"

    def __init__(self, reach_m: float | None = None, span_weeks: int | None = None) -> None:
        self.reach_m = reach_m
        self.span_weeks = span_weeks

    def _reaches_m(self, area: StudyArea) -> tuple[float, ...]:
        return tuple(times * area.spacing_m for times in REACHES) if self.reach_m is None else (self.reach_m,)

    def _spans_weeks(self) -> tuple[int, ...]:
        return SPANS_WEEKS if self.span_weeks is None else (self.span_weeks,)

    def _in_space(self, metres: Floats, reach_m: float, spacing_m: float) -> Floats:
        return 1 / (1 + metres / (spacing_m / 2))

    def _in_time(self, length: int, origins: Integers, span_weeks: int) -> Floats:
        age = origins[None, :] - 1 - np.arange(length)[:, None]
        weights = np.where((age >= 0) & (age < span_weeks), 1 / (1 + np.maximum(age, 0)), 0.0)
        return weights / np.maximum(weights.sum(axis=0), np.finfo(float).tiny)
