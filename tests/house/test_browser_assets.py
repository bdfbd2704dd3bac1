"""What the browser loads: from no other host, alike in both directions of writing, no markup made from strings."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

ROOT = Path(__file__).resolve().parents[2]
_OURS = [
    path
    for folder, kinds in (
        ("templates", {".html", ".svg"}),
        ("static/css", {".css"}),
        ("static/js", {".js"}),
        ("static/img", {".svg"}),
    )
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in kinds
]
_NAMESPACE = re.compile(r"http://www\.w3\.org/(2000/svg|1999/xlink|1999/xhtml)")
_HOST = re.compile(r"""(?:https?:)?//[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)+""", re.IGNORECASE)
_PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border)-(?:left|right|top|bottom)(?:-\w+)?|left|right|top|bottom|width|height|(?:min|max)-(?:width|height)"
    r"|border-(?:top|bottom)-(?:left|right)-radius)\s*:"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right)"
)
_MEDIA = re.compile(r"@media[^{]*\{")
_SINK = re.compile(r"\.(?:innerHTML|outerHTML)\s*[+]?=|insertAdjacentHTML|document\.write|\beval\(|new Function\(")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _blocks(path: Path) -> set[str]:
    parsed = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(path.read_text(encoding="utf-8"))
    return {block.name for block in parsed.find_all(nodes.Block)}


def test_no_page_fills_a_block_that_its_parent_has_not() -> None:
    """Nothing shows such a block, and no error says so: a page stood there without its script."""
    base = ROOT / "templates" / "base.html"
    offered = _blocks(base)
    pages = [path for path in _OURS if '{% extends "base.html" %}' in path.read_text(encoding="utf-8")]
    assert len(pages) > 10 and {"entry", "main"} <= offered
    assert {_name(path): lost for path in pages if (lost := _blocks(path) - offered)} == {}


@pytest.mark.parametrize("path", _OURS, ids=_name)
def test_names_no_other_host(path: Path) -> None:
    text = _NAMESPACE.sub("", path.read_text(encoding="utf-8"))
    assert not _HOST.findall(text)


@pytest.mark.parametrize("path", [p for p in _OURS if p.suffix == ".css"], ids=_name)
def test_styles_are_logical(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not _PHYSICAL.findall(_MEDIA.sub("{", text))


@pytest.mark.parametrize("path", [p for p in _OURS if p.suffix in {".html", ".svg"}], ids=_name)
def test_templates_have_no_inline_style_or_handler(path: Path) -> None:
    # The content policy would drop them without a word.
    assert not re.findall(r"\s(?:style|on[a-z]+)\s*=\s*[\"']", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", [p for p in _OURS if p.suffix == ".js"], ids=_name)
def test_scripts_build_no_markup_from_strings(path: Path) -> None:
    assert not _SINK.findall(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", [p for p in _OURS if p.suffix == ".html"], ids=_name)
def test_every_script_of_a_template_has_a_nonce(path: Path) -> None:
    for tag in re.findall(r"<script[^>]*>", path.read_text(encoding="utf-8")):
        assert 'nonce="{{ csp_nonce() }}"' in tag


def test_vendored_styles_load_nothing_from_elsewhere() -> None:
    vendor = ROOT / "static" / "vendor"
    for path in sorted(vendor.rglob("*.css")) if vendor.exists() else []:
        for url in re.findall(r"url\(\s*['\"]?([^'\")]+)", path.read_text(encoding="utf-8")):
            assert not url.startswith(("http", "//")), f"{_name(path)}: {url[:60]}"
