"""Canonical JSON, hashes and expiry."""

from datetime import date

import numpy as np

from forecasting.artifact import canonical_json, expires_on, json_hash, versions
from forecasting.card import model_card


def test_one_text_for_one_value():
    one = {
        "b": np.float64(0.5),
        "a": [np.int64(1), float("nan")],
        "day": date(2026, 1, 2),
        "شہر": (True, None),
    }
    other = dict(reversed(list(one.items())))
    text = '{"a":[1,null],"b":0.5,"day":"2026-01-02","شہر":[true,null]}\n'
    assert canonical_json(one) == canonical_json(other) == text
    assert json_hash(one) == json_hash(other)
    assert canonical_json({"x": np.array([float("inf"), 2.0])}) == '{"x":[null,2.0]}\n'


def test_versions_name_what_makes_the_numbers():
    assert set(versions()) == {"python", "numpy", "scipy", "scikit-learn", "h3"}


def test_a_card_expires_and_says_what_it_is_not_for():
    card = model_card(
        category="robbery",
        method="last_year",
        reason="the simplest",
        learned={},
        scores={},
        baseline={},
        data={},
        seed=0,
        versions=versions(),
        scored_until=date(2026, 1, 1),
    )
    assert card["expires_on"] == expires_on(date(2026, 1, 1)) == date(2026, 4, 1)
    assert any("arrest" in line for line in card["not_for"])
    assert "persons" in card["never_inputs"]
