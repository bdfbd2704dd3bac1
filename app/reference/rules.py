"""Crime heads: what the sections of a FIR, or the category of a complaint, come to.

The rules are data with a version (``data/rules``), so that an officer can correct them; here is only how they are read
and applied. Nothing here touches the database, so ingest can call it for every row.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

RULES_DIR = Path(__file__).resolve().parents[2] / "data" / "rules"
DEFAULT_LAW = "PPC"

# Laws whose sections run past 100; under any other law a number from 100 up belongs to the Penal Code ("302/7 ATA").
_LONG_LAWS = frozenset({"PPC", "CRPC", "MVO"})
_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")
_LETTERS = str.maketrans(
    {"ي": "ی", "ى": "ی", "ك": "ک", "ة": "ہ", "ه": "ہ", "۔": " ", "‐": "-", "‑": "-", "–": "-", "—": "-"}
)


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a law as a FIR cites it: ``337-A(i) PPC`` is law PPC, number 337, suffix A, sub-section i."""

    law: str
    number: int
    suffix: str = ""
    sub: str = ""
    added: date | None = None

    def __str__(self) -> str:
        """Give the section as it is written: ``381-A PPC``."""
        suffix = f"-{self.suffix}" if self.suffix else ""
        sub = f"({self.sub})" if self.sub else ""
        return f"{self.number}{suffix}{sub} {self.law}"


@dataclass(frozen=True, slots=True)
class Head:
    """One crime head; ``rank`` is its gravity, the highest decides."""

    id: int
    key: str
    name: str
    name_ur: str
    part: str
    rank: int
    protected: bool
    discovery: str


@dataclass(frozen=True, slots=True)
class SectionRule:
    """One row of the section rules: a range of sections under one law, and the head that it gives."""

    law: str
    first: tuple[int, str]
    last: tuple[int, str]
    head: str
    property_kind: str
    with_sections: frozenset[int]
    companion: bool
    discovery: str

    def covers(self, section: Section) -> bool:
        """Give whether the section falls in this rule's range."""
        if section.law != self.law:
            return False
        if self.first == self.last:
            return (section.number, section.suffix) == self.first
        if self.first[1] or self.last[1]:  # a range of suffixes of one number: 337-A..337-L
            return section.number == self.first[0] and self.first[1] <= section.suffix[:1] <= self.last[1]
        return self.first[0] <= section.number <= self.last[0] and not section.suffix


@dataclass(frozen=True)
class Rules:
    """The crime heads and rules of one version."""

    version: str
    heads: dict[str, Head]
    section_rules: tuple[SectionRule, ...]
    categories: dict[tuple[str, str], tuple[str, str]]
    laws: dict[str, str]
    _by_law: dict[str, tuple[SectionRule, ...]] = field(default_factory=dict, repr=False)

    def rules_of(self, law: str) -> tuple[SectionRule, ...]:
        """Give the rules of one law, the most particular first (those that ask for other sections, then property)."""
        if law not in self._by_law:
            own = (rule for rule in self.section_rules if rule.law == law)
            self._by_law[law] = tuple(
                sorted(own, key=lambda rule: (not rule.with_sections, not rule.property_kind, rule.first != rule.last))
            )
        return self._by_law[law]


def plain(text: str) -> str:
    """Give text in one spelling: Western digits, Urdu letters, small letters, single spaces, no marks."""
    text = unicodedata.normalize("NFKC", text).translate(_DIGITS).translate(_LETTERS)
    text = "".join(c for c in text if unicodedata.category(c) not in {"Mn", "Cf"})
    return " ".join(text.casefold().split())


def _bound(text: str) -> tuple[int, str]:
    number, _, suffix = text.partition("-")
    return int(number), suffix


def _rows(path: Path) -> Iterable[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _section_rule(row: dict[str, str]) -> SectionRule:
    first, _, last = row["section"].partition("..")
    return SectionRule(
        law=row["law"],
        first=_bound(first),
        last=_bound(last or first),
        head=row["head"],
        property_kind=row["property"],
        with_sections=frozenset(int(number) for number in row["with_section"].split()),
        companion=row["companion"] == "true",
        discovery=row["discovery"],
    )


def load_rules(directory: Path = RULES_DIR) -> Rules:
    """Give the rules that a folder of data files holds.

    Raises
    ------
    KeyError
        If a rule names a head that the heads file does not hold.
    """
    heads = {
        row["key"]: Head(
            int(row["id"]), row["key"], row["name"], row["name_ur"], row["part"],
            int(row["rank"]), row["protected"] == "true", row["discovery"],
        )
        for row in _rows(directory / "crime_heads.csv")
    }  # fmt: skip
    section_rules = tuple(_section_rule(row) for row in _rows(directory / "section_rules.csv"))
    for rule in section_rules:
        if not rule.companion:
            heads[rule.head]
    categories = {
        (row["kind"], plain(row["category"])): (heads[row["head"]].key, row["discovery"])
        for row in _rows(directory / "category_rules.csv")
    }
    laws = {plain(row["alias"]): row["law"] for row in _rows(directory / "laws.csv")}
    version = (directory / "VERSION").read_text(encoding="utf-8").strip()
    return Rules(version, heads, section_rules, categories, laws)


@lru_cache(maxsize=1)
def current_rules() -> Rules:
    """Give the rules shipped with this version of the application, read once."""
    return load_rules()


@lru_cache(maxsize=4)
def _law_pattern(aliases: tuple[str, ...]) -> re.Pattern[str]:
    # Longest first, so that "sindh arms act" is not read as "arms act"; dots and spaces between letters are optional.
    ways = []
    for alias in sorted(aliases, key=len, reverse=True):
        short = alias.isascii() and len(alias) <= 4
        ways.append(r"\.?\s?".join(map(re.escape, alias)) if short else r"[\s\-]*".join(map(re.escape, alias.split())))
    year = r"(?:[\s,\-]*(?:act|ordinance|order|آرڈیننس|ایکٹ)?[\s,\-]*(?:1[89]|20)\d\d\b)?"
    return re.compile(rf"(?<![^\W\d_])(?P<law>{'|'.join(ways)})\.?(?![^\W\d_]){year}")


_ARMS_FORM = re.compile(r"\b13\s*[-/ ]\s*(?:2\s*(?:\(?\s*a\s*\)?)?|20)\s*[-/ ]\s*(?:19)?65\b(?:\s*a\.?o\.?)?")
_DATE = re.compile(r"[@\[(]\s*(\d{4}-\d{2}-\d{2})\s*[\])]?")
_NARCOTICS_FORM = re.compile(r"\b9\s*\(\s*[12]\s*\)\s*-?\s*\d*\s*-?\s*\(?[a-e]?\)?(?=\s|$|[,،;/])")
_SECTION = re.compile(
    r"(?P<number>\d{1,3})"
    r"(?:\s*-?\s*(?P<suffix>[a-z])(?![a-z])|(?P<glued>[a-z])(?=(?:i|v|x)+\b))?"
    r"(?P<sub>(?:\s*-?\s*\d?\s*\(\s*[0-9a-z]{1,4}\s*\)\s*[a-z0-9]?(?![0-9a-z]))*)"
)
_BETWEEN = re.compile(r"[,،;؛&+\n]|\band\b|\br/?w\b|\bاور\b")


@dataclass(slots=True)
class _Chunk:
    """The sections between two commas, with the law that stands among them."""

    sections: list[tuple[int, str, str, str | None]]
    lead: str | None = None
    trail: str | None = None
    added: date | None = None


def _read_chunk(text: str, laws: dict[str, str]) -> _Chunk:
    chunk = _Chunk([])
    if found := _DATE.search(text):
        chunk.added = date.fromisoformat(found.group(1))
        text = _DATE.sub(" ", text)
    text = _ARMS_FORM.sub(" 13 ao ", text)
    text = _NARCOTICS_FORM.sub(" 9 ", text) if "cnsa" in text.replace(".", "") else text
    start, waiting = 0, 0
    pieces = [
        (m.start(), m.end(), laws.get(_law_key(m.group("law"), laws))) for m in _law_pattern(tuple(laws)).finditer(text)
    ]
    for begin, end, law in [*pieces, (len(text), len(text), None)]:
        for match in _SECTION.finditer(text, start, begin):
            suffix = (match.group("suffix") or match.group("glued") or "").upper()
            sub = re.sub(r"[^0-9a-z]+", " ", match.group("sub") or "").strip()
            chunk.sections.append((int(match.group("number")), suffix, sub, None))
        if law and len(chunk.sections) > waiting:
            own = [(n, x, s, law if chunk.lead is None else chunk.lead) for n, x, s, _ in chunk.sections[waiting:]]
            if chunk.lead is not None:
                chunk.lead = law  # "PPC 302/34 ATA 7": the first law leads its own numbers, the second the next ones
            else:
                chunk.trail = law
            chunk.sections[waiting:] = own
            waiting = len(chunk.sections)
        elif law:
            chunk.lead = law
        start = end
    if chunk.lead is not None:
        chunk.sections[waiting:] = [(n, x, s, chunk.lead) for n, x, s, _ in chunk.sections[waiting:]]
    return chunk


def _law_key(found: str, laws: dict[str, str]) -> str:
    if found in laws:
        return found
    squeezed = re.sub(r"[.\s]", "", found)
    return squeezed if squeezed in laws else " ".join(re.split(r"[\s\-]+", found))


def parse_sections(text: str, rules: Rules | None = None) -> list[Section]:
    """Read the sections that a FIR cites, in any of the written forms.

    Parameters
    ----------
    text : str
        Such as ``302/34 PPC``, ``9-C CNSA``, ``13-2(a) AO 1965``, ``381A ت پ``, ``۳۰۲/۳۴ ت پ``, ``365-A PPC, 7 ATA``.
        A date after a section (``411 PPC (2026-03-04)`` or ``411 PPC@2026-03-04``) says when it was added.
    rules : Rules, optional
        Whose names of laws to use; the shipped ones by default.

    Returns
    -------
    list of Section
        In the order written, each once. Numbers without a law belong to the Penal Code.
    """
    laws = (rules or current_rules()).laws
    chunks = [_read_chunk(part, laws) for part in _BETWEEN.split(plain(text)) if part.strip()]
    sections: list[Section] = []
    for place, chunk in enumerate(chunks):
        for number, suffix, sub, law in chunk.sections:
            law = law or _borrowed_law(chunks, place) or DEFAULT_LAW
            if number >= 100 and law not in _LONG_LAWS:
                law = DEFAULT_LAW
            section = Section(law, number, suffix, sub, chunk.added)
            if number and section not in sections:
                sections.append(section)
    return sections


def _borrowed_law(chunks: Sequence[_Chunk], place: int) -> str | None:
    # "337-A(i), 337-F(v), 34 PPC": the law stands once, at the end; "PPC 302, 34": once, at the beginning.
    for chunk in chunks[place + 1 :]:
        if chunk.lead:
            break
        if chunk.trail:
            return chunk.trail
    for chunk in reversed(chunks[:place]):
        if chunk.lead or chunk.trail:
            return chunk.lead
    return None


def head_of(
    sections: Iterable[str | Section], property_kind: str | None = None, rules: Rules | None = None
) -> tuple[int, str, str]:
    """Give the crime head of a FIR, how it came to be known, and the version of the rules that said so.

    The gravest section decides; companion sections (34, 109, 149 ...) never do. Nothing that the rules know gives
    the head ``other`` with discovery ``unknown``.

    Parameters
    ----------
    sections : iterable of str or Section
        A string may hold several sections.
    property_kind : {"vehicle", "cattle", None}
        What was taken: a theft of a vehicle or of cattle has a head of its own.

    Returns
    -------
    (int, str, str)
        Head id, discovery (reported, discovered, accident or unknown), rule version.
    """
    rules = rules or current_rules()
    best = max(_cited(sections, property_kind, rules), key=lambda cited: cited[0].rank, default=None)
    if best is None:
        other = rules.heads["other"]
        return other.id, other.discovery, rules.version
    return best[0].id, best[1], rules.version


def is_protected(
    sections: Iterable[str | Section], property_kind: str | None = None, rules: Rules | None = None
) -> bool:
    """Say whether any head that a FIR cites is protected: a rape and murder has the head of the murder alone."""
    return any(head.protected for head, _ in _cited(sections, property_kind, rules or current_rules()))


def _cited(sections: Iterable[str | Section], property_kind: str | None, rules: Rules) -> list[tuple[Head, str]]:
    """Give the heads of the sections with their discoveries, companions left out."""
    read: list[Section] = []
    for item in sections:
        read.extend([item] if isinstance(item, Section) else parse_sections(item, rules))
    numbers = {section.number for section in read if section.law == DEFAULT_LAW}
    found = [_rule_for(section, property_kind or "", numbers, rules) for section in read]
    return [
        (rules.heads[rule.head], rule.discovery or rules.heads[rule.head].discovery)
        for rule in found
        if rule is not None and not rule.companion
    ]


def _rule_for(section: Section, property_kind: str, numbers: set[int], rules: Rules) -> SectionRule | None:
    for rule in rules.rules_of(section.law):
        if rule.property_kind and rule.property_kind != property_kind:
            continue
        if rule.with_sections and not (rule.with_sections & (numbers - {section.number})):
            continue
        if rule.covers(section):
            return rule
    return None


def head_of_category(kind: str, category: str | None, rules: Rules | None = None) -> tuple[int, str, str]:
    """Give the crime head of a complaint or incident from its category's words, in the form of :func:`head_of`.

    A head's own key or name, in English or Urdu, always works; then the category rules; else the head is ``other``.
    """
    rules = rules or current_rules()
    wanted = plain(category or "")
    key, discovery = rules.categories.get((kind, wanted), ("", ""))
    if not key:
        underscored = wanted.replace(" ", "_").replace("-", "_")
        for head in rules.heads.values():
            if head.id and (underscored == head.key or wanted in (plain(head.name), plain(head.name_ur))):
                key = head.key
                break
    head = rules.heads[key or "other"]
    return head.id, discovery or head.discovery, rules.version
