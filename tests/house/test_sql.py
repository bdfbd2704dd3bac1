"""Every named paragraph is planned against the migrated schema, says what it gives, and is used by somebody."""

import re
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db import named

ROOT = Path(__file__).resolve().parents[2]
_BIND = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)")
#: Paragraphs that make temporary tables: run, not planned.
_SCRIPTS = {"mass.fold_make"}


def _statements() -> list[str]:
    return sorted(named.paragraphs())


@pytest.mark.parametrize("name", _statements())
def test_paragraph_is_planned(owner: Session, name: str) -> None:
    owner.connection().exec_driver_sql(named.statement("mass.fold_make"))
    if name in _SCRIPTS:
        return
    statement = named.statement(name)
    binds = dict.fromkeys(_BIND.findall(re.sub(r"--.*|'[^']*'", "", statement)))
    owner.execute(text("EXPLAIN " + statement), binds)


def test_a_wrong_paragraph_is_seen(owner: Session) -> None:
    with pytest.raises(Exception, match="no_such_column"):
        owner.execute(text("EXPLAIN SELECT no_such_column FROM record"))


@pytest.mark.parametrize("name", _statements())
def test_paragraph_says_what_it_gives(name: str) -> None:
    first = named.paragraphs()[name].splitlines()[0]
    assert re.match(r"-- [A-Z]", first), f"{name}: the first line says what comes back, or what it does"


def test_paragraph_is_used() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "app").rglob("*.py"))
    sql = "\n".join(path.read_text(encoding="utf-8") for path in named.FOLDER.glob("*.sql"))
    unused = [name for name in _statements() if f'"{name}"' not in code and f"-- include: {name}" not in sql]
    assert not unused


def test_no_statement_is_built_from_strings() -> None:
    """SQL is a named paragraph or a literal: never an f-string, a `%` or a `+` (trust.md I5)."""
    built = re.compile(r"""(?:\btext|\.execute|exec_driver_sql)\(\s*(?:f["']|["'][^"']*["']\s*(?:%|\+|\.format))""")
    found = []
    for folder in ("app", "forecasting", "spatial"):
        for path in (ROOT / folder).rglob("*.py"):
            found += [
                f"{path.relative_to(ROOT)}: {m.group(0)}" for m in built.finditer(path.read_text(encoding="utf-8"))
            ]
    assert not found
    assert built.search('session.execute(f"SELECT {x}")') and built.search('text("SELECT " + x)')  # it can fail
