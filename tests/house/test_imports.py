"""What the import contracts in pyproject.toml do not say: no circle, no room imports routes, no clock below."""

from functools import cache

import grimp
import pytest

from app.settings import ROOT

ROOTS = ("app", "forecasting", "spatial")


@cache
def graph() -> grimp.ImportGraph:
    """Give every import among our modules, those inside functions too."""
    return grimp.build_graph(*ROOTS, cache_dir=None)


def circles(edges: dict[str, set[str]]) -> list[set[str]]:
    """Give every largest set of modules in which each imports each, straight or by others (Tarjan's components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[set[str]] = []

    def visit(module: str) -> None:
        index[module] = low[module] = len(index)
        stack.append(module)
        for other in edges.get(module, ()):
            if other not in index:
                visit(other)
                low[module] = min(low[module], low[other])
            elif other in stack:
                low[module] = min(low[module], index[other])
        if low[module] == index[module]:
            at = stack.index(module)
            if len(stack) - at > 1:
                found.append(set(stack[at:]))
            del stack[at:]

    for module in edges:
        if module not in index:
            visit(module)
    return found


def _edges() -> dict[str, set[str]]:
    return {module: graph().find_modules_directly_imported_by(module) for module in graph().modules}


def test_no_modules_import_one_another_in_a_circle() -> None:
    assert circles(_edges()) == []


def test_a_circle_is_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [{"a", "b", "c"}]


def test_no_room_imports_another_room_s_routes() -> None:
    """Rooms use one another's services; only the factory, which names them as text, knows routes."""
    found = {
        module: importers
        for module in graph().modules
        if module.endswith(".routes") and (importers := graph().find_modules_that_directly_import(module))
    }
    assert not found


@pytest.mark.parametrize("wing", ["forecasting", "spatial"])
def test_a_pure_wing_reads_no_clock(wing: str) -> None:
    """A forecast of the same data is the same tomorrow: the time is always handed in."""
    words = ("datetime.now(", "datetime.utcnow(", "date.today(", "time.time(")
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in (ROOT / wing).rglob("*.py")
        for word in words
        if word in path.read_text(encoding="utf-8")
    ]
    assert not found
