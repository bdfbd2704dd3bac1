"""What a forecast is. How one is made belongs to ``forecasters``, how one is scored to ``metrics``."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from forecasting.errors import UnknownCell

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Family = Literal["poisson", "negative_binomial"]

#: Message keys of drivers. The application says them in English and Urdu.
RECENCY = "recency"
LONG_RUN = "long_run"
NEAR_REPEAT = "near_repeat"
SURROUNDINGS = "surroundings"
RELATED_HEADS = "related_heads"
AREA_MEAN = "area_mean"
DRIVER_CODES = (RECENCY, LONG_RUN, NEAR_REPEAT, SURROUNDINGS, RELATED_HEADS, AREA_MEAN)


class Driver(NamedTuple):
    """One reason for a cell's rate: a message key, its share of the rate (0..1) and its parameters."""

    code: str
    share: float
    params: Mapping[str, str | float]


@dataclass(frozen=True, slots=True)
class Component:
    """One additive part of every cell's rate.

    ``rate`` has shape (c,), in records per week; the components of a forecast add up to its rate.
    """

    code: str
    rate: Floats
    params: Mapping[str, str | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Forecast:
    """The predictive distribution of one week's mass in every cell of a study area.

    Attributes
    ----------
    method : str
        Name in ``registry.METHODS``.
    week : int
        Week index of the week forecast (Monday weeks, ``spatial.shifts``).
    cells : ndarray of int64, shape (c,)
        H3 cells, sorted, unique.
    rate, low, high : ndarray of float64, shape (c,)
        Expected records per week, and the 5 % and 95 % quantiles of the predictive distribution, stretched
        where needed so that ``low <= rate <= high``.
    family : {"poisson", "negative_binomial"}
        Family of the predictive distribution, whose mean is ``rate``.
    dispersion : ndarray of float64, shape (c,)
        ``alpha`` in ``variance = rate + alpha * rate ** 2``; all zero for ``poisson``.
    components : tuple of Component
        Additive parts of the rate: the drivers, vectorised.
    """

    method: str
    week: int
    cells: Integers
    rate: Floats
    low: Floats
    high: Floats
    family: Family
    dispersion: Floats
    components: tuple[Component, ...] = ()

    def index_of(self, cell: int) -> int:
        """Position of a cell in the arrays.

        Raises
        ------
        UnknownCell
            If the cell is not in the study area.
        """
        index = int(np.searchsorted(self.cells, cell))
        if index == len(self.cells) or int(self.cells[index]) != cell:
            raise UnknownCell(f"cell {cell:x} is not in the study area of this forecast", cell=cell)
        return index

    def drivers(self, cell: int) -> list[Driver]:
        """Drivers of one cell, the largest share first; their shares add up to 1.

        Removing a driver takes exactly its share off the cell's rate (see ``without``).
        """
        index = self.index_of(cell)
        total = float(self.rate[index])
        if total <= 0:
            return []
        parts = [
            Driver(part.code, float(part.rate[index]) / total, part.params)
            for part in self.components
            if part.rate[index] > 0
        ]
        return sorted(parts, key=lambda driver: (-driver.share, driver.code))

    def without(self, code: str) -> "Forecast":
        """The same forecast with one driver removed: the rate alone changes, its interval no longer holds."""
        kept = tuple(part for part in self.components if part.code != code)
        rate = np.sum([part.rate for part in kept], axis=0) if kept else np.zeros_like(self.rate)
        unknown = np.full_like(self.rate, np.nan)
        return replace(self, rate=rate, components=kept, low=unknown, high=unknown)
