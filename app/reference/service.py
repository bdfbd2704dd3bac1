"""Loading the reference data of ``data/`` into the database: each set only when its files have changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import TypeVar

import shapely
from sqlalchemy.orm import Session

from app.db.named import sql
from app.reference import files, jurisdictions, places
from app.reference.files import DATA
from app.reference.jurisdictions import Jurisdiction
from app.reference.rules import RULES_DIR, current_rules, plain
from spatial.addresses import normalise

Say = Callable[[str], None]
Row = TypeVar("Row")
BATCH = 5000
_HERE = Path(__file__).parent
_SPATIAL = _HERE.parents[1] / "spatial"


def load(session: Session, say: Say = lambda line: None) -> dict[str, int]:
    """Load what has changed and give the number of rows of each set; a second run finds nothing to do.

    Parameters
    ----------
    session : Session
        The worker's; the caller commits.
    say : callable
        Takes each line of progress.
    """
    known = {name: (digest, rows) for name, digest, rows in session.execute(sql("reference.loads"))}
    nodes: list[Jurisdiction] = []
    counts = {}
    for name, loader, parts in _sets():
        digest = files.digest(parts)
        if known.get(name, ("", 0))[0] == digest:
            counts[name] = known[name][1]
            say(f"{name:14} {counts[name]:>9,} rows, unchanged")
            continue
        began = perf_counter()
        counts[name] = loader(session, nodes)
        session.execute(sql("reference.note_load"), {"name": name, "digest": digest, "rows": counts[name]})
        say(f"{name:14} {counts[name]:>9,} rows in {perf_counter() - began:.1f} s")
    return counts


def _sets() -> list[tuple[str, Callable[[Session, list[Jurisdiction]], int], list[Path]]]:
    # What a set is made from: its files, and the code that derives from them.
    osm, own = DATA / "openstreetmap", [_HERE / "service.py", _HERE / "files.py"]
    tree = [osm / "admin_boundaries.gpkg", osm / "police_stations.geojson", *(DATA / "jurisdiction").iterdir()]
    tree += [DATA / "places" / "gazetteer.csv.gz", _HERE / "areas.py", _HERE / "jurisdictions.py"]
    spelling = [path for path in (_SPATIAL / "addresses").rglob("*") if path.suffix in {".py", ".csv", ".toml", ".txt"}]
    named = [*tree, *spelling, _HERE / "places.py", osm / "pois.csv.gz", osm / "osm_address_names.csv.gz"]
    named += [osm / "roads_inner_karachi.geojson.gz"]
    drawn = [osm / "districts_web.geojson.gz", osm / "roads_inner_karachi.geojson.gz", osm / "admin_boundaries.gpkg"]
    shapes = list((DATA / "places").glob("*.geojson.gz"))
    return [
        ("sources", _load_sources, [*own, DATA / "sources.csv"]),
        ("rules", _load_rules, [*own, _HERE / "rules.py", *RULES_DIR.iterdir()]),
        ("jurisdictions", _load_jurisdictions, [*own, *tree]),
        ("places", _load_places, [*own, *named, *shapes]),
        ("ground", _load_ground, [*own, _HERE / "places.py", *drawn, *shapes]),
    ]


def put_sources(session: Session, rows: Iterable[dict[str, str]], *, is_synthetic: bool = False) -> int:
    """Make or change sources by their key and give how many; rows hold key, name, owner_force, attribution, licence."""
    listed = list(rows)
    session.execute(
        sql("reference.put_sources"),
        {
            "keys": [row["key"] for row in listed],
            "names": [row["name"] for row in listed],
            "forces": [row["owner_force"] for row in listed],
            "synthetic": [is_synthetic] * len(listed),
            "attributions": [row["attribution"] for row in listed],
            "licences": [row["licence"] for row in listed],
        },
    )
    return len(listed)


def _load_sources(session: Session, nodes: list[Jurisdiction]) -> int:
    return put_sources(session, files.table("sources.csv"))


def _load_rules(session: Session, nodes: list[Jurisdiction]) -> int:
    rules = current_rules()
    heads = list(rules.heads.values())
    session.execute(
        sql("reference.put_heads"),
        {
            "ids": [head.id for head in heads],
            "keys": [head.key for head in heads],
            "names": [head.name for head in heads],
            "names_ur": [head.name_ur for head in heads],
            "parts": [head.part for head in heads],
            "gravities": [head.rank for head in heads],
            "protecteds": [head.protected for head in heads],
            "discoveries": [head.discovery for head in heads],
        },
    )
    sections = list(files.table("rules/section_rules.csv"))
    version = {"version": rules.version}
    session.execute(sql("reference.drop_section_rules"), version)
    session.execute(
        sql("reference.put_section_rules"),
        version
        | {
            "laws": [row["law"] for row in sections],
            # The table keeps "only beside" in the section's own words: "322 beside 279/320".
            "sections": [row["section"] + _beside(row["with_section"]) for row in sections],
            "properties": [row["property"] for row in sections],
            "heads": [row["head"] for row in sections],
            "companions": [row["companion"] == "true" for row in sections],
            "discoveries": [row["discovery"] for row in sections],
        },
    )
    categories = list(files.table("rules/category_rules.csv"))
    session.execute(sql("reference.drop_category_rules"), version)
    session.execute(
        sql("reference.put_category_rules"),
        version
        | {
            "kinds": [row["kind"] for row in categories],
            "categories": [plain(row["category"]) for row in categories],
            "heads": [row["head"] for row in categories],
            "discoveries": [row["discovery"] for row in categories],
        },
    )
    return len(heads) + len(sections) + len(categories)


def _beside(sections: str) -> str:
    return f" beside {sections.replace(' ', '/')}" if sections else ""


def _tree(nodes: list[Jurisdiction]) -> list[Jurisdiction]:
    if not nodes:  # two sets need the tree: it is built once a run, and not at all when nothing changed
        nodes.extend(jurisdictions.build())
    return nodes


def _load_jurisdictions(session: Session, nodes: list[Jurisdiction]) -> int:
    paths = jurisdictions.paths(_tree(nodes))
    for level in ("country", "province", "region", "district", "circle", "station", "beat"):
        for part in _batches([node for node in nodes if node.level == level], 200):
            session.execute(
                sql("reference.put_jurisdictions"),
                {
                    "codes": [node.code for node in part],
                    "levels": [node.level for node in part],
                    "parents": [node.parent for node in part],
                    "paths": [paths[node.code] for node in part],
                    "names": [node.name for node in part],
                    "names_ur": [node.name_ur or "" for node in part],
                    "areas": _ewkb([node.area for node in part]),
                    "seats": ["" if node.seat is None else _ewkb([node.seat])[0] for node in part],
                    "cells": ["{" + ",".join(map(str, sorted(node.area_cells))) + "}" for node in part],
                    "deriveds": [node.derived for node in part],
                    "sources": [node.source for node in part],
                    "populations": [node.population for node in part],
                },
            )
    session.execute(
        sql("reference.retire_jurisdictions"),
        {"sources": sorted({node.source for node in nodes}), "codes": [node.code for node in nodes]},
    )
    return len(nodes)


def _load_places(session: Session, nodes: list[Jurisdiction]) -> int:
    districts: dict[str, int] = dict(session.execute(sql("reference.districts")).all())
    session.execute(sql("reference.drop_places"))
    count = 0
    for part in _batches(places.build(_tree(nodes)), BATCH):
        own = [districts.get(place.district or "", 0) for place in part]
        values = {
            "refs": [place.ref for place in part],
            "kinds": [place.kind for place in part],
            "categories": [place.category or "" for place in part],
            "names": [place.name for place in part],
            "names_ur": [place.name_ur or "" for place in part],
            "lons": [place.point.x for place in part],
            "lats": [place.point.y for place in part],
            "extents": ["" if place.extent is None else _ewkb([place.extent])[0] for place in part],
            "radii": [place.radius_m for place in part],
            "populations": [place.population for place in part],
            "ranks": [place.rank for place in part],
            "districts": own,
            "cities": [place.city or "" for place in part],
            "licences": [place.licence for place in part],
        }
        ids: dict[str, int] = dict(session.execute(sql("reference.put_places"), values).all())
        keys = sorted(
            {
                (key, ids[place.ref], district)
                for place, district in zip(part, own, strict=True)
                for name in place.names
                if (key := normalise(name))
            }
        )
        session.execute(
            sql("reference.put_place_names"),
            {
                "keys": [key for key, _, _ in keys],
                "places": [place for _, place, _ in keys],
                "districts": [district for _, _, district in keys],
            },
        )
        count += len(part)
    return count


def _load_ground(session: Session, nodes: list[Jurisdiction]) -> int:
    session.execute(sql("reference.drop_ground"))
    count = 0
    for part in _batches(places.ground(), 500):
        session.execute(
            sql("reference.put_ground"),
            {
                "kinds": [item.kind for item in part],
                "names": [item.name or "" for item in part],
                "names_ur": [item.name_ur or "" for item in part],
                "classes": [item.category or "" for item in part],
                "shapes": _ewkb([item.shape for item in part]),
                "zooms": [item.min_zoom for item in part],
                "licences": [item.licence for item in part],
            },
        )
        count += len(part)
    return count


def _ewkb(shapes: Sequence[shapely.Geometry]) -> list[str]:
    found: list[str] = shapely.to_wkb(shapely.set_srid(shapes, 4326), hex=True, include_srid=True).tolist()
    return found


def _batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    iterator = iter(rows)
    while part := list(islice(iterator, size)):
        yield part
