"""No cell is listed for more than four weeks on end without a named renewal, by whatever door (trust.md F10)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.forecasts import planning, publishing, running
from forecasting.renewal import Renewal, breaches
from spatial import cells, shifts
from tests import factories
from tests.app.forecasts.conftest import LAHORE, PLAIN, plant
from tests.app.forecasts.test_forecasts_api import NOW
from tests.reference_set import CLIFTON

WEEKS = 5


@pytest.fixture(scope="module")
def series(app: APIFlask) -> list[int]:
    """Publish five weeks of forecasts, one after another, as they were made then; gives their runs."""
    with Session(app.extensions["naqsha.database"].engine("worker")) as session:
        plant(session, NOW, a_week=6)
        number = factories.account(session, "commander")
        officer = session.execute(text("SELECT name FROM access.account WHERE id = :id"), {"id": number}).scalar_one()
    made = []
    coming = planning.coming_week(NOW)
    with app.app_context():
        for week in range(coming - WEEKS + 1, coming + 1):
            moment = min(shifts.week_start(week) + timedelta(hours=3), NOW)
            outcome = running.run(
                jurisdiction=LAHORE, heads=["robbery"], week=week, now=moment, shifts_of_day=(), methods=PLAIN
            )
            publishing.publish_as(str(officer), outcome.runs, now=moment)
            made += outcome.runs
    return made


def _lists(session: Session) -> dict[int, list[int]]:
    session.rollback()
    rows = session.execute(
        text("""SELECT r.week, c.cell FROM forecast_run r JOIN forecast_cell c ON c.run_id = r.id
                WHERE r.published_at IS NOT NULL AND c.listed AND NOT c.rested""")
    )
    weeks = session.execute(text("SELECT week FROM forecast_run WHERE published_at IS NOT NULL")).scalars()
    found: dict[int, list[int]] = {week: [] for week in weeks}
    for week, cell in rows:
        found.setdefault(week, []).append(cell)
    return found


def _renewals(session: Session) -> list[Renewal]:
    rows = session.execute(text("SELECT cell, week, officer, reason FROM place_renewal"))
    return [Renewal(*row) for row in rows]


def test_no_list_breaks_the_rule(series: list[int], worker: Session) -> None:
    lists = _lists(worker)
    assert len(lists) == WEEKS
    assert breaches(lists, _renewals(worker)) == []
    # The control: had resting cells been listed too, the same reader would have found them.
    rows = worker.execute(
        text("""SELECT r.week, c.cell FROM forecast_run r JOIN forecast_cell c ON c.run_id = r.id WHERE c.listed""")
    )
    naive: dict[int, list[int]] = {}
    for week, cell in rows:
        naive.setdefault(week, []).append(cell)
    assert breaches(naive, [])


def test_a_named_officer_renews_with_a_reason(
    series: list[int], worker: Session, token: Callable[..., str], client: FlaskClient
) -> None:
    with_rest = worker.execute(
        text("SELECT run_id FROM forecast_cell WHERE rested AND run_id = ANY (:runs) ORDER BY run_id DESC LIMIT 1"),
        {"runs": series},
    ).scalar_one()
    analyst = {"Authorization": f"Bearer {token('analyst')}"}
    commander = {"Authorization": f"Bearer {token('commander')}"}
    narrow = {"Authorization": f"Bearer {token('commander', CLIFTON)}"}
    expired = worker.execute(
        text("SELECT expires_at <= now() FROM forecast_run WHERE id = :id"), {"id": with_rest}
    ).scalar_one()
    if expired:
        worker.execute(text("ROLLBACK"))
        pytest.fail("the newest run with a resting cell has expired: plant more weeks")
    shown = client.get(f"/api/forecasts/{with_rest}", headers=commander).get_json()
    cell = shown["rested"][0]["cell"]
    assert cell not in {each["cell"] for each in shown["cells"]}
    path = "/api/renewals"
    body = {"cells": [cell], "week": shown["run"]["week_start"], "reason": "seen there twice this week"}
    assert client.post(path, json=body, headers=analyst).status_code == 403
    assert client.post(path, json=body, headers=narrow).status_code == 422, "it lies outside his own area"
    for wrong in (
        {**body, "reason": "  "},
        {**body, "cells": ["zz"]},
        {**body, "cells": [cells.to_hex(cells.children(cells.from_hex(cell), 9)[0])]},
    ):
        assert client.post(path, json=wrong, headers=commander).status_code == 422
    assert client.post(path, json=body, headers=commander).status_code == 201
    after = client.get(f"/api/forecasts/{with_rest}", headers=commander).get_json()
    assert cell in {each["cell"] for each in after["cells"]}
    assert breaches(_lists(worker), _renewals(worker)) == []
    line = worker.execute(
        text("SELECT detail FROM audit.entry WHERE action = 'place_renewed' ORDER BY id DESC LIMIT 1")
    ).scalar_one()
    assert line["cell"] == cell and "seen there" not in str(line)
