"""Reading of the lexicons: tables of words by their meaning, each word in its normal spelling."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from typing import Any

from spatial.addresses.normal import normalise


@lru_cache(maxsize=8)
def read(name: str) -> dict[str, Any]:
    """Give the whole lexicon ``lexicons/<name>.toml``."""
    text = resources.files("spatial.addresses").joinpath("lexicons", f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


def holds(text: str, words: Iterable[str]) -> bool:
    """Say whether any of the words stands in a text, be it within another: quicker than a pattern of them."""
    for word in words:  # noqa: SIM110 - asked of every text
        if word in text:
            return True
    return False


def stems(words: Iterable[str]) -> tuple[str, ...]:
    """Give those words that hold no other of them: a text that :func:`holds` none of these holds none at all."""
    found: list[str] = []
    for word in sorted(words, key=len):
        if not holds(word, found):
            found.append(word)
    return tuple(found)


def numbers_by_word(table: dict[str, list[str]]) -> dict[str, float]:
    """Give the number of each word of a table whose keys are numbers."""
    return {normalise(word): float(number) for number, words in table.items() for word in words}
