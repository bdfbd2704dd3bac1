"""The jurisdiction of a briefing, with its outline and its recording units."""

from dataclasses import dataclass
from typing import Any

import shapely
from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from app.db.named import sql


@dataclass(frozen=True)
class Top:
    """The jurisdiction of a briefing, with its recording units."""

    id: int
    code: str
    level: str
    name: str
    name_ur: str | None
    path: str
    area: Any
    outline: str
    derived: bool
    stations: tuple[RowMapping, ...]

    @property
    def ids(self) -> list[int]:
        """Give the recording units' ids."""
        return [row["id"] for row in self.stations]


def top_of(session: Session, row: RowMapping) -> Top:
    """Give the jurisdiction of a row of weekly.top."""
    stations = tuple(session.execute(sql("weekly.stations"), {"top": row["id"]}).mappings())
    return Top(
        row["id"],
        row["code"],
        row["level"],
        row["name"],
        row["name_ur"],
        row["path"],
        shapely.from_wkb(bytes(row["area"])),
        row["outline"],
        row["derived"],
        stations,
    )
