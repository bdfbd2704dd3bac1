"""Mapping files: which column of theirs is which of ours, constants, and the words that they use for ours.

[columns]                 # ours = "theirs", or several written forms of it
number = ["fir_no", "FIR Number"]
[constants]               # ours = "value", for every row that has none of its own
district = "Lahore"
[values.status]           # theirs = "ours"
"اخراج" = "cancelled"
[formats]
date_order = "mdy"        # 03/25/2026; day first is the default
[source]                  # what `flask ingest` calls the source if it is new
key = "ucdp"
"""

import tomllib
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from app.ingest.dates import Order
from app.ingest.problems import FileRefused

FOLDER: Final = Path(__file__).parent / "mappings"

_PERSON: Final = ("complainant_name", "complainant_cnic", "complainant_phone")
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "fir": (
        "station", "district", "year", "number", "e_tag", "sections", "property", "occurred_from", "occurred_from_time",
        "occurred_to", "occurred_to_time", "reported_at", "reported_at_time", "entered_at", "place", "distance",
        "direction", "lat", "lon", "accuracy_m", *_PERSON, "narrative", "status", "diary_at", "diary_at_time",
        "despatched_at", "despatched_at_time", "arrested_at", "arrested_at_time", "delay_reason",
    ),
    "complaint": (
        "tag", "station", "district", "category", "occurred_from", "occurred_from_time", "occurred_to",
        "occurred_to_time", "reported_at", "reported_at_time", "entered_at", "place", "distance", "direction",
        "lat", "lon", "accuracy_m",
        *_PERSON, "status", "fir", "narrative",
    ),
    "stay": (
        "hotel", "hotel_name", "station", "district", "place", "lat", "lon", "check_in", "check_in_time", "check_out",
        "check_out_time", "reported_at", "entered_at", "guest_name", "guest_cnic", "guest_phone", "room", "purpose",
    ),
    "incident": (
        "id", "category", "occurred_from", "occurred_from_time", "occurred_to", "occurred_to_time", "reported_at",
        "reported_at_time", "entered_at", "place", "station", "district", "lat", "lon", "accuracy_m", "narrative",
        "status",
    ),
}  # fmt: skip
REQUIRED: Final[dict[str, frozenset[str]]] = {
    "fir": frozenset({"station", "number", "occurred_from"}),
    "complaint": frozenset({"tag", "station", "occurred_from"}),
    "stay": frozenset({"hotel", "check_in"}),
    "incident": frozenset({"id", "occurred_from"}),
}
_TABLES: Final = {"columns", "constants", "values", "formats", "source"}


def heading(text: str) -> str:
    """Give the form in which headings are compared: small letters and digits of any script, no marks, no spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if c.isalnum())


@dataclass(frozen=True)
class Mapping:
    """How one force's files become ours."""

    kind: str
    names: dict[str, str]
    constants: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    date_order: Order = "dmy"
    source: dict[str, str] = field(default_factory=dict)

    def name_of(self, theirs: str) -> str | None:
        """Give our name of a column of theirs, None for one that is not read."""
        return self.names.get(heading(theirs))

    @property
    def required(self) -> frozenset[str]:
        """The columns that a file must have beside the constants."""
        return REQUIRED[self.kind] - set(self.constants)

    def finish(self, values: dict[str, str]) -> dict[str, str]:
        """Put constants where a row has nothing, and our words for theirs."""
        for column, value in self.constants.items():
            if not values.get(column):
                values[column] = value
        for column, words in self.values.items():
            if column in values:
                values[column] = words.get(heading(values[column]), values[column])
        return values


def read_mapping(kind: str, path: Path | None = None) -> Mapping:
    """Give the mapping of a file, or the shipped one of a kind.

    Raises
    ------
    FileRefused
        ``mapping_unreadable``, or ``mapping_column`` for a column that is not ours.
    """
    return _read(kind, path or FOLDER / f"{kind}.toml", path is not None)


def _read(kind: str, path: Path, is_own: bool) -> Mapping:
    try:
        table: dict[str, Any] = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FileRefused("mapping_unreadable", name=path.name, why=str(error)[:200]) from error
    ours = set(COLUMNS[kind])
    columns, constants, values = (_table(table, name, path) for name in ("columns", "constants", "values"))
    for column in (*columns, *constants, *values):
        if column not in ours:
            raise FileRefused("mapping_column", name=path.name, column=column, columns=", ".join(COLUMNS[kind]))
    if set(table) - _TABLES:
        raise FileRefused("mapping_unreadable", name=path.name, why=", ".join(sorted(set(table) - _TABLES)))
    names = {heading(column): column for column in COLUMNS[kind]}
    if is_own:
        # A column that is mapped to one of theirs is no longer found under its own name by chance.
        names = {theirs: column for theirs, column in names.items() if column not in columns}
    for column, theirs in columns.items():
        for form in theirs if isinstance(theirs, list) else [theirs]:
            names[heading(str(form))] = column
    formats = _table(table, "formats", path)
    order = formats.get("date_order", "dmy")
    if order not in ("dmy", "mdy"):
        raise FileRefused("mapping_unreadable", name=path.name, why=f"date_order = {order!r}"[:200])
    return Mapping(
        kind,
        names,
        {column: str(value) for column, value in constants.items()},
        {
            column: {heading(str(theirs)): str(value) for theirs, value in _table(values, column, path).items()}
            for column in values
        },
        order,
        {name: str(value) for name, value in _table(table, "source", path).items()},
    )


def _table(table: dict[str, Any], name: str, path: Path) -> dict[str, Any]:
    found = table.get(name, {})
    if not isinstance(found, dict):
        raise FileRefused("mapping_unreadable", name=path.name, why=name)
    return found


@cache
def shipped(kind: str) -> Mapping:
    """Give the shipped mapping of a kind."""
    return read_mapping(kind)
