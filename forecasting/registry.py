"""The methods by name, the simplest first: the order decides which stays when two do equally well."""

from collections.abc import Callable
from types import MappingProxyType

from forecasting.errors import UnknownMethod
from forecasting.forecasters.base import Forecaster
from forecasting.forecasters.decayed_mean import DecayedMean
from forecasting.forecasters.last_year import LastYear
from forecasting.forecasters.smoothed_decayed_mean import SmoothedDecayedMean

METHODS: MappingProxyType[str, Callable[[], Forecaster]] = MappingProxyType(
    {
        LastYear.name: LastYear,
        DecayedMean.name: DecayedMean,
        SmoothedDecayedMean.name: SmoothedDecayedMean,
    }
)


def make(name: str) -> Forecaster:
    """A new, unfitted forecaster.

    Raises
    ------
    UnknownMethod
        If no method has that name; the message lists those that exist.
    """
    if name not in METHODS:
        raise UnknownMethod(f"no method {name!r}; there are: {', '.join(METHODS)}", method=name)
    return METHODS[name]()
