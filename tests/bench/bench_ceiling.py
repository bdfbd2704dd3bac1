"""How much of the distance to hindsight can be had at all: New York's test weeks drawn anew from rates that are known.

Run: ``python -m tests.bench.bench_ceiling [METHOD] [CATEGORY ...]``. "Hindsight" is the best fixed ranking picked with
the test weeks' own counts, so it also ranks by luck. Here the rates of a method's forecasts are taken for the truth,
with and without what its forecasts leave unexplained (a gamma factor for every cell that lasts all 26 weeks, fitted
to the real weeks), and the weeks are drawn 200 times: what share of the distance would he close who knew the true
rates, and how far does the share that a method closes move by luck alone?
"""

import sys
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

from forecasting.backtest import rolling
from forecasting.metrics import budget_shares
from forecasting.model import Floats
from tests.bench.bench_forecasting import KNOWN, WEEKS, newyork

DRAWS = 200
BUDGET = 0.05
POWERS = (0.0, 0.25, 0.5, 0.75, 1.0)


class Closed(NamedTuple):
    """Hit rates over the draws, and the shares of the distance from rule to hindsight."""

    rule: float
    method: float
    truth: float
    hindsight: float
    method_share: float
    method_share_sd: float
    truth_share: float


def left_unexplained(expected: Floats, came: Floats) -> Floats:
    """Variance of a cell's lasting factor beside what was expected, shape (c,), of greatest likelihood."""

    def loss(log_alpha: float, power: float) -> float:
        alpha = np.exp(log_alpha) * expected**-power
        shape = 1 / alpha
        each = gammaln(came + shape) - gammaln(shape) - (came + shape) * np.log1p(alpha * expected)
        return -float((each + came * np.log(alpha * expected)).sum())

    found = [
        (at.fun, at.x, power)
        for power in POWERS
        for at in [minimize_scalar(loss, bounds=(-9, 2), method="bounded", args=(power,))]
    ]
    _, log_alpha, power = min(found)
    return np.exp(log_alpha) * expected**-power


def hits(rates: Floats, counts: Floats) -> float:
    """Records caught by each week's own ranking, shapes (c, w)."""
    return sum(float(budget_shares(rates[:, week], BUDGET) @ counts[:, week]) for week in range(rates.shape[1]))


def draw(rule: Floats, method: Floats, variance: Floats | None, random: np.random.Generator) -> tuple[float, ...]:
    """Hit rates of the rule, of the method, of the truth and of hindsight in weeks drawn from the truth."""
    truth = method
    if variance is not None:
        truth = method * (random.gamma(1 / variance) * variance)[:, None]
    counts = random.poisson(truth).astype(float)
    total = counts.sum(axis=1)
    best = float(budget_shares(total, BUDGET) @ total)
    return tuple(each / total.sum() for each in (hits(rule, counts), hits(method, counts), hits(truth, counts), best))


def ceiling(rule: Floats, method: Floats, variance: Floats | None, *, seed: int = 0, draws: int = DRAWS) -> Closed:
    """What the truth and the method close of the distance, over many draws."""
    random = np.random.default_rng(seed)
    drawn = np.array([draw(rule, method, variance, random) for _ in range(draws)])
    base, known, truth, best = drawn.T
    means = drawn.mean(axis=0)
    distance = means[3] - means[0]
    return Closed(
        *means,
        method_share=float((means[1] - means[0]) / distance),
        method_share_sd=float(np.std((known - base) / (best - base))),
        truth_share=float((means[2] - means[0]) / distance),
    )


def report(method: str = "stack", *categories: str) -> None:
    """Print the table of docs/forecasting.md."""
    cubes, first = newyork()
    print(f"| category | truth | rule | `{method}` | true rates | hindsight | method closes | true rates close |")
    print("|" + " --- |" * 8)
    for name in categories or tuple(KNOWN):
        cube = cubes[name]
        runs = rolling(cube, range(first, first + WEEKS), ["smoothed_decayed_mean", method])
        came = cube.records[:, -WEEKS:]
        rule, rates = (np.stack([forecast.rate for forecast in run.forecasts], axis=1) for run in runs)
        # The level is no part of a ranking: each week has as many as came.
        rates = rates * (came.sum(axis=0) / rates.sum(axis=0))
        variance = left_unexplained(rates.sum(axis=1), came.sum(axis=1))
        for words, spread in (("the method's rates", None), ("with what they leave unexplained", variance)):
            found = ceiling(rule, rates, spread)
            hit = " | ".join(f"{value:.4f}" for value in found[:4])
            closes = f"{found.method_share:.1%} (sd {found.method_share_sd:.1%}) | {found.truth_share:.1%}"
            print(f"| {name.replace('_', ' ')} | {words} | {hit} | {closes} |", flush=True)


if __name__ == "__main__":
    report(*sys.argv[1:])
