"""The feedback loop of patrols and records: what a forecast learns when patrols find what they look for.

Patrols go where the forecast points, discover offences there and write them down; a forecast that learns from those
records points there again. The loop is closed here with true rates that are known, so that the filter can be
seen to hold and its absence to fail. Ensign, Friedler, Neville, Scheidegger and Venkatasubramanian (2018),
"Runaway feedback loops in predictive policing", Proceedings of Machine Learning Research 81; Lum and Isaac (2016),
"To predict and serve?", Significance 13.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from forecasting.errors import BadEvents
from forecasting.model import Floats

#: What a forecast learns from: every record; only what was reported to the police, as Naqsha does; or every record,
#: the discovered ones divided by the share of patrols that had the chance to discover them.
Filter = Literal["none", "reported_only", "corrected"]
FILTERS: tuple[Filter, ...] = ("none", "reported_only", "corrected")

#: A learnt map this far from the truth, in total variation, has run away (for two districts of 0.55 and 0.45: a share
#: above 0.9 or below 0.2).
RUNAWAY = 0.35
#: Share of the patrols that goes evenly everywhere, without which a correction has nothing to correct.
_EVEN_SHARE = 0.1


@dataclass(frozen=True)
class Loop:
    """How a closed loop ended.

    Attributes
    ----------
    learnt : ndarray of float64, shape (runs, d)
        Share of each district in the forecast after the last round.
    true : ndarray of float64, shape (d,)
        Share of each district in what happens.
    """

    learnt: Floats
    true: Floats

    @property
    def runaway(self) -> float:
        """Share of the runs whose map has run away from the truth."""
        return float(np.mean(0.5 * np.abs(self.learnt - self.true).sum(axis=1) > RUNAWAY))

    @property
    def share_error(self) -> float:
        """Largest error of a district's mean learnt share over the runs."""
        return float(np.abs(self.learnt.mean(axis=0) - self.true).max())

    @property
    def mean_error(self) -> float:
        """Mean error of a district's learnt share in one run."""
        return float(np.abs(self.learnt - self.true).mean())


def correction(patrol_share: Floats, districts: int) -> Floats:
    """Weight of a discovered offence by the share of the patrols that its district had, shape of ``patrol_share``.

    ``1 / (districts * share)``: with even patrols every weight is 1, and in expectation a district's weighted
    discoveries do not depend on where patrols went (Horvitz and Thompson 1952, Journal of the American
    Statistical Association 47; the urn of Ensign et al. draws the same weight).
    """
    return 1 / (districts * np.maximum(patrol_share, np.finfo(float).tiny))


def close_the_loop(
    true_rates: Floats,
    prior: Floats,
    *,
    learn_from: Filter,
    rounds: int = 1000,
    runs: int = 200,
    reported: float = 0.0,
    discoveries: float = 1.0,
    forgetting: float = 0.01,
    seed: int = 0,
) -> Loop:
    """Let patrols follow a decayed mean of the records that they make, over and over.

    A round: districts have ``Poisson(reported * rate)`` offences reported by the public and ``Poisson(discoveries *
    rate * share)`` discovered by patrols, whose ``share`` is the forecast's; the forecast forgets a part of its past
    and learns the round's records through the filter. With ``corrected`` a tenth of the patrols goes
    evenly everywhere, for a place without patrols can neither clear itself nor be corrected.

    Parameters
    ----------
    true_rates : ndarray of float64, shape (d,)
        Offences a round in each district, above zero.
    prior : ndarray of float64, shape (d,)
        Records with which the forecast starts, above zero.
    learn_from : {"none", "reported_only", "corrected"}
    reported : float
        Share of the offences that the public reports, equal in all districts.
    discoveries : float
        Share of a district's offences that all patrols together would discover there.
    forgetting : float
        Share of the past that a round forgets; the decayed mean of half-life ``log 2 / forgetting`` rounds.

    Raises
    ------
    BadEvents
        If the districts do not fit, a rate is not above zero, or ``reported_only`` has nothing to learn.
    """
    if true_rates.shape != prior.shape or not np.all(true_rates > 0) or not np.all(prior > 0):
        raise BadEvents("true rates and prior must be above zero and have one length")
    if learn_from == "reported_only" and reported <= 0:
        raise BadEvents("with reported offences only, some must be reported")
    random = np.random.default_rng(seed)
    districts = len(true_rates)
    state = np.repeat(np.asarray(prior, dtype=float)[None, :], runs, axis=0)
    for _ in range(rounds):
        share = state / state.sum(axis=1, keepdims=True)
        if learn_from == "corrected":
            share = (1 - _EVEN_SHARE) * share + _EVEN_SHARE / districts
        seen = random.poisson(reported * true_rates, size=state.shape).astype(float)
        found = random.poisson(discoveries * true_rates * districts * share).astype(float)
        if learn_from == "none":
            seen += found
        elif learn_from == "corrected":
            seen += found * correction(share, districts)
        state = (1 - forgetting) * state + seen
        # A district whose last record is forgotten keeps a trace: no share is ever exactly nought.
        state = np.maximum(state, 1e-9)
    return Loop(state / state.sum(axis=1, keepdims=True), true_rates / true_rates.sum())
