"""One spelling for every way in which a name is written."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

# Arabic keyboards and old fonts write Urdu letters with their Arabic cousins; do-chashmi he and noon ghunna
# are left out as often as they are written. NFKD has already split off hamza and madda as marks, which are
# dropped.
_LETTERS: Final = str.maketrans(
    {
        "ي": "ی",
        "ى": "ی",
        "ې": "ی",
        "ك": "ک",
        "ڪ": "ک",
        "ه": "ہ",
        "ة": "ہ",
        "ۃ": "ہ",
        "ھ": "ہ",
        "ە": "ہ",
        "ۀ": "ہ",
        "ۂ": "ہ",
        "ں": "ن",
        "ٱ": "ا",
        "ۓ": "ے",
        "ـ": None,
        "ء": None,
        "'": None,
        "’": None,
        "‘": None,
        "`": None,
        "ʼ": None,
        "&": " and ",
        "ß": "ss",
    }
)
_INITIALS: Final = re.compile(r"(?<![^\W_])([^\W\d_])\.(?=[^\W\d_](?![^\W_]))")
_BETWEEN_LETTER_AND_DIGIT: Final = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")


_MARKS: Final = ("Mn", "Me", "Cf")


class _Kept(dict[int, str | None]):
    """Give for each character what is left of it where punctuation is kept, worked out once."""

    def __missing__(self, code: int) -> str | None:
        self[code] = left = self.left(chr(code))
        return left

    def left(self, character: str) -> str | None:
        category = unicodedata.category(character)
        if category in _MARKS:
            return None
        return str(unicodedata.digit(character)) if category == "Nd" else character


class _Simplest(_Kept):
    """The same where all but marks, digits and letters parts words."""

    def left(self, character: str) -> str | None:
        category = unicodedata.category(character)
        return super().left(character) if category[0] == "L" or category in (*_MARKS, "Nd") else " "


_SIMPLEST: Final = _Simplest()
_KEPT: Final = _Kept()


@lru_cache(maxsize=65_536)
def normalise(text: str) -> str:
    """Give the key under which a name is matched exactly.

    Lower case; Urdu and Arabic letter variants made one; diacritics, apostrophes and zero-width characters
    dropped; every digit in 0-9; dotted initials joined (G.T. = GT); all other punctuation a space; letters and digits
    apart (F7 = F-7 = F 7); single spaces. ``normalise(normalise(x)) == normalise(x)``.

    Parameters
    ----------
    text : str
        Any script; at most a few hundred characters are meant.

    Returns
    -------
    str
        Empty if nothing of the text is a letter or a digit.
    """
    simple = _folded(text)
    # As in nearly every name: of letters and blanks nothing is dropped, joined or parted.
    if simple.replace(" ", "").isalpha():
        return " ".join(simple.split())
    simple = _INITIALS.sub(r"\1", simple).translate(_SIMPLEST)
    return " ".join(_BETWEEN_LETTER_AND_DIGIT.sub(" ", simple).split())


# Whoever looks for something in a text wants it folded, one reader after the other.
@lru_cache(maxsize=1_024)
def fold(text: str) -> str:
    """Give the text with letters, digits and case made one, but its punctuation kept."""
    return _folded(text)


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower().translate(_LETTERS)
    # Letters may only become foldable once taken apart, and come apart only once folded: a few turns settle
    # it.
    for _ in range(4):
        turned = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
        if turned == text:
            break
        text = turned
    return text.translate(_KEPT)
