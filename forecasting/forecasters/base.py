"""The contract of every forecaster, and what the additive ones share.

``__init__`` only stores its arguments; ``fit`` learns parameters and data and returns self;
``update`` takes newer data and keeps the learned parameters (so that a backtest can choose
parameters before its first test week and never again); learned state ends in ``_``.
"""

import inspect
from abc import ABC, abstractmethod
from typing import ClassVar, Self

import numpy as np

from forecasting.cube import Cube
from forecasting.distributions import Spread, fit_spread, quantile
from forecasting.errors import NotFitted, TooShort, WeekAlreadyKnown
from forecasting.model import AREA_MEAN, LONG_RUN, RECENCY, Component, Floats, Forecast, Integers

#: Weeks that count as recent in the drivers.
RECENT_WEEKS = 8
#: Most weeks at the end of the training part on which parameters are chosen, one step ahead.
LEARNING_WEEKS = 26


class Forecaster(ABC):
    """One method. ``fit(cube) -> self``, then ``predict(week) -> Forecast``."""

    name: ClassVar[str]

    def get_params(self) -> dict[str, object]:
        """The arguments of ``__init__`` as they were given."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    @abstractmethod
    def fit(self, cube: Cube, *, drivers: bool = True) -> Self:
        """Learn parameters and data from a cube that holds only what was known.

        Without ``drivers`` the forecast has its rates alone and not their parts: a backtest needs no more.

        Raises
        ------
        TooShort
            If the cube holds no cell or no week.
        """

    @abstractmethod
    def update(self, cube: Cube, *, drivers: bool = True) -> Self:
        """Take a newer cube over the same area, keeping the learned parameters.

        Raises
        ------
        NotFitted
            If ``fit`` was never called.
        """

    @abstractmethod
    def predict(self, week: int, n_weeks_ahead: int = 1) -> Forecast:
        """Forecast of the week ``week + n_weeks_ahead - 1``.

        Raises
        ------
        NotFitted
            If ``fit`` was never called.
        WeekAlreadyKnown
            If that week lies before the end of the training data.
        """

    @property
    def learned(self) -> dict[str, object]:
        """Learned parameters, by name, for the model card: numbers and text only."""
        return {
            name: value
            for name, value in sorted(vars(self).items())
            if name.endswith("_") and isinstance(value, int | float | str | dict)
        }


class AdditiveForecaster(Forecaster):
    """A forecaster whose rate is a sum of parts, each linear in the mass: its drivers are exact.

    A method gives two things: ``_learn``, which sets its parameters, and ``_components``, its parts at
    any number of origins at once.
    """

    dispersion_: float
    dispersion_power_: float

    def fit(self, cube: Cube, *, drivers: bool = True) -> Self:
        """Learn the parameters, then the dispersion about the forecasts that they would have made."""
        _require_data(cube)
        self._learn(cube)
        origins = learning_origins(cube)
        self.dispersion_, self.dispersion_power_ = self._spread(cube, origins) if origins.size else Spread(0.0)
        return self.update(cube, drivers=drivers)

    def update(self, cube: Cube, *, drivers: bool = True) -> Self:
        """Take newer data: the rate and its parts are worked out anew, the parameters stay."""
        if not hasattr(self, "dispersion_"):
            raise NotFitted
        _require_data(cube)
        now = np.array([len(cube.weeks)])
        self.components_: tuple[Component, ...] = ()
        if drivers:
            self.components_ = tuple(
                Component(part.code, part.rate[:, 0], part.params) for part in self._components(cube, now)
            )
            self.rate_ = sum_of(self.components_)
        else:
            self.rate_ = self._rates(cube, now)[:, 0]
        self.cells_, self.end_ = cube.cells, cube.end
        return self

    def predict(self, week: int, n_weeks_ahead: int = 1) -> Forecast:
        """Add up the parts and give them an interval."""
        if not hasattr(self, "rate_"):
            raise NotFitted
        target = week + n_weeks_ahead - 1
        if target < self.end_:
            raise WeekAlreadyKnown(
                f"week {target} lies before the end of the training data, week {self.end_}", week=target
            )
        rate = self.rate_
        dispersion = Spread(self.dispersion_, self.dispersion_power_).at(rate)
        return Forecast(
            method=self.name,
            week=target,
            cells=self.cells_,
            rate=rate,
            # Quantiles are whole counts: of a rate of 0.04 both may be 0. The interval is stretched to
            # hold the rate, which adds no whole count to it.
            low=np.minimum(quantile(0.05, rate, dispersion), rate),
            high=np.maximum(quantile(0.95, rate, dispersion), rate),
            family="negative_binomial" if dispersion.any() else "poisson",
            dispersion=dispersion,
            components=self.components_,
        )

    def _spread(self, cube: Cube, origins: Integers) -> Spread:
        """The spread of what came about the forecasts of some weeks of the training part."""
        return fit_spread(cube.records[:, origins], self._rates(cube, origins))

    def _rates(self, cube: Cube, origins: Integers) -> Floats:
        """Rates at each origin, shape (c, o), for the methods that have them sooner than their parts."""
        return sum_of(self._components(cube, origins))

    @abstractmethod
    def _learn(self, cube: Cube) -> None:
        """Set the parameters (names ending in ``_``) from the training part."""

    @abstractmethod
    def _components(self, cube: Cube, origins: Integers) -> list[Component]:
        """Parts of the rate at each origin, each of shape (c, o); origin ``t`` sees columns before ``t``."""


def _require_data(cube: Cube) -> None:
    if not len(cube.area) or not len(cube.weeks):
        raise TooShort(cells=len(cube.area), weeks=len(cube.weeks))


def learning_origins(cube: Cube) -> Integers:
    """Columns at the end of the training part on which parameters are chosen: at most half of them."""
    length = len(cube.weeks)
    return np.arange(length - min(LEARNING_WEEKS, length // 2), length)


def sum_of(components: list[Component] | tuple[Component, ...]) -> Floats:
    """Sum of the parts' rates."""
    return np.sum([part.rate for part in components], axis=0)


def window_weights(length: int, origins: Integers, window_weeks: int) -> Floats:
    """Equal weights over the last weeks before each origin, shape (w, o), columns summing to 1."""
    age = origins[None, :] - 1 - np.arange(length)[:, None]
    inside = (age >= 0) & (age < window_weeks)
    return inside / np.maximum(inside.sum(axis=0), 1)


def decay_weights(length: int, origins: Integers, half_life_weeks: float) -> Floats:
    """Weights halving every half-life before each origin, shape (w, o), columns summing to 1."""
    age = origins[None, :] - 1 - np.arange(length)[:, None]
    weights = np.where(age >= 0, 0.5 ** (np.maximum(age, 0) / half_life_weeks), 0.0)
    return weights / np.maximum(weights.sum(axis=0), np.finfo(float).tiny)


def split_by_age(weights: Floats, origins: Integers) -> tuple[Floats, Floats]:
    """The weights of the recent weeks and of the older ones, each of shape (w, o)."""
    age = origins[None, :] - 1 - np.arange(weights.shape[0])[:, None]
    return np.where(age < RECENT_WEEKS, weights, 0.0), np.where(age >= RECENT_WEEKS, weights, 0.0)


def area_mean(cube: Cube, weights: Floats) -> Floats:
    """Mean weekly rate of a cell of the area at each origin, shape (o,), never zero.

    Half a record over the whole area and span is added (Jeffreys' prior): a rate of zero would call
    a record impossible that merely has not happened yet.
    """
    cells, length = cube.records.shape
    return cube.records.mean(axis=0) @ weights + 0.5 / (cells * length)


def mixture_shares(features: Floats, observed: Floats, totals: Floats, *, rounds: int = 200) -> Floats:
    """Non-negative coefficients of greatest Poisson likelihood of a rate linear in its features.

    Expectation-maximisation (the Richardson-Lucy update): each record is shared among the features that
    could have raised it, ``b_k <- b_k * sum_n y_n x_nk / rate_n / sum_n x_nk``.

    Parameters
    ----------
    features : ndarray of float64, shape (n, k)
        Features where something was observed; elsewhere only their totals matter.
    observed : ndarray of float64, shape (n,)
        Records, above zero.
    totals : ndarray of float64, shape (k,)
        Sums of the features over every cell and origin.

    Returns
    -------
    ndarray of float64, shape (k,)
    """
    usable = totals > 0
    shares = np.where(usable, 1 / max(int(usable.sum()), 1), 0.0)
    if not observed.size:
        return shares
    scaled = features[:, usable] / totals[usable]
    part = shares[usable]
    for _ in range(rounds):
        rate = features[:, usable] @ part
        grown = part * ((observed / rate) @ scaled)
        if np.max(np.abs(grown - part)) < 1e-6:
            part = grown
            break
        part = grown
    shares[usable] = part
    return shares


def poisson_fit(shares: Floats, features: Floats, observed: Floats, totals: Floats) -> float:
    """Poisson log likelihood of such coefficients, up to a constant of the data."""
    return float(observed @ np.log(features @ shares) - totals @ shares) if observed.size else 0.0


class SharedMean(AdditiveForecaster):
    """A cell's own weighted mean, shrunk to the mean of the area; methods differ only in their weights.

    ``rate_i = (1 - b) * sum_t w_t y_it + b * mean_j sum_t w_t y_jt``. ``b`` is learned by maximum likelihood
    (empirical Bayes; Marshall 1991, Applied Statistics 40). It gives a cell without a record a rate
    above zero and leaves the ranking as it was.
    """

    shrinkage_: float

    @abstractmethod
    def _weights(self, length: int, origins: Integers) -> Floats:
        """Weights of the weeks at each origin, shape (w, o), columns summing to 1."""

    def _fit_shrinkage(self, cube: Cube, weights: Floats, origins: Integers) -> tuple[float, float]:
        """Shrinkage of greatest likelihood and that likelihood."""
        observed = cube.records[:, origins]
        own = cube.records @ weights
        mean = np.broadcast_to(area_mean(cube, weights), own.shape)
        hit = observed > 0
        features = np.stack([own[hit], mean[hit]], axis=1)
        totals = np.array([own.sum(), mean.sum()])
        shares = mixture_shares(features, observed[hit], totals)
        # A half of one record in all keeps the share from zero, where a first record would be impossible.
        shrinkage = float((shares[1] * totals[1] + 0.5) / (shares @ totals + 1))
        blend = np.array([1 - shrinkage, shrinkage])
        return shrinkage, poisson_fit(blend, features, observed[hit], totals)

    def _components(self, cube: Cube, origins: Integers) -> list[Component]:
        weights = self._weights(len(cube.weeks), origins)
        recent, older = split_by_age(weights, origins)
        own = 1 - self.shrinkage_
        mean = self.shrinkage_ * area_mean(cube, weights)
        return [
            Component(RECENCY, own * (cube.records @ recent), {"weeks": RECENT_WEEKS}),
            Component(LONG_RUN, own * (cube.records @ older), {"weeks": RECENT_WEEKS}),
            mean_component(mean, len(cube.area)),
        ]


def mean_component(mean: Floats, cells: int) -> Component:
    """The area mean as a part of every cell's rate."""
    return Component(AREA_MEAN, np.repeat(mean[None, :], cells, axis=0))
