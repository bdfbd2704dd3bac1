"""The words of a forecast's drivers in both languages: codes of forecasting.model to sentences."""

from collections.abc import Mapping
from typing import Any

from forecasting.model import AREA_MEAN, LONG_RUN, NEAR_REPEAT, RECENCY, RELATED_HEADS, SURROUNDINGS

DRIVERS: dict[str, tuple[str, str]] = {
    RECENCY: (
        "Recorded in this cell in the last %(weeks)d weeks",
        "گزشتہ %(weeks)d ہفتوں میں اسی خانے میں درج واقعات",
    ),
    LONG_RUN: (
        "Recorded in this cell over the longer past",
        "اس خانے میں طویل عرصے سے درج ہونے والے واقعات",
    ),
    NEAR_REPEAT: (
        "Recorded in the cells around it, up to %(rings)d away",
        "اردگرد کے خانوں میں، %(rings)d خانے دور تک، درج واقعات",
    ),
    SURROUNDINGS: (
        "The usual level of the surroundings, up to %(rings)d cells away",
        "اردگرد کے علاقے کی عمومی سطح، %(rings)d خانے دور تک",
    ),
    RELATED_HEADS: (
        "Other crime recorded in and around this cell",
        "اس خانے میں اور اس کے اردگرد درج دیگر جرائم",
    ),
    AREA_MEAN: (
        "The usual level of the whole area",
        "پورے علاقے کی عمومی سطح",
    ),
}


#: What a run says of the data behind it: codes of notes to sentences.
NOTES: dict[str, tuple[str, str]] = {}


def say_note(note: Mapping[str, Any]) -> dict[str, Any]:
    """Give a kept note with its words."""
    english, urdu = NOTES[note["code"]]
    params = note.get("params", {})
    return {"code": note["code"], "params": params, "text": english % params, "text_ur": urdu % params}


def say(code: str, params: Mapping[str, Any]) -> tuple[str, str]:
    """Give a driver's sentence in English and in Urdu."""
    english, urdu = DRIVERS[code]
    return english % params, urdu % params
