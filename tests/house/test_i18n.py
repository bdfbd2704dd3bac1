"""Every word that a page or script shows has its Urdu, and no translation loses what is put into it."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from werkzeug.exceptions import default_exceptions

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "translations" / "ur" / "LC_MESSAGES" / "messages.po"

# Babel's own JavaScript reader misses calls inside template literals, so scripts are read by their two fixed forms.
_TEXT = r'"((?:[^"\\]|\\.)*)"'
_ONE = re.compile(rf"\bt\(\s*{_TEXT}")
_MANY = re.compile(rf"\btn\(\s*{_TEXT}\s*,\s*{_TEXT}")
_PLACE = re.compile(r"%\((\w+)\)s")


def _catalogue() -> dict[str, tuple[str, ...]]:
    with CATALOGUE.open("rb") as words:
        found = read_po(words, locale="ur")
    entries: dict[str, tuple[str, ...]] = {}
    for message in found:
        if not message.id:
            continue
        key = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
        entries[str(key)] = tuple(message.string) if isinstance(message.string, (tuple, list)) else (message.string,)
    return entries


def _shown() -> dict[str, str]:
    """Give every message of templates and scripts with a file that shows it."""
    found: dict[str, str] = {}
    for name, _, message, _, _ in extract_from_dir(ROOT / "templates", method_map=[("**.html", "jinja2")]):
        found[message[0] if isinstance(message, tuple) else message] = name
    for script in sorted((ROOT / "static" / "js").rglob("*.js")):
        text = script.read_text(encoding="utf-8")
        for pattern in (_ONE, _MANY):
            for match in pattern.finditer(text):
                found[match.group(1).replace('\\"', '"')] = script.name
    return found


def _refusals() -> Iterator[tuple[str, str]]:
    """Give what the application refuses with, and where: the words of an error, or what its class says of itself."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "app").rglob("*.py"))}
    classes = [
        (path, node) for path, tree in trees.items() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
    ]
    ours = {"NaqshaError"}
    for _ in range(4):  # a class of a class of a class
        ours |= {node.name for _, node in classes if any(isinstance(b, ast.Name) and b.id in ours for b in node.bases)}
    for path, node in classes:
        if node.name in ours and (words := ast.get_docstring(node)):
            yield " ".join(words.split()), path.name
    for path, tree in trees.items():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            first = call.args[0] if call.args else None
            if isinstance(call.func, ast.Name) and call.func.id in ours and isinstance(first, ast.Constant):
                yield str(first.value), path.name


def test_every_refusal_has_urdu() -> None:
    words = _catalogue()
    assert {message: name for message, name in _refusals() if not all(words.get(message, ("",)))} == {}


def test_every_message_has_urdu() -> None:
    words = _catalogue()
    missing = {message: name for message, name in _shown().items() if not all(words.get(message, ("",)))}
    assert not missing


def _of_python() -> set[str]:
    """Give every text in the code: what is translated may be handed on before it is (a table of words, a title)."""
    found = set()
    for folder in ("app", "forecasting", "spatial"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found |= {node.value, " ".join(node.value.split()), node.value.strip().partition("\n")[0]}
    return found


#: What the web framework says of itself.
_FRAMEWORK = {str(error.description) for error in default_exceptions.values()}


def _unused(messages: Iterable[str]) -> set[str]:
    return set(messages) - set(_shown()) - {message for message, _ in _refusals()} - _of_python() - _FRAMEWORK


def test_every_translation_is_of_something_that_is_said() -> None:
    assert _unused(_catalogue()) == set()
    assert _unused(["Not said anywhere."]) == {"Not said anywhere."}, "it can fail"


def test_no_message_is_translated_twice() -> None:
    # The reader takes one of two entries in silence: the other would be a correction that never shows.
    written = re.findall(r'^msgid ("(?:[^"\\]|\\.)+")$', CATALOGUE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted({text for text in written if written.count(text) > 1}) == []


def test_urdu_is_written_in_urdu_letters() -> None:
    latin = [
        key for key, texts in _catalogue().items() if not any(re.search("[\u0600-\u06ff]", text) for text in texts)
    ]
    assert not latin


@pytest.mark.parametrize(("key", "texts"), sorted(_catalogue().items()))
def test_translation_keeps_its_placeholders(key: str, texts: tuple[str, ...]) -> None:
    for text in texts:
        assert set(_PLACE.findall(text)) == set(_PLACE.findall(key))


def test_urdu_uses_urdu_letters_not_arabic_ones() -> None:
    # Arabic yeh and kaf look alike on screen and break search and sorting.
    wrong = [key for key, texts in _catalogue().items() if any(re.search("[\u064a\u0643]", text) for text in texts)]
    assert not wrong
