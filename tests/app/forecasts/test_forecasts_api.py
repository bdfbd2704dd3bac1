"""A forecast is asked for, made as a job, published by a named officer, shown, and refused when its time is over."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import mapbox_vector_tile
import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.factory import create_app
from app.forecasts import planning, publishing, running, scoring
from app.jobs import worker as job_worker
from app.settings import Settings
from spatial import shifts
from tests.app.forecasts.conftest import LAHORE, PLAIN, plant
from tests.reference_set import CLIFTON, GULBERG, STATIONS

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def history(app: APIFlask) -> Iterator[None]:
    with Session(app.extensions["naqsha.database"].engine("worker")) as session:
        plant(session, NOW)
    yield


pytestmark = pytest.mark.usefixtures("history")


@pytest.fixture
def ask(token: Callable[..., str], client: FlaskClient) -> Callable[..., Any]:
    """Give `ask(role, method, path, jurisdiction=None, **more)`: a request as a new account of a role."""

    def request(role: str, method: str, path: str, jurisdiction: str | None = None, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {token(role, jurisdiction)}"}
        return client.open(path, method=method, headers=headers, **more)

    return request


@pytest.fixture
def draft(app: APIFlask, worker: Session) -> Callable[[], int]:
    """Give what makes a draft; the runs before it go."""

    def make() -> int:
        with app.app_context():
            made = running.run(jurisdiction=LAHORE, heads=["robbery"], shifts_of_day=())
        assert len(made.runs) == 1
        return made.runs[0]

    return make


@pytest.fixture(autouse=True)
def no_runs(owner: Session, history: None) -> None:
    owner.execute(text("DELETE FROM forecast_run"))
    owner.commit()


def test_a_run_from_the_request_to_the_map(app: APIFlask, token: Any, client: FlaskClient, ask: Any) -> None:
    analyst = {"Authorization": f"Bearer {token('analyst')}"}
    asked = client.post("/api/forecasts", json={"jurisdiction": LAHORE, "heads": ["robbery"]}, headers=analyst)
    assert asked.status_code == 202
    job = asked.get_json()["job"]
    asyncio.run(job_worker.work(app, wait=False))
    done = client.get(f"/api/jobs/{job}", headers=analyst).get_json()
    assert done["state"] == "done", done
    run, *by_shift = done["result"]["runs"]
    assert len(by_shift) == 3, "the hours of these records are known: each shift has a forecast of its own"

    found = client.get(f"/api/forecasts/{run}", headers=analyst).get_json()
    assert found == client.get("/api/forecasts/latest?head=robbery", headers=analyst).get_json()
    shown = found["run"]
    assert (shown["state"], shown["head"], shown["jurisdiction"]) == ("draft", "robbery", LAHORE)
    assert shown["week_start"] == shifts.week_start(shifts.week_of(NOW) + 1).date().isoformat()
    assert shown["expires_at"] > shown["week_start"]
    assert set(shown["score"]) >= {"hit_rate_5", "pai_5", "pei_5", "coverage_90", "weeks"}
    assert {other["method"] for other in shown["versus"]} | {shown["method"]} == set(PLAIN)
    assert all(other["difference"]["low"] <= other["difference"]["high"] for other in shown["versus"])
    assert shown["synthetic"] is False
    assert shown["card"]["never_inputs"] and shown["card"]["not_for"]
    assert len(shown["data_hash"]) == 64
    # The hot places are where half of all robberies were planted.
    best = found["cells"][0]
    assert best["rank"] == 1 and best["rate"] == max(cell["rate"] for cell in found["cells"])
    assert len(best["cell"]) == 15
    assert all(cell["low"] <= cell["rate"] <= cell["high"] for cell in found["cells"])
    assert abs(sum(driver["share"] for driver in best["drivers"]) - 1) < 1e-4
    assert all(driver["text"] and driver["text_ur"] for driver in best["drivers"])
    assert 0 < len(found["cells"]) <= min(500, shown["cells"] // 10 + 1)

    # Whoever neither makes nor publishes sees nothing until an officer has published.
    assert ask("station", "GET", "/api/forecasts/latest?head=robbery").status_code == 404
    assert ask("analyst", "POST", f"/api/forecasts/{run}/publish").status_code == 403
    # The commander of a part of the run's area sees the draft, and does not answer for the whole.
    assert ask("commander", "GET", f"/api/forecasts/{run}", GULBERG).status_code == 200
    assert ask("commander", "POST", f"/api/forecasts/{run}/publish", GULBERG).status_code == 403
    published = ask("commander", "POST", f"/api/forecasts/{run}/publish")
    assert (published.status_code, published.get_json()["state"]) == (200, "published")
    assert ask("commander", "POST", f"/api/forecasts/{run}/publish").status_code == 409
    seen = ask("station", "GET", "/api/forecasts/latest?head=robbery").get_json()
    assert (seen["run"]["id"], seen["cells"]) == (run, found["cells"])
    assert [each["id"] for each in ask("planner", "GET", "/api/forecasts").get_json()["runs"]] == [run]
    # A shift's forecast is a run of its own, and stands beside the whole day's, never in its place.
    (night,) = client.get("/api/forecasts?head=robbery&shift=night", headers=analyst).get_json()["runs"]
    assert (night["id"], night["shift"], shown["shift"]) == (by_shift[0], "night", None)
    assert client.get("/api/forecasts/latest?shift=noon", headers=analyst).status_code == 400

    # Another city's officers see nothing of it.
    assert ask("station", "GET", f"/api/forecasts/{run}", CLIFTON).status_code == 404
    assert ask("station", "GET", "/api/forecasts/latest", CLIFTON).status_code == 404
    assert ask("control", "GET", "/api/forecasts", "PK-SD-KHS").get_json()["runs"] == []


def _tile_of(station: str, zoom: int) -> str:
    import math

    west, south, east, north = STATIONS[station]
    lat, lon = math.radians((south + north) / 2), (west + east) / 2
    x = int((lon + 180) / 360 * 2**zoom)
    y = int((1 - math.asinh(math.tan(lat)) / math.pi) / 2 * 2**zoom)
    return f"{zoom}/{x}/{y}"


def test_the_tile_holds_the_run(ask: Any, draft: Callable[[], int], app: APIFlask) -> None:
    run = draft()
    path = f"/tiles/forecast/{_tile_of(GULBERG, 11)}.mvt?heads=robbery"
    assert ask("station", "GET", path).status_code == 204
    with app.app_context():
        publishing.publish_as(_officer(app), [run])
    answer = ask("station", "GET", path)
    assert answer.status_code == 200
    layer = mapbox_vector_tile.decode(answer.data)["forecast"]
    properties = [feature["properties"] for feature in layer["features"]]
    assert {"cell", "rate", "low", "high", "rank", "run", "synthetic"} <= set(properties[0])
    assert {each["run"] for each in properties} == {run}
    kept = {cell["cell"]: cell for cell in ask("analyst", "GET", f"/api/forecasts/{run}").get_json()["cells"]}
    drawn = {each["cell"]: each for each in properties}
    assert set(kept) & set(drawn)
    assert all(drawn[cell]["rate"] == kept[cell]["rate"] for cell in set(kept) & set(drawn))
    assert ask("station", "GET", path, CLIFTON).status_code == 204


def _officer(app: APIFlask) -> str:
    from tests import factories

    with Session(app.extensions["naqsha.database"].engine("worker")) as session:
        number = factories.account(session, "commander")
        return str(session.execute(text("SELECT name FROM access.account WHERE id = :id"), {"id": number}).scalar_one())


def test_an_expired_run_is_refused(ask: Any, draft: Callable[[], int], owner: Session, app: APIFlask) -> None:
    run = draft()
    owner.execute(text("UPDATE forecast_run SET expires_at = now() - interval '1 minute'"))
    owner.commit()
    for path in (f"/api/forecasts/{run}", "/api/forecasts/latest?head=robbery"):
        answer = ask("analyst", "GET", path)
        assert answer.status_code == 409
        assert answer.mimetype == "application/problem+json"
        assert "expired" in answer.get_json()["detail"]
    assert ask("commander", "POST", f"/api/forecasts/{run}/publish").status_code == 409
    assert ask("analyst", "GET", f"/tiles/forecast/{_tile_of(GULBERG, 11)}.mvt?heads=robbery").status_code == 204
    assert ask("analyst", "GET", "/api/forecasts").get_json()["runs"][0]["expired"] is True
    # A newer one takes its place.
    draft()
    assert ask("analyst", "GET", "/api/forecasts/latest?head=robbery").status_code == 200


def test_a_newer_publication_replaces_the_older(app: APIFlask, draft: Callable[[], int], worker: Session) -> None:
    officer = _officer(app)
    first, second = draft(), draft()
    with app.app_context():
        assert publishing.publish_as(officer, []) == [first, second]
    states = {row.id: row.state for row in worker.execute(text("SELECT id, state FROM forecast_run"))}
    assert states == {first: "withdrawn", second: "published"}
    lines = worker.execute(
        text("SELECT count(*) FROM audit.entry WHERE action = 'forecast_published' AND object_id IN (:a, :b)"),
        {"a": first, "b": second},
    ).scalar_one()
    assert lines == 2


@pytest.mark.parametrize("name", ["nobody", "analyst-of-nothing"])
def test_only_an_officer_who_may_publishes(app: APIFlask, draft: Callable[[], int], name: str, worker: Session) -> None:
    from tests import factories

    if name != "nobody":
        factories.account(worker, "analyst", name=name)
    run = draft()
    with app.app_context(), pytest.raises(publishing.NoOfficer):
        publishing.publish_as(name, [run])


def test_a_run_is_scored_when_its_week_is_known(app: APIFlask, worker: Session) -> None:
    past = shifts.week_start(shifts.week_of(NOW) - 3)
    with app.app_context():
        made = running.run(jurisdiction=LAHORE, heads=["robbery"], week=shifts.week_of(past), shifts_of_day=())
        (outcome,) = scoring.score()
        assert scoring.score() == []
        assert len(scoring.score(again=True)) == 1
    assert outcome["run"] == made.runs[0]
    assert 0 <= outcome["hit_rate"]["0.05"] <= 1
    expected = worker.execute(
        text("""SELECT sum(a.mass) / 1e6 FROM mass m, mass_atoms(m.cells, m.cell_upto, m.shifts, m.shift_mass) a
                WHERE m.known_until IS NULL AND m.head_id = 11 AND shift_week(a.shift) = :week"""),
        {"week": shifts.week_of(past)},
    ).scalar_one()
    assert outcome["records"] == pytest.approx(float(expected))


def test_a_coming_week_is_not_scored(app: APIFlask, draft: Callable[[], int]) -> None:
    draft()
    with app.app_context():
        assert scoring.score() == []


def test_too_little_is_left_with_a_reason(app: APIFlask) -> None:
    with app.app_context():
        outcome = running.run(jurisdiction="PK-SD-KHS", heads=["robbery"])
    assert outcome.runs == []
    assert "too few" in outcome.left["PK-SD-KHS robbery"]


def test_what_may_not_be_forecast_is_refused(app: APIFlask) -> None:
    with app.app_context():
        for head in ("rape", "no_such_head"):
            with pytest.raises(planning.NoSuchHead):
                running.run(jurisdiction=LAHORE, heads=[head])
        with pytest.raises(planning.NoSuchHead):
            running.run(heads=["no_such_head"])
        with pytest.raises(running.TooFarAhead):
            running.run(jurisdiction=LAHORE, heads=["robbery"], week=planning.coming_week(NOW) + 1)
        with pytest.raises(running.reading.AreaTooSmall):
            running.run(jurisdiction=GULBERG, heads=["robbery"])


def test_the_plan_takes_what_has_data(app: APIFlask) -> None:
    from app.db.session import forecaster_session

    with app.app_context(), forecaster_session() as session:
        assert [(each.code, each.heads) for each in planning.plan(session, None, None, NOW)] == [(LAHORE, ["robbery"])]
        assert planning.plan(session, None, ["theft"], NOW) == []


def test_switched_off_everything_else_works(
    app: APIFlask, settings: Settings, draft: Callable[[], int], worker: Session
) -> None:
    """One setting removes every forecast (trust.md F24)."""
    from tests import factories

    run = draft()
    quiet = create_app(settings.model_copy(update={"forecasting": False}))
    try:
        client = quiet.test_client()
        headers = {"Authorization": f"Bearer {factories.token(worker, 'analyst', None)}"}
        for method, path in [
            ("GET", "/api/forecasts"),
            ("GET", "/api/forecasts/latest"),
            ("GET", f"/api/forecasts/{run}"),
            ("GET", "/api/forecasts/scores"),
            ("POST", "/api/forecasts"),
            ("GET", f"/tiles/forecast/{_tile_of(GULBERG, 11)}.mvt?heads=robbery"),
        ]:
            answer = client.open(path, method=method, headers=headers, json={} if method == "POST" else None)
            assert answer.status_code == 404, path
            assert "switched off" in answer.get_json()["detail"]
        for path in ("/api/summary", "/api/cells", f"/tiles/cells/{_tile_of(GULBERG, 11)}.mvt", "/readyz"):
            assert client.get(path, headers=headers).status_code in (200, 204), path
        assert client.get("/api/hotspots/latest", headers=headers).get_json()["status"] == 404
        # Its pages are gone and no desk points to them; every other page opens.
        assert client.get("/forecasts", headers=headers).status_code == 404
        page = client.get("/map", headers=headers)
        assert page.status_code == 200 and b'data-desk="forecasts"' not in page.data
        assert b'data-desk="forecasts"' in app.test_client().get("/map", headers=headers).data, "the control"
        told = quiet.test_cli_runner().invoke(args=["forecast", "run"])
        assert told.exit_code != 0 and "switched off" in told.output
    finally:
        quiet.extensions["naqsha.database"].dispose()


def test_the_commands(app: APIFlask) -> None:
    runner = app.test_cli_runner()
    week = shifts.week_start(shifts.week_of(NOW) + 1).date()
    made = runner.invoke(args=["forecast", "run", "--head", "robbery", "--whole-day", "--week", str(week)])
    assert made.exit_code == 0 and "1 runs made, 0 left" in made.output
    table = runner.invoke(args=["forecast", "backtest", "--weeks", "8"])
    assert table.exit_code == 0 and all(name in table.output for name in ("last_year", "decayed_mean", "*"))
    published = runner.invoke(args=["forecast", "publish", "--as", _officer(app)])
    assert published.exit_code == 0 and "1 runs published" in published.output
    assert runner.invoke(args=["forecast", "score"]).output.strip() == "0 runs scored"
    for wrong, words in (
        (["run", "--jurisdiction", "NOPE"], "no jurisdiction"),
        (["run", "--jurisdiction", GULBERG], "district or a larger area"),
        (["run", "--head", "nope"], "no crime head"),
        (["run", "--week", "2031-01-01"], "coming week"),
        (["backtest", "--jurisdiction", "NOPE"], "no jurisdiction"),
        (["backtest", "--weeks", "0"], "6<=x<=16"),
        (["publish", "--as", "nobody"], "no account"),
        (["publish", "99999", "--as", _officer(app)], "no forecast"),
    ):
        refused = runner.invoke(args=["forecast", *wrong])
        assert refused.exit_code in (1, 2) and words in refused.output, (wrong, refused.output)
    assert runner.invoke(args=["jobs", "list"]).exit_code == 0


def test_a_week_is_that_of_its_day() -> None:
    assert planning.week_of_date(date(2026, 11, 22)) + 1 == planning.week_of_date(date(2026, 11, 23))
    assert planning.coming_week(NOW) == planning.week_of_date((NOW + timedelta(days=7)).astimezone(shifts.ZONE).date())


def test_no_answer_has_room_for_a_person() -> None:
    """Place only (trust.md F1): no name of an answer speaks of a person, and no cell is finer than resolution 8."""
    from app.forecasts import reading, schemas

    shown = {
        name
        for each in (schemas.Run, schemas.Cell, schemas.Driver, schemas.Score, schemas.Forecast)
        for name in each.model_fields
    }
    assert not shown & {
        "name",
        "cnic",
        "phone",
        "person",
        "suspect",
        "guest",
        "complainant",
        "hotel",
        "record",
        "records",
    }
    assert reading.RESOLUTION <= 8
    assert set(reading.KINDS) == {"fir"} and set(reading.DISCOVERIES) == {"reported"}


def test_a_run_of_synthetic_records_says_so(ask: Any, draft: Callable[[], int], owner: Session) -> None:
    owner.execute(text("UPDATE source SET is_synthetic = true"))
    owner.commit()
    try:
        run = ask("analyst", "GET", f"/api/forecasts/{draft()}").get_json()["run"]
    finally:
        owner.execute(text("UPDATE source SET is_synthetic = false"))
        owner.commit()
    assert run["synthetic"] is True
    assert run["card"]["data"]["synthetic"] is True
