"""The small Pakistan of the tests: two provinces, two districts, a circle, three stations, the real crime heads.

Every station is a square of 0.02 degrees. The codes are built as those of `app.reference`.
"""

import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.reference.rules import current_rules
from spatial import cells

SOURCE = "test"
#: Station squares: code -> (west, south, east, north). The first two share a circle in Lahore; the third is Karachi's.
STATIONS = {
    "PK-PB-LHR-GULBERG": (74.34, 31.50, 74.36, 31.52),
    "PK-PB-LHR-CITY": (74.30, 31.57, 74.32, 31.59),
    "PK-SD-KHS-CLIFTON": (67.02, 24.80, 67.04, 24.82),
}
GULBERG, CITY, CLIFTON = STATIONS
_LAHORE = (74.10, 31.25, 74.65, 31.72)
_KARACHI_SOUTH = (66.97, 24.76, 67.10, 24.90)
#: code, level, parent, name, name in Urdu, box
TREE = [
    ("PK", "country", None, "Pakistan", "پاکستان", (60.9, 23.6, 77.1, 37.1)),
    ("PK-PB", "province", "PK", "Punjab", "پنجاب", (69.3, 27.7, 75.4, 34.0)),
    ("PK-SD", "province", "PK", "Sindh", "سندھ", (66.6, 23.6, 71.1, 28.5)),
    ("PK-PB-R-LAHORE", "region", "PK-PB", "Lahore", "لاہور", (73.6, 30.9, 74.7, 31.9)),
    ("PK-SD-R-KARACHI", "region", "PK-SD", "Karachi", "کراچی", (66.6, 24.7, 67.6, 25.7)),
    ("PK-PB-LHR", "district", "PK-PB-R-LAHORE", "Lahore", "لاہور", _LAHORE),
    ("PK-SD-KHS", "district", "PK-SD-R-KARACHI", "Karachi South", "کراچی جنوبی", _KARACHI_SOUTH),
    ("PK-PB-LHR-C-GULBERG", "circle", "PK-PB-LHR", "Circle Gulberg", "سرکل گلبرگ", (74.30, 31.50, 74.36, 31.59)),
    (GULBERG, "station", "PK-PB-LHR-C-GULBERG", "PS Gulberg", "تھانہ گلبرگ", STATIONS[GULBERG]),
    (CITY, "station", "PK-PB-LHR-C-GULBERG", "PS City", "تھانہ سٹی", STATIONS[CITY]),
    (CLIFTON, "station", "PK-SD-KHS", "PS Clifton", "تھانہ کلفٹن", STATIONS[CLIFTON]),
]

_PUT = text("""
  INSERT INTO jurisdiction (code, level, parent_id, path, name, name_ur, area, seat, area_cells, derived, source)
  SELECT :code, CAST(:level AS jurisdiction_level), parent.id,
    CASE WHEN parent.id IS NULL THEN CAST(:label AS ltree) ELSE parent.path || CAST(:label AS ltree) END,
    :name, :name_ur, ST_Multi(ST_MakeEnvelope(:west, :south, :east, :north, 4326)),
    CASE WHEN :level = 'station' THEN ST_SetSRID(ST_MakePoint((:west + :east) / 2, (:south + :north) / 2), 4326) END,
    CAST(:cells AS bigint[]), :derived, 'tests'
  FROM (SELECT 1) AS one LEFT JOIN jurisdiction parent ON parent.code = :parent
""")


def load(session: Session) -> None:
    """Put the reference set into an empty, migrated database."""
    for code, level, parent, name, name_ur, box in TREE:
        west, south, east, north = box
        own = None
        if level in ("circle", "station"):
            own = sorted(cells.compact(cells.cells_of_polygon(shapely.box(*box), cells.BASE_RESOLUTION)))
        session.execute(
            _PUT,
            {
                "code": code, "level": level, "parent": parent, "label": code.replace("-", "_"),
                "name": name, "name_ur": name_ur, "west": west, "south": south, "east": east, "north": north,
                "cells": own, "derived": level in ("circle", "station"),
            },
        )  # fmt: skip
    session.execute(
        text("""INSERT INTO crime_head (id, key, name, name_ur, part, gravity, protected, discovery)
                VALUES (:id, :key, :name, :name_ur, :part, :gravity, :protected, CAST(:discovery AS discovery))"""),
        [
            {
                "id": head.id, "key": head.key, "name": head.name, "name_ur": head.name_ur, "part": head.part,
                "gravity": head.rank, "protected": head.protected, "discovery": head.discovery,
            }
            for head in current_rules().heads.values()
        ],
    )  # fmt: skip
    session.execute(
        text("INSERT INTO source (key, name, owner_force) VALUES (:key, 'Test source', 'Test force')"), {"key": SOURCE}
    )
