"""The methods by name, the simplest first: the order decides which stays when two do equally well."""

from collections.abc import Callable, Sequence
from types import MappingProxyType

from forecasting.errors import UnknownMethod
from forecasting.forecasters.base import Forecaster
from forecasting.forecasters.boosting import Boosting
from forecasting.forecasters.decayed_mean import DecayedMean
from forecasting.forecasters.hierarchical import Hierarchical
from forecasting.forecasters.kernel_mixture import KernelMixture
from forecasting.forecasters.last_year import LastYear
from forecasting.forecasters.pooled_boosting import PooledBoosting
from forecasting.forecasters.prospective_kde import ProspectiveKde
from forecasting.forecasters.retrospective_kde import RetrospectiveKde
from forecasting.forecasters.self_exciting import SelfExciting
from forecasting.forecasters.smoothed_decayed_mean import SmoothedDecayedMean
from forecasting.forecasters.stack import Stack

METHODS: MappingProxyType[str, Callable[[], Forecaster]] = MappingProxyType(
    {
        LastYear.name: LastYear,
        DecayedMean.name: DecayedMean,
        RetrospectiveKde.name: RetrospectiveKde,
        ProspectiveKde.name: ProspectiveKde,
        SmoothedDecayedMean.name: SmoothedDecayedMean,
        Hierarchical.name: Hierarchical,
        SelfExciting.name: SelfExciting,
        KernelMixture.name: KernelMixture,
        Boosting.name: Boosting,
        Stack.name: Stack,
        # Last, since what it gains is time: it takes the place of those before it only where it is better.
        PooledBoosting.name: PooledBoosting,
    }
)

#: What a command chooses among that forecasts one head at a time: a bag for all heads gains only their time.
ONE_HEAD: tuple[str, ...] = tuple(name for name in METHODS if name != PooledBoosting.name)

#: The method that is shown until another beats it: the best simple rule, and not the simplest there is.
RULE_TO_BEAT = SmoothedDecayedMean.name


def incumbent(methods: Sequence[str]) -> str:
    """The method that stays where no other is better beyond doubt: the rule to beat, without it the simplest."""
    return RULE_TO_BEAT if RULE_TO_BEAT in methods else methods[0]


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
