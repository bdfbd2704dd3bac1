"""The law of mass on the database: whatever the filter, SQL counts what Python counts, record by record."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db.named import sql
from app.records import mass as written
from app.records.filters import ALWAYS, Box, Filter, Window, level_of, whole_levels
from spatial import cells as h3cells
from spatial import mass, shifts
from tests import factories
from tests.reference_set import CITY, CLIFTON, GULBERG, STATIONS

HEADS = ("robbery", "burglary", "murder", "rape")
KINDS = ("fir", "complaint", "stay", "incident")


def _placed(rng: random.Random, station: str) -> tuple[int, list[int], list[int]]:
    west, south, east, north = STATIONS[station]
    centre = h3cells.cell_of(rng.uniform(south, north), rng.uniform(west, east), rng.choice([9, 9, 9, 8, 7, 6, 5, 4]))
    own = h3cells.disk(centre, rng.choice([0, 0, 1, 2]))
    return h3cells.resolution(centre), own, list(mass.apportion([rng.random() + 0.01 for _ in own]))


def _occurred(rng: random.Random) -> tuple[datetime, datetime]:
    start = datetime(2023, 1, 1, tzinfo=UTC) + timedelta(minutes=rng.randrange(60 * 24 * 1400))
    return start, start + timedelta(hours=rng.choice([0, 0, 1, 9, 30, 400]))


class Planted:
    """The records of the test as Python knows them."""

    def __init__(self, session: Session) -> None:
        rng = random.Random(7)
        self.rows: list[dict[str, Any]] = []
        ids = []
        for _ in range(160):
            station = rng.choice([GULBERG, CITY, CLIFTON])
            head = rng.choice(HEADS)
            row: dict[str, Any] = {
                "kind": rng.choice(KINDS),
                "station": station,
                "head": head,
                "protected": head == "rape",
                "occurred": _occurred(rng),
                "placed": _placed(rng, station),
            }
            row["id"] = factories.record(session, **{key: value for key, value in row.items() if key != "id"})
            if rng.random() < 0.15:  # unplaced
                row["placed"] = (0, [0], [mass.UNIT])
                session.execute(
                    text(
                        "UPDATE mass SET resolution = 0, cells = '{0}', cell_upto = '{1000000}', keys = '{0}' "
                        "WHERE record_id = :id"
                    ),
                    row,
                )
            first, shift_mass = shifts.spread(*row["occurred"])
            row["first"], row["shift_mass"] = first, shift_mass
            row["joint"] = mass.joint(row["placed"][2], shift_mass)
            row["head_id"] = factories.head_id(session, head)
            row["station_id"] = factories.jurisdiction_id(session, station)
            self.rows.append(row)
        ids = list(session.execute(text("SELECT id FROM mass ORDER BY id")).scalars())
        written.ensure_cells(session, {cell for row in self.rows for cell in row["placed"][1]})
        written.add_deltas(session, ids[:120])
        written.fold(session)
        written.add_deltas(session, ids[120:])  # a rest that readers must add themselves
        session.commit()

    def expected(self, wanted: Filter, sees_protected: bool) -> dict[str, Any]:
        """Give cells and beside by brute force."""
        shown: dict[int, int] = {}
        beside = {"coarse": 0, "unplaced": 0, "held_back": 0}
        hides = wanted.hides_protected(sees_protected)
        for row in self.rows:
            if wanted.kinds is not None and row["kind"] not in wanted.kinds:
                continue
            if wanted.heads is not None and row["head_id"] not in wanted.heads:
                continue
            if wanted.stations is not None and row["station_id"] not in wanted.stations:
                continue
            index = row["first"] + np.arange(len(row["shift_mass"]))
            chosen = (index >= wanted.window.first) & (index < wanted.window.end)
            if wanted.shift is not None:
                chosen &= index % 3 == wanted.shift
            resolution, own, _ = row["placed"]
            for cell, value in zip(own, row["joint"][:, chosen].sum(axis=1), strict=True):
                if not value:
                    continue
                if resolution == 0:
                    beside["unplaced"] += int(value)
                elif row["protected"] and hides:
                    beside["held_back"] += int(value)
                elif resolution < wanted.resolution:
                    beside["coarse"] += int(value)
                else:
                    up = h3cells.parent(cell, wanted.resolution)
                    shown[up] = shown.get(up, 0) + int(value)
        if wanted.box:
            box = wanted.box
            shown = {
                cell: value
                for cell, value in shown.items()
                if box.south <= h3cells.centre(cell)[0] < box.north and box.west <= h3cells.centre(cell)[1] < box.east
            }
        return {"shown": shown, "beside": {place: value for place, value in beside.items() if value}}


@pytest.fixture(scope="module")
def engine_session(database_name: str) -> Any:
    from tests.conftest import _engine

    with Session(_engine(database_name, "worker"), expire_on_commit=False) as session:
        yield session


@pytest.fixture(scope="module")
def planted(engine_session: Session) -> Planted:
    return Planted(engine_session)


_ALL_HEADS = tuple(range(60))
windows = st.one_of(
    st.just(ALWAYS),
    st.tuples(st.integers(57_900, 62_400), st.integers(1, 2_500)).map(lambda pair: Window(pair[0], pair[0] + pair[1])),
)
filters = st.builds(
    Filter,
    window=windows,
    kinds=st.one_of(st.none(), st.sets(st.sampled_from(KINDS), min_size=1).map(lambda kinds: tuple(sorted(kinds)))),
    shift=st.one_of(st.none(), st.integers(0, 2)),
    resolution=st.integers(4, 9),
    all_heads=st.just(_ALL_HEADS),
    box=st.one_of(st.none(), st.just(Box(74.0, 31.0, 74.33, 32.0))),
)


def _ask(session: Session, wanted: Filter, sees_protected: bool) -> dict[str, Any]:
    rows = session.execute(
        sql("records.cells"),
        wanted.binds()
        | wanted.window.weeks()
        | wanted.box_binds()
        | whole_levels(0, level_of(wanted.resolution))
        | {"resolution": wanted.resolution, "hides_protected": wanted.hides_protected(sees_protected)},
    ).all()
    return {
        "shown": {row.cell: row.mass for row in rows if row.place == "shown"},
        "beside": {row.place: row.mass for row in rows if row.place != "shown" and row.mass},
    }


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    wanted=filters, head=st.sampled_from([None, *HEADS]), station=st.sampled_from([None, GULBERG]), sees=st.booleans()
)
def test_law_of_mass(
    engine_session: Session, planted: Planted, wanted: Filter, head: str | None, station: str | None, sees: bool
) -> None:
    from dataclasses import replace

    if head:
        wanted = replace(wanted, heads=(factories.head_id(engine_session, head),))
    if station:
        wanted = replace(wanted, stations=(factories.jurisdiction_id(engine_session, station),))
    assert _ask(engine_session, wanted, sees) == planted.expected(wanted, sees)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=filters, sees=st.booleans())
def test_summary_counts_what_the_cells_count(
    engine_session: Session, planted: Planted, wanted: Filter, sees: bool
) -> None:
    from app.records import service

    summary = service.summary(engine_session, wanted, sees)
    cells = service.cells(engine_session, wanted, sees)
    assert summary["total"] == pytest.approx(cells["total"], abs=1e-9)
    assert summary["placed"] == pytest.approx(cells["mass"] + cells["coarse"], abs=1e-9)
    for split in ("by_kind", "by_head", "by_week"):
        assert sum(summary[split].values()) == pytest.approx(summary["total"], abs=1e-6)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=filters, sees=st.booleans(), choice=st.randoms(use_true_random=False))
def test_cell_is_the_sum_of_the_records_it_opens(
    engine_session: Session, planted: Planted, wanted: Filter, sees: bool, choice: random.Random
) -> None:
    from app.records import service

    shown = _ask(engine_session, wanted, sees)["shown"]
    for cell in choice.sample(sorted(shown), min(3, len(shown))):
        total, cursor = 0.0, None
        while True:  # through every page
            page = service.records_in_cell(engine_session, cell, wanted, sees, cursor, 5)
            total += sum(record["mass"] for record in page["records"])
            assert page["mass"] == shown[cell] / mass.UNIT
            cursor = page["next"]
            if cursor is None:
                break
        assert round(total * mass.UNIT) == shown[cell]


def test_rebuild_gives_the_same_bytes(engine_session: Session, planted: Planted) -> None:
    written.fold(engine_session)
    folded = written.digest(engine_session)
    assert written.rebuild(engine_session) == folded
    # The control: a rollup that drifted is seen.
    engine_session.execute(text("UPDATE rollup SET total = total + 1 WHERE level = 9"))
    drifted = written.digest(engine_session)
    assert drifted != folded
    assert written.rebuild(engine_session) == folded
    engine_session.commit()


def test_ended_mass_leaves_nothing(engine_session: Session, planted: Planted) -> None:
    """A correction takes the old mass out of every map at once, and folding then removes the empty rows."""
    ids = [row["id"] for row in planted.rows]
    with engine_session.begin_nested() as savepoint:
        written.close_mass(engine_session, ids)
        assert _ask(engine_session, Filter(), True) == {"shown": {}, "beside": {}}
        written.fold(engine_session)
        assert engine_session.execute(text("SELECT count(*) FROM rollup")).scalar() == 0
        savepoint.rollback()


def test_sql_twins_of_the_pure_functions(engine_session: Session) -> None:
    rng = random.Random(3)
    for _ in range(200):
        cell = h3cells.cell_of(rng.uniform(24, 37), rng.uniform(61, 77), rng.choice([9, 8, 7, 6, 5, 4]))
        up = rng.randint(4, 9)
        shift = rng.randint(-30_000, 90_000)
        got = engine_session.execute(
            text("SELECT cell_parent(:cell, :up), shift_week(:shift), shift_of_day(:shift), week_bucket(:shift, 16)"),
            {"cell": cell, "up": up, "shift": shift},
        ).one()
        wanted = h3cells.parent(cell, up) if h3cells.resolution(cell) >= up else cell
        assert tuple(got) == (wanted, shifts.week_of_shift(shift), shift % 3, shift // 16)
