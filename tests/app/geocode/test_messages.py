"""Every reason that the geocoder can give has its sentence in both languages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.geocode.messages import SENTENCES, say

ROOT = Path(__file__).resolve().parents[3]
#: Whoever makes reasons: the geocoder itself, and the rooms that add to what it said.
MAKERS = [
    *sorted((ROOT / "spatial" / "geocoding").glob("*.py")),
    *(ROOT / "app" / name for name in ("ingest/placing.py", "ingest/writing.py")),
    *sorted((ROOT / "app" / "geocode").glob("*.py")),
]
_CODE = re.compile(r"[a-z]+(?:_[a-z]+)*")


def codes_of(text: str) -> set[str]:
    """Give the codes that a module can put into a Reason: written there, chosen there, or returned to be put there."""
    tree = ast.parse(text)
    found: set[str] = set()
    by_name = False
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Reason" and node.args:
            words = set(_words(node.args[0]))
            found |= words
            by_name = by_name or not words
    if by_name:  # Reason(refused, ...): the code was returned, or bound to a name, elsewhere in the module
        for node in ast.walk(tree):
            if isinstance(node, ast.Return | ast.Assign | ast.NamedExpr) and node.value is not None:
                found |= {word for word in _words(node.value) if "_" in word}
    return found


def _words(node: ast.expr) -> Iterator[str]:
    parts = [node]
    if isinstance(node, ast.IfExp):
        parts = [node.body, node.orelse]
    for part in parts:
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and _CODE.fullmatch(part.value):
            yield part.value
        elif isinstance(part, ast.IfExp):
            yield from _words(part)


def test_every_code_of_the_geocoder_has_its_sentence() -> None:
    codes = {path.name: codes_of(path.read_text(encoding="utf-8")) for path in MAKERS}
    assert sum(map(len, codes.values())) >= 25
    assert {name: missing for name, own in codes.items() if (missing := own - set(SENTENCES))} == {}


def test_a_code_without_a_sentence_is_found() -> None:
    text = 'y = "by_name" if x else "or_not"\nfound = Reason(y), Reason("a_b" if x else "c"), Reason("d")'
    assert codes_of(text) == {"by_name", "or_not", "a_b", "c", "d"}


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_both_languages_say_it(code: str) -> None:
    english, urdu = SENTENCES[code]
    assert english and urdu
    assert re.search(r"[A-Za-z]{3}", english) and re.search("[\u0600-\u06ff]{3}", urdu)
    assert set(re.findall(r"{(\w+)}", english)) == set(re.findall(r"{(\w+)}", urdu)), "both ask for the same values"


def test_sentences_take_their_values() -> None:
    said = say("bearing", {"distance_m": 3000.0, "direction_deg": 45.0, "station": "PK-PB-LHR-CITY"})
    assert said["text"].startswith("3000 m towards 45°")
    assert "PK-PB-LHR-CITY" in said["text_ur"]


def test_a_missing_value_is_no_error() -> None:
    assert "–" in say("bearing", {})["text"]
    assert say("never_heard_of")["text"] == "never_heard_of"
