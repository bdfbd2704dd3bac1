"""One renewal of a place counts on every list: that of patrols, and those of forecasts of every head."""

from collections.abc import Callable
from datetime import datetime

import pytest
import shapely
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.beats import rest
from app.forecasts.planning import coming_week
from app.records import mass
from app.renewals.service import renewals_of
from spatial import cells as h3cells
from spatial import shifts
from tests import factories
from tests.reference_set import CITY, CLIFTON, GULBERG, STATIONS

LAHORE = "PK-PB-LHR"
#: Of today: the address takes no week that is far from it.
WEEK = coming_week(datetime.now(shifts.ZONE))
MONDAY = shifts.week_start(WEEK).date().isoformat()


def cell_in(station: str, resolution: int = 8) -> int:
    west, south, east, north = STATIONS[station]
    return h3cells.cell_of((south + north) / 2, (west + east) / 2, resolution)


def lies_in(cell: int, station: str) -> bool:
    lat, lon = h3cells.centre(cell)
    return bool(shapely.box(*STATIONS[station]).contains(shapely.Point(lon, lat)))


#: Outside Gulberg, and under the same cell of resolution 6 as Gulberg's own.
BEYOND = next(
    cell for cell in h3cells.children(h3cells.parent(cell_in(GULBERG), 6), 8) if h3cells.centre(cell)[1] < 74.335
)
#: It touches Gulberg, and its centre lies outside.
TOUCHING = next(
    cell
    for cell in sorted(h3cells.disk(cell_in(GULBERG), 3))
    if not lies_in(cell, GULBERG) and h3cells.hexagon(cell).intersects(shapely.box(*STATIONS[GULBERG]))
)
RESTING = {cell_in(GULBERG), cell_in(CITY), BEYOND, TOUCHING}


@pytest.fixture(scope="module")
def runs(app: APIFlask) -> dict[str, int]:
    """Plant an unexpired run of two heads over Lahore in which a cell of Gulberg, one of City and two beyond rest."""
    made = {}
    with Session(app.extensions["naqsha.database"].engine("worker")) as session:
        mass.ensure_cells(session, RESTING)
        session.commit()
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
            for rank, cell in enumerate(sorted(RESTING), start=1):
                session.execute(
                    text("""INSERT INTO forecast_cell (run_id, jurisdiction_id, cell, rate, low, high, rank, listed,
                              rested)
                            VALUES (:run, :area, :cell, 1, 0, 2, :rank, true, true)"""),
                    {"run": made[head], "area": area, "cell": cell, "rank": rank},
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
    assert rested(worker, runs["robbery"]) == rested(worker, runs["burglary"]) == RESTING
    answer = client.post("/api/renewals", json=body, headers=officer)
    assert answer.status_code == 201, answer.text
    assert answer.get_json() == {"renewed": body["cells"], "week_start": MONDAY}
    # His district's runs are not his, and still his word on his own place counts there; the neighbour's cell rests on.
    assert rested(worker, runs["robbery"]) == rested(worker, runs["burglary"]) == RESTING - {cell}
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


def test_a_cell_that_reaches_beyond_the_area_is_refused(
    runs: dict[str, int], client: FlaskClient, token: Callable[..., str], worker: Session
) -> None:
    """One cell of resolution 6 over a station holds 49 of patrols, most of them other stations'."""
    before = rested(worker, runs["robbery"])
    body = {"week": MONDAY, "reason": "seen there"}
    for role, area, cell in (
        ("station", GULBERG, h3cells.parent(cell_in(GULBERG), 6)),
        ("station", GULBERG, h3cells.parent(cell_in(GULBERG), 7)),
        ("station", GULBERG, TOUCHING),
        (
            "planner",
            LAHORE,
            h3cells.parent(cell_in(GULBERG), 6),
        ),  # his own, and on no list: runs here have resolution 8
    ):
        officer = {"Authorization": f"Bearer {token(role, area)}"}
        answer = client.post("/api/renewals", json=body | {"cells": [h3cells.to_hex(cell)]}, headers=officer)
        assert answer.status_code == 422, (area, h3cells.to_hex(cell), answer.text)
        assert h3cells.to_hex(cell) in answer.get_json()["detail"]
    assert BEYOND in before and rested(worker, runs["robbery"]) == before
    assert worker.execute(text("SELECT count(*) FROM place_renewal WHERE reason = 'seen there'")).scalar_one() == 0


def test_a_coarse_cell_that_a_run_has_is_renewed_by_the_district(
    runs: dict[str, int], client: FlaskClient, token: Callable[..., str], owner: Session
) -> None:
    wide = h3cells.parent(cell_in(CITY), 7)
    owner.execute(
        text("""INSERT INTO forecast_cell (run_id, jurisdiction_id, cell, rate, low, high, rank, listed, rested)
                SELECT id, jurisdiction_id, :cell, 1, 0, 2, 9, true, false FROM forecast_run WHERE id = :run"""),
        {"cell": wide, "run": runs["robbery"]},
    )
    owner.execute(text("UPDATE forecast_run SET resolution = 7 WHERE id = :run"), {"run": runs["robbery"]})
    owner.commit()
    officer = {"Authorization": f"Bearer {token('planner', LAHORE)}"}
    body = {"cells": [h3cells.to_hex(wide)], "week": MONDAY, "reason": "a word of the district"}
    answer = client.post("/api/renewals", json=body, headers=officer)
    assert answer.status_code == 201, answer.text
    found = renewals_of(owner, [cell_in(CITY)], WEEK, WEEK)
    assert [each.reason for each in found] == ["a word of the district"]


def insert(session: Session, cell: int, station: str) -> None:
    session.execute(
        text("""INSERT INTO place_renewal (jurisdiction_id, cell, week, account_id, officer, reason)
                VALUES (:area, :cell, :week, :account, 'DSP', 'seen there')"""),
        {
            "area": factories.jurisdiction_id(session, station),
            "cell": cell,
            "week": WEEK,
            "account": factories.account(session, "planner", station),
        },
    )


def test_a_renewal_holds_for_the_cells_below_it_in_its_area_and_for_none_above(worker: Session) -> None:
    wide = cell_in(CLIFTON, 7)
    insert(worker, wide, CLIFTON)
    below, above = h3cells.children(wide, 8), h3cells.parent(wide, 6)
    own = {cell for cell in below if lies_in(cell, CLIFTON)}
    assert own and own < set(below), "the control: the cell reaches beyond the station"
    found = renewals_of(worker, [*below, above], WEEK - 3, WEEK)
    assert {each.cell for each in found} == own and len(found) == len(own)
    assert renewals_of(worker, below, WEEK + 1, WEEK + 4) == [] and renewals_of(worker, [], 0, WEEK) == []


def test_a_coarse_renewal_wakes_nothing_outside_its_area(runs: dict[str, int], worker: Session) -> None:
    """One from before, or of a run that is coarse, counts for its own officer's places alone."""
    wide = h3cells.parent(cell_in(GULBERG), 6)
    insert(worker, wide, GULBERG)
    worker.execute(
        text("UPDATE forecast_cell SET rested = true WHERE run_id = :run AND cell = :cell"),
        {"run": runs["burglary"], "cell": cell_in(GULBERG)},
    )
    assert worker.execute(text("SELECT wake_renewed(:cells)"), {"cells": [wide]}).scalar_one() == 1
    still = worker.execute(
        text("SELECT cell FROM forecast_cell WHERE run_id = :run AND rested"), {"run": runs["burglary"]}
    ).scalars()
    assert set(still) >= {BEYOND, TOUCHING}, "within the same cell of resolution 6, and not his"
    worker.rollback()


def test_what_wakes_cells_wakes_none_without_a_renewal(runs: dict[str, int], worker: Session) -> None:
    """The control: the function that may change another's run does nothing by itself."""
    before = rested(worker, runs["burglary"])
    assert worker.execute(text("SELECT wake_renewed(:cells)"), {"cells": [cell_in(CITY)]}).scalar_one() == 0
    assert before and rested(worker, runs["burglary"]) == before
