"""The one pass over the tokens of a place text that finds its parts."""

from __future__ import annotations

from typing import Final

from spatial.addresses.measures import DIRECTIONS, KILOMETRES, MEASURES
from spatial.addresses.numbers import ORDINALS, Numbers, numbered
from spatial.addresses.place import Part
from spatial.addresses.tokens import DASH, NUMBER, STOP, WORD, Token, tokens
from spatial.addresses.words import Words, words

ROADS: Final = frozenset(
    {"road", "street", "gali", "avenue", "boulevard", "highway", "expressway", "motorway", "bypass"}
)
_new: Final = tuple.__new__
"""Makes a part in less than half the time that its class takes for it."""
_PLANNED: Final = frozenset({"block", "sector", "phase", "scheme"})


class Reader:
    """One pass over the tokens of one text."""

    __slots__ = ("at", "found", "names", "numbers", "opening", "prefix", "relation", "tokens", "words")

    def __init__(self, text: str) -> None:
        self.words: Words = words()
        self.tokens: list[Token] = tokens(text, self.words)
        self.numbers = Numbers(self.tokens, self.words)
        self.found: list[Part] = []
        # Tokens of the name that is being read, and the prefix kind that it began with.
        self.names: list[Token] = []
        self.prefix: str | None = None
        self.relation: str | None = None
        self.at, self.opening = 0, True

    def read(self) -> list[Part]:
        """Give the parts in the order written."""
        leading = self.words.leading
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token.kind == WORD:
                # Most words are part of a name, and nothing that :meth:`_word` asks for.
                if len(token.text) > 2 and token.text not in leading and token.text not in DIRECTIONS:
                    self.names.append(token)
                    self.opening = False
                    self.at += 1
                else:
                    self._word(token)
            elif token.kind == STOP:
                if self.names:
                    self._close()
                self.relation, self.opening = None, True
                self.at += 1
            elif token.kind == DASH:
                self.at += 1
            else:
                self._number(token)
        self._close()
        return self.found

    def _word(self, token: Token) -> None:
        if token.text in self.words.relating and self._relation(token):
            return
        kind = self.words.kinds.get(token.text)
        if kind is not None:
            self._kinds(token, kind.name, kind.role, kind.part)
            self.opening = False
            return
        if len(token.text) <= 2 and token.text.isascii() and self._code(token):
            return
        if token.text in self.words.numbers and self._measure(token):
            return
        if token.text in DIRECTIONS and (after := self._token(self.at + 1)) and after.text == "of":
            self._close()
            self.at += 2
            return
        if token.text == "number" or (token.text in self.words.empty and token.text not in DIRECTIONS):
            self.at += 1
            return
        self.names.append(token)
        self.opening = False
        self.at += 1

    # Roles of kinds

    def _kinds(self, token: Token, name: str, role: str, part: str) -> None:
        if role == "number":
            if self._number_role(token, name, part):
                return
            # Without a number it is a word of kind: "Mall Road", "Mochi Gali", "Chak Mullayan".
            role = "suffix" if name in ROADS else "prefix"
        if role == "suffix":
            self._suffix(token, name, part)
        elif role == "prefix":
            self._prefix(token, name, part)
        elif role == "landmark":
            self._landmark(token, name, part)
        elif role == "unit":
            self._unit(token, name, part)
        else:
            self._admin(token, name, part)

    def _number_role(self, token: Token, name: str, part: str) -> bool:
        """Take "Block 5", "5 Block", "B Block"; False if there is no number."""
        explicit, start = self.numbers.after_number_word(self.at + 1)
        if name == "chak":
            found = self.numbers.chak(start)
        elif explicit or not (name == "road" or (name in ROADS and self.names)):
            found = self.numbers.identifier(start, roman=name not in ROADS)
        else:
            found = None
        if found is not None:
            number, last = found
            self._close()
            self._add(part, "", number, token.start, self.tokens[last - 1].end, numbered(name, number))
            self.at = last
            return True
        if self.names and name != "chak":
            # "16th Street", "10th Commercial Street", "B Block".
            first = self.names[0]
            short = self.names[-1]
            if first.kind == NUMBER and len(self.names) <= 2 and name in ROADS:
                rest = self.names[1:]
                self.names = []
                terms = (*numbered("street" if name == "road" else name, first.text), *(self._term(t) for t in rest))
                self._add(part, " ".join(t.text for t in rest), first.text, first.start, token.end, terms)
                self.at += 1
                return True
            if (len(short.text) == 1 or short.kind == NUMBER) and name not in ROADS:
                self.names.pop()
                self._close()
                self._add(part, "", short.text, short.start, token.end, numbered(name, short.text))
                self.at += 1
                return True
        return False

    def _number(self, token: Token) -> None:
        if self._measure(token):
            return
        index = self.at
        after = self._token(index + 1)
        if after is not None and after.glued and after.text in ORDINALS:
            # "10th Street"; "1st" comes as "1 street", since st is also a street.
            self.names.append(token)
            self.at += 2
            self.opening = False
            return
        if token.text.isdigit() and len(token.text) == 5 and not self._kind(index + 1) and not self.opening:
            self._close()
            self._add("postcode", token.text, None, token.start, token.end, ())
            self.at += 1
            return
        identified = self.numbers.identifier(index, roman=False)
        number, last = identified if identified is not None else (token.text, index + 1)
        kind = self._kind(last)
        beyond = self.numbers.after_number_word(last + 1)[1]
        if kind in ("street", "gali") or (kind in _PLANNED and not self.numbers.identifier(beyond, roman=True)):
            self._close()
            self._add(
                self.words.kinds[kind].part, "", number, token.start, self.tokens[last].end, numbered(kind, number)
            )
            self.at = last + 1
        elif self.opening and not self.names:
            self._add("unit", "", number, token.start, self.tokens[last - 1].end, ())
            self.at = last
        else:
            # "Korangi 5", "Shah Faisal Colony 1", "Latifabad No. 7": a number of the area before it.
            self._close()
            before = self.found[-1] if self.found else None
            named = before is not None and before.kind in ("area", "name", "village", "city") and before.terms
            if before is not None and (named or (before.kind == "street" and before.number is None)):
                terms = (*before.terms, *numbered("" if named else "street", number))
                self.found[-1] = before._replace(number=number, end=self.tokens[last - 1].end, terms=terms)
            else:
                self._add("unit", "", number, token.start, self.tokens[last - 1].end, ())
            self.at = last
        self.opening = False

    def _unit(self, token: Token, name: str, part: str) -> None:
        """Skip what tells houses, plots and floors apart: codes of letters and digits."""
        start = token.start
        if self.names and (
            self.names[-1].kind == NUMBER or self.names[-1].text in ("ground", "first", "second", "third")
        ):
            start = self.names.pop().start
        self._close()
        index = self.numbers.after_number_word(self.at + 1)[1]
        last = self.at + 1
        while index < len(self.tokens):
            here = self.tokens[index]
            if here.kind == NUMBER or (
                here.kind == WORD and len(here.text) <= 2 and here.text.isascii() and not self._kind(index)
            ):
                last = index + 1
            elif here.kind != DASH:
                break
            index += 1
        self._add(part, token.text, None, start, self.tokens[last - 1].end, ())
        self.at = last

    def _suffix(self, token: Token, name: str, part: str) -> None:
        self.names.append(token)
        self.at += 1
        after = self._kind(self.at)
        if (
            after is None or self.words.kinds[after].role not in ("suffix", "number", "landmark") or after in _PLANNED
        ) and len(self.names) > 1:
            self._close(part)

    def _prefix(self, token: Token, name: str, part: str) -> None:
        after = self._token(self.at + 1)
        is_last = (
            after is None or after.kind == STOP or self._kind(self.at + 1) is not None or self._is_relation(self.at + 1)
        )
        if self.names and is_last:
            self.names.append(token)
            self._close(part)
        else:
            self._close()
            self.names.append(token)
            self.prefix = part
        self.at += 1

    def _landmark(self, token: Token, name: str, part: str) -> None:
        self.names.append(token)
        self.at += 1
        after = self._kind(self.at)
        if after is not None and (after in ROADS or self.words.kinds[after].role in ("suffix", "landmark")):
            return
        if len(self.names) > 1:
            self._close(part)
        else:
            self.prefix = part

    def _admin(self, token: Token, name: str, part: str) -> None:
        self.at += 1
        if self._leads(self.at):
            # "Raiwind District Lahore" as "Raiwind, District Lahore"; "Lahore District" ends its piece.
            self._close()
            self.prefix = part
        elif self.names:
            self._close(part)
        elif self.found and self.found[-1].end + 2 >= token.start and self.found[-1].kind in ("name", "city"):
            self.found[-1] = self.found[-1]._replace(kind=part, end=token.end)
        else:
            self.prefix = part

    def _leads(self, index: int) -> bool:
        """Say whether a word such as "district" stands before its name: a name follows it, that of no province."""
        after = self._token(index)
        if after is None or after.kind != WORD or self._kind(index) is not None or self._is_relation(index):
            return False
        texts = [token.text for token in self.tokens[index : index + 4]]
        return after.text not in self.words.empty and not any(
            tuple(texts[:length]) in self.words.provinces for length in range(1, len(texts) + 1)
        )

    # Pieces

    def _relation(self, token: Token) -> bool:
        said = tuple([found.text for found in self.tokens[self.at : self.at + 4]])
        for length in range(len(said), 0, -1):
            row = said[:length]
            if row in self.words.after and (length > 1 or self._ends(self.at + 1)) and (self.names or self.found):
                relation = self.words.after[row]
                self._close()
                if self.found:
                    self.found[-1] = self.found[-1]._replace(relation=relation)
                self.at += length
                return True
            if row in self.words.before and not (length == 1 and self.names and row[0] in ("pass", "pas")):
                if row[0] in ("in", "at") and self.words.before[row] == "in":
                    self._close()
                    self.at += length
                    self.relation = None
                    return True
                self._close()
                self.relation = self.words.before[row]
                self.at += length
                self.opening = False
                return True
        return False

    def _is_relation(self, index: int) -> bool:
        token = self._token(index)
        return token is not None and (token.text,) in self.words.before

    def _ends(self, index: int) -> bool:
        after = self._token(index)
        return after is None or after.kind == STOP

    def _code(self, token: Token) -> bool:
        """Take a sector of Islamabad (F-7/2) and codes of plots (R-909, LS 85); False if it is neither."""
        identified = self.numbers.identifier(self.at, roman=False) if len(token.text) == 1 else None
        if identified is not None:
            number, last = identified
            digits = "".join(character for character in number.split("/")[0] if character.isdigit())
            if "d" <= token.text <= "i" and digits and 5 <= int(digits) <= 18 and number[1:2].isdigit():
                self._close()
                self._add("sector", "", number, token.start, self.tokens[last - 1].end, numbered("sector", number))
                self.at, self.opening = last, False
                return True
            if digits:
                if self.opening:
                    self._close()
                    self._add("unit", "", number, token.start, self.tokens[last - 1].end, ())
                else:
                    self._close()
                    self._add("block", "", number, token.start, self.tokens[last - 1].end, numbered("", number))
                self.at, self.opening = last, False
                return True
        following = self._token(self.at + 1)
        if following is not None and following.kind == DASH:
            following = self._token(self.at + 2)
        if self.opening and len(token.text) == 2 and following is not None and following.kind == NUMBER:
            self._close()
            last = self.at + (2 if self.tokens[self.at + 1].kind == NUMBER else 3)
            self._add("unit", "", following.text, token.start, following.end, ())
            self.at, self.opening = last, False
            return True
        if len(token.text) == 1:
            kind = self._kind(self.at + 1) or self._kind(self.at + 2)
            if kind in ("block", "sector", "area", "phase", "street"):
                self.names.append(token)
                self.at += 1
                return True
        return False

    def _measure(self, token: Token) -> bool:
        """Skip "3 km north of", or take "13 km Raiwind Road"; False if it is no distance."""
        unit = self._token(self.at + 1)
        if unit is None or unit.kind != WORD or unit.text not in MEASURES:
            return False
        if unit.text == "m" and not (
            (beyond := self._token(self.at + 2)) and (beyond.text in DIRECTIONS or beyond.text == "from")
        ):
            # "162 M Johar Town" is a house of block M.
            return False
        self._close()
        index = self.at + 2
        if unit.text in KILOMETRES and not ((after := self._token(index)) and self._serves(after)):
            for ahead in range(index, min(index + 5, len(self.tokens))):
                if self.tokens[ahead].kind == STOP:
                    break
                if self._kind(ahead) in ROADS:
                    name = [found for found in self.tokens[index:ahead] if found.kind == WORD]
                    self.names = [*name, self.tokens[ahead]]
                    self._close("road_km", number=token.text, start=token.start)
                    self.at = ahead + 1
                    return True
        while (after := self._token(index)) and after.kind == WORD and self._serves(after):
            index += 1
        self.at = index
        self.opening = False
        return True

    def _serves(self, token: Token) -> bool:
        return token.text in DIRECTIONS or token.text in self.words.empty

    def _token(self, index: int) -> Token | None:
        return self.tokens[index] if 0 <= index < len(self.tokens) else None

    def _kind(self, index: int) -> str | None:
        if index >= len(self.tokens):
            return None
        token = self.tokens[index]
        return token.text if token.kind == WORD and token.text in self.words.kinds else None

    def _term(self, token: Token) -> str:
        if token.kind == NUMBER:
            return f"=:{token.text}"
        return f"~{token.text}" if token.text in self.words.kinds else token.text

    def _close(self, kind: str | None = None, number: str | None = None, start: int | None = None) -> None:
        if not self.names:
            return
        names, self.names = self.names, []
        part = kind or self.prefix or "name"
        self.prefix = None
        first, last = names[0], names[-1]
        if first is last:
            key = first.text
            terms: tuple[str, ...] = (self._term(first),)
        else:
            kinds = self.words.kinds
            said = [token.text for token in names]
            # "Jinnah Park" is Jinnah, "College Road" is College, "Goth Haji Khan" is Haji Khan.
            key = " ".join(said[:-1] if last.text in kinds else said[1:] if first.text in kinds else said)
            terms = tuple([self._term(token) for token in names])
        self._add(part, key, number, first.start if start is None else start, last.end, terms)

    def _add(self, kind: str, key: str, number: str | None, start: int, end: int, terms: tuple[str, ...]) -> None:
        # A lone hamza is a token of which the normal spelling leaves nothing.
        if "" in terms:
            terms = tuple(term for term in terms if term)
        self.found.append(_new(Part, (kind, key, number, self.relation, start, end, terms)))
