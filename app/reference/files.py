"""The reference files under ``data/`` as rows and shapes: reading only, no database and no deriving."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import shapely
from shapely.geometry.base import BaseGeometry

DATA = Path(__file__).resolve().parents[2] / "data"

OSM_LICENCE = "ODbL 1.0 © OpenStreetMap contributors"
WOF_LICENCE = "Who's On First; GeoNames CC BY 4.0"

# A GeoPackage geometry is WKB behind a header whose envelope is 0, 4, 6 or 8 doubles long.
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)


def digest(paths: Iterable[Path]) -> str:
    """Give one SHA-256 over the names and bytes of files, in the order of their names."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(path.name.encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def table(name: str) -> Iterator[dict[str, str]]:
    """Give the rows of a CSV file under ``data/``, gzipped or not."""
    path = DATA / name
    with ExitStack() as opened:
        if path.suffix == ".gz":
            file: IO[str] = opened.enter_context(gzip.open(path, "rt", encoding="utf-8", newline=""))
        else:
            file = opened.enter_context(path.open(encoding="utf-8", newline=""))
        yield from csv.DictReader(file)


def features(name: str) -> list[tuple[dict[str, Any], BaseGeometry]]:
    """Give the properties and shape of each feature of a GeoJSON file under ``data/``."""
    path = DATA / name
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    listed = json.loads(raw)["features"]
    shapes = shapely.from_geojson([json.dumps(feature["geometry"]) for feature in listed])
    return [(feature["properties"], shape) for feature, shape in zip(listed, shapes, strict=True)]


def boundaries(layer: str) -> list[tuple[dict[str, Any], BaseGeometry]]:
    """Give the properties and shape of each row of one layer of the administrative boundaries.

    ``layer`` is country, provinces, divisions, districts or line_of_control.
    """
    queries = {
        "country": "SELECT * FROM country ORDER BY fid",
        "provinces": "SELECT * FROM provinces ORDER BY fid",
        "divisions": "SELECT * FROM divisions ORDER BY fid",
        "districts": "SELECT * FROM districts ORDER BY fid",
        "line_of_control": "SELECT * FROM line_of_control ORDER BY fid",
    }
    path = DATA / "openstreetmap" / "admin_boundaries.gpkg"
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in connection.execute(queries[layer])]
    finally:
        connection.close()
    return [(row, shapely.from_wkb(_wkb(row.pop("geom")))) for row in rows]


def _wkb(blob: bytes) -> bytes:
    return blob[8 + _ENVELOPE_BYTES[(blob[3] >> 1) & 0b111] :]
