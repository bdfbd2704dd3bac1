"""What the desks keep: saved views, and the layers of points that a room has loaded."""

from datetime import datetime

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base, Key

_NOW = text("now()")


class SavedView(Base):
    """The address of a desk under a name, for oneself or for one's unit."""

    __tablename__ = "saved_view"

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("access.account.id", ondelete="CASCADE"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    desk: Mapped[str]
    name: Mapped[str]
    query: Mapped[str]
    is_team: Mapped[bool] = mapped_column(server_default=text("false"))
    made_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    deleted_at: Mapped[datetime | None]
