"""The audit log.  It is written through `audit.note` and read; nobody changes it, so these models are for reading."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base, Json, Key

_CLOCK = text("clock_timestamp()")


class Entry(Base):
    """Who did what to which thing, and why."""

    __tablename__ = "entry"
    __table_args__ = {"schema": "audit"}

    id: Mapped[Key]
    at: Mapped[datetime] = mapped_column(server_default=_CLOCK)
    account_id: Mapped[int | None]
    action: Mapped[str]
    object: Mapped[str] = mapped_column(server_default=text("''"))
    object_id: Mapped[int | None]
    reason: Mapped[str] = mapped_column(server_default=text("''"))
    detail: Mapped[Json] = mapped_column(server_default=text("'{}'::jsonb"))


class Seal(Base):
    """A link of the chain over the entries: the hash of the one before and of one entry."""

    __tablename__ = "seal"
    __table_args__ = {"schema": "audit"}

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(unique=True)
    previous: Mapped[bytes]
    hash: Mapped[bytes]
    sealed_at: Mapped[datetime] = mapped_column(server_default=_CLOCK)
