"""Tiles over HTTP: what they hold, their filters, and what a cache may believe."""

import mapbox_vector_tile
import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.records import mass
from spatial import tiles
from tests import factories
from tests.reference_set import CITY, GULBERG, STATIONS

WEST, SOUTH, EAST, NORTH = STATIONS[GULBERG]
LAT, LON = (SOUTH + NORTH) / 2, (WEST + EAST) / 2


@pytest.fixture(scope="module")
def planted(database_name: str) -> int:
    from tests.conftest import _engine

    with Session(_engine(database_name, "worker"), expire_on_commit=False) as session:
        for index in range(12):
            head = ["robbery", "burglary", "rape"][index % 3]
            factories.record(session, station=[GULBERG, CITY][index % 2], head=head, protected=head == "rape")
        mass.ensure_cells(session, session.execute(text("SELECT DISTINCT unnest(cells) FROM mass")).scalars())
        mass.add_deltas(session, list(session.execute(text("SELECT id FROM mass")).scalars()))
        mass.fold(session)
        session.commit()
    return 12


def _tile(client: FlaskClient, layer: str, z: int, query: str = "") -> dict:
    _, x, y = tiles.tile_of(LAT, LON, z)
    answer = client.get(f"/tiles/{layer}/{z}/{x}/{y}.mvt{query}")
    assert answer.status_code in (200, 204), answer.get_data(as_text=True)
    return mapbox_vector_tile.decode(answer.data) if answer.data else {}


@pytest.mark.parametrize("z", range(3, 17))
@pytest.mark.parametrize("query", ["", "?heads=robbery", "?window=2026-11-02..2026-11-03&shift=day"])
def test_tile_shows_what_the_api_counts(client, sign_in, planted, z, query) -> None:
    sign_in(client, "planner")
    resolution = tiles.resolution_for_zoom(z)
    joined = f"{query}&resolution={resolution}" if query else f"?resolution={resolution}"
    counted = {cell["cell"]: cell["mass"] for cell in client.get(f"/api/cells{joined}").get_json()["cells"]}
    drawn = _tile(client, "cells", z, query).get("cells", {"features": []})["features"]
    own = {feature["properties"]["cell"]: feature["properties"]["mass"] for feature in drawn}
    assert own and own.items() <= counted.items()
    if z <= 9:  # both stations lie in one tile
        assert own == counted


def test_etag_is_the_hash_of_the_bytes(client, sign_in, planted) -> None:
    sign_in(client, "planner")
    _, x, y = tiles.tile_of(LAT, LON, 12)
    first = client.get(f"/tiles/cells/12/{x}/{y}.mvt")
    assert first.status_code == 200 and "private" in first.headers["Cache-Control"]
    again = client.get(f"/tiles/cells/12/{x}/{y}.mvt", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304 and not again.data
    other = client.get(f"/tiles/cells/12/{x}/{y}.mvt?heads=robbery", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


def test_empty_tile_and_wrong_addresses(client, sign_in, planted) -> None:
    sign_in(client, "planner")
    assert client.get("/tiles/cells/12/0/0.mvt").status_code == 204
    assert client.get("/tiles/cells/12/0/0.mvt?heads=treason").status_code == 422
    assert client.get("/tiles/cells/2/9/9.mvt").status_code == 422
    assert client.get("/tiles/nothing/2/0/0.mvt").status_code == 404
    assert client.get("/tiles/cells/40/0/0.mvt").status_code == 422


def test_points_hold_back_protected_and_stays(app, sign_in, planted) -> None:
    planner, station = app.test_client(), app.test_client()
    sign_in(planner, "planner")
    sign_in(station, "station")
    heads = [feature["properties"]["head"] for feature in _tile(planner, "points", 14)["points"]["features"]]
    assert "robbery" in heads and "rape" not in heads
    assert "rape" in [f["properties"]["head"] for f in _tile(station, "points", 14)["points"]["features"]]


def test_points_that_are_too_many_say_so(client, sign_in, planted, monkeypatch) -> None:
    sign_in(client, "station")
    every = _tile(client, "points", 14)["points"]["features"]
    assert len(every) > 2 and not any("tile_records" in feature["properties"] for feature in every)
    monkeypatch.setattr("app.tiles.service.MOST_POINTS", 2)
    newest = _tile(client, "points", 14)["points"]["features"]
    assert sorted(each["id"] for each in newest) == sorted(each["id"] for each in every)[-2:]
    assert {each["properties"]["tile_records"] for each in newest} == {len(every)}


def test_jurisdictions_say_when_they_are_derived(client, sign_in, planted) -> None:
    sign_in(client, "planner")
    shown = _tile(client, "jurisdictions", 12)["jurisdictions"]["features"]
    by_code = {feature["properties"]["code"]: feature["properties"] for feature in shown}
    assert by_code[GULBERG]["derived"] is True


def test_a_reader_without_the_map_gets_no_tile(client, sign_in, planted) -> None:
    sign_in(client, "auditor")
    assert client.get("/tiles/cells/3/5/3.mvt").status_code == 403


def test_nobody_gets_no_tile(client, planted) -> None:
    assert client.get("/tiles/cells/3/5/3.mvt").status_code == 401
