"""Runs made and backtests run, as the forecaster's role.

What is forecast: `planning`. What is read for it: `reading`. How one is made: `making`. How it is kept: `keeping`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from flask import current_app
from sqlalchemy import RowMapping
from sqlalchemy.orm import Session
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from app.db.named import sql
from app.db.queue import Report, quiet
from app.db.session import forecaster_session, worker_session
from app.forecasts import keeping, making, reading, registration, watching
from app.forecasts.errors import NoSuchMethod, NoSuchShift, NothingToForecast, TooFarAhead, check_on
from app.forecasts.planning import HEADS, LEAST_RECORDS, Planned, Series, coming_week, heads_by_key, plan
from app.forecasts.reading import Area
from app.records import mass
from forecasting.cube import Cube, relate
from forecasting.errors import ForecastingError
from forecasting.registry import METHODS
from spatial import shifts


@dataclass
class Outcome:
    """What a call of `run` made, and what it left with the reason."""

    runs: list[int] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON holds it."""
        return asdict(self)


def methods_of_node() -> tuple[str, ...]:
    """Give the methods among which this node's forecasts choose, in the registry's order.

    Raises
    ------
    NoSuchMethod
        If the setting names one that there is not.
    """
    named = [name.strip() for name in current_app.extensions["naqsha.settings"].forecast_methods.split(",")]
    wanted = [name for name in named if name]
    if not set(wanted) <= set(METHODS):
        raise NoSuchMethod(methods=", ".join(METHODS))
    return tuple(name for name in METHODS if name in (wanted or making.USUAL_METHODS))


def shift_numbers(names: Sequence[str]) -> tuple[int, ...]:
    """Give the numbers of shifts by their names.

    Raises
    ------
    NoSuchShift
    """
    if not set(names) <= set(shifts.SHIFT_NAMES):
        raise NoSuchShift
    return tuple(shifts.SHIFT_NAMES.index(name) for name in names)


def cubes(
    session: Session, area: Area, heads: Sequence[RowMapping], week: int, known_until: datetime, **asked: Any
) -> dict[str, tuple[Cube, dict[str, float]]]:
    """Give each head's cube of whole weeks before a date, with the records that no cell could hold."""
    end = min(week, shifts.week_of(known_until))
    first = end - making.HISTORY_WEEKS
    found = reading.pieces(session, area, [head["id"] for head in heads], date=known_until, weeks=(first, end), **asked)
    # The span begins where the jurisdiction's data do, the same for every head: years without a system are not years
    # without crime.
    begins = [int(part.columns["week"].min()) for part in found.values() if part.columns["week"].size]
    weeks = (max(first, min(begins, default=end)), end)
    return {
        head["key"]: (
            Cube.from_events(part.columns, area=area.study, weeks=weeks),
            {"coarse": part.coarse / 1e6, "unplaced": part.unplaced / 1e6},
        )
        for head in heads
        for part in (found[head["id"]],)
    }


def run(
    *,
    jurisdiction: str | None = None,
    heads: Sequence[str] | None = None,
    shifts_of_day: Sequence[str] | None = None,
    within: Sequence[str] | None = None,
    week: int | None = None,
    now: str | datetime | None = None,
    methods: Sequence[str] | None = None,
    fresh: bool = False,
    account: int | None = None,
    report: Report = quiet,
) -> Outcome:
    """Forecast a week for one jurisdiction or all that have data, and keep each run as a draft.

    A week that has begun is forecast from what was known at its start; the coming one from what is known now.

    Parameters
    ----------
    shifts_of_day : sequence of str, optional
        The shifts to forecast, and nothing else; without it the whole day, and the shifts where the data carry them and
        the settings want them. An empty one: the whole day alone.
    within : sequence of str, optional
        Codes of jurisdictions: only what lies in them is forecast.
    methods : sequence of str, optional
        Those to choose among; those of the settings if not given.
    fresh : bool
        Choose the method anew, even where an earlier choice still holds.

    Raises
    ------
    SwitchedOff, NoSuchHead, NoSuchShift, NoSuchMethod, TooFarAhead, reading.NoSuchJurisdiction, reading.AreaTooSmall
    """
    check_on()
    moment = _moment(now)
    target = coming_week(moment) if week is None else week
    known_until = min(moment, shifts.week_start(target))
    among = methods_of_node() if methods is None else tuple(methods)
    outcome = Outcome()
    if target > coming_week(moment):
        raise TooFarAhead
    with forecaster_session() as session:
        reading.check_area(session, jurisdiction)
        if heads:
            heads_by_key(session, heads)
        planned = plan(session, jurisdiction, heads, moment, within=within)
    wanted = [(each, _shifts_of(each, shifts_of_day)) for each in planned]
    total = sum(len(parts) for _, parts in wanted)
    done = 0
    for each, parts in wanted:
        if not parts:
            outcome.left[each.code] = str(NothingToForecast())
        report(done, total, f"{each.code}: reading")
        for series, read in _series(each, parts, target, known_until):
            done += 1
            try:
                # One thread: the products are small, and waking others costs more than they do.
                with threadpool_limits(1):
                    number, line = _make(series, read, target, known_until, among, fresh=fresh, account=account)
            except (ForecastingError, NothingToForecast) as error:
                outcome.left[str(series)] = str(error)
                report(done, total, f"{series}: {error}")
            else:
                outcome.runs.append(number)
                report(done, total, line)
    return outcome


@dataclass(frozen=True)
class Read:
    """What was read for one series: its cube as registered, what no cell could hold, and what may be learned from."""

    cube: Cube
    left_out: dict[str, float]
    synthetic: bool
    stations: watching.Stations
    sight: list[dict[str, Any]]
    conditioned: registration.Conditioned


def _shifts_of(planned: Planned, asked: Sequence[str] | None) -> list[tuple[str, int | None]]:
    """Give the heads of a jurisdiction, each with the part of the day to forecast; None is all of it."""
    if asked:
        return [(head, shift) for shift in shift_numbers(asked) for head in planned.heads]
    whole: list[tuple[str, int | None]] = [(head, None) for head in planned.heads]
    if asked is not None or not current_app.extensions["naqsha.settings"].forecast_shifts:
        return whole
    by_shift = [(head, shift) for shift in range(3) for head in planned.heads if head in planned.timed]
    return whole + by_shift


def _series(
    planned: Planned, parts: Sequence[tuple[str, int | None]], target: int, known_until: datetime
) -> Iterator[tuple[Series, Read]]:
    """Read a jurisdiction's series, the heads of one part of the day at a time."""
    if not parts:
        return
    with forecaster_session() as session:
        area = reading.area_of(session, planned.code)
        stations = watching.stations_of(session, area)
        # Every usual head is read, whichever are asked for: a head borrows from the others, and must come out the same.
        heads = {
            row["key"]: row for row in heads_by_key(session, list(dict.fromkeys([h for h, _ in parts] + [*HEADS])))
        }
    with worker_session() as session:
        synthetic = bool(
            session.execute(
                sql("forecasts.has_synthetic"), {"kinds": list(reading.KINDS), "jurisdiction": planned.code}
            ).scalar()
        )
    with worker_session() as session:
        mass.ensure_cells(session, area.study.cells.tolist())
    seen: dict[tuple[int, int | None], watching.Watched] = {}
    for shift in dict.fromkeys(shift for _, shift in parts):
        wanted = [heads[head] for head, of in parts if of == shift]
        with forecaster_session() as session:
            found = cubes(session, area, list(heads.values()), target, known_until, shift=shift)
        raw = {key: cube for key, (cube, _) in found.items()}
        first = min((int(cube.weeks[0]) for cube in raw.values() if len(cube.weeks)), default=0)
        # A station registers by day and night, whichever shift is forecast. Where none is drawn the cells are watched,
        # and those of one shift show nothing of another.
        watch = (first, None if stations.codes else shift)
        if watch not in seen:
            with forecaster_session() as session:
                seen[watch] = watching.watch(*watching.read(session, area, stations, raw), stations)
        watched = seen[watch]
        learned = {key: registration.condition(cube, stations, watched, key) for key, cube in raw.items()}
        raw, learned = relate(raw), registration.related(learned)
        for head in wanted:
            key = head["key"]
            yield (
                Series(area, head, shift),
                Read(raw[key], found[key][1], synthetic, stations, watched.sight, learned[key]),
            )


def _make(
    series: Series,
    read: Read,
    week: int,
    known_until: datetime,
    methods: tuple[str, ...],
    *,
    fresh: bool,
    account: int | None,
) -> tuple[int, str]:
    """Make and keep one run; gives its id and a line about it."""
    if float(read.cube.records.sum()) < LEAST_RECORDS:
        raise NothingToForecast
    facts = {
        "jurisdiction": series.area.code,
        "shift": None if series.shift is None else shifts.SHIFT_NAMES[series.shift],
        "resolution": series.area.resolution,
        "kinds": list(reading.KINDS),
        "discoveries": list(reading.DISCOVERIES),
        "known_until": known_until.isoformat(),
        "synthetic": read.synthetic,
        "methods": list(methods),
    }
    conditioned = read.conditioned
    with forecaster_session() as session:
        kept = None if fresh else keeping.examination(session, series, week, methods)
    made = making.make_forecast(
        read.cube,
        week,
        series.head["key"],
        left_out=read.left_out,
        facts=facts | conditioned.facts,
        methods=methods,
        kept=kept,
        learning=(conditioned.held, conditioned.cube),
    )
    with forecaster_session() as session:
        number = keeping.keep(
            session,
            series,
            made,
            week,
            known_until,
            synthetic=read.synthetic,
            account=account,
            conditioned=conditioned,
            sight=read.sight,
            station=read.stations.group,
            year=registration.year_of(read.cube),
        )
    hit_rate = made.scores["methods"][made.forecast.method]["hit_rate"]["0.05"]
    shown = "no records to score on" if hit_rate is None else f"{hit_rate:.1%} of records in 5 % of the area"
    return number, f"{series}: run {number}, {made.forecast.method}, {shown}"


def backtest(
    *,
    jurisdiction: str | None = None,
    heads: Sequence[str] | None = None,
    within: Sequence[str] | None = None,
    weeks: int = making.MOST_WEEKS,
    now: str | datetime | None = None,
    report: Report = quiet,
) -> list[dict[str, Any]]:
    """Give the scores of every method on the last weeks, and keep nothing."""
    check_on()
    moment = _moment(now)
    target = coming_week(moment)
    methods = methods_of_node()
    rows: list[dict[str, Any]] = []
    with forecaster_session() as session:
        reading.check_area(session, jurisdiction)
        if heads:
            heads_by_key(session, heads)
        planned = plan(session, jurisdiction, heads, moment, within=within)
    total = sum(len(each.heads) for each in planned)
    for each in planned:
        report(len(rows), total, f"{each.code}: reading")
        for series, read in _series(each, [(head, None) for head in each.heads], target, moment):
            rows.append(_backtested(series, read.cube, target, weeks, methods))
            report(len(rows), total, str(series))
    return rows


def _backtested(series: Series, cube: Cube, target: int, weeks: int, methods: tuple[str, ...]) -> dict[str, Any]:
    row: dict[str, Any] = {"jurisdiction": series.area.code, "head": series.head["key"]}
    try:
        with threadpool_limits(1):
            examination = making.examine(cube, target, test_weeks=weeks, methods=methods)
    except ForecastingError as error:
        return row | {"error": str(error)}
    return row | {
        "published": examination.method,
        "cells": len(series.area.study),
        "resolution": series.area.resolution,
        **examination.scores,
    }


def _moment(now: str | datetime | None) -> datetime:
    if isinstance(now, str):
        return datetime.fromisoformat(now)
    return now or datetime.now(UTC)
