"""Placing records anew: first shown, then done; mass moves exactly, what officers said stays, nobody waits."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db.queue import Stopped
from app.db.session import worker_session
from app.errors import InvalidFilter
from app.geocode import redo
from app.geocode.redo import Asked
from app.ingest.service import ingest_file
from app.records import mass
from app.records.pins import pin
from tests.reference_set import CLIFTON, GULBERG

FIR = "station,district,year,number,sections,occurred_from,occurred_to,reported_at,place,distance,direction,status"
ROW = "{0},,2026,{1},392 PPC,2026-11-02 22:00,2026-11-03 06:00,2026-11-03 07:00,{2},,,{3}"


@pytest.fixture
def load(app: APIFlask, tmp_path: Path) -> Callable[..., None]:
    """Give `load(first, places, station, status)`: FIRs with these places, numbered from the first."""

    def do(first: int, places: list[str], station: str = GULBERG, status: str = "") -> None:
        rows = [ROW.format(station, first + at, place, status) for at, place in enumerate(places)]
        path = tmp_path / f"{first}.csv"
        path.write_text("\n".join([FIR, *rows]) + "\n", encoding="utf-8")
        with app.app_context():
            counts = ingest_file("fir", path)
        assert counts.accepted == len(places)

    return do


@pytest.fixture
def learn(worker: Session) -> Callable[..., None]:
    """Give `learn(name, lat, lon)`: a landmark of Lahore that reference data did not have before."""

    def do(name: str, lat: float, lon: float) -> None:
        worker.execute(
            text("""WITH made AS (
                      INSERT INTO place (ref, kind, name, point, radius_m, district_id, licence)
                      SELECT :ref, 'landmark', :name, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), 100, id, 'tests'
                      FROM jurisdiction WHERE code = 'PK-PB-LHR' RETURNING id, district_id)
                    INSERT INTO place_name (key, place_id, district_id)
                    SELECT lower(:name), id, district_id FROM made"""),
            {"ref": f"t-{name}", "name": name, "lat": lat, "lon": lon},
        )
        worker.commit()

    return do


def ask(app: APIFlask, dry_run: bool, **asked: Any) -> dict[str, Any]:
    with app.app_context():
        with worker_session() as session:
            run = redo.ask(session, Asked(**asked), dry_run=dry_run)
        return redo.run(run)


def counts(run: dict[str, Any]) -> dict[str, int]:
    return {name: count for name, count in run["counts"].items() if count}


def everything(session: Session) -> list[Any]:
    """Give all fixes, mass and deltas, to see that nothing of it has changed."""
    session.rollback()
    return [
        session.execute(text(f"SELECT md5(string_agg(t::text, '' ORDER BY id)) FROM {table} t")).scalar()
        for table in ("fix", "mass", "rollup_delta")
    ]


def methods(session: Session, station: str = GULBERG) -> dict[int, list[str]]:
    """Give the methods of all fixes that each FIR of a station ever had, by its number."""
    session.rollback()
    found = session.execute(
        text("""SELECT fir.number, array_agg(f.method ORDER BY f.id) AS methods
                FROM fix f JOIN fir USING (record_id) JOIN jurisdiction j ON j.id = f.station_id
                WHERE j.code = :station GROUP BY fir.number"""),
        {"station": station},
    )
    return {row.number: row.methods for row in found}


def law(session: Session) -> None:
    """Every record that counts has one whole unit of current mass, and deltas and rollups say the same."""
    with Session(session.get_bind()) as folding, folding.begin():
        mass.fold(folding)
        assert mass.digest(folding) == mass.rebuild(folding), "what was folded is what the mass says"
    session.rollback()
    records = session.execute(text("SELECT count(*) FROM record WHERE NOT cancelled")).scalar_one()
    assert session.execute(text("SELECT count(*) FROM mass WHERE known_until IS NULL")).scalar() == records
    assert session.execute(text("SELECT count(*) FROM fix WHERE known_until IS NULL")).scalar_one() >= records
    total = session.execute(text("SELECT sum(total) FROM rollup WHERE level = 0 AND span = 1")).scalar()
    assert total == records * 1_000_000


def test_what_would_change_is_shown_and_then_done(app: APIFlask, load: Any, learn: Any, worker: Session) -> None:
    load(1, ["Liberty Chowk"] * 3 + ["wxyz qqq"])
    load(11, ["Liberty Chowk"], CLIFTON)
    load(21, ["Liberty Chowk"], status="cancelled")
    learn("Liberty Chowk", 31.5105, 74.3505)
    first = worker.execute(text("SELECT id FROM record WHERE key = :k"), {"k": f"{GULBERG}/2026/1"}).scalar_one()
    pin(worker, first, 31.515, 74.345, None)
    before = everything(worker)
    shown = ask(app, True, jurisdiction="PK-PB-LHR")
    assert everything(worker) == before, "a dry run changes nothing"
    assert shown["total"] == 3, "neither the pinned one, nor the cancelled one, nor Karachi's"
    moved = shown["counts"]["moved_near"] + shown["counts"]["moved_far"]
    assert moved == 2 and shown["counts"]["unchanged"] == 1
    assert {example["from"] for example in shown["examples"]} == {"station_area"}
    assert not {"lat", "lon", "name"} & {key for example in shown["examples"] for key in example}

    done = ask(app, False, jurisdiction="PK-PB-LHR")
    assert done["counts"] == shown["counts"], "what was shown is what was done"
    law(worker)
    assert methods(worker) == {
        1: ["station_area", "pin"], 2: ["station_area", "landmark"], 3: ["station_area", "landmark"],
        4: ["station_area"], 21: ["station_area"],
    }  # fmt: skip
    again = ask(app, False, jurisdiction="PK-PB-LHR")
    assert again["counts"]["unchanged"] == 3, "a second run finds nothing to do"
    law(worker)


def redo_unfinished() -> list[int]:
    with worker_session() as session:
        return redo.unfinished(session)


def test_a_run_that_was_stopped_goes_on_where_it_was(
    app: APIFlask, load: Any, learn: Any, worker: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(100, ["Anarkali"] * 9)
    learn("Anarkali", 31.5045, 74.3445)
    monkeypatch.setattr(redo, "PART", 2)
    parts = []

    def stop(done: int, total: int | None, message: str) -> None:
        parts.append(done)
        if len(parts) == 2:
            raise Stopped

    with app.app_context():
        with worker_session() as session:
            run = redo.ask(session, Asked(GULBERG, ("station_area",)), dry_run=False)
        with pytest.raises(Stopped):
            redo.run(run, stop)
        halfway = redo.shown(run)
        assert halfway["state"] == "stopped" and sum(halfway["counts"].values()) == 4
        law(worker)
        assert run in redo_unfinished()
        done = redo.run(run)
    again = [number for number, made in methods(worker).items() if made == ["station_area", "landmark"]]
    assert set(range(100, 109)) <= set(again), "none is forgotten and none done twice"
    assert done["state"] == "done" and sum(done["counts"].values()) == done["total"]
    law(worker)


def test_a_record_that_is_held_is_passed_by(
    app: APIFlask, load: Any, learn: Any, worker: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An officer at work keeps no run waiting, and the run takes nothing from the officer."""
    load(200, ["Shahdara"] * 2)
    learn("Shahdara", 31.5125, 74.3475)
    held = worker.execute(text("SELECT record_id FROM fir WHERE number = 200")).scalar_one()
    monkeypatch.setattr(redo.time, "sleep", lambda seconds: None)
    worker.execute(text("SELECT 1 FROM record WHERE id = :id FOR UPDATE"), {"id": held})
    run = ask(app, False, jurisdiction=GULBERG, methods=("station_area",))
    assert run["counts"]["busy"] == 1
    worker.rollback()
    assert methods(worker)[200] == ["station_area"] and methods(worker)[201] == ["station_area", "landmark"]
    law(worker)


def test_what_an_officer_pins_meanwhile_stays(
    app: APIFlask, load: Any, learn: Any, worker: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(300, ["Mozang"])
    learn("Mozang", 31.5135, 74.3465)
    record = worker.execute(text("SELECT record_id FROM fir WHERE number = 300")).scalar_one()
    ensure = mass.ensure_cells

    def pinned_just_then(session: Session, cells: Any) -> None:
        monkeypatch.setattr(mass, "ensure_cells", ensure)
        with Session(session.get_bind()) as other:
            pin(other, record, 31.516, 74.344, None)
        ensure(session, cells)

    monkeypatch.setattr(mass, "ensure_cells", pinned_just_then)
    ask(app, False, jurisdiction=GULBERG, methods=("station_area",))
    assert methods(worker)[300] == ["station_area", "pin"]
    law(worker)


def test_runs_and_loads_at_once_end_without_a_deadlock(app: APIFlask, load: Any, learn: Any, worker: Session) -> None:
    load(400, ["Ichhra"] * 300)
    learn("Ichhra", 31.5155, 74.3555)
    failed: list[BaseException] = []

    def guarded(work: Callable[[], Any]) -> None:
        try:
            work()
        except BaseException as error:
            failed.append(error)

    works: list[Callable[[], Any]] = [
        lambda: ask(app, False, jurisdiction=GULBERG),
        lambda: ask(app, False, jurisdiction="PK-PB-LHR"),
        lambda: load(400, ["near Ichhra"] * 300),  # every record corrected
        lambda: load(1400, ["Ichhra"] * 300),
    ]
    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(240)  # longer than any wait for a lock, also on a machine that does six times as much
    assert not any(thread.is_alive() for thread in threads)
    if failed:
        raise failed[0]
    law(worker)
    assert ask(app, False, jurisdiction=GULBERG)["state"] == "done"
    law(worker)


def test_an_unknown_jurisdiction_or_method_is_said(app: APIFlask) -> None:
    with app.app_context(), worker_session() as session:
        with pytest.raises(InvalidFilter, match="jurisdiction"):
            redo.ask(session, Asked("PK-XX"), dry_run=True)
        with pytest.raises(InvalidFilter, match="method"):
            redo.ask(session, Asked(None, ("pin",)), dry_run=True)
