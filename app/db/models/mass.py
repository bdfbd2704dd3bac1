"""Fixes, mass and rollups: where each record lies, how its unit is spread, and the sums that maps read.

Maps and forecasts read these in sets, by named SQL; the models are for one record's rows.
"""

from datetime import datetime

from geoalchemy2 import WKBElement
from sqlalchemy import ForeignKey, text
from sqlalchemy.dialects.postgresql import INT4RANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import DISCOVERY, KIND, Base, Discovery, Json, Key, Kind, Real, Small, Whole, geometry


class FixRow(Base):
    """Where a record happened, as believed for a span; the current one has no `known_until`."""

    __tablename__ = "fix"

    id: Mapped[Key]
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"))
    station_id: Mapped[int]
    method: Mapped[str]
    score: Mapped[Real]
    accuracy_m: Mapped[Real | None]
    point: Mapped[WKBElement | None] = mapped_column(geometry("POINT"))
    matched: Mapped[str | None]
    reasons: Mapped[Json] = mapped_column(server_default=text("'[]'::jsonb"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("access.account.id"))
    known_from: Mapped[datetime] = mapped_column(server_default=text("now()"))
    known_until: Mapped[datetime | None]


class Mass(Base):
    """A record's unit over cells and shifts, as believed for a span."""

    __tablename__ = "mass"

    id: Mapped[Key]
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"))
    fix_id: Mapped[int] = mapped_column(ForeignKey("fix.id"))
    station_id: Mapped[int]
    kind: Mapped[Kind] = mapped_column(KIND)
    head_id: Mapped[Small]
    discovery: Mapped[Discovery] = mapped_column(DISCOVERY)
    protected: Mapped[bool]
    resolution: Mapped[Small]
    cells: Mapped[list[int]]
    cell_upto: Mapped[list[Whole]]
    keys: Mapped[list[int]]
    shifts: Mapped[Range[int]] = mapped_column(INT4RANGE)
    shift_mass: Mapped[list[Whole]]
    known_at: Mapped[datetime]
    known_from: Mapped[datetime] = mapped_column(server_default=text("now()"))
    known_until: Mapped[datetime | None]


class Rollup(Base):
    """The folded mass of a cell and bucket, by station, kind, discovery and protection."""

    __tablename__ = "rollup"

    level: Mapped[Small] = mapped_column(primary_key=True, autoincrement=False)
    span: Mapped[Small] = mapped_column(primary_key=True)
    bucket: Mapped[Whole] = mapped_column(primary_key=True)
    cell: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Kind] = mapped_column(KIND, primary_key=True)
    discovery: Mapped[Discovery] = mapped_column(DISCOVERY, primary_key=True)
    protected: Mapped[bool] = mapped_column(primary_key=True)
    slots: Mapped[list[Small]]
    masses: Mapped[list[int]]
    total: Mapped[int]


class RollupDelta(Base):
    """A change of mass that is not yet folded: inserted only, so that no writer waits for another."""

    __tablename__ = "rollup_delta"

    id: Mapped[Key]
    resolution: Mapped[Small]
    week: Mapped[Whole]
    cell: Mapped[int]
    station_id: Mapped[int]
    kind: Mapped[Kind] = mapped_column(KIND)
    discovery: Mapped[Discovery] = mapped_column(DISCOVERY)
    protected: Mapped[bool]
    slots: Mapped[list[Small]]
    masses: Mapped[list[int]]
