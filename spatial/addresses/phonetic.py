"""One key for one sound, across scripts: گلبرگ, Gulberg and Gulburg all give ``glbrg``.

Roman Urdu has no orthography and Urdu writes no short vowels, so only the consonants of a word are compared. The
key is a string of consonant classes: letters that one sound is written with (ث س ص, ذ ز ض ظ, k and q, t and ٹ) share
a class; what one script writes and the other leaves out (h of aspiration, ع, the glides و and ی within a word, noon
ghunna's difference from n) is no part of it. A vowel counts only at the head of a word, as the class ``a``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_URDU: Final = {
    "ب": "b", "پ": "p", "ت": "t", "ٹ": "t", "ط": "t", "ث": "s", "س": "s", "ص": "s", "ش": "s", "ج": "j", "چ": "c",
    "ح": "h", "ہ": "h", "خ": "k", "ک": "k", "ق": "k", "د": "d", "ڈ": "d", "ذ": "z", "ز": "z", "ض": "z", "ظ": "z",
    "ژ": "z", "ر": "r", "ڑ": "r", "غ": "g", "گ": "g", "ف": "f", "ل": "l", "م": "m", "ن": "n", "و": "w", "ی": "y",
    "ے": "y", "ا": "a", "آ": "a", "ع": "a", "ئ": "y", "ؤ": "w",
    # Pashto and Sindhi
    "ښ": "k", "ږ": "g", "ځ": "z", "څ": "c", "ټ": "t", "ډ": "d", "ړ": "r", "ڼ": "n", "ڻ": "n", "ڳ": "g", "ڇ": "c",
    "ڄ": "j", "ڀ": "b", "ٿ": "t", "ڌ": "d", "ڦ": "p", "ٺ": "t", "ڃ": "n", "ڱ": "n", "ٻ": "b", "ڏ": "d", "ڊ": "d",
}  # fmt: skip
# Longest first. A "c" that nothing here takes is a k.
_LATIN: Final = (
    ("tsch", "c"), ("tch", "c"), ("sch", "s"), ("tion", "sn"), ("sion", "sn"), ("ck", "k"), ("ch", "c"), ("ce", "se"),
    ("ci", "si"), ("cy", "sy"), ("c", "k"), ("ph", "p"), ("x", "ks"), ("q", "k"), ("v", "w"), ("dg", "j"),
)  # fmt: skip
_LATIN_SPLIT: Final = re.compile("|".join(re.escape(letters) for letters, _ in _LATIN))
_LATIN_SOUND: Final = dict(_LATIN)
_VOWELS: Final = str.maketrans("eiou", "aaaa")
_SILENT: Final = str.maketrans("", "", "ahwy")
_REPEATED: Final = re.compile(r"(.)\1+")


@lru_cache(maxsize=262_144)
def phonetic(word: str) -> str:
    """Give the key of one word in its normal spelling (:func:`~spatial.addresses.normalise`).

    Parameters
    ----------
    word : str
        Latin or Urdu letters.

    Returns
    -------
    str
        Classes ``b c d f g h j k l m n p r s t w y z`` and a leading ``a``; never empty for a word with a letter.
    """
    sounds = _of_latin(word) if word.isascii() else _of_urdu(word)
    if not sounds:
        return word
    # English s before a consonant takes a vowel in Urdu (اسٹیڈیم for stadium): with or without, it is one key.
    if len(sounds) > 2 and sounds[0] == "a" and sounds[1] == "s":
        sounds = sounds[1:]
    head, tail = sounds[0], sounds[1:]
    # The glides are vowels inside a word as often as consonants, and h is breath: one script leaves them out.
    return _REPEATED.sub(r"\1", head + tail.translate(_SILENT))


def _of_urdu(word: str) -> str:
    # The l of the article is silent here, in names that everybody bears.
    word = word.replace("الدین", "دین").replace("الرحم", "رحم")
    return "".join(_URDU.get(letter, letter if letter.isascii() else "") for letter in word)


def _of_latin(word: str) -> str:
    sounds = _LATIN_SPLIT.sub(lambda found: _LATIN_SOUND[found[0]], word)
    return sounds.translate(_VOWELS)


_ROMAN: Final = {**_URDU, "ش": "sh", "چ": "ch", "خ": "kh", "غ": "gh", "و": "o", "ی": "i", "ے": "e", "ئ": "e"}


@lru_cache(maxsize=65_536)
def romanised(word: str) -> str:
    """Give an Urdu word letter by letter in Latin, to be compared with a Roman spelling; a Latin one as it is."""
    return word if word.isascii() else "".join(_ROMAN.get(letter, "") for letter in word)
