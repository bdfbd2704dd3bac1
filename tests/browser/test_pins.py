"""The pin desk in a real browser: a record pinned by mouse and by keyboard, taken back, on a desk and a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.browser.conftest import PHONE
from tests.browser.test_security import axe

SignedIn = Callable[..., Page]


@pytest.fixture
def pins(signed_in: SignedIn, worker: Session) -> Page:
    """Give the desk of a station officer with three weak records in the queue."""
    worker.execute(
        text("""UPDATE fix SET score = 0.2, method = 'bearing' WHERE known_until IS NULL AND record_id IN (
                  SELECT r.id FROM record r JOIN jurisdiction st ON st.id = r.station_id
                  JOIN fix placed ON placed.record_id = r.id AND placed.known_until IS NULL AND placed.point IS NOT NULL
                  WHERE r.kind = 'fir' AND st.code = 'PK-PB-LHR-GULBERG' AND NOT r.cancelled
                  ORDER BY r.id DESC LIMIT 3)""")
    )
    worker.commit()
    page = signed_in("station")
    page.goto("/pins")
    page.wait_for_selector("body.pins-ready.map-ready")
    return page


def waiting(page: Page) -> int:
    """Give the id of the record that is open, once it is; the page's policy refuses waiting for an evaluated text."""
    for _ in range(300):
        found = page.evaluate("window.naqsha.pins.waiting()")
        if found is not None:
            return int(found)
        page.wait_for_timeout(100)
    raise AssertionError("no record was opened")


def method(worker: Session, record: int) -> str:
    worker.rollback()
    return str(
        worker.execute(
            text("SELECT method FROM fix WHERE record_id = :i AND known_until IS NULL"), {"i": record}
        ).scalar_one()
    )


def test_three_records_by_hand_and_key(pins: Page, worker: Session) -> None:
    first = waiting(pins)
    before = method(worker, first)
    pins.mouse.click(720, 450)
    expect(pins.locator("#do-pin")).to_be_enabled()
    pins.keyboard.press("Enter")
    expect(pins.locator("#pins-done")).to_contain_text("is pinned")
    expect(pins.locator(".pins-row[aria-current]")).to_have_count(1)
    assert method(worker, first) == "pin"
    pins.keyboard.press("z")
    expect(pins.locator("#pins-done")).to_contain_text("is where it was")
    assert method(worker, first) == before != "pin"
    second = waiting(pins)
    pins.keyboard.press("x")
    expect(pins.locator("#pins-done")).to_contain_text("cannot be placed")
    assert method(worker, second) == "unplaced"


def test_a_key_pressed_twice_decides_one_record(pins: Page, worker: Session) -> None:
    """The second press meets the record that is gone, or one that nobody has seen yet: it is nobody's decision."""
    count = text("SELECT count(*) FROM fix WHERE known_until IS NULL AND method = 'unplaced'")
    record, before = waiting(pins), worker.execute(count).scalar_one()
    left = pins.evaluate("window.naqsha.pins.left()")
    with pins.expect_response(lambda answer: answer.request.method == "POST" and "/api/pins/" in answer.url):
        pins.evaluate("""for (let i = 0; i < 3; i++)
                           document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "x", bubbles: true }))""")
    assert waiting(pins) != record
    assert pins.evaluate("window.naqsha.pins.left()") == left - 1
    worker.rollback()
    assert worker.execute(count).scalar_one() == before + 1


def test_enter_means_the_pin_whatever_was_clicked_before(pins: Page, worker: Session) -> None:
    """A row or a filter that was clicked keeps the focus, and once took the Enter that was meant for the pin."""
    expect(pins.locator("#area")).to_be_visible()
    pins.locator(".pins-row").nth(1).click()
    expect(pins.locator(".pins-row").nth(1)).to_have_attribute("aria-current", "true")
    record = waiting(pins)
    pins.keyboard.press("c")
    pins.keyboard.press("Enter")
    expect(pins.locator("#pins-done")).to_contain_text("is pinned")
    assert method(worker, record) == "pin"


def test_an_area_is_drawn_with_the_keyboard_alone(pins: Page, worker: Session) -> None:
    record = waiting(pins)
    pins.keyboard.press("a")
    pins.keyboard.press("c")
    for key in ("ArrowRight", "ArrowDown"):
        pins.locator("#map canvas").focus()
        pins.keyboard.press(key)
        pins.wait_for_timeout(700)
        pins.keyboard.press("c")
    pins.keyboard.press("Enter")
    expect(pins.locator("#pins-done")).to_contain_text("is pinned")
    cells = worker.execute(
        text("SELECT cardinality(cells) FROM mass WHERE record_id = :i AND known_until IS NULL"), {"i": record}
    ).scalar_one()
    assert method(worker, record) == "pin" and cells > 1


def test_the_desk_on_a_phone_at_the_scene(signed_in: SignedIn, worker: Session, pins: Page) -> None:
    record = waiting(pins)
    page = signed_in("station", viewport=PHONE)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 31.5105, "longitude": 74.3505, "accuracy": 14})
    page.goto("/pins?lang=ur")
    page.wait_for_selector("body.pins-ready")
    assert waiting(page) == record
    page.click("#do-scene")
    expect(page.locator("#pins-done")).to_be_visible()
    expect(page.locator("#pins-done .link")).to_be_visible()
    row = worker.execute(
        text("""SELECT method, accuracy_m, round(ST_Y(point)::numeric, 4) FROM fix
                WHERE record_id = :i AND known_until IS NULL"""),
        {"i": record},
    ).one()
    assert (row[0], row[1], float(row[2])) == ("pin", 14.0, 31.5105)


@pytest.mark.parametrize("language", ["en", "ur"])
def test_axe_finds_nothing(pins: Page, language: str) -> None:
    faults = {}
    for theme in ("dark", "light"):
        pins.goto(f"/pins?lang={language}&theme={theme}")
        pins.wait_for_selector("body.pins-ready.map-ready")
        faults[theme] = axe(pins)
    assert faults == {"dark": [], "light": []}
