"""A reason of a fix said in words: its sentence with its values, in English and in Urdu."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from app.geocode.messages import SENTENCES
from app.geocode.values import NO_NAMES, Names, Values


def say(code: str, params: Mapping[str, Any] | None = None, names: Names = NO_NAMES) -> dict[str, str]:
    """Give a reason as its code and its sentence in both languages; a code without a sentence says itself."""
    return {
        "code": code,
        "text": sentence(code, params, "en", names),
        "text_ur": sentence(code, params, "ur", names),
    }


def sentence(code: str, params: Mapping[str, Any] | None, language: str, names: Names = NO_NAMES) -> str:
    """Give the sentence of a reason in one language.

    Parameters
    ----------
    code : str
    params : mapping or None
    language : {"en", "ur"}
    names : Names
        What stations and places are called; without a name a station is told by its code.
    """
    params = params or {}
    is_urdu = language == "ur"
    said = SENTENCES.get(_variant(code, params), (code, code))[is_urdu].format_map(Values(params, is_urdu, names))
    said = said.strip()
    # A sentence may begin with a value.
    return said if is_urdu or code not in SENTENCES else said[:1].upper() + said[1:]


def _variant(code: str, params: Mapping[str, Any]) -> str:
    """Give under which code the sentence stands: some read otherwise where a value says little or is missing."""
    told = _OTHERWISE.get(code)
    return told[0] if told is not None and told[1](params) else code


_OTHERWISE: Final[dict[str, tuple[str, Callable[[Mapping[str, Any]], bool]]]] = {
    "address_matched": ("address_matched_only", lambda params: not params.get("parts")),
    "coordinates_swapped": ("coordinates_swapped_only", lambda params: params.get("offered_lat") is None),
    "landmark_matched": ("place_without_name", lambda params: params.get("name") == ""),
    "place_matched": ("place_without_name", lambda params: params.get("name") == ""),
    "distance_only": ("distance_only_near", lambda params: params.get("distance_m") == 0),
    "district_unknown_here": ("district_unknown_here_only", lambda params: not params.get("meant")),
    "station_unknown_here": ("station_unknown_here_only", lambda params: not params.get("meant")),
    "town_only": ("town_only_beside", lambda params: bool(params.get("rest"))),
}
