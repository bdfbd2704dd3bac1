"""The house is kept: short files, honest names, no path of one machine, nothing put off, and its map is true."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
from apiflask import APIFlask

from app.settings import ROOT

#: Files that may be longer than the wall, each with its reason.
LONG: dict[str, str] = {}
WALL = 400
#: Where words and lines are counted; data, translations and lock files are long by nature.
CODE = {".py", ".sql", ".js", ".css", ".html", ".toml", ".mako"}
WORDS = CODE | {".md", ".txt", ".cfg", ".ini", ".example", ".flaskenv", ".npmrc", ""}
_EMPTY_NAMES = re.compile(
    r"(?:^|_|(?<=[a-z]))(?:utils?|helpers?|manager|common|misc)(?:$|_|\.|(?=[A-Z]))", re.IGNORECASE
)
# Joined here, so that this file does not hold what it looks for.
_MACHINE = re.compile(r"(?<![\w.])/(?:" + "|".join(("work", "root", r"home/\w+", r"Users/\w+", r"opt/\w+")) + r")\b")
_PUT_OFF = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME)\b|pytest\.(?:mark\.)?(?:skip|xfail|importorskip)")


@cache
def files() -> list[Path]:
    """Give every file of the repository, those not yet committed too."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def of(kinds: set[str]) -> list[Path]:
    """Give the files of some suffixes outside data/."""
    return [path for path in files() if path.suffix in kinds and path.relative_to(ROOT).parts[0] != "data"]


def name(path: Path) -> str:
    """Give a file's path in the repository."""
    return str(path.relative_to(ROOT))


def test_every_file_is_short() -> None:
    lengths = {name(path): path.read_text(encoding="utf-8").count("\n") for path in of(CODE)}
    assert len(lengths) > 200
    assert {path: lines for path, lines in lengths.items() if lines >= WALL} == {
        path: lengths.get(path) for path in LONG
    }


def test_every_name_says_something() -> None:
    found = [name(path) for path in of(WORDS) if any(_EMPTY_NAMES.search(part) for part in Path(name(path)).parts)]
    definition = re.compile(r"^\s*(?:def|class|function|const) +(\w+)", re.MULTILINE)
    for path in of({".py", ".js"}):
        found += [
            f"{name(path)}: {defined}"
            for defined in definition.findall(path.read_text(encoding="utf-8"))
            if _EMPTY_NAMES.search(defined)
        ]
    assert not found


def test_no_path_of_one_machine() -> None:
    found = [
        f"{name(path)}: {line.strip()}"
        for path in of(WORDS)
        for line in path.read_text(encoding="utf-8").splitlines()
        if _MACHINE.search(line)
    ]
    assert not found


def test_nothing_is_put_off() -> None:
    found = [
        f"{name(path)}: {line.strip()}"
        for path in of(CODE)
        for line in path.read_text(encoding="utf-8").splitlines()
        if _PUT_OFF.search(line)
    ]
    assert not found


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (_EMPTY_NAMES, "date_utils.py"),
        (_EMPTY_NAMES, "RecordManager"),
        (_EMPTY_NAMES, "helpers"),
        (_MACHINE, 'open("/ho' + 'me/someone/naqsha")'),
        (_PUT_OFF, "# TO" + "DO later"),
        (_PUT_OFF, "@pytest.mark.sk" + "ip"),
    ],
)
def test_the_patterns_find_what_they_look_for(pattern: re.Pattern[str], text: str) -> None:
    assert pattern.search(text)


def test_no_folder_of_code_is_empty() -> None:
    """Leave no empty room behind."""
    packages = {path.parent for path in of({".py"}) if path.name == "__init__.py"}
    working = {parent for path in files() if path.name != "__init__.py" for parent in path.parents}
    assert not packages - working


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for path in of({".md"}):
        for target in re.findall(r"\]\(([^)\s#]+)[^)]*\)", path.read_text(encoding="utf-8")):
            if not re.match(r"[a-z]+:", target) and not (path.parent / target).exists():
                broken.append(f"{name(path)}: {target}")
    assert not broken


def owned() -> dict[str, tuple[list[str], list[str]]]:
    """Give the table of ARCHITECTURE.md: the URLs and the commands of each room."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    _, table = text.split("| room | URLs | commands |\n", 1)
    found = {}
    for line in table.splitlines()[1:]:
        if not line.startswith("|"):
            break
        room, urls, commands = (cell.strip() for cell in line.strip("|").split("|"))
        found[room.removesuffix(" (floor)")] = (re.findall(r"`(/[^`]*)`", urls), re.findall(r"`flask (\w+)`", commands))
    return found


def test_the_table_of_rooms_has_every_room() -> None:
    rooms = {path.parent.name for path in files() if path.parent.parent == ROOT / "app" and path.name == "__init__.py"}
    assert set(owned()) - {"application"} == rooms - {"db"}


def _unnamed(address: str) -> str:
    """Give an address with its arguments' names and kinds taken out."""
    return re.sub(r"<[^>]*>", "<>", address)


def test_the_table_of_rooms_has_every_address(app: APIFlask) -> None:
    table = {room: urls for room, (urls, _) in owned().items()}
    unused = {(room, url) for room, urls in table.items() for url in urls}
    missing = set()
    for rule in app.url_map.iter_rules():
        address = _unnamed(str(rule))
        room = rule.endpoint.partition(".")[0]
        room = room if room in table else "application"
        if rule.endpoint == "static":
            continue
        owners = {
            (room, url)
            for url in table[room]
            if address == _unnamed(url) or (url != "/" and address.startswith(_unnamed(url) + "/"))
        }
        if owners:
            unused -= owners
        else:
            missing.add((room, address))
    assert (missing, unused) == (set(), set())


def test_the_table_of_rooms_has_every_command(app: APIFlask) -> None:
    said = {command: room for room, (_, commands) in owned().items() for command in commands}
    there = {}
    for command, made in app.cli.commands.items():
        callback = next(iter(getattr(made, "commands", {}).values()), made).callback
        room = callback.__module__.split(".")[1]
        there[command] = room if room in owned() else "application"
    assert said == there


def test_the_readme_has_the_two_commands_and_a_picture() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make run" in text and "make test" in text and re.search(r"!\[[^\]]+\]\(", text)
