"""Retrospective kernel density: the smooth hotspot map that crime analysts draw of the past year."""

from forecasting.cube import StudyArea
from forecasting.forecasters.base import window_weights
from forecasting.forecasters.kernels import KernelMean
from forecasting.model import Floats, Integers

#: Bandwidths tried, in distances between neighbouring cells; the first leaves a cell by itself.
BANDWIDTHS = (0.9, 1.15, 1.3, 1.6, 2.0, 2.5, 3.2, 4.2, 5.5)


class RetrospectiveKde(KernelMean):
    """Quartic kernel density of the last 52 weeks' records.

    ``rate_i = (1 - b) * sum_j K_ij y_j / 52 + b * area mean`` with ``K_ij ~ (1 - (d_ij / h)^2)^2`` for
    distances up to the bandwidth ``h``: the quartic kernel of Silverman (1986), "Density Estimation for
    Statistics and Data Analysis", as hotspot maps use it (Chainey and Ratcliffe 2005, "GIS and Crime
    Mapping", chapter 6). Records lie at the centres of their cells; ``h`` and ``b`` are learned.

    Parameters
    ----------
    bandwidth_m : float, optional
        Without it, learned.
    window_weeks : int
        Weeks that count.
    """

    name = "retrospective_kde"

    def __init__(self, bandwidth_m: float | None = None, window_weeks: int = 52) -> None:
        self.bandwidth_m = bandwidth_m
        self.window_weeks = window_weeks

    def _reaches_m(self, area: StudyArea) -> tuple[float, ...]:
        if self.bandwidth_m is not None:
            return (self.bandwidth_m,)
        return tuple(times * area.spacing_m for times in BANDWIDTHS)

    def _spans_weeks(self) -> tuple[int, ...]:
        return (self.window_weeks,)

    def _in_space(self, metres: Floats, reach_m: float, spacing_m: float) -> Floats:
        return (1 - (metres / reach_m) ** 2) ** 2

    def _in_time(self, length: int, origins: Integers, span_weeks: int) -> Floats:
        return window_weights(length, origins, span_weeks)
