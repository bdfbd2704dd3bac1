"""The shapes of exports: what can be asked, and the head that every file carries."""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from app.records.filters import FilterQuery

What = Literal["records", "cells"]
Form = Literal["csv", "geojson", "gpkg", "xlsx"]
MIMETYPES: dict[str, str] = {
    "csv": "text/csv",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class ExportQuery(FilterQuery):
    """The filter of a map; the resolution says for which map masses are sorted into cells, coarse and held back."""

    resolution: int = Field(9, ge=4, le=9, description="H3 resolution")


@dataclass(frozen=True)
class Head:
    """What every export says of itself: whose it is, when it was made, which filter, and how its numbers add up.

    Masses are in records, with six decimals; cells + coarse + unplaced + held back = all.
    """

    what: str
    filter: dict[str, str]
    by: str
    made_at: str
    data_to: str
    rows: int
    mass: dict[str, float]
    stays: str
    synthetic: bool

    def lines(self) -> list[tuple[str, str]]:
        """Give the head as pairs of words, in the order in which they are read."""
        masses = "; ".join(f"{name} {value:.6f}" for name, value in self.mass.items())
        return [
            ("Naqsha export", self.what),
            ("Filter", "&".join(f"{key}={value}" for key, value in self.filter.items())),
            ("Exported by", self.by),
            ("Exported at", self.made_at),
            ("Data to", self.data_to),
            ("Rows", str(self.rows)),
            ("Mass in records", masses),
            *([("Hotel stays", self.stays)] if self.stays else []),
            ("Synthetic", "yes: made by a generator" if self.synthetic else "no"),
            ("Use", "For police use only. Not evidence. Every export is written down in the audit log."),
        ]

    def as_json(self) -> dict[str, Any]:
        """Give the head as JSON."""
        return {
            "what": self.what,
            "filter": self.filter,
            "by": self.by,
            "made_at": self.made_at,
            "data_to": self.data_to,
            "rows": self.rows,
            "mass": self.mass,
            "stays": self.stays or None,
            "synthetic": self.synthetic,
            "use": self.lines()[-1][1],
        }
