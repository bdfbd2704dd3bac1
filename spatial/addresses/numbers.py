"""Numbers of places: blocks, sectors, streets and the villages of the canal colonies, as codes that can be compared."""

from __future__ import annotations

from typing import Final

from spatial.addresses.tokens import DASH, NUMBER, WORD, Token
from spatial.addresses.words import Words

ROMAN: Final = {
    "i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10",
}  # fmt: skip
_HUNDRED: Final = 100
_POINTS: Final = frozenset({"north", "south"})
_FROM: Final = frozenset({"of", "from", "se", "az", "ki", "ke", "side", "سے", "از", "کی", "کے"})
ORDINALS: Final = frozenset({"st", "nd", "rd", "th", "street", "road"})


class Numbers:
    """Reads the numbers among the tokens of one text."""

    __slots__ = ("tokens", "words")

    def __init__(self, tokens: list[Token], words: Words) -> None:
        self.tokens = tokens
        self.words = words

    def token(self, index: int) -> Token | None:
        """Give a token, None beyond the ends."""
        return self.tokens[index] if 0 <= index < len(self.tokens) else None

    def kind(self, index: int) -> str | None:
        """Give the kind that a token is the word of, None if it is none."""
        token = self.token(index)
        return token.text if token is not None and token.kind == WORD and token.text in self.words.kinds else None

    def chak(self, index: int) -> tuple[str, int] | None:
        """Give a chak's number with its canal, and the token after it: ``123gb``, ``85/5r``, ``131sb``."""
        number, last = self._count(index)
        if not number:
            return None
        letters = ""
        index = self.past_dashes(last)
        second = ""
        single = self.token(index)
        if single is not None and single.kind == WORD and len(single.text) == 1 and single.text in "abcdef":
            after = self.token(index + 1)
            if not (after is not None and after.text in ("b",)):
                letters, last = single.text, index + 1
                index = self.past_dashes(last)
        counted, after_count = self._count(index)
        if counted:
            branch, end = self._branch(after_count)
            if branch:
                second = f"/{counted}{branch}"
                return f"{number}{letters}{second}", end
        branch, end = self._branch(index)
        if branch:
            return f"{number}{letters}{branch}", end
        return f"{number}{letters}", last

    def identifier(self, index: int, roman: bool) -> tuple[str, int] | None:
        """Give ``13d`` of "13-D", ``f7/2`` of "F-7/2", ``4`` of "IV", with the token after it."""
        atoms: list[str] = []
        last = index
        linked = True
        while index < len(self.tokens) and len(atoms) < 4:
            token = self.tokens[index]
            if token.kind == DASH:
                linked = True
                index += 1
                continue
            if token.kind == NUMBER and len(token.text) <= 4 and "." not in token.text:
                number = token.text.lstrip("0") or "0"
                if atoms and atoms[-1][-1:].isdigit():
                    if not linked:
                        break
                    atoms.append("/" + number)
                elif atoms and not (linked or token.glued or len(atoms) == 1):
                    # "13 D 2" is one block where written so, but "5 F 11" after a stop is not.
                    atoms.append(number)
                else:
                    atoms.append(number)
            elif (
                token.kind == WORD
                and token.text.isascii()
                and (len(token.text) == 1 or (roman and token.text in ROMAN and not atoms))
            ):
                if atoms and not atoms[-1][-1:].isdigit():
                    break
                after = self.token(index + 1)
                if (
                    atoms
                    and not linked
                    and not token.glued
                    and after is not None
                    and self.kind(index + 1) in ("block", "area", "sector")
                ):
                    break
                if atoms and after is not None and after.glued and after.text in ORDINALS:
                    break
                atoms.append(
                    ROMAN[token.text]
                    if roman and token.text in ROMAN and not atoms and len(token.text) > 1
                    else token.text
                )
                if (
                    not atoms[:-1]
                    and roman
                    and token.text in ("i", "v", "x")
                    and not (after and after.kind in (NUMBER, DASH))
                ):
                    atoms[-1] = ROMAN[token.text]
            else:
                break
            index += 1
            last = index
            linked = False
        if not atoms:
            return None
        return "".join(atoms), last

    def after_number_word(self, index: int) -> tuple[bool, int]:
        """Give whether "No.", "#" or "نمبر" stands at a token, and the first token after it."""
        explicit = False
        while index < len(self.tokens):
            token = self.tokens[index]
            if token.text == "number" or token.text == "#":
                explicit = True
            elif token.kind != DASH:
                break
            index += 1
        return explicit, index

    def past_dashes(self, index: int) -> int:
        """Give the first token that is no dash, not even one with spaces about it."""
        while index < len(self.tokens) and (self.tokens[index].kind == DASH or self.tokens[index].text == "-"):
            index += 1
        return index

    def _branch(self, index: int) -> tuple[str, int]:
        index = self.past_dashes(index)
        row = [found for found in self.tokens[index : index + 6] if found.kind == WORD]
        for length in (3, 2, 1):
            branch = (
                self.words.branches.get(tuple(found.text for found in row[:length])) if len(row) >= length else None
            )
            if branch:
                last = self.tokens.index(row[length - 1], index) + 1
                after = self.token(last)
                # "Chak 88 shumali" is of the northern branch, "Chak 88 north of the canal" only lies there.
                if row[0].text in _POINTS and length == 1 and after is not None and after.text in _FROM:
                    return "", index
                return branch, last
        return "", index

    def _count(self, index: int) -> tuple[str, int]:
        """Give a number in figures or in words ("One Hundred Thirty-one"), and the token after it."""
        token = self.token(index)
        if token is None:
            return "", index
        total, last = 0, index
        if token.kind == NUMBER:
            after = self.token(index + 1)
            is_hundreds = after is not None and after.kind == WORD and self.words.numbers.get(after.text) == _HUNDRED
            if not is_hundreds or not token.text.isdecimal() or int(token.text) >= 10:
                return token.text.lstrip("0") or "0", index + 1
            # Behind "number" the first of "two hundred four" is a figure already.
            total, index, last = int(token.text), index + 1, index + 1
        while index < len(self.tokens):
            here = self.tokens[index]
            value = self.words.numbers.get(here.text) if here.kind == WORD else None
            if value is None:
                if here.kind == DASH and last > 0 and total % 10 == 0 and total % 100 >= 20:
                    index += 1
                    continue
                break
            if value == _HUNDRED:
                total = (total or 1) * 100
            elif total and (total % 100 and not (total % 10 == 0 and value < 10)):
                break
            else:
                total += value
            index += 1
            last = index
        return (str(total), last) if total else ("", last)


def numbered(kind: str, number: str) -> tuple[str, ...]:
    """Give the terms of a number, the narrow one first: ``13d2`` is also in ``13d`` and in ``13``."""
    atoms: list[str] = []
    for character in number:
        if (
            atoms
            and (character.isdigit() == atoms[-1][-1].isdigit())
            and character != "/"
            and atoms[-1] != "/"
            or atoms
            and atoms[-1] == "/"
        ):
            atoms[-1] += character
        else:
            atoms.append(character)
    found = [f"={kind}:{''.join(atoms[:length])}" for length in range(len(atoms), 0, -1)]
    # A lone letter is no wider area of "f7": only the sector of Islamabad begins so, and its F is nowhere.
    if len(found) > 1 and atoms[0].isalpha():
        found.pop()
    return tuple(found)
