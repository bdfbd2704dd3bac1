"""One renewal of a place counts on every list: that of patrols, and those of forecasts of every head."""

from collections.abc import Callable

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.beats import rest
from app.renewals.service import renewals_of
from spatial import cells as h3cells
from spatial import shifts
from tests import factories
from tests.reference_set import CITY, CLIFTON, GULBERG, STATIONS

LAHORE = "PK-PB-LHR"
WEEK = 2970
MONDAY = shifts.week_start(WEEK).date().isoformat()


def cell_in(station: str, resolution: int = 8) -> int:
    west, south, east, north = STATIONS[station]
    return h3cells.cell_of((south + north) / 2, (west + east) / 2, resolution)


@pytest.fixture(scope="module")
def runs(app: APIFlask) -> dict[str, int]:
    """Plant an unexpired run of two heads over Lahore in which a cell of Gulberg and one of City rest."""
    made = {}
    with Session(app.extensions["naqsha.database"].engine("owner")) as session:
        area = factories.jurisdiction_id(session, LAHORE)
        for head in ("robbery", "burglary"):
            made[head] = session.execute(
                text("""INSERT INTO forecast_run (jurisdiction_id, head_id, week, resolution, method, known_until,
                          data_hash, parameters, scores, has_synthetic, expires_at)
                        VALUES (:area, :head, :week, 8, 'last_year', now(), 'x', '{}', '{}', false,
                          now() + interval '5 days') RETURNING id"""),
                {"area": area, "head": factories.head_id(session, head), "week": WEEK},
            ).scalar_one()
            for rank, station in enumerate((GULBERG, CITY), start=1):
                session.execute(
                    text("""INSERT INTO forecast_cell (run_id, jurisdiction_id, cell, rate, low, high, rank, listed,
                              rested)
                            VALUES (:run, :area, :cell, 1, 0, 2, :rank, true, true)"""),
                    {"run": made[head], "area": area, "cell": cell_in(station), "rank": rank},
                )
        session.commit()
    return made


def rested(session: Session, run: int) -> set[int]:
    session.rollback()
    return set(
        session.execute(text("SELECT cell FROM forecast_cell WHERE run_id = :r AND rested"), {"r": run}).scalars()
    )


def test_a_station_s_officer_renews_once_for_patrols_and_for_every_forecast(
    runs: dict[str, int], client: FlaskClient, token: Callable[..., str], worker: Session
) -> None:
    cell = cell_in(GULBERG)
    officer = {"Authorization": f"Bearer {token('station', GULBERG)}"}
    body = {"cells": [h3cells.to_hex(cell)], "week": MONDAY, "reason": "three snatchings at the market"}
    assert rested(worker, runs["robbery"]) == rested(worker, runs["burglary"]) == {cell, cell_in(CITY)}
    answer = client.post("/api/renewals", json=body, headers=officer)
    assert answer.status_code == 201, answer.text
    assert answer.get_json() == {"renewed": body["cells"], "week_start": MONDAY}
    # His district's runs are not his, and still his word on his own place counts there; the neighbour's cell rests on.
    assert rested(worker, runs["robbery"]) == rested(worker, runs["burglary"]) == {cell_in(CITY)}
    standing = rest.standing(worker, [cell, cell_in(CITY)], WEEK)
    assert standing[cell]["renewed"]["reason"] == body["reason"] and standing[cell_in(CITY)]["renewed"] is None
    again = client.post("/api/renewals", json=body, headers=officer)
    assert again.status_code == 201, "the same again changes nothing"
    assert worker.execute(text("SELECT count(*) FROM place_renewal")).scalar_one() == 1


def test_nobody_renews_outside_his_own_area_or_without_a_word(
    runs: dict[str, int], client: FlaskClient, token: Callable[..., str], worker: Session
) -> None:
    body = {"cells": [h3cells.to_hex(cell_in(CITY))], "week": MONDAY, "reason": "seen there"}
    for role, station, status in (
        ("station", CLIFTON, 422),
        ("station", GULBERG, 422),
        ("analyst", LAHORE, 403),
        ("control", LAHORE, 403),
    ):
        asked = {"Authorization": f"Bearer {token(role, station)}"}
        assert client.post("/api/renewals", json=body, headers=asked).status_code == status, (role, station)
    own = {"Authorization": f"Bearer {token('planner', CITY)}"}
    fine = h3cells.to_hex(cell_in(CITY, 9))
    for wrong in ({"reason": " x "}, {"cells": ["zz"]}, {"cells": [fine]}, {"cells": []}, {"week": "never"}, {"to": 1}):
        assert client.post("/api/renewals", json=body | wrong, headers=own).status_code == 422, wrong
    assert cell_in(CITY) in rested(worker, runs["robbery"])


def test_a_renewal_holds_for_the_cells_below_it_and_for_none_above(worker: Session) -> None:
    wide, account = cell_in(CLIFTON, 7), factories.account(worker, "planner", CLIFTON)
    worker.execute(
        text("""INSERT INTO place_renewal (jurisdiction_id, cell, week, account_id, officer, reason)
                VALUES (:area, :cell, :week, :account, 'DSP', 'seen there')"""),
        {"area": factories.jurisdiction_id(worker, CLIFTON), "cell": wide, "week": WEEK, "account": account},
    )
    below, above = h3cells.children(wide, 8), h3cells.parent(wide, 6)
    found = renewals_of(worker, [*below, above], WEEK - 3, WEEK)
    assert {each.cell for each in found} == set(below)
    assert renewals_of(worker, below, WEEK + 1, WEEK + 4) == [] and renewals_of(worker, [], 0, WEEK) == []


def test_what_wakes_cells_wakes_none_without_a_renewal(runs: dict[str, int], worker: Session) -> None:
    """The control: the function that may change another's run does nothing by itself."""
    before = rested(worker, runs["burglary"])
    assert worker.execute(text("SELECT wake_renewed(:cells)"), {"cells": [cell_in(CITY)]}).scalar_one() == 0
    assert before and rested(worker, runs["burglary"]) == before
