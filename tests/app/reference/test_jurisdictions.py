"""The tree of jurisdictions: whole, stable, honest about what is derived, and tiling what it divides."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable

import pytest
import shapely

from app.reference import jurisdictions
from app.reference.jurisdictions import Jurisdiction
from spatial import cells


@pytest.fixture(scope="module")
def nodes(real_tree: Callable[[], list[Jurisdiction]]) -> list[Jurisdiction]:
    """Give the whole tree."""
    return real_tree()


@pytest.fixture(scope="module")
def children(nodes: list[Jurisdiction]) -> dict[str, list[Jurisdiction]]:
    """Give the children of every code."""
    found: dict[str, list[Jurisdiction]] = defaultdict(list)
    for node in nodes:
        if node.parent:
            found[node.parent].append(node)
    return found


def test_levels_have_their_numbers(nodes: list[Jurisdiction]) -> None:
    """All that the map data has is there, and nothing is invented."""
    count = Counter(node.level for node in nodes)
    assert (count["country"], count["province"], count["region"], count["district"], count["station"]) == (
        1,
        7,
        37,
        156,
        261,
    )
    assert count["circle"] == 29
    assert count["beat"] > 400


def test_every_area_above_the_stations_has_its_name_in_urdu(nodes: list[Jurisdiction]) -> None:
    above = [node for node in nodes if node.level in ("country", "province", "region", "district")]
    wrong = [node.code for node in above if not re.fullmatch(r"[\u0600-\u06ff ()]+", node.name_ur or "")]
    assert wrong == []


def test_codes_and_paths(nodes: list[Jurisdiction]) -> None:
    """Codes are unique and readable, parents come first, paths are unique ltree paths."""
    codes = [node.code for node in nodes]
    assert len(set(codes)) == len(codes)
    assert "PK-PB-LHR-MUGHALPURA" in codes
    paths = jurisdictions.paths(nodes)
    assert len(set(paths.values())) == len(codes)
    assert all(part.replace("_", "").isalnum() for path in paths.values() for part in path.split("."))


def test_five_stations_are_named_city(nodes: list[Jurisdiction]) -> None:
    """Five stations share a name and differ by their code."""
    city = [node.code for node in nodes if node.level == "station" and node.name == "PS City"]
    assert len(set(city)) == 5


def test_station_names_find_one_station_of_a_district(nodes: list[Jurisdiction]) -> None:
    """No two stations of one district answer to the same name."""
    found: dict[tuple[str | None, str], str] = {}
    for node in nodes:
        for alias in node.aliases:
            assert found.setdefault((node.district, alias.casefold()), node.code) == node.code, alias


def test_what_is_derived_says_so(nodes: list[Jurisdiction]) -> None:
    """Circles, stations and beats are derived, in the mark and in the source's words; the rest is mapped."""
    for node in nodes:
        assert node.derived == (node.level in ("circle", "station", "beat"))
        assert node.source.startswith("derived:") == node.derived


def test_light_list_of_stations_agrees(nodes: list[Jurisdiction]) -> None:
    """The stations without areas have the codes of the tree."""
    assert [node.code for node in jurisdictions.station_nodes()] == [n.code for n in nodes if n.level == "station"]


def test_areas_tile_their_parent(nodes: list[Jurisdiction], children: dict[str, list[Jurisdiction]]) -> None:
    """Circles and stations tile their district, beats their station: no gap, no overlap, all valid."""
    by_code = {node.code: node for node in nodes}
    for code, below in children.items():
        parent = by_code[code]
        if parent.level not in ("district", "circle", "station"):
            continue
        parts = [node.area for node in below]
        assert all(part.is_valid and not part.is_empty for part in parts), code
        assert shapely.coverage_is_valid(parts), code
        scale = parent.area.area
        assert shapely.union_all(parts).symmetric_difference(parent.area).area < 1e-9 * scale, code
        assert abs(sum(part.area for part in parts) - scale) < 1e-9 * scale, code


def test_every_base_cell_has_one_owner(nodes: list[Jurisdiction], children: dict[str, list[Jurisdiction]]) -> None:
    """Cells of siblings never meet, and a parent's cells are exactly its children's."""
    held = {
        node.code: set(cells.uncompact(node.area_cells, 9))
        for node in nodes
        if node.district == "Lahore" and node.derived
    }
    for code, below in children.items():
        own = [held[node.code] for node in below if node.code in held]
        if own:
            union = set().union(*own)
            assert sum(map(len, own)) == len(union), code
            if code in held:
                assert union == held[code], code
