"""A forest read out by bytes has the answers of the models that it was made of."""

import lightgbm
import numpy as np
import pytest

from forecasting.forecasters.forest import Forest

SETTINGS = {"objective": "poisson", "max_bin": 63, "num_threads": 1, "deterministic": True, "verbose": -1}


@pytest.fixture(scope="module")
def features():
    """More rows than are read at a time, with ties on the thresholds: some columns hold few values."""
    random = np.random.default_rng(0)
    values = random.normal(size=(9_000, 6)).astype(np.float32)
    values[:, 4] = np.round(values[:, 4], 1)
    values[:, 5] = random.integers(0, 3, size=len(values))
    return values


@pytest.fixture(scope="module")
def grown(features):
    """Give models of at most so many leaves."""
    rate = np.exp(0.6 * features[:, 0] * features[:, 1] + 0.3 * features[:, 4] + 0.5 * (features[:, 5] == 1))
    counts = np.random.default_rng(1).poisson(rate)

    def grow(leaves: int, seed: int = 0) -> lightgbm.Booster:
        # Each sees rows of its own, so that thresholds differ from model to model.
        rows = np.random.default_rng(seed).random(len(counts)) < 0.6
        return lightgbm.train({**SETTINGS, "num_leaves": leaves}, lightgbm.Dataset(features[rows], counts[rows]), 40)

    return grow


@pytest.mark.parametrize("leaves", [2, 8, 9, 10, 12, 17])
def test_the_answers_are_those_of_the_model(features, grown, leaves):
    model = grown(leaves)
    said = np.exp(Forest([model]).log_rates(features)[0])
    assert said == pytest.approx(model.predict(features), rel=1e-12)


def test_each_model_answers_for_itself(features, grown):
    models = [grown(8), grown(12, seed=1)]
    both = Forest(models).log_rates(features)
    assert both.shape == (2, len(features))
    for said, model in zip(both, models, strict=True):
        assert said == pytest.approx(model.predict(features, raw_score=True), rel=1e-9, abs=1e-12)
    assert not np.allclose(both[0], both[1]), "the control: two models that say the same would prove nothing"


def test_a_number_on_a_threshold_goes_where_the_model_sends_it(features, grown):
    model = grown(8)
    forest = Forest([model])
    column, thresholds = next((c, t) for c, t in forest._thresholds.items() if t)
    rows = np.repeat(features[:1], 3 * len(thresholds), axis=0)
    exact = np.array(thresholds).astype(np.float32)
    near = [np.nextafter(exact, np.float32(-np.inf)), exact, np.nextafter(exact, np.float32(np.inf))]
    rows[:, column] = np.concatenate(near)
    assert np.exp(forest.log_rates(rows)[0]) == pytest.approx(model.predict(rows), rel=1e-12)


def test_a_model_without_a_split_is_its_constant(features):
    model = lightgbm.train(SETTINGS, lightgbm.Dataset(features, np.ones(len(features))), 3)
    assert np.exp(Forest([model]).log_rates(features)[0]) == pytest.approx(model.predict(features))
    assert Forest([model]).log_rates(features[:0]).shape == (1, 0)
