"""Places told by other named places: "between A and B", "on the road from A to B at km 12", "3 km north of Model Town".

Each gives the words of the names and what is left of the text; which places they are is not known here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from spatial.addresses import lexicon
from spatial.addresses.bearings import Bearing, measured, parse_bearing, parse_direction
from spatial.addresses.normal import fold

_WORDS: Final = lexicon.read("ties")
_STOP: Final = re.compile(r"[,،;؛\n]|\.(?=\s|$)")
_NUMBER: Final = r"(?P<km>\d{1,3}(?:[.٫]\d{1,2})?)"
_KM: Final = r"(?:k\.?m\.?s?|kilomet(?:er|re)s?|کلومیٹر|کلو میٹر)"
# What stands in every kilometre of that pattern, and what a kilometre before or behind its number ends with.
_KM_STEMS: Final = ("km", "k.m", "kilomet", "کلو")
_KM_ENDS: Final = (*"0123456789", "m", "m.", "ms", "m.s", "meter", "meters", "metre", "metres", "میٹر")
_MOST_NAME: Final = 80


@dataclass(frozen=True, slots=True)
class Tie:
    """What ties a place to named places.

    Parameters
    ----------
    kind : str
        ``between`` (``first`` and ``second``), ``road`` (``said`` along the road from ``first`` to ``second``),
        ``along`` (``said`` along the road named ``first``) or ``from`` (``said`` from ``first``).
    first, second : str
        Words of the names, in one spelling; ``second`` is empty where there is only one.
    rest : str
        What else the text says.
    said : Bearing or None
        The distance, with its direction where one is said.
    """

    kind: str
    first: str
    second: str
    rest: str
    said: Bearing | None = None


def _any(*tables: str) -> str:
    """Give the words of a lexicon's lists as one alternative, the longest first."""
    return "|".join(re.escape(word) for word in sorted({*_folded(*tables)}, key=len, reverse=True))


def _folded(*tables: str) -> tuple[str, ...]:
    return tuple(fold(word) for table in tables for word in _listed(table))


def _listed(table: str) -> list[str]:
    section, _, name = table.partition(".")
    return list(_WORDS[section][name])


@dataclass(frozen=True, slots=True)
class _Telling:
    """A way to tell of a tie: its pattern, and what stands in whatever the pattern finds.

    Parameters
    ----------
    kind : str
    pattern : re.Pattern
        The pattern, whose find ends where the text does.
    within : tuple of tuple of str
        At least one of each stands in the text.
    last : tuple of str
        The text ends with one of these, but for blanks.
    """

    kind: str
    pattern: re.Pattern[str]
    within: tuple[tuple[str, ...], ...]
    last: tuple[str, ...] = ("",)

    def find(self, text: str) -> re.Match[str] | None:
        """Give what :attr:`pattern` finds in a text; to look for its words first is several times as quick."""
        for words in self.within:
            if not lexicon.holds(text, words):
                return None
        return self.pattern.search(text) if text.rstrip().endswith(self.last) else None


_FIRST: Final = rf"(?P<first>[^,،;؛\n]{{2,{_MOST_NAME}}}?)"
_SECOND: Final = rf"(?P<second>[^,،;؛\n]{{2,{_MOST_NAME}}}?)"
_AND: Final = rf"\s+(?:{_any('between.and')})\s+"
_SO_FAR: Final = rf"(?:{_KM}\s*{_NUMBER}|{_NUMBER.replace('km', 'km2')}\s*{_KM})"
_AT_KM: Final = rf"(?:\s+(?:{_any('road.at')}))?\s*{_SO_FAR}"
_TO: Final = rf"\s*(?:\s(?:{_any('road.to')})\s|\s-\s|-|–)\s*"
_BETWEEN_STEMS: Final = lexicon.stems(_folded("between.before", "between.after"))
_ROADS: Final = _folded("road.road")
_ROADS_BEFORE: Final = _folded("road.before")
_TELLINGS: Final = (
    # "(on the) road from A to B at km 12"
    _Telling(
        "road",
        re.compile(rf"(?:^|\s)(?:{_any('road.before')})\s+{_FIRST}{_TO}{_SECOND}[\s,،]*{_AT_KM}\s*$"),
        (lexicon.stems(_ROADS_BEFORE), _KM_STEMS),
        _KM_ENDS,
    ),
    # "at km 12 on the road from A to B", "12 km on the road from A to B"
    _Telling(
        "road",
        re.compile(rf"(?:^|\s){_SO_FAR}[\s,،]+(?:{_any('road.before')})\s+{_FIRST}{_TO}{_SECOND}\s*$"),
        (lexicon.stems(_ROADS_BEFORE), _KM_STEMS),
    ),
    # "12 km from A on the road to B", "12 km from A towards B"
    _Telling(
        "road",
        re.compile(rf"(?:^|\s){_NUMBER}\s*{_KM}\s+from\s+{_FIRST}\s+(?:{_any('road.onward')})\s+{_SECOND}\s*$"),
        (("from",), lexicon.stems(_folded("road.onward")), _KM_STEMS),
    ),
    # "A-B road km 12", "A se B road par 12 km"
    _Telling(
        "road",
        re.compile(rf"^\s*{_FIRST}{_TO}{_SECOND}\s+(?:{_any('road.road')})[\s,،]*{_AT_KM}\s*$"),
        (lexicon.stems(_ROADS), _KM_STEMS),
        _KM_ENDS,
    ),
    # "km 12 A-B road", "12 km on A-B road"
    _Telling(
        "road",
        re.compile(
            rf"(?:^|\s){_SO_FAR}(?:\s+(?:on|of|par|پر))?(?:\s+the)?\s+"
            rf"{_FIRST}\s*[-–]\s*{_SECOND}\s+(?:{_any('road.road')})\s*$"
        ),
        (_KM_STEMS, ("-", "–")),
        _ROADS,
    ),
    _Telling(
        "between",
        re.compile(rf"(?:^|\s)(?:{_any('between.before')})\s+{_FIRST}{_AND}{_SECOND}\s*$"),
        (lexicon.stems(_folded("between.before")),),
    ),
    _Telling(
        "between",
        re.compile(rf"^\s*{_FIRST}{_AND}{_SECOND}\s+(?:{_any('between.after')})(?:\s+(?:mein|main|me|میں|مین))?\s*$"),
        (lexicon.stems(_folded("between.after")),),
    ),
    _Telling(
        "along",
        re.compile(rf"^\s*(?P<first>[^,،;؛\n]{{2,60}}?\s(?:{_any('road.road')})){_AT_KM}\s*$"),
        (lexicon.stems(_ROADS), _KM_STEMS),
        _KM_ENDS,
    ),
    _Telling(
        "along",
        re.compile(
            rf"^\s*{_SO_FAR}(?:\s+(?:on|of|par|پر))?(?:\s+the)?\s+"
            rf"(?P<first>[^,،;؛\n]{{2,60}}?\s(?:{_any('road.road')}))\s*$"
        ),
        (_KM_STEMS,),
        _ROADS,
    ),
)
_HINTS: Final = (*_BETWEEN_STEMS, *_KM_STEMS)
"""One of these stands in every text that a telling finds."""
_TIME: Final = re.compile(rf"\d\s*(?:{_any('between.hours')})(?![^\W\d_])")
_WORD: Final = re.compile(r"[^\W\d_]+")
_STATION: Final = frozenset(fold(word) for table in ("origin.station", "origin.here") for word in _listed(table))
_ORIGIN_AFTER: Final = frozenset(fold(word) for word in _listed("origin.after"))
_ORIGIN_BEFORE: Final = frozenset(fold(word) for word in _listed("origin.before"))
_ORIGIN_BESIDE: Final = frozenset(fold(word) for word in _listed("origin.beside"))
_ARTICLES: Final = frozenset(fold(word) for word in _listed("origin.article"))
_STATIONS_WORDS: Final = _STATION - {"p", *(fold(word) for word in _listed("origin.here"))}
_INSIDE: Final = frozenset(fold(word) for word in _listed("house.inside"))
_HOUSES_WORDS: Final = _STATIONS_WORDS | _INSIDE | frozenset(fold(word) for word in _listed("house.serving"))
_ABBREVIATED: Final = ("ps", "p.s")
_NO_STATIONS_NAME: Final = frozenset(fold(word) for word in _listed("origin.onward"))
_PLACED: Final = frozenset(fold(word) for word in _listed("road.at"))
_NO_ROADS_NAME: Final = _STATION | _ORIGIN_AFTER | _ORIGIN_BEFORE | _PLACED


@lru_cache(maxsize=16_384)
def tied(text: str) -> Tie | None:
    """Give what ties a text's place to other named places, None where nothing does.

    A distance from the station ("3 km north of PS", "3 km north") ties it to no name.

    Parameters
    ----------
    text : str
        Any script.
    """
    simple = fold(text)
    found = _by_pattern(simple) if lexicon.holds(simple, _HINTS) else None
    return found or _from_place(text)


@lru_cache(maxsize=4_096)
def from_station(text: str) -> Tie | None:
    """Give the police station by whose name a text says where its distance begins, None where it names none.

    "3 km north of PS Johar Town Lahore", "Johar Town thana se 3 km": ``first`` are the words of the name, perhaps with
    its town behind. "3 km north of PS" names none.

    Parameters
    ----------
    text : str
        Any script.
    """
    found = measured(text)
    if found is None:
        return None
    simple, said, words, first, last, spans = found
    after = spans[last][1] + simple.startswith(".", spans[last][1])  # "PS. Johar Town"
    begin, end = 0, len(simple)
    for stop in _STOP.finditer(simple):
        if stop.end() <= spans[first][0] and not simple.endswith(_ABBREVIATED, 0, stop.start()):
            begin = stop.end()
        elif stop.start() >= after:
            end = stop.start()
            break
    if words[last] in _STATION | _ORIGIN_AFTER | _ARTICLES:
        name = _stations_name(simple[after:end], words[last] in _STATION)
        if name is not None:
            rest = f"{simple[: spans[first][0]]} , {name[1]} {simple[end:]}"
            return Tie("from", name[0], "", rest.strip(" ,،"), said)
    if words[first] in _STATION | _ORIGIN_BEFORE:
        name = _stations_name(simple[begin : spans[first][0]], words[first] in _STATION)
        if name is not None:
            rest = f"{simple[:begin]} , {name[1]} {simple[spans[last][1] :]}"
            return Tie("from", name[0], "", rest.strip(" ,،"), said)
    return None


@lru_cache(maxsize=4_096)
def is_in_house(text: str) -> bool:
    """Say whether a text says no more than that it happened in the station's house: "thana ke andar", حوالات تھانہ."""
    words = _WORD.findall(fold(text).replace("p.s", "ps"))
    return not (_INSIDE.isdisjoint(words) or _STATIONS_WORDS.isdisjoint(words)) and _HOUSES_WORDS.issuperset(words)


def _stations_name(clause: str, is_said: bool) -> tuple[str, str] | None:
    """Give a station's name in a clause, and what follows it; None where there is none or it says no station's word."""
    words = clause.strip(" -.").split()
    at = [place for place, word in enumerate(words) if word.strip(".") in _STATIONS_WORDS]
    if not at:
        name, rest = (words, []) if is_said else ([], [])
    elif at[0] > 0:  # "Johar Town police station Lahore"
        name, rest = words[: at[0]], words[at[-1] + 1 :]
    else:
        name, rest = words[at[-1] + 1 :], []
    if not name or name[0] in _NO_STATIONS_NAME or not _WORD.search(name[0]) or len(" ".join(name)) > _MOST_NAME:
        return None
    return " ".join(name), " ".join(rest)


def _by_pattern(simple: str) -> Tie | None:
    for start, end in [(0, len(simple)), *_clauses(simple)]:
        clause = simple[start:end]
        for telling in _TELLINGS:
            match = telling.find(clause)
            if match is not None and (tie := _tie(telling.kind, match, simple, start)) is not None:
                return tie
    return None


def _tie(kind: str, match: re.Match[str], simple: str, start: int) -> Tie | None:
    said = match.groupdict()
    first, second = said["first"].strip(" -"), (said.get("second") or "").strip(" -")
    if not _WORD.search(first) or (kind in ("road", "between") and not _WORD.search(second)):
        return None
    if kind == "between" and (_TIME.search(first) or _TIME.search(second)):
        return None  # "between 10 pm and 2 am" is when, not where
    number = said.get("km") or said.get("km2")
    distance = Bearing(1_000.0 * float(number.replace("٫", ".")), None) if number else None
    rest = f"{simple[: start + match.start()]} , {simple[start + match.end() :]}".strip(" ,،")
    if kind != "between" and _is_from_station(kind, first, rest, match.group()):
        return None
    return Tie(kind, first, second, rest, distance)


def _is_from_station(kind: str, first: str, rest: str, clause: str) -> bool:
    """Say whether kilometres beside a road are told from the station: "3 km north of PS on GT Road".

    What has a direction or says "from" is a bearing, which the road's name only narrows.
    """
    words = set(_WORD.findall(first))
    if kind == "road":
        return bool(words & _STATION)
    is_bearing = parse_direction(first) is not None or parse_bearing(clause) is not None
    return is_bearing or bool(words & _NO_ROADS_NAME or set(_WORD.findall(rest)) & _STATION)


def _clauses(simple: str) -> list[tuple[int, int]]:
    """Give where each clause of a text begins and ends, where there are several."""
    stops = [found.span() for found in _STOP.finditer(simple)]
    if not stops:
        return []
    starts = [0, *(end for _, end in stops)]
    ends = [*(start for start, _ in stops), len(simple)]
    return [(start, end) for start, end in zip(starts, ends, strict=True) if end - start > 2]


def _from_place(text: str) -> Tie | None:
    """Give the place from which a text measures its distance, None where that is the station or is not said."""
    found = measured(text) if parse_bearing(text) is not None else None
    if found is None:
        return None
    simple, said, words, first, last, spans = found
    after = last
    # "of", with only an article between, leads to the origin; "of PS" does not.
    while after >= first and words[after] in _ARTICLES:
        after -= 1
    if words[after] in _ORIGIN_AFTER and after > first:
        stop = _STOP.search(simple, spans[last][1])
        end = stop.start() if stop else len(simple)
        return _origin(simple, said, (spans[last][1], end), (spans[first][0], end))
    if words[first] in _ORIGIN_BEFORE | _ORIGIN_BESIDE:
        start = max((stop.end() for stop in _STOP.finditer(simple, 0, spans[first][0])), default=0)
        return _origin(simple, said, (start, spans[first][0]), (start, spans[last][1]))
    return None


def _origin(simple: str, said: Bearing, name: tuple[int, int], whole: tuple[int, int]) -> Tie | None:
    first = simple[name[0] : name[1]].strip(" -.")
    words = set(_WORD.findall(first))
    if not words or len(first) > _MOST_NAME or words & _STATION:
        return None
    rest = f"{simple[: whole[0]]} , {simple[whole[1] :]}".strip(" ,،")
    return Tie("from", first, "", rest, said)
