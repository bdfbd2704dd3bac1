"""Hotspots are found where they were planted, of reported places only, and shown with the seed and data behind them."""

import asyncio
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import mapbox_vector_tile
import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.hotspots import running
from app.jobs import worker as job_worker
from spatial import cells
from spatial.mass import UNIT
from tests import factories
from tests.reference_set import CITY, GULBERG, STATIONS

NOW = datetime.now(UTC)
CIRCLE = "PK-PB-LHR-C-GULBERG"
WEST, SOUTH, EAST, NORTH = STATIONS[GULBERG]
HOT = cells.cell_of((SOUTH + NORTH) / 2, (WEST + EAST) / 2, 9)


def _robbery(session: Session, station: str, cell: int, chance: random.Random, **columns: Any) -> None:
    start = NOW - timedelta(days=chance.uniform(8, 100))
    factories.record(
        session, station=station, occurred=(start, start), known_at=start, placed=(9, [cell], [UNIT]), **columns
    )


@pytest.fixture(scope="module")
def planted(app: APIFlask) -> Iterator[None]:
    """Put thirty robberies about one cell and thirty anywhere."""
    chance = random.Random(7)
    with Session(app.extensions["naqsha.database"].engine("worker")) as session:
        for _ in range(30):
            _robbery(session, GULBERG, chance.choice(cells.disk(HOT, 1)), chance)
            west, south, east, north = STATIONS[CITY]
            _robbery(
                session,
                CITY,
                cells.cell_of(chance.uniform(south + 0.004, north - 0.004), chance.uniform(west + 0.004, east - 0.004)),
                chance,
            )
        session.commit()
    yield


pytestmark = pytest.mark.usefixtures("planted")


def _run(app: APIFlask, **asked: Any) -> int:
    with app.app_context():
        (made,) = running.run(**{"jurisdiction": CIRCLE, "resolution": 9, "now": NOW, **asked})["runs"]
    return int(made["run"])


def _cells(session: Session, run: int) -> list[Any]:
    session.rollback()
    return list(
        session.execute(
            text("SELECT cell, mass, z, p, q, kind FROM hotspot_cell WHERE run_id = :r ORDER BY cell"), {"r": run}
        )
    )


def test_what_was_planted_is_found(app: APIFlask, worker: Session) -> None:
    found = {row.cell: row for row in _cells(worker, _run(app))}
    assert found[HOT].kind == "hot" and found[HOT].q <= 0.05
    assert sum(row.mass for row in found.values()) == 60 * UNIT
    hot = {cell for cell, row in found.items() if row.kind == "hot"}
    assert hot <= set(cells.disk(HOT, 2))


def test_seed_and_data_give_the_same_answer(app: APIFlask, worker: Session) -> None:
    one, two = _run(app, seed=3), _run(app, seed=3)
    assert _cells(worker, one) == _cells(worker, two)
    kept = worker.execute(
        text("SELECT DISTINCT data_hash, seed FROM hotspot_run WHERE id IN (:a, :b)"), {"a": one, "b": two}
    )
    assert len(kept.all()) == 1


def test_discovered_offences_and_stays_are_not_tested(app: APIFlask, worker: Session) -> None:
    before = _cells(worker, _run(app))
    chance = random.Random(8)
    for _ in range(20):
        _robbery(worker, CITY, cells.cell_of(31.58, 74.31, 9), chance, discovery="discovered")
        _robbery(worker, CITY, cells.cell_of(31.58, 74.31, 9), chance, kind="stay")
    worker.commit()
    assert _cells(worker, _run(app)) == before
    with app.app_context(), pytest.raises(running.BadTest):
        running.run(jurisdiction=CIRCLE, kinds=["stay"])
    # The control: reported ones count.
    _robbery(worker, CITY, cells.cell_of(31.58, 74.31, 9), chance)
    worker.commit()
    assert _cells(worker, _run(app)) != before


def test_from_the_request_to_the_map(app: APIFlask, token: Callable[..., str], client: FlaskClient) -> None:
    analyst = {"Authorization": f"Bearer {token('analyst')}"}
    station = {"Authorization": f"Bearer {token('station')}"}
    assert client.post("/api/hotspots", json={}, headers=station).status_code == 403
    asked = client.post(
        "/api/hotspots", json={"jurisdiction": CIRCLE, "resolution": 9, "heads": ["robbery"]}, headers=analyst
    )
    assert asked.status_code == 202
    asyncio.run(job_worker.work(app, wait=False))
    job = client.get(f"/api/jobs/{asked.get_json()['job']}", headers=analyst).get_json()
    assert job["state"] == "done", job
    # A draft is for those who make and publish; nobody else sees a map that no officer has answered for.
    assert client.get("/api/hotspots/latest", headers=station).status_code == 404
    draft = client.get("/api/hotspots/latest", headers=analyst).get_json()["run"]
    assert draft["state"] == "draft"
    path = f"/api/hotspots/{draft['id']}/publish"
    commander = {"Authorization": f"Bearer {token('commander')}"}
    assert client.post(path, headers=analyst).status_code == 403
    narrow = {"Authorization": f"Bearer {token('commander', GULBERG)}"}
    assert client.post(path, headers=narrow).status_code == 403, "he sees the circle's run, and answers for his station"
    assert client.post(path, headers=commander).status_code == 200
    assert client.post(path, headers=commander).status_code == 409
    found = client.get("/api/hotspots/latest", headers=station).get_json()
    run = found["run"]
    assert run["state"] == "published"
    assert (run["jurisdiction"], run["heads"], run["kinds"], run["resolution"]) == (CIRCLE, ["robbery"], ["fir"], 9)
    assert {"seed", "data_version", "data_hash", "permutations", "alpha", "window"} <= set(run)
    assert cells.to_hex(HOT) in {cell["cell"] for cell in found["cells"] if cell["kind"] == "hot"}
    assert all(cell["q"] <= run["alpha"] for cell in found["cells"])
    tile = client.get("/tiles/hotspots/12/2894/1668.mvt", headers=station)
    assert tile.status_code in (200, 204)
    drawn: set[str] = set()
    for x in range(2892, 2897):
        for y in range(1665, 1671):
            answer = client.get(f"/tiles/hotspots/12/{x}/{y}.mvt", headers=station)
            if answer.status_code == 200:
                layer = mapbox_vector_tile.decode(answer.data)["hotspots"]
                assert {"cell", "z", "q", "kind", "synthetic"} <= set(layer["features"][0]["properties"])
                drawn |= {feature["properties"]["cell"] for feature in layer["features"]}
    assert drawn >= {cell["cell"] for cell in found["cells"]}
    karachi = {"Authorization": f"Bearer {token('control', 'PK-SD-KHS')}"}
    assert client.get("/api/hotspots/latest", headers=karachi).status_code == 404


def test_firs_and_complaints_are_mixed_only_if_asked(
    app: APIFlask, token: Callable[..., str], client: FlaskClient, worker: Session
) -> None:
    chance = random.Random(9)
    start = NOW - timedelta(days=20)
    for _ in range(3):
        cell = cells.cell_of(31.58, 74.31, 9)
        factories.record(worker, "complaint", CITY, occurred=(start, start), placed=(9, [cell], [UNIT]))
    worker.commit()
    chance.random()
    with app.app_context(), pytest.raises(running.TwiceCounted):
        running.run(jurisdiction=CIRCLE, kinds=["fir", "complaint"], now=NOW)
    firs = _run(app)
    both = _run(app, kinds=["fir", "complaint"], mixed=True)
    mass = {run: sum(row.mass for row in _cells(worker, run)) for run in (firs, both)}
    assert mass[both] - mass[firs] == 3 * UNIT
    analyst = {"Authorization": f"Bearer {token('analyst')}"}

    def shown(query: str) -> int:
        return int(client.get(f"/api/hotspots/latest{query}", headers=analyst).get_json()["run"]["id"])

    # The newest run is of both; who asks for nothing in particular gets the newest of FIRs alone.
    assert (shown(""), shown("?kinds=complaint,fir")) == (firs, both)
    assert client.get("/api/hotspots/latest?kinds=complaint", headers=analyst).status_code == 404
    assert client.get("/api/hotspots/latest?kinds=stay", headers=analyst).status_code == 400
    asked = client.post("/api/hotspots", json={"kinds": ["fir", "complaint"]}, headers=analyst)
    assert asked.status_code == 400 and "mixed" in asked.get_json()["detail"]


def test_a_run_is_asked_for_inside_one_s_own_jurisdiction(token: Callable[..., str], client: FlaskClient) -> None:
    analyst = {"Authorization": f"Bearer {token('analyst', GULBERG)}"}
    for elsewhere in (CIRCLE, CITY, "PK-SD-KHS"):
        assert client.post("/api/hotspots", json={"jurisdiction": elsewhere}, headers=analyst).status_code == 403
    assert client.post("/api/hotspots", json={"jurisdiction": GULBERG}, headers=analyst).status_code == 202


def test_protected_heads_are_left_out(app: APIFlask, worker: Session) -> None:
    with app.app_context(), pytest.raises(running.NoSuchHead):
        running.run(jurisdiction=CIRCLE, heads=["rape"])
    run = _run(app)
    heads = worker.execute(text("SELECT heads FROM hotspot_run WHERE id = :r"), {"r": run}).scalar_one()
    protected = set(worker.execute(text("SELECT id FROM crime_head WHERE protected")).scalars())
    assert protected and not protected & set(heads)
