"""Villages of the canal colonies: a chak of another number, or on another canal's branch, is another village.

What a line of the index says of its chak is weighed by the net as so many words; "Chak 88 North Branch" and "Chak 88
South Branch" share most of these and lie in different tehsils.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from spatial.addresses.words import words
from spatial.geocoding.index import PlaceIndex
from spatial.geocoding.score import Measured
from spatial.geocoding.terms import Terms

OTHER_CHAK: Final = 1e-4
"""By what the chance of a candidate is multiplied that is in another chak than the text says."""
_TERM: Final = "=chak:"
_LETTERS: Final = frozenset("abc")


class Chak(NamedTuple):
    """A chak's number, the letter of a part that it was divided into, and its canal (``12l``), each empty if unsaid."""

    number: str
    letter: str
    canal: str


@lru_cache(maxsize=16_384)
def chak_of(code: str) -> Chak | None:
    """Give what a code such as ``88nb``, ``45/12l`` or ``90a/6r`` says, None if it is none."""
    found = _codes().fullmatch(code)
    if found is None:
        return None
    number, letter, count, branch = (found[part] or "" for part in ("number", "letter", "count", "branch"))
    if branch in _LETTERS and not letter and not count:
        letter, branch = branch, ""
    return Chak(number, letter, count + branch if branch else "")


@lru_cache(maxsize=1)
def _codes() -> re.Pattern[str]:
    branches = "|".join(sorted(set(words().branches.values()), key=len, reverse=True))
    return re.compile(rf"(?P<number>\d+)(?P<letter>[a-f]??)(?:/(?P<count>\d+))?(?P<branch>{branches})?")


def may_be(said: Chak, other: Chak) -> bool:
    """Say whether a line's chak may be the one that a text says; what either leaves out is no difference."""
    if said.number != other.number or (said.canal and other.canal and said.canal != other.canal):
        return False
    # "90" on a canal that is named is not 90-A, and 90-A may be written of by its old number.
    return said.letter == other.letter or not other.letter or not (said.letter or said.canal)


def of_terms(terms: Iterable[str]) -> list[Chak]:
    """Give the chaks of terms, each by its narrowest."""
    codes = [term.removeprefix(_TERM) for term in terms if term.startswith(_TERM)]
    narrow = [one for one in codes if not any(other != one and other.startswith(one) for other in codes)]
    return [chak for one in narrow if (chak := chak_of(one)) is not None]


def of_chaks(
    index: PlaceIndex, terms: Sequence[Terms], measured: Measured, chances: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give the candidates' chances without those in other chaks than their texts say, shape (B, N)."""
    for row, one in enumerate(terms):
        said = of_terms(one.texts[: one.own]) if any(text.startswith(_TERM) for text in one.texts) else []
        if not said:
            continue
        for column in np.flatnonzero(measured.lines[row] >= 0).tolist():
            there = of_terms(index.own_terms(int(measured.lines[row, column])))
            if there and not any(may_be(chak, other) for chak in said for other in there):
                chances[row, column] *= OTHER_CHAK
    return chances
