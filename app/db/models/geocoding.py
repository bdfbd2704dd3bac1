"""What officers' pins taught, and the runs that place records anew."""

from datetime import datetime

from geoalchemy2 import WKBElement
from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base, Json, Key, Real, Whole, geometry


class LocalName(Base):
    """A name that people of a station's area use, learned from the pins of officers; withdrawn ones stay as history."""

    __tablename__ = "local_name"

    id: Mapped[Key]
    station_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    name: Mapped[str]
    key: Mapped[str]
    point: Mapped[WKBElement] = mapped_column(geometry("POINT"))
    radius_m: Mapped[Real]
    pins: Mapped[Whole]
    protected: Mapped[bool]
    made_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    made_by: Mapped[int | None] = mapped_column(ForeignKey("access.account.id"))
    changed_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("access.account.id"))
    withdrawn_reason: Mapped[str | None]


class LocalNamePin(Base):
    """One pin that a local name rests on, until the record is pinned elsewhere."""

    __tablename__ = "local_name_pin"

    local_name_id: Mapped[int] = mapped_column(ForeignKey("local_name.id", ondelete="CASCADE"), primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"))
    fix_id: Mapped[int] = mapped_column(ForeignKey("fix.id", ondelete="CASCADE"), primary_key=True)
    made_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    ended_at: Mapped[datetime | None]


class WriterHabits(Base):
    """How the writers of a station round distances and directions; of all stations together where none is named."""

    __tablename__ = "writer_habits"

    id: Mapped[Key]
    station_id: Mapped[int | None] = mapped_column(ForeignKey("jurisdiction.id"))
    habits: Mapped[Json]
    leak: Mapped[Real | None]
    texts: Mapped[Whole]
    pins: Mapped[Whole]
    is_own: Mapped[bool]
    learned_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class RedoRun(Base):
    """One run of placing records anew: what was asked, how far it is, what changed or would change."""

    __tablename__ = "redo_run"

    id: Mapped[Key]
    asked: Mapped[Json]
    dry_run: Mapped[bool]
    state: Mapped[str] = mapped_column(server_default=text("'running'"))
    after_id: Mapped[int] = mapped_column(server_default=text("0"))
    total: Mapped[int]
    counts: Mapped[Json] = mapped_column(server_default=text("'{}'::jsonb"))
    examples: Mapped[Json] = mapped_column(server_default=text("'[]'::jsonb"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("access.account.id"))
    made_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    changed_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
