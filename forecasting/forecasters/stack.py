"""A stack: the mixture of kernels and its corrections, in shares that out-of-time forecasts earned them."""

from collections.abc import Callable

import numpy as np

from forecasting.cube import Cube
from forecasting.forecasters.base import AdditiveForecaster, mixture_shares
from forecasting.forecasters.boosting import Boosting
from forecasting.forecasters.kernel_mixture import KernelMixture
from forecasting.forecasters.log_linear import LogLinear
from forecasting.model import Component, Floats, Integers

#: The members, the simplest first.
MEMBERS: tuple[Callable[[], AdditiveForecaster], ...] = (KernelMixture, LogLinear, Boosting)
#: Weeks that the members forecast without having learned from them, at most a third of the past.
OUT_OF_TIME_WEEKS = 13
#: How many models each member holds: the boosted one is a mean of four, and counts for so many.
MODELS = (1.0, 1.0, 4.0)
#: Records that equal shares of the models are worth: near-equal ones cannot be told apart by fewer.
PRIOR_RECORDS = 2000.0


class Stack(AdditiveForecaster):
    """Linear pool of forecasts: ``rate_i = sum_m a_m rate_i^(m)``, ``a_m >= 0``, ``sum_m a_m = 1``.

    The members learn on the training part without its last weeks and forecast those; ``a`` maximises the Poisson
    likelihood there, drawn towards equal shares of the models (boosting holds four) by a prior worth so many records,
    and the members learn anew on all.
    Stacking: Wolpert (1992), Neural Networks 5, and Breiman (1996), Machine Learning 24; the linear pool by
    expectation-maximisation as in Raftery et al. (2005), "Using Bayesian model averaging to calibrate forecast
    ensembles", Monthly Weather Review 133; why towards equal shares: Smith and Wallis (2009), "A simple explanation
    of the forecast combination puzzle", Oxford Bulletin of Economics and Statistics 71. A sum of sums, so the drivers
    of the members add up to its own.

    Parameters
    ----------
    prior_records : float
        Weight of equal shares of the models.
    """

    name = "stack"

    def __init__(self, prior_records: float = PRIOR_RECORDS) -> None:
        self.prior_records = prior_records

    def _learn(self, cube: Cube) -> None:
        self.members_ = [make() for make in MEMBERS]
        shares = self._shares(cube)
        self.member_shares_ = {
            member.name: float(share) for member, share in zip(self.members_, shares, strict=True) if share
        }
        for member in self.members_:
            member._learn(cube)

    def _shares(self, cube: Cube) -> Floats:
        length = len(cube.weeks)
        equal = np.array(MODELS) / sum(MODELS)
        held_out = min(OUT_OF_TIME_WEEKS, length // 3)
        if not held_out:
            return equal
        origins = np.arange(length - held_out, length)
        earlier = cube.as_known(int(cube.weeks[0]) + int(origins[0]))
        rates = []
        for make in MEMBERS:
            # One model of each kind tells well enough what a bag of them is worth.
            member = Boosting(bags=1) if make is Boosting else make()
            member._learn(earlier)
            rates.append(member._rates(cube, origins))
        observed = cube.records[:, origins]
        hit = observed > 0
        # The level is the same for all: it has no say in who is right about the map.
        maps = [rate / rate.sum(axis=0) * observed.sum(axis=0) for rate in rates]
        records = float(observed.sum())
        found = mixture_shares(np.stack([each[hit] for each in maps], axis=1), observed[hit], np.full(3, records))
        return (records * found + self.prior_records * equal) / (records + self.prior_records)

    def _rates(self, cube: Cube, origins: Integers) -> Floats:
        return np.sum(
            [self.member_shares_[member.name] * member._rates(cube, origins) for member in self.members_], axis=0
        )

    def _components(self, cube: Cube, origins: Integers) -> list[Component]:
        parts: dict[str, Component] = {}
        for member in self.members_:
            share = self.member_shares_[member.name]
            for part in member._components(cube, origins):
                before = parts[part.code].rate if part.code in parts else 0.0
                parts[part.code] = Component(part.code, before + share * part.rate, part.params)
        return list(parts.values())
