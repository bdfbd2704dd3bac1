"""The beat that a text names: "Beat No. 3", "beat 3", "بیٹ نمبر 3"."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from spatial.addresses import lexicon
from spatial.addresses.normal import fold

_NAMES: Final = tuple(fold(word) for word in lexicon.read("ties")["beat"]["words"])
_WORDS: Final = "|".join(sorted(map(re.escape, _NAMES), key=len, reverse=True))
_NUMBER: Final = "|".join(re.escape(fold(word)) for word in lexicon.read("ties")["beat"]["number"])
_BEAT: Final = re.compile(rf"(?<![^\W_])(?:{_WORDS})(?:\s*(?:{_NUMBER}))?[\s.:#-]*(\d{{1,3}})(?![^\W_])")


@lru_cache(maxsize=16_384)
def beat_of(text: str) -> tuple[str, str] | None:
    """Give the number of the beat that a text names and what is left of the text; None if it names none."""
    simple = fold(text)
    found = _BEAT.search(simple) if lexicon.holds(simple, _NAMES) else None
    if found is None:
        return None
    return str(int(found.group(1))), f"{simple[: found.start()]} , {simple[found.end() :]}".strip(" ,،")
