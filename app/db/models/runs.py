"""Forecast and hotspot runs with their cells, and the progress of long jobs."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import KIND, Base, Json, Key, Kind, Small, Whole

_NOW = text("now()")


class ForecastRun(Base):
    """One execution of a forecast, with its data hash, parameters, scores and expiry."""

    __tablename__ = "forecast_run"

    id: Mapped[Key]
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    head_id: Mapped[Small] = mapped_column(ForeignKey("crime_head.id"))
    week: Mapped[Whole]
    resolution: Mapped[Small]
    method: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=text("'draft'"))
    known_until: Mapped[datetime]
    data_hash: Mapped[str]
    parameters: Mapped[Json]
    scores: Mapped[Json]
    card: Mapped[Json] = mapped_column(server_default=text("'{}'::jsonb"))
    has_synthetic: Mapped[bool]
    made_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    expires_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("access.account.id"))
    outcome: Mapped[Json | None]
    shift: Mapped[Small | None]
    paused: Mapped[bool] = mapped_column(server_default=text("false"))
    notes: Mapped[Json] = mapped_column(server_default=text("'{}'::jsonb"))
    made_by: Mapped[int | None] = mapped_column(ForeignKey("access.account.id"))


class ForecastCell(Base):
    """A cell's expected mass in a run, with its interval, rank and drivers."""

    __tablename__ = "forecast_cell"

    run_id: Mapped[int] = mapped_column(ForeignKey("forecast_run.id", ondelete="CASCADE"), primary_key=True)
    cell: Mapped[int] = mapped_column(primary_key=True)
    rate: Mapped[float]
    low: Mapped[float]
    high: Mapped[float]
    rank: Mapped[Whole]
    drivers: Mapped[Json] = mapped_column(server_default=text("'[]'::jsonb"))
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    dispersion: Mapped[float] = mapped_column(server_default=text("0"))
    listed: Mapped[bool] = mapped_column(server_default=text("false"))
    unstable: Mapped[bool] = mapped_column(server_default=text("false"))
    unknown: Mapped[bool] = mapped_column(server_default=text("false"))
    paused: Mapped[bool] = mapped_column(server_default=text("false"))
    rested: Mapped[bool] = mapped_column(server_default=text("false"))


class ForecastRival(Base):
    """What another method forecast for a run's cells, in the order of the cells."""

    __tablename__ = "forecast_rival"

    run_id: Mapped[int] = mapped_column(ForeignKey("forecast_run.id", ondelete="CASCADE"), primary_key=True)
    method: Mapped[str] = mapped_column(primary_key=True)
    rates: Mapped[list[float]]
    dispersions: Mapped[list[float]]


class ForecastScore(Base):
    """One method's sums in one week, of a run's own week or of its backtest."""

    __tablename__ = "forecast_score"

    run_id: Mapped[int] = mapped_column(ForeignKey("forecast_run.id", ondelete="CASCADE"), primary_key=True)
    week: Mapped[Whole] = mapped_column(primary_key=True)
    method: Mapped[str] = mapped_column(primary_key=True)
    scored_on: Mapped[date] = mapped_column(primary_key=True)
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    origin: Mapped[str]
    shown: Mapped[bool]
    cells: Mapped[Whole]
    observed: Mapped[float]
    outside: Mapped[float]
    expected: Mapped[float]
    captured: Mapped[list[float]]
    best: Mapped[list[float]]
    deviance: Mapped[float]
    log_score: Mapped[float]
    crps: Mapped[float]
    covered: Mapped[float]
    top_cells: Mapped[float]
    top_covered: Mapped[float]


class PlaceRenewal(Base):
    """A named officer's word that a place may stand on lists for four more weeks."""

    __tablename__ = "place_renewal"

    id: Mapped[Key]
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    cell: Mapped[int]
    week: Mapped[Whole]
    account_id: Mapped[int] = mapped_column(ForeignKey("access.account.id"))
    officer: Mapped[str]
    reason: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=_NOW)


class HotspotRun(Base):
    """One execution of the hotspot test, with its seed and data version."""

    __tablename__ = "hotspot_run"

    id: Mapped[Key]
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    heads: Mapped[list[Small]]
    kinds: Mapped[list[Kind]] = mapped_column(ARRAY(KIND))
    week_first: Mapped[Whole]
    week_last: Mapped[Whole]
    resolution: Mapped[Small]
    seed: Mapped[int]
    permutations: Mapped[Whole]
    alpha: Mapped[float]
    data_version: Mapped[int]
    data_hash: Mapped[str]
    hot: Mapped[Whole]
    cold: Mapped[Whole]
    has_synthetic: Mapped[bool]
    made_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("access.account.id"))
    state: Mapped[str] = mapped_column(server_default=text("'draft'"))
    published_at: Mapped[datetime | None]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("access.account.id"))


class HotspotCell(Base):
    """A cell's test in a run: its mass, z, p, q and what it was found to be."""

    __tablename__ = "hotspot_cell"

    run_id: Mapped[int] = mapped_column(ForeignKey("hotspot_run.id", ondelete="CASCADE"), primary_key=True)
    cell: Mapped[int] = mapped_column(primary_key=True)
    mass: Mapped[int]
    z: Mapped[float]
    p: Mapped[float]
    q: Mapped[float]
    kind: Mapped[str]
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))


class JobProgress(Base):
    """How far a long job is, for whoever asked for it."""

    __tablename__ = "job_progress"

    id: Mapped[Key]
    task: Mapped[str]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("access.account.id"))
    arguments: Mapped[Json] = mapped_column(server_default=text("'{}'::jsonb"))
    state: Mapped[str] = mapped_column(server_default=text("'waiting'"))
    done: Mapped[int] = mapped_column(server_default=text("0"))
    total: Mapped[int | None]
    message: Mapped[str] = mapped_column(server_default=text("''"))
    result: Mapped[Json | None]
    cancel_asked: Mapped[bool] = mapped_column(server_default=text("false"))
    made_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    updated_at: Mapped[datetime] = mapped_column(server_default=_NOW)
