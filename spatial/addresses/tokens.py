"""A place text cut into tokens that know where they stand, spelled in one way."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from spatial.addresses.normal import normalise
from spatial.addresses.words import Words

WORD, NUMBER, DASH, STOP = "w", "n", "-", ","
_SECTOR_LETTERS: Final = frozenset("defghi")
_SECTORS: Final = range(5, 19)
_QUARTERS: Final = 4
"""Islamabad's sectors are D to I and 5 to 18, each of four quarters."""
_JOINING: Final = frozenset("ei")
_NEW: Final = "nau"
"""Nine, and new behind a joining letter: "Subh-e-Nau", "Shahr-i-Nau"."""

_MARKS: Final = "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640\u200b-\u200f\u2060\ufeff'’‘`ʼ"
_PIECES: Final = re.compile(
    r"(?P<initials>(?<![^\W_])(?:[^\W\d_]\.){2,}(?:[^\W\d_](?![^\W_]))?|(?<![^\W_])[^\W\d_]\.[^\W\d_](?![^\W_]))"
    rf"|(?P<word>[^\W\d_](?:[^\W\d_]|[{_MARKS}])*)"
    r"|(?P<number>\d+(?:\.\d+(?=\s?[^\W\d_]))?)"
    r"|(?P<stop>[,،;؛\n\r|()\[\]۔:\"“”]+|(?<=\s)[-–—]+(?=\s)|\.(?=\s))"
    r"|(?P<dash>[-–—/\\.#+_&]+)"
)


class Token(NamedTuple):
    """One word, number, dash or stop: its normal spelling, its span in the text, and whether it follows at once."""

    text: str
    start: int
    end: int
    kind: str
    glued: bool


def tokens(text: str, words: Words) -> list[Token]:
    """Give the tokens of a text, with the lexicon's spellings put for every variant.

    A phrase that is replaced by several words gives several tokens with the span of the whole phrase. Words are
    those of :func:`~spatial.addresses.normalise`; letters that Urdu names (``ڈی ایچ اے``) are joined.
    """
    found: list[Token] = []
    last = -1
    for match in _PIECES.finditer(text):
        kind, piece, start, end = match.lastgroup, match[0], match.start(), match.end()
        if kind == "word":
            found.append(Token(_plain(piece), start, end, WORD, start == last))
        elif kind == "number":
            found.append(Token(piece if piece.isascii() else _plain(piece), start, end, NUMBER, start == last))
        elif kind == "stop":
            # "No. 31" and "Moh. Islampura" go on; "... Road. Near ..." does not.
            goes_on = piece == "." and (not found or len(found[-1].text) <= 3 or found[-1].text == "number")
            found.append(Token("-" if piece[0] in "-–—" else ",", start, end, DASH if goes_on else STOP, False))
        elif kind == "dash":
            found.append(Token("/" if "/" in piece else "#" if "#" in piece else "-", start, end, DASH, start == last))
        else:
            found.append(Token(_plain(piece.replace(".", "")), start, end, WORD, start == last))
        last = end
    return _respelled(_lettered(_figured(found, words), words), words)


@lru_cache(maxsize=65_536)
def _plain(word: str) -> str:
    return word.lower() if word.isascii() and word.isalpha() else normalise(word).replace(" ", "")


def _figured(found: list[Token], words: Words) -> list[Token]:
    """Put figures for numbers in words, where a number is due: "Phase Five", گلی نمبر پانچ, ایف سیون ٹو."""
    figures = words.figures
    if not any(token.text in figures for token in found):
        return found
    out: list[Token] = []
    sector = -1
    for token in found:
        figure = figures.get(token.text)
        before = [one for one in out[-4:] if one.kind != DASH] if figure is not None else []
        if figure is None or not before:
            out.append(token)
        elif before[-1].text in words.counted:
            out.append(token._replace(text=figure, kind=NUMBER))
        elif _is_sector(before[-1], token, words):
            sector = token.start
            out.append(token._replace(text=figure, kind=NUMBER))
        elif before[-1].start == sector and int(figure) <= _QUARTERS:
            # Behind figures it counts something else: "G-9 ek makan".
            out += [Token("/", token.start, token.start, DASH, False), token._replace(text=figure, kind=NUMBER)]
        else:
            out.append(token)
    return out


def _is_sector(before: Token, token: Token, words: Words) -> bool:
    if before.text in _JOINING and token.text == _NEW:
        return False
    return int(words.figures[token.text]) in _SECTORS and words.letters.get(before.text, before.text) in _SECTOR_LETTERS


def _lettered(found: list[Token], words: Words) -> list[Token]:
    """Put Latin letters for their Urdu names: several in a row are one word, one beside a number is a letter."""
    letters = words.letters
    if not any(token.text in letters for token in found):
        return found
    out: list[Token] = []
    index, count = 0, len(found)
    while index < count:
        last = index
        while last < count and found[last].kind == WORD and found[last].text in letters:
            last += 1
        if last - index >= 2:
            joined = "".join(letters[token.text] for token in found[index:last])
            out.append(Token(joined, found[index].start, found[last - 1].end, WORD, False))
            index = last
        elif last - index == 1 and _beside_number(found, index, words):
            token = found[index]
            out.append(Token(letters[token.text], token.start, token.end, WORD, token.glued))
            index = last
        else:
            out.append(found[index])
            index += 1
    return out


def _beside_number(found: list[Token], index: int, words: Words) -> bool:
    before = found[index - 1] if index else None
    after = found[index + 1] if index + 1 < len(found) else None
    beyond = found[index + 2] if index + 2 < len(found) else None
    if after is not None and (
        after.kind == NUMBER or (after.kind == DASH and beyond is not None and beyond.kind == NUMBER)
    ):
        return True
    if before is None:
        return False
    return before.kind in (NUMBER, DASH) or before.text in ("بلاک", "سیکٹر", "block", "sector")


def _respelled(found: list[Token], words: Words) -> list[Token]:
    longest, phrases = words.longest, words.phrases
    if not any(token.text in longest for token in found):
        return found
    out: list[Token] = []
    index, count = 0, len(found)
    while index < count:
        token = found[index]
        reach = longest.get(token.text)
        if reach is None:
            out.append(token)
            index += 1
            continue
        # Dashes within a phrase are as spaces: "N-5", "Gulshan-e-Iqbal".
        row, ends = [token.text], [index + 1]
        position = index + 1
        while len(row) < reach and position < count:
            after = found[position]
            if after.kind == STOP:
                break
            if after.kind != DASH:
                row.append(after.text)
                ends.append(position + 1)
            position += 1
        table = phrases[token.text]
        for length in range(len(row), 0, -1):
            target = table.get(tuple(row[:length]))
            if target is not None:
                last = ends[length - 1]
                end = found[last - 1].end
                out.extend(
                    Token(word, token.start, end, NUMBER if word.isdigit() else WORD, token.glued) for word in target
                )
                index = last
                break
        else:
            out.append(token)
            index += 1
    return out
