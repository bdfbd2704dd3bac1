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
# What is most frequent comes first. Only a letter before a full stop may begin initials; where it does not it is a word
# of one letter.
_PIECES: Final = re.compile(
    rf"(?P<word>[^\W\d_](?!\.)[^\W\d_]*(?:[{_MARKS}]+[^\W\d_]*)*)"
    r"|(?P<initials>(?<![^\W_])(?:[^\W\d_]\.){2,}(?:[^\W\d_](?![^\W_]))?|(?<![^\W_])[^\W\d_]\.[^\W\d_](?![^\W_]))"
    r"|(?P<letter>[^\W\d_])"
    r"|(?P<number>\d+(?:\.\d+(?=\s?[^\W\d_]))?)"
    r"|(?P<stop>[,،;؛\n\r|()\[\]۔:\"“”]+|(?<=\s)[-–—]+(?=\s)|\.(?=\s))"
    r"|(?P<dash>[-–—/\\.#+_&]+)"
)
_POINT: Final = "."
"""A full stop before a blank, which is a dash or a stop by what stands before it."""
_DASHES: Final = "-–—"
_Piece = tuple[str, int, int, str, bool]
"""What makes a :class:`Token`."""
_new: Final = tuple.__new__
"""Makes a token in less than half the time that its class takes for it."""


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
    found = _cut(text)
    spelled = [token.text for token in found]
    if words.respelled.isdisjoint(spelled):
        return found
    if not words.figures.keys().isdisjoint(spelled):
        found = _figured(found, words)
        spelled = [token.text for token in found]
    if not words.letters.keys().isdisjoint(spelled):
        found = _lettered(found, words)
    return _respelled(found, words)


def _cut(text: str) -> list[Token]:
    """Give the tokens of a text as they are written."""
    found: list[Token] = []
    start = 0
    for chunk in text.split(" "):
        begin = start
        pieces = _alone(chunk)
        if pieces is None:
            begin = max(0, start - 1)
            pieces = _between_blanks(text[begin : start + len(chunk) + 2], len(chunk) + start - begin)
        for said, first, last, kind, glued in pieces:
            if kind == _POINT:
                # "No. 31" and "Moh. Islampura" go on; "... Road. Near ..." does not.
                goes_on = not found or len(found[-1].text) <= 3 or found[-1].text == "number"
                kind = DASH if goes_on else STOP
            found.append(_new(Token, (said, begin + first, begin + last, kind, glued)))
        start += len(chunk) + 1
    return found


# The same words come again and again, in thousands of texts.
@lru_cache(maxsize=65_536)
def _alone(chunk: str) -> tuple[_Piece, ...] | None:
    """Give the tokens of what stands between two blanks, None where what stands beyond these says how it is to be read.

    That is so only of full stops, which may part a number ("1.5 km"), and of dashes beside a blank: no other token asks
    for more than one character to either side, and blanks there are to them as nothing.
    """
    if "." in chunk or chunk[:1] in _DASHES or chunk[-1:] in _DASHES:
        return None if chunk else ()
    word = chunk[:-1] if chunk[-1] in ",،" else chunk
    if word.isalpha():  # as most are
        end = len(word)
        token = (_plain(word), 0, end, WORD, False)
        return (token,) if word is chunk else (token, (",", end, end + 1, STOP, False))
    return _between_blanks(chunk, len(chunk))


def _between_blanks(written: str, length: int) -> tuple[_Piece, ...]:
    """Give the tokens of the first so many characters of a text."""
    found: list[_Piece] = []
    before = -1
    for match in _PIECES.finditer(written):
        kind, piece, (start, end) = match.lastgroup, match[0], match.span()
        if start >= length:
            break
        is_glued = start == before
        if kind == "word" or kind == "letter":
            found.append((_plain(piece), start, end, WORD, is_glued))
        elif kind == "number":
            found.append((piece if piece.isascii() else _plain(piece), start, end, NUMBER, is_glued))
        elif kind == "stop":
            found.append(("-" if piece[0] in _DASHES else ",", start, end, _POINT if piece == "." else STOP, False))
        elif kind == "dash":
            found.append(("/" if "/" in piece else "#" if "#" in piece else "-", start, end, DASH, is_glued))
        else:
            found.append((_plain(piece.replace(".", "")), start, end, WORD, is_glued))
        before = end
    return tuple(found)


def _plain(word: str) -> str:
    return word.lower() if word.isascii() and word.isalpha() else normalise(word).replace(" ", "")


def _figured(found: list[Token], words: Words) -> list[Token]:
    """Put figures for numbers in words, where a number is due: "Phase Five", گلی نمبر پانچ, ایف سیون ٹو."""
    figures = words.figures
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
    out: list[Token] = []
    index = 0
    for place in [place for place, token in enumerate(found) if token.text in longest]:
        if place < index:
            continue  # a word of the phrase before
        token = found[place]
        table = phrases[token.text]
        row, ends = [token.text], [place + 1]
        if longest[token.text] > 1:
            _lengthen(row, ends, found, longest[token.text])
        for length in range(len(row), 0, -1):
            target = table.get(tuple(row[:length]))
            if target is not None:
                out += found[index:place]
                index = ends[length - 1]
                for word in target:
                    kind = NUMBER if word.isdigit() else WORD
                    out.append(_new(Token, (word, token.start, found[index - 1].end, kind, token.glued)))
                break
    return out + found[index:]


def _lengthen(row: list[str], ends: list[int], found: list[Token], most: int) -> None:
    """Add the words that follow a row's, so many in all, each with the place after it."""
    for position in range(ends[-1], len(found)):
        after = found[position]
        if after.kind == STOP or len(row) == most:
            break
        # Dashes within a phrase are as spaces: "N-5", "Gulshan-e-Iqbal".
        if after.kind != DASH:
            row.append(after.text)
            ends.append(position + 1)
