"""An officer's word on a record: put, taken back, kept over a correction; the law of mass at every step."""

from collections.abc import Callable
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.records import pins
from spatial.model import Fix, Method, Reason
from tests import factories
from tests.app.ingest.test_loading import FIR, mass_law
from tests.app.ingest.test_loading import load as load_fixture
from tests.reference_set import GULBERG

NOWHERE = Fix(Method.UNPLACED, None, None, None, (), (), 0.0, None, (Reason("pin_nowhere", {"reason": "a canal"}),))


load = load_fixture


def _officer(worker: Session) -> int:
    return factories.account(worker, "station")


def _say(app: APIFlask, word: Callable[..., int], *about: Any, **more: Any) -> None:
    with app.app_context(), Session(app.extensions["naqsha.database"].engine("worker")) as session:
        word(session, *about, **more)


def _current(worker: Session, record: int) -> tuple[Any, ...]:
    worker.rollback()
    return tuple(
        worker.execute(
            text("""SELECT f.method, m.cells, m.resolution FROM fix f JOIN mass m ON m.fix_id = f.id
                    WHERE f.record_id = :i AND f.known_until IS NULL AND m.known_until IS NULL"""),
            {"i": record},
        ).one()
    )


@pytest.fixture
def record(load: Any, worker: Session) -> int:
    """Give the id of a FIR placed by distance and direction."""
    number = 7000 + next(factories._number)
    load("fir", [FIR, f"{GULBERG},,2026,{number},379 PPC,2026-11-02 10:00,,,somewhere,1 km,north,,,,,"])
    return int(worker.execute(text("SELECT record_id FROM fir WHERE number = :n"), {"n": number}).scalar_one())


def test_undo_brings_back_what_was_believed(app: APIFlask, worker: Session, record: int) -> None:
    officer, before = _officer(worker), _current(worker, record)
    _say(app, pins.pin, record, 31.505, 74.345, officer)
    assert _current(worker, record)[0] == "pin" != before[0]
    _say(app, pins.undo, record, officer)
    assert _current(worker, record) == before
    mass_law(worker)
    history = worker.execute(
        text("SELECT method FROM fix WHERE record_id = :i ORDER BY known_from, id"), {"i": record}
    ).scalars()
    assert list(history) == ["bearing", "pin", "bearing"], "the pin that was taken back stays in the history"
    with pytest.raises(Conflict):
        _say(app, pins.undo, record, officer)


def test_what_cannot_be_placed_is_unplaced_and_stays_so(
    app: APIFlask,
    load: Any,
    worker: Session,
    record: int,
) -> None:
    officer = _officer(worker)
    _say(app, pins.put, record, NOWHERE, officer)
    assert _current(worker, record)[0] == "unplaced"
    mass_law(worker)
    number = worker.execute(text("SELECT number FROM fir WHERE record_id = :i"), {"i": record}).scalar_one()
    load("fir", [FIR, f"{GULBERG},,2026,{number},380 PPC,2026-11-02 10:00,,,somewhere,1 km,north,,,,,"])
    assert _current(worker, record)[0] == "unplaced", "a correction of the sections says nothing new of the place"
    load("fir", [FIR, f"{GULBERG},,2026,{number},380 PPC,2026-11-02 10:00,,,somewhere,2 km,north,,,,,"])
    assert _current(worker, record)[0] != "unplaced", "a new distance does"
    mass_law(worker)


def test_cancelled_while_it_could_not_be_placed(app: APIFlask, load: Any, worker: Session, record: int) -> None:
    officer = _officer(worker)
    _say(app, pins.put, record, NOWHERE, officer)
    number = worker.execute(text("SELECT number FROM fir WHERE record_id = :i"), {"i": record}).scalar_one()
    row = f"{GULBERG},,2026,{number},379 PPC,2026-11-02 10:00,,,somewhere,1 km,north,,,,,"
    load("fir", [FIR, f"{row}cancelled"])
    load("fir", [FIR, row.replace("379", "380")])
    worker.rollback()
    assert _current(worker, record)[0] == "unplaced"
    mass_law(worker)
    _say(app, pins.undo, record, officer)
    assert _current(worker, record)[0] == "bearing", "before the word, not its copy of the time when it was cancelled"
    mass_law(worker)
    load("fir", [FIR, row.replace("379", "381") + "cancelled"])
    with pytest.raises(Conflict):
        _say(app, pins.pin, record, 31.505, 74.345, officer)


def test_two_words_are_taken_back_one_after_the_other(app: APIFlask, worker: Session, record: int) -> None:
    officer = _officer(worker)
    _say(app, pins.pin, record, 31.505, 74.345, officer, accuracy_m=12)
    _say(app, pins.pin, record, 31.515, 74.345, officer)
    _say(app, pins.undo, record, officer)
    method, *_ = _current(worker, record)
    assert method == "pin"
    point = worker.execute(
        text("SELECT ST_Y(point), accuracy_m FROM fix WHERE record_id = :i AND known_until IS NULL"), {"i": record}
    ).one()
    assert tuple(point) == (31.505, 12.0)
    _say(app, pins.undo, record, officer)
    assert _current(worker, record)[0] == "bearing", "the second undoing goes on, and does not bring the last pin back"
    mass_law(worker)
