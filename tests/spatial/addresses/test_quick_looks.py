"""Tests of the quick looks that spare most texts a slow reading: each agrees with the reading that it spares."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from spatial.addresses import bearings, beats, glued, lexicon, normal, ties, tokens
from spatial.addresses.normal import fold, normalise
from spatial.addresses.tokens import DASH, STOP, Token

_DEVELOPMENT = Path(__file__).resolve().parents[3] / "data" / "evaluation" / "geocoding-dev.csv"
_TIES, _BEARINGS = lexicon.read("ties"), lexicon.read("bearings")
_NAMES = ["Lahore", "Model Town", "قصور", "Chak 5", "GT", "A", "x"]
_LOOSE = [
    *_NAMES,
    "3",
    "12",
    "1.5",
    "۳",
    "1/2",
    "½",
    "2-3",
    "0/1",
    "km",
    "K.M.",
    "k.ms",
    "kilometres",
    "کلو میٹر",
    "کلومیٹر",
]
_LOOSE += [
    ",",
    "،",
    ".",
    "-",
    "–",
    "\n",
    "  ",
    "the",
    "of",
    "par",
    "میں",
    "main",
    "Beat",
    "No.",
    "#",
    "بیٹ",
    "نمبر",
    "بیٹ۳",
]


def _words(table: dict[str, list[str]]) -> list[str]:
    return [word for words in table.values() for word in words]


_SPOKEN = [*(word for section in _TIES.values() for word in _words(section))]
_SPOKEN += [str(word) for table in _BEARINGS.values() for word in _words(table)]
_BLANK = st.sampled_from([" ", " ", " ", "", "  ", ", "])
_PIECE = st.one_of(st.sampled_from(_LOOSE), st.sampled_from(_SPOKEN), st.text(max_size=6))


@st.composite
def _texts(draw: st.DrawFn) -> str:
    pieces = draw(st.lists(_PIECE, max_size=10))
    written = "".join(piece + draw(_BLANK) for piece in pieces)
    return draw(st.sampled_from([written, written.upper(), written.title()]))


def _kilometre(number: str, unit: str) -> st.SearchStrategy[str]:
    return st.sampled_from([f"{number} {unit}", f"{unit} {number}", f"{number}{unit}", f"{unit}{number}"])


@st.composite
def _told(draw: st.DrawFn) -> str:
    """Give a text as one of the tellings has it, or nearly so."""
    road = _TIES["road"]
    any_of = {
        name: draw(st.sampled_from(words))
        for name, words in (road | {f"_{n}": w for n, w in _TIES["between"].items()}).items()
    }
    one, other = draw(st.sampled_from(_NAMES)), draw(st.sampled_from(_NAMES))
    units = [
        "km",
        "kms",
        "k.m",
        "k.m.",
        "k.ms",
        "k.m.s",
        "kilometer",
        "kilometers",
        "kilometre",
        "kilometres",
        "کلومیٹر",
        "کلو میٹر",
    ]
    km = draw(
        st.sampled_from(["12", "۱۲", "7.5", "۷٫۵"]).flatmap(
            lambda n: st.sampled_from(units).flatmap(lambda u: _kilometre(n, u))
        )
    )
    told = draw(
        st.sampled_from(
            [
                f"{any_of['before']} {one} {any_of['to']} {other} {any_of['at']} {km}",
                f"{km} {any_of['before']} {one} {any_of['to']} {other}",
                f"{km} from {one} {any_of['onward']} {other}",
                f"{one} {any_of['to']} {other} {any_of['road']} {any_of['at']} {km}",
                f"{one}-{other} {any_of['road']} {km}",
                f"{km} on {one} - {other} {any_of['road']}",
                f"{one} {any_of['road']} {km}",
                f"{km} {one} {any_of['road']}",
                f"{any_of['_before']} {one} {any_of['_and']} {other}",
                f"{one} {any_of['_and']} {other} {any_of['_after']} mein",
            ]
        )
    )
    return told + draw(st.sampled_from(["", "", " ", "\n", " \n", ".", ", Lahore"]))


@cache
def _development() -> list[str]:
    with _DEVELOPMENT.open(encoding="utf-8", newline="") as rows:
        return [row["address"] for row in csv.DictReader(rows)]


def _agree_on_ties(text: str) -> int:
    """Check that each telling finds what its pattern does; gives how many do."""
    simple = fold(text)
    found = 0
    for telling in ties._TELLINGS:
        match, slow = telling.find(simple), telling.pattern.search(simple)
        assert (match and match.span()) == (slow and slow.span()), (telling, text)
        assert match is None or lexicon.holds(simple, ties._HINTS)
        found += match is not None
    return found


@given(st.one_of(_texts(), _told()))
@example("on the road from Lahore to Kasur at km 12")
@example("Lahore-Kasur road 12 k.m.\n")
def test_a_telling_finds_what_its_pattern_finds(text: str) -> None:
    _agree_on_ties(text)


def test_the_tellings_are_all_put_to_the_test() -> None:
    """The control: texts as the strategy above makes them do hold ties."""
    said = ["on the road from A to B at km 12", "12 km on the road from A to B", "12 km from A towards B"]
    said += [
        "A-B road km 12",
        "km 12 A-B road",
        "between A and B",
        "A aur B ke darmian",
        "GT road km 12",
        "12 km GT road",
    ]
    spelled = [text.replace("A", "Model Town").replace("B", "Kasur") for text in said]
    assert all(_agree_on_ties(text) for text in spelled)
    assert all(any(telling.find(fold(text)) for text in spelled) for telling in ties._TELLINGS)


@given(_texts())
@example("3k.m. north")
@example("3 K M north")
@example("۳کلو میٹر شمال")
@example("۳کلومیٹرشمال")
@example("دوکلومیٹر شمال")
@example("2kmnorth")
@example("quarterkm")
def test_a_text_without_a_unit_tells_no_distance(text: str) -> None:
    simple = bearings._simplified(text)
    if not bearings._may_tell(simple):
        assert not bearings._distances(bearings._tokens(text))


@given(_texts())
@example("2kmnorth")
@example("2کلومیٹرشمال")
def test_a_text_without_a_unit_holds_none_glued(text: str) -> None:
    simple = bearings._simplified(text)
    hint = glued._LATIN_HINT if simple.isascii() else glued._HINT
    assert glued.may_be(simple) == (hint.search(simple) is not None)


@given(_texts())
@example("beat no. 3")
@example("بیٹ نمبر ۳")
def test_a_text_without_the_word_names_no_beat(text: str) -> None:
    simple = fold(text)
    assert lexicon.holds(simple, beats._NAMES) or beats._BEAT.search(simple) is None


def _cut_whole(text: str) -> list[Token]:
    """Give the tokens of a text that is not first cut at its blanks."""
    found: list[Token] = []
    for said, start, end, kind, is_glued in tokens._between_blanks(text, len(text)):
        if kind == tokens._POINT:
            kind = DASH if not found or len(found[-1].text) <= 3 or found[-1].text == "number" else STOP
        found.append(Token(said, start, end, kind, is_glued))
    return found


_MARK = st.sampled_from(list(".-–—,/\t\n\u064b'’ʼ()#") + [" ", "  ", "a", "No", "ب", "7", "1", "۳", "St", "²"])


@given(st.one_of(_texts(), st.lists(_MARK, max_size=9).map("".join), st.text(max_size=12)))
@example("1.5 km, 1.5, 1.5  km 1.5\tkm")
@example("Main Road. Near - G.T. Road a.b -c d- \t- -\t.")
@example(" - A.B. .5 - ")
def test_a_text_is_cut_at_its_blanks_as_it_is_whole(text: str) -> None:
    assert tokens._cut(text) == _cut_whole(text)


@given(st.one_of(st.text(max_size=12), st.sampled_from(_LOOSE), st.text(alphabet="ab ZéںÉاءß\u0651\u200c", max_size=9)))
def test_letters_and_blanks_are_spelled_as_other_texts_are(text: str) -> None:
    simple = normal._INITIALS.sub(r"\1", normal._folded(text)).translate(normal._SIMPLEST)
    assert normalise(text) == " ".join(normal._BETWEEN_LETTER_AND_DIGIT.sub(" ", simple).split())


def test_they_agree_on_real_texts() -> None:
    for text in _development():
        _agree_on_ties(text)
        assert tokens._cut(text) == _cut_whole(text)
        simple = bearings._simplified(text)
        if not bearings._may_tell(simple):
            assert not bearings._distances(bearings._tokens(text))


@given(st.lists(st.text(alphabet="abc", min_size=1, max_size=4), max_size=6), st.text(alphabet="abc", max_size=8))
def test_stems_are_held_where_the_words_are(words: list[str], text: str) -> None:
    assert lexicon.holds(text, lexicon.stems(words)) == lexicon.holds(text, words)
