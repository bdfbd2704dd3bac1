"""Patrol plans with their places and visits; weekly briefings with who took them."""

from datetime import datetime

from geoalchemy2 import WKBElement
from sqlalchemy import ForeignKey, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import KIND, Base, Json, Key, Kind, Real, Small, Whole, geometry

_NOW = text("now()")
_NONE = text("''")


class PatrolPlan(Base):
    """What the patrols of a jurisdiction are to visit in a week and shift."""

    __tablename__ = "patrol_plan"

    id: Mapped[Key]
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    week: Mapped[Whole]
    shift: Mapped[Small | None]
    heads: Mapped[list[Small] | None]
    kinds: Mapped[list[Kind]] = mapped_column(ARRAY(KIND))
    patrols: Mapped[Small]
    minutes: Mapped[Small]
    settings: Mapped[Json]
    run_ids: Mapped[list[int]] = mapped_column(server_default=text("'{}'::bigint[]"))
    covered: Mapped[int]
    total: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    made_by: Mapped[int] = mapped_column(ForeignKey("access.account.id"))
    withdrawn_at: Mapped[datetime | None]


class PatrolPlace(Base):
    """A place of a plan, or one that its planner refused (patrol 0)."""

    __tablename__ = "patrol_place"

    id: Mapped[Key]
    plan_id: Mapped[int] = mapped_column(ForeignKey("patrol_plan.id", ondelete="CASCADE"))
    station_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    patrol: Mapped[Small]
    position: Mapped[Small]
    cell: Mapped[int]
    list_cell: Mapped[int]
    point: Mapped[WKBElement] = mapped_column(geometry("POINT"))
    decision: Mapped[str]
    locked: Mapped[bool] = mapped_column(server_default=text("false"))
    reason: Mapped[str] = mapped_column(server_default=_NONE)
    covered: Mapped[int]
    name: Mapped[str] = mapped_column(server_default=_NONE)
    name_ur: Mapped[str] = mapped_column(server_default=_NONE)
    drivers: Mapped[Json] = mapped_column(server_default=text("'[]'::jsonb"))


class PatrolVisit(Base):
    """A visit to a place, with its minutes once it has ended."""

    __tablename__ = "patrol_visit"

    id: Mapped[Key]
    place_id: Mapped[int] = mapped_column(ForeignKey("patrol_place.id"))
    station_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("access.account.id"))
    started_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    ended_at: Mapped[datetime | None]
    minutes: Mapped[Real | None]
    typed: Mapped[bool] = mapped_column(server_default=text("false"))
    point: Mapped[WKBElement | None] = mapped_column(geometry("POINT"))
    accuracy_m: Mapped[Real | None]


class WeeklyReport(Base):
    """A weekly briefing as it was made."""

    __tablename__ = "weekly_report"

    id: Mapped[Key]
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    week: Mapped[Whole]
    number: Mapped[Whole]
    figures: Mapped[Json]
    sha256: Mapped[str]
    has_synthetic: Mapped[bool]
    made_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("access.account.id"))


class WeeklyCopy(Base):
    """Who took a briefing, when and in which form."""

    __tablename__ = "weekly_copy"

    id: Mapped[Key]
    report_id: Mapped[int] = mapped_column(ForeignKey("weekly_report.id"))
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    form: Mapped[str]
    language: Mapped[str]
    account_id: Mapped[int] = mapped_column(ForeignKey("access.account.id"))
    taken_at: Mapped[datetime] = mapped_column(server_default=_NOW)
