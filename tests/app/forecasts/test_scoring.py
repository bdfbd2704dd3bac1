"""Every week is scored beside the plain rules, again as late reports arrive, and shown with its losses."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.forecasts import making, planning, publishing, running, scoring, weekly
from app.jobs.tasks import PERIODIC, clock
from app.settings import Settings
from forecasting.registry import METHODS
from spatial import shifts
from tests import factories
from tests.app.forecasts.conftest import LAHORE, PLAIN, plant

NOW = datetime.now(UTC)
PAST = shifts.week_of(NOW) - 3


@pytest.fixture(scope="module")
def scored(app: APIFlask) -> Iterator[int]:
    """Make and publish the forecast of a week that is over, and score it; gives its run."""
    with Session(app.extensions["naqsha.database"].engine("worker")) as session:
        plant(session, NOW)
        number = factories.account(session, "commander")
        name = session.execute(text("SELECT name FROM access.account WHERE id = :id"), {"id": number}).scalar_one()
    with app.app_context():
        moment = shifts.week_start(PAST) + timedelta(hours=3)
        (run,) = running.run(jurisdiction=LAHORE, heads=["robbery"], week=PAST, now=moment, shifts_of_day=()).runs
        publishing.publish_as(str(name), [run], now=moment)
        scoring.score(now=NOW)
    yield run


def _rows(session: Session, run: int, origin: str) -> list[Any]:
    session.rollback()
    query = text(
        "SELECT * FROM forecast_score WHERE run_id = :run AND origin = :origin ORDER BY scored_on, method, week"
    )
    return list(session.execute(query, {"run": run, "origin": origin}).mappings())


def test_a_week_is_scored_beside_the_plain_rules(scored: int, worker: Session) -> None:
    rows = {row["method"]: row for row in _rows(worker, scored, "forecast")}
    assert set(making.RULES) <= set(rows) <= set(PLAIN)
    assert [row["shown"] for row in rows.values()].count(True) == 1
    one = next(iter(rows.values()))
    assert all(row["observed"] == one["observed"] and row["week"] == PAST for row in rows.values())
    came = worker.execute(
        text("""SELECT sum(a.mass) / 1e6 FROM mass m, mass_atoms(m.cells, m.cell_upto, m.shifts, m.shift_mass) a
                WHERE m.known_until IS NULL AND m.head_id = 11 AND shift_week(a.shift) = :week"""),
        {"week": PAST},
    ).scalar_one()
    assert one["observed"] == pytest.approx(float(came))
    assert len({row["expected"] for row in rows.values()}) == len(rows), "each method's own rates were scored"
    weeks = {row["week"] for row in _rows(worker, scored, "backtest")}
    assert weeks and max(weeks) < PAST


def test_late_reports_change_the_score_and_both_stay(app: APIFlask, scored: int, worker: Session) -> None:
    before = _rows(worker, scored, "forecast")
    later = NOW + timedelta(days=2)
    with app.app_context():
        assert scoring.score(now=later) == [], "nothing has changed: nothing is kept"
        moment = shifts.week_start(PAST) + timedelta(days=2)
        factories.record(worker, occurred=(moment, moment), known_at=NOW - timedelta(minutes=1))
        worker.commit()
        assert [each["run"] for each in scoring.score(now=later)] == [scored]
    after = _rows(worker, scored, "forecast")
    assert after[: len(before)] == before and len(after) == 2 * len(before)
    assert after[-1]["observed"] == pytest.approx(before[-1]["observed"] + 1)


def test_the_scoreboard_has_totals_weeks_and_series(
    scored: int, worker: Session, token: Callable[..., str], client: FlaskClient
) -> None:
    reader = {"Authorization": f"Bearer {token('planner')}"}
    board = client.get("/api/forecasts/scores", headers=reader).get_json()
    total = next(row for row in board["totals"] if (row["origin"], row["method"]) == ("forecast", "shown"))
    newest = max(_rows(worker, scored, "forecast"), key=lambda row: (row["scored_on"], row["shown"]))
    assert total["records"] == pytest.approx(newest["observed"]) and total["weeks"] == 1
    assert total["hit_rate_5"] == pytest.approx(newest["captured"][2] / newest["observed"])
    assert total["pai_5"] == pytest.approx(total["hit_rate_5"] / 0.05)
    assert total["coverage_90"] == pytest.approx(newest["covered"] / newest["cells"])
    assert {row["rule"] for row in total["versus"]} == set(making.RULES)
    tests = [row for row in board["series"] if row["origin"] == "backtest"]
    assert [(row["jurisdiction"], row["head"], row["shift"]) for row in tests] == [(LAHORE, "robbery", None)]
    assert {score["method"] for score in tests[0]["scores"]} == {"shown", *PLAIN}
    for other in tests[0]["versus"]:
        assert other["low"] <= other["difference"] <= other["high"]
        assert other["verdict"] in ("better", "worse", "unclear", "same")
    assert {row["week_start"] for row in board["weeks"] if row["origin"] == "backtest"}
    elsewhere = {"Authorization": f"Bearer {token('planner', 'PK-SD-KHS')}"}
    empty = client.get("/api/forecasts/scores", headers=elsewhere).get_json()
    assert empty["totals"] == empty["series"] == []
    assert client.get("/api/forecasts/scores?weeks=0", headers=reader).status_code == 422


def test_a_choice_is_kept_for_some_weeks_and_then_made_anew(app: APIFlask, scored: int, worker: Session) -> None:
    with app.app_context():
        soon = running.run(jurisdiction=LAHORE, heads=["robbery"], week=PAST + 1, now=NOW, shifts_of_day=())
        fresh = running.run(
            jurisdiction=LAHORE, heads=["robbery"], week=PAST + 1, now=NOW, shifts_of_day=(), fresh=True
        )
    worker.rollback()
    query = text("SELECT (scores ->> 'examined')::int FROM forecast_run WHERE id = :id")
    examined = [worker.execute(query, {"id": each.runs[0]}).scalar_one() for each in (soon, fresh)]
    assert examined == [PAST, PAST + 1]


def test_the_plan_takes_a_jurisdiction_s_own_heads(app: APIFlask, scored: int, worker: Session) -> None:
    from app.db.session import forecaster_session

    with app.app_context(), forecaster_session() as session:
        assert planning.plan(session, LAHORE, None, NOW)[0].heads == ["robbery"]
        # Another city has none of its own, whatever Lahore has: the old plan gave it Lahore's.
        assert planning.plan(session, "PK-SD-KHS", None, NOW)[0].heads == []
        assert planning.plan(session, None, None, NOW, within=["PK-SD"]) == []
        assert [each.code for each in planning.plan(session, None, None, NOW, within=["PK-PB"])] == [LAHORE]


def test_the_clock_asks_for_a_job_a_province(app: APIFlask, scored: int, worker: Session) -> None:
    with app.app_context():
        jobs = weekly.ask_all(now=NOW)
    rows = worker.execute(text("SELECT task, arguments FROM job_progress WHERE id = ANY (:ids)"), {"ids": jobs}).all()
    assert [(task, arguments["within"]) for task, arguments in rows] == [("forecasts.run", ["PK-PB"])]
    monday = datetime(2026, 11, 23, 3, 15, tzinfo=shifts.ZONE)
    weeks = [weekly.week_to_forecast(monday + timedelta(days=day)) - shifts.week_of(monday) for day in range(7)]
    assert weeks == [0, 0, 0, 1, 1, 1, 1], "early in a week that week is forecast, from what was known at its start"


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({}, {"forecasts.weekly", "forecasts.score_nightly"}),
        ({"forecast_weekly": ""}, {"forecasts.score_nightly"}),
        ({"forecasting": False}, set()),
    ],
)
def test_the_settings_say_what_the_clock_does(settings: Settings, changed: dict[str, Any], wanted: set[str]) -> None:
    assert set(clock(settings.model_copy(update=changed))) - set(PERIODIC) == wanted


def test_a_node_that_names_no_method_takes_those_that_learn_once_for_all_heads(settings: Settings) -> None:
    from app.factory import create_app
    from app.forecasts import running

    for named, wanted in [("", set(METHODS) - {"boosting", "stack"}), ("stack, last_year", {"last_year", "stack"})]:
        node = create_app(settings.model_copy(update={"forecast_methods": named}))
        try:
            with node.app_context():
                assert set(running.methods_of_node()) == wanted
        finally:
            node.extensions["naqsha.database"].dispose()


def test_a_method_that_is_not_there_is_refused(app: APIFlask, settings: Settings) -> None:
    from app.factory import create_app

    wrong = create_app(settings.model_copy(update={"forecast_methods": "last_year,oracle"}))
    try:
        told = wrong.test_cli_runner().invoke(args=["forecast", "run", "--head", "robbery"])
        assert told.exit_code != 0 and "last_year" in told.output and "NAQSHA_FORECAST_METHODS" in told.output
    finally:
        wrong.extensions["naqsha.database"].dispose()
