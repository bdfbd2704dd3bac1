"""The model card: what to know before trusting a forecast, generated from its run, never by hand."""

from collections.abc import Mapping
from datetime import date

from forecasting.artifact import expires_on

NOT_FOR = (
    "It is no ground to stop, search, detain or arrest anyone.",
    "It says nothing about any person or about the people who live in a place.",
    "It forecasts what is recorded: where little is reported it shows little, which does not mean safe.",
)
LIMITS = (
    "Recorded crime moves when recording rules move; a change of registration looks like a change of crime.",
    "Patrols change what is recorded; only reported incidents should go in, never what patrols discovered.",
    "The level follows the past: a season that differs from the weeks behind it is met late.",
    "Incidents outside the study area are counted as missed, since no ranking of it can hold them.",
)


def model_card(
    *,
    category: str,
    method: str,
    reason: str,
    learned: Mapping[str, object],
    scores: Mapping[str, object],
    baseline: Mapping[str, object],
    data: Mapping[str, object],
    seed: int,
    versions: Mapping[str, str],
    scored_until: date,
) -> dict[str, object]:
    """Every field of the card, for one category, ready for canonical JSON."""
    return {
        "what": f"Expected records of {category} in each cell in the coming week, with a 90 % interval.",
        "category": category,
        "method": method,
        "why_this_method": reason,
        "learned_parameters": dict(learned),
        "inputs": ["cell", "week", "mass", "known_at", "category"],
        "never_inputs": [
            "persons",
            "stays",
            "incidents discovered by patrol",
            "names, religion, caste, language",
        ],
        "data": dict(data),
        "scores": dict(scores),
        "scores_of_simplest_method": dict(baseline),
        "not_for": list(NOT_FOR),
        "limits": list(LIMITS),
        "seed": seed,
        "versions": dict(versions),
        "scored_until": scored_until,
        "expires_on": expires_on(scored_until),
    }
