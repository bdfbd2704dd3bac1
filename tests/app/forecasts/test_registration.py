"""A change of registration is told from a change of crime: held out, said in both languages, paused where needed."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db.named import sql
from app.forecasts import card_words, messages, publishing, running, watching
from app.forecasts.errors import Paused
from forecasting.model import DRIVER_CODES
from forecasting.renewal import AREA_FULL
from forecasting.shocks import KINDS
from spatial import cells
from spatial.mass import UNIT
from tests import factories
from tests.app.forecasts.conftest import LAHORE, NOW, PLAIN, plant
from tests.reference_set import CITY, GULBERG, STATIONS


def _cell(station: str, part: float) -> int:
    west, south, east, north = STATIONS[station]
    return cells.cell_of(south + part * (north - south), west + part * (east - west))


def _add(session: Session, station: str, number: int, weeks_ago: float, delay_days: float = 1.0) -> None:
    for index in range(number):
        start = NOW - timedelta(days=7 * weeks_ago - 6 * index / max(number, 1))
        factories.record(
            session,
            station=station,
            occurred=(start, start),
            known_at=min(start + timedelta(days=delay_days), NOW - timedelta(minutes=1)),
            placed=(9, [_cell(station, (index % 9 + 0.5) / 9)], [UNIT]),
        )


@pytest.fixture(scope="module")
def history(app: APIFlask) -> Iterator[None]:
    """Two stations of twenty robberies a week each; for five weeks one of them registers five times as many."""
    with Session(app.extensions["naqsha.database"].engine("worker")) as session:
        for week in range(2, 42):
            _add(session, GULBERG, 20, week)
            _add(session, CITY, 20, week)
        _add(session, CITY, 20, 1), _add(session, GULBERG, 20, 1)
        for week in range(1, 6):
            _add(session, GULBERG, 80, week)
        session.commit()
    yield


pytestmark = pytest.mark.usefixtures("history")


def _made(app: APIFlask, worker: Session, **asked: Any) -> Any:
    with app.app_context():
        outcome = running.run(
            **{"jurisdiction": LAHORE, "heads": ["robbery"], "now": NOW, "shifts_of_day": (), "methods": PLAIN, **asked}
        )
    worker.rollback()
    return worker.execute(text("SELECT * FROM forecast_run WHERE id = :id"), {"id": outcome.runs[0]}).mappings().one()


def _station_rate(session: Session, run: int, station: str) -> float:
    area = {cells.parent(_cell(station, (index + 0.5) / 9), 8) for index in range(9)}
    query = text("SELECT sum(rate) FROM forecast_cell WHERE run_id = :run AND cell = ANY (:cells)")
    return float(session.execute(query, {"run": run, "cells": list(area)}).scalar_one())


def test_a_station_that_registers_more_is_held_out_paused_and_told(
    app: APIFlask, worker: Session, owner: Session, token: Callable[..., str], client: FlaskClient
) -> None:
    run = _made(app, worker)
    codes = [note["code"] for note in run["notes"]["said"]]
    assert any(code in ("shock.burst", "shock.step_up") for code in codes), codes
    assert not run["paused"] or "paused.run" in codes
    paused = worker.execute(
        text("SELECT count(*) FROM forecast_cell WHERE run_id = :r AND paused"), {"r": run["id"]}
    ).scalar_one()
    assert paused > 0
    # Both stations usually register as much: what one of them does now is not what the forecast learned.
    assert _station_rate(worker, run["id"], GULBERG) < 1.7 * _station_rate(worker, run["id"], CITY)
    analyst = {"Authorization": f"Bearer {token('analyst')}"}
    listed = client.get("/api/forecasts?head=robbery", headers=analyst).get_json()["runs"][0]
    said = next(note for note in listed["notes"] if note["code"].startswith("shock."))
    assert "Gulberg" in said["text"] and said["text_ur"] != said["text"] and "%" in said["text"]
    answer = client.get(f"/api/forecasts/{run['id']}", headers=analyst)
    if run["paused"]:
        assert answer.status_code == 409 and "paused" in answer.get_json()["detail"]
        with app.app_context(), pytest.raises(Paused):
            publishing.publish_as(_officer(worker), [run["id"]])
    else:
        assert len(answer.get_json()["paused"]) <= paused
    owner.rollback()


def _officer(session: Session) -> str:
    number = factories.account(session, "commander")
    return str(session.execute(text("SELECT name FROM access.account WHERE id = :id"), {"id": number}).scalar_one())


def test_the_naive_forecast_runs_after_it(app: APIFlask, worker: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without the detector the station's registrations are taken for crime, and nothing is told."""
    watched = _made(app, worker)
    monkeypatch.setattr(
        running.watching,
        "watch",
        lambda heads, total, stations: watching.Watched(
            {head: [[] for _ in stations.names] for head in heads}, dict.fromkeys(heads, []), []
        ),
    )
    naive = _made(app, worker)
    assert _station_rate(worker, naive["id"], GULBERG) > 1.2 * _station_rate(worker, watched["id"], GULBERG)
    assert not any(note["code"].startswith("shock.") for note in naive["notes"]["said"])


def test_the_card_tells_of_shocks_and_of_late_reports(app: APIFlask, worker: Session) -> None:
    """Every field of the card is filled from the run (trust.md F21)."""
    card = _made(app, worker)["card"]
    assert card["data"]["shocks"] >= 1
    delay = card["data"]["reporting_delay"]
    assert 0 < delay["completeness_by_week"][0] <= 1 and delay["learned_from_records"] > 0
    assert delay["low"] <= delay["known_of_last_4_weeks"] + delay["still_expected"] + 1e-6 <= delay["high"] + 1e-6
    empty = [name for name, value in card.items() if value in (None, "", [], {})]
    assert not empty
    assert card["expires_on"] > card["scored_until"]


def test_every_reason_and_note_has_words_in_both_languages() -> None:
    assert set(messages.DRIVERS) == set(DRIVER_CODES)
    notes = {f"shock.{kind}" for kind in KINDS} | {AREA_FULL, "held_out", "nowcast", "paused.run", "paused.cells"}
    assert set(messages.NOTES) == notes | {"shock.more", "shock.area_up", "shock.area_down"}
    params = dict.fromkeys(
        ("weeks", "percent", "records", "cells", "stations", "count", "known", "missing", "rings"), 3
    )
    for english, urdu in [*messages.DRIVERS.values(), *messages.NOTES.values()]:
        values = {**params, "station": "X", "station_ur": "Y"}
        assert english % values and urdu % values
        assert any("\u0600" <= letter <= "\u06ff" for letter in urdu)


def test_a_code_that_is_gone_still_shows() -> None:
    """Old runs keep what they were made of: a code that no method gives any more must not break their page."""
    assert messages.say("gone", {})[1]
    assert messages.say_note({"code": "gone"})["text"]


def test_a_quiet_year_says_nothing(app: APIFlask, worker: Session, database_name: str) -> None:
    """The other control: a second city's steady stations raise no shock in their last weeks."""
    plant(worker, NOW, seed=5, a_week=3)
    run = _made(app, worker, week=running.coming_week(NOW) - 10)
    assert not any(note["code"].startswith(("shock.", "paused.")) for note in run["notes"]["said"])


def test_the_card_is_written_in_both_languages_with_every_field(
    app: APIFlask, worker: Session, token: Callable[..., str], client: FlaskClient
) -> None:
    """Trust.md F21: what the card holds as data stands in its words, and its hash under them."""
    run = _made(app, worker)
    # A run of this module's two stations may be paused: its card is read from the run all the same.
    with app.test_request_context():
        row = worker.execute(sql("forecasts.run_for_worker"), {"id": run["id"], "now": NOW}).mappings().one()
        words = card_words.written(row)
        digest = card_words.hash_of(row["card"])
    card = row["card"]
    assert set(words) == {"en", "ur"} and [len(words["en"])] == [len(words["ur"])]
    for language, sections in words.items():
        whole = " ".join(str(part) for each in sections for part in (each["title"], each["text"], each["pairs"]))
        values = (digest, card["data"]["data_hash"], card["scored_until"], card["expires_on"], card["data"]["from"])
        assert all(str(value) in whole for value in values), language
        assert all(str(number) in whole for number in card["versions"].values())
        assert all(each["text"] or each["pairs"] for each in sections), "no part is empty"
        assert "None" not in whole and "%(" not in whole
        sentences = [each["title"] for each in sections] + [line for each in sections for line in each["text"]]
        in_urdu = [any("\u0600" <= letter <= "\u06ff" for letter in line) for line in sentences]
        assert all(in_urdu) if language == "ur" else not any(in_urdu), sentences
    english = words["en"]
    assert all(line in english[7]["text"] for line in card["not_for"]) and english[8]["text"] == card["limits"]
    changed = {**card, "seed": 1}
    assert card_words.hash_of(changed) != digest, "the control: another card has another hash"


def test_why_a_method_was_chosen_is_said_of_each_way_to_choose(app: APIFlask) -> None:
    better = {"score": "log_score", "method": "boosting", "against": "smoothed_decayed_mean"}
    two = {"smoothed_decayed_mean": {}, "boosting": {}}
    scores = {"choice": [better], "chosen_on_weeks": ["2026-01-05"] * 16, "methods": two}
    said = {}
    for language in card_words.LANGUAGES:
        with app.test_request_context(), force_locale(language):
            said[language] = [
                card_words.why("boosting", scores),
                card_words.why("smoothed_decayed_mean", scores),
                card_words.why("smoothed_decayed_mean", scores | {"choice": []}),
                card_words.why("boosting", scores | {"choice": [], "methods": {"boosting": {}}}),
            ]
    for words, part in zip(said["en"], ("smoothed decayed mean", "No other", "too few", "only method"), strict=True):
        assert part in words
    assert len(set(said["ur"])) == 4 and not set(said["ur"]) & set(said["en"])


def test_the_card_names_the_simplest_method_that_it_scores(app: APIFlask, worker: Session) -> None:
    """Last year's counts stand there only where they are among the methods, and no method stands beside itself."""
    for methods, beside in (
        (("last_year", "smoothed_decayed_mean"), ["The same, of this: last year's counts"]),
        (("decayed_mean", "smoothed_decayed_mean"), ["The same, of this: decayed mean"]),
        (("decayed_mean",), []),
    ):
        run = _made(app, worker, methods=methods)
        with app.test_request_context():
            words = [name for name, _ in card_words._of_scores({**run["card"], "method": methods[-1]}, run["scores"])]
            reason = card_words.why(run["method"], run["scores"])
        assert [name for name in words if name.startswith("The same")] == beside
        assert ("only method" in reason) == (len(methods) == 1)
        assert ("only method" in run["card"]["why_this_method"]) == (len(methods) == 1)
