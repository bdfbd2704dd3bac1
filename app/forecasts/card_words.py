"""A run's model card in words, in both languages, every field filled from the run (trust.md F21).

The card itself is data (`forecasting.card`); its hash stands under the words, so that a print can be held against the
run.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import RowMapping

from forecasting.artifact import json_hash
from forecasting.comparison import Ground, ground_of
from forecasting.registry import METHODS
from spatial import shifts

LANGUAGES = ("en", "ur")
#: In how many of 100 cases a change must be seen to be called seen.
_SEEN = 95

Section = dict[str, Any]
Row = Mapping[str, Any] | RowMapping


def written(row: Row) -> dict[str, list[Section]]:
    """Give the card of a run's row as sections of a title, sentences and pairs, by language."""
    found = {}
    for language in LANGUAGES:
        with force_locale(language):
            found[language] = _sections(row, language)
    return found


def hash_of(card: Mapping[str, Any]) -> str:
    """Give the SHA-256 of a card's canonical JSON."""
    return json_hash(card)


def _sections(row: Row, language: str) -> list[Section]:
    card = row["card"]
    data, scores = card["data"], row["scores"]
    own = {name: row[f"{name}_name_ur"] or row[f"{name}_name"] for name in ("head", "jurisdiction")}
    if language == "en":
        own = {name: row[f"{name}_name"] for name in ("head", "jurisdiction")}
    part = "" if row["shift"] is None else _shift(shifts.SHIFT_NAMES[row["shift"]])
    return [
        _section(
            _("What it says"),
            [
                _("Expected records of %(head)s in each cell of %(area)s in one week, with a 90 %% interval.")
                % {"head": own["head"], "area": own["jurisdiction"]},
                *([_("Of one shift alone: %(shift)s.") % {"shift": part}] if part else []),
                *([_("Synthetic records are among its data.")] if data.get("synthetic") else []),
            ],
        ),
        _section(
            _("How it is made"),
            [why(row["method"], scores)],
            [
                (_("Method"), method_title(card["method"])),
                (_("Chosen among"), _(", ").join(method_title(each) for each in scores["methods"])),
                *((name.replace("_", " "), _plain(value)) for name, value in _learned(card).items()),
            ],
        ),
        _section(_("What it has learned from"), _known(data), _of_data(data)),
        _section(_("How well its method did"), [], _of_scores(card, scores)),
        _section(_("Would a change of registration be seen?"), _sight(row["notes"].get("sight", []))),
        _section(_("What goes in"), [_(line) for line in INPUTS]),
        _section(_("What never goes in"), [_(line) for line in NEVER]),
        _section(_("Not for"), [_(line) for line in card["not_for"]]),
        _section(_("Limits"), [_(line) for line in card["limits"]]),
        _section(
            _("To make it again"),
            [],
            [
                (_("Data"), str(data["data_hash"])),
                (_("Seed"), str(card["seed"])),
                (_("Versions"), ", ".join(f"{name} {number}" for name, number in sorted(card["versions"].items()))),
                (_("Scored until"), str(card["scored_until"])),
                (_("Card expires"), str(card["expires_on"])),
                (_("Hash of the card"), hash_of(card)),
            ],
        ),
    ]


def _learned(card: Mapping[str, Any]) -> dict[str, Any]:
    """Give what the method learned; its last week stands among the data, as a date."""
    return {name: value for name, value in card["learned_parameters"].items() if name != "end"}


def _section(title: str, text: Sequence[str] = (), pairs: Sequence[tuple[str, str]] = ()) -> Section:
    return {"title": title, "text": list(text), "pairs": [list(pair) for pair in pairs]}


def _known(data: Mapping[str, Any]) -> list[str]:
    lines = []
    delay = data.get("reporting_delay")
    if delay:
        lines.append(
            _("Of the last four weeks %(known)d records are known and about %(missing)d still to come.")
            % {"known": round(delay["known_of_last_4_weeks"]), "missing": round(delay["still_expected"])}
        )
    if "shocks" in data:
        lines.append(
            _("Changes of registration: %(shocks)d; records left out: %(records)d; stations paused: %(stations)d.")
            % {
                "shocks": data["shocks"],
                "records": round(data["held_out_records"]),
                "stations": data["paused_stations"],
            }
        )
    return lines


def _of_data(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    left = data["left_out"]
    return [
        (_("From"), str(data["from"])),
        (_("Until"), str(data["until"])),
        (_("Records"), f"{data['records']:,.0f}"),
        (_("Cells"), f"{data['cells']:,}"),
        (_("Resolution"), str(data["resolution"])),
        (_("Known by"), str(data["known_until"])[:16].replace("T", " ")),
        (_("Outside the area"), f"{left['outside_area']:,.1f}"),
        (_("Too coarse for a cell"), f"{left['coarse']:,.1f}"),
        (_("Without a place"), f"{left['unplaced']:,.1f}"),
    ]


def _of_scores(card: Mapping[str, Any], scores: Mapping[str, Any]) -> list[tuple[str, str]]:
    own, plain = card["scores"], card["scores_of_simplest_method"]
    simplest = next(name for name in METHODS if name in scores["methods"])
    beside = _("The same, of this: %(method)s") % {"method": method_title(simplest)}
    return [
        (_("Weeks scored"), str(len(scores["weeks"]))),
        (_("Hit rate in 5 % of the area"), _share(own["hit_rate"]["0.05"])),
        *([(beside, _share(plain["hit_rate"]["0.05"]))] if simplest != card["method"] else []),
        (_("PAI at 5 %"), _number(own["pai"]["0.05"], 2)),
        (_("Deviance"), _number(own["poisson_deviance"], 4)),
        (_("90 % interval held"), _share(own["coverage_90"])),
        (_("Expected over recorded"), _number(own["expected_over_observed"], 2)),
    ]


def _sight(sight: Sequence[Mapping[str, Any]]) -> list[str]:
    alone = [each for each in sight if each["stations"] == 1]
    if not alone:
        return [_("It was not watched by station.")]
    seen = sum(each["seen_of_100"] >= _SEEN for each in alone)
    best = max(each["seen_of_100"] for each in alone)
    return [
        _("At %(seen)d of %(all)d stations a rise of 30 %% is seen within two weeks in 95 of 100 cases.")
        % {"seen": seen, "all": len(alone)},
        _("At the station that registers most it is seen in %(best)d of 100: what is not seen is learned as crime.")
        % {"best": best},
    ]


def why(method: str, scores: Mapping[str, Any]) -> str:
    """Give why a run's method was chosen, in the language of the moment."""
    compared = [each for each in scores["choice"] if each["score"] == "log_score"]
    ground = ground_of(method, scores["methods"], {each["method"] for each in compared})
    weeks = {"weeks": len(scores["chosen_on_weeks"])}
    if ground is Ground.ONLY:
        return _("It is the only method that this system is set to use.")
    if ground is Ground.TOO_FEW:
        return _("There are too few records to choose on, so the rule that needs no proof is shown.")
    if ground is Ground.HELD:
        return _("No other method is better beyond doubt on %(weeks)d weeks before those scored.") % weeks
    return _("Its log score beats that of the %(rule)s beyond doubt on %(weeks)d weeks before those scored.") % {
        **weeks,
        "rule": method_title([each for each in compared if each["method"] == method][-1]["against"]),
    }


def method_title(method: str) -> str:
    """Give a method in an officer's words; one that has none shows its own name."""
    titles = {
        "last_year": _("last year's counts"),
        "decayed_mean": _("decayed mean"),
        "smoothed_decayed_mean": _("smoothed decayed mean"),
        "retrospective_kde": _("density of past places"),
        "prospective_kde": _("density of recent places"),
        "self_exciting": _("self-exciting process"),
        "hierarchical": _("hierarchical counts"),
        "kernel_mixture": _("mixture of kernels"),
        "boosting": _("boosted trees"),
        "stack": _("weighted methods together"),
        "pooled_boosting": _("boosted trees for all heads"),
    }
    return titles.get(method, method.replace("_", " "))


def _shift(name: str) -> str:
    return {"night": _("Night"), "day": _("Day"), "evening": _("Evening")}[name]


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_plain(each)}" for name, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_plain(each) for each in value)
    return str(value)


INPUTS = (
    "Places as cells, weeks, the mass of each record, the date on which it became known, and its crime head.",
    "Only what was reported to the police, and only what was known by the date of the forecast.",
)
NEVER = (
    "Persons, their stays, their names.",
    "Religion, caste, community, language, nationality.",
    "Offences that patrols discovered, since patrols find what they look for.",
)
