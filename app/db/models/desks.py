"""What the desks keep: saved views, and the layers of points that a room has loaded."""

from datetime import datetime

from geoalchemy2 import WKBElement
from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base, Json, Key, Whole, geometry

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


class PointLayer(Base):
    """A layer of points that a room has loaded: cameras, posts, ..."""

    __tablename__ = "point_layer"

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("access.account.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    name: Mapped[str]
    points: Mapped[Whole]
    made_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    deleted_at: Mapped[datetime | None]


class LayerPoint(Base):
    """A point of such a layer, with its name and the file's other columns."""

    __tablename__ = "layer_point"

    layer_id: Mapped[int] = mapped_column(ForeignKey("point_layer.id", ondelete="CASCADE"), primary_key=True)
    n: Mapped[Whole] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(server_default=text("''"))
    detail: Mapped[Json] = mapped_column(server_default=text("'{}'::jsonb"))
    point: Mapped[WKBElement] = mapped_column(geometry("POINT"))
