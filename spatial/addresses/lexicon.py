"""Reading of the lexicons: tables of words by their meaning, each word in its normal spelling."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources
from typing import Any

from spatial.addresses.normal import normalise


@lru_cache(maxsize=8)
def read(name: str) -> dict[str, Any]:
    """Give the whole lexicon ``lexicons/<name>.toml``."""
    text = resources.files("spatial.addresses").joinpath("lexicons", f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


def numbers_by_word(table: dict[str, list[str]]) -> dict[str, float]:
    """Give the number of each word of a table whose keys are numbers."""
    return {normalise(word): float(number) for number, words in table.items() for word in words}
