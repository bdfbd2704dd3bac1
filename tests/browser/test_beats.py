"""The patrol planner's job in a real browser, in both languages: heat, plan, decide, keep, visit."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, until
from tests.browser.test_security import axe

SignedIn = Callable[..., Page]
CIRCLE = "PK-PB-LHR-C-GULBERG"


def ready(page: Page) -> None:
    page.wait_for_selector("body.beats-ready")
    until(page, "globalThis.naqsha && naqsha.map.loaded()")


@pytest.fixture
def planner(signed_in: SignedIn) -> Page:
    return signed_in("planner", CIRCLE)


@pytest.mark.parametrize("language", ["en", "ur"])
def test_the_planner_s_job(planner: Page, language: str) -> None:
    page = planner
    page.goto(f"/beats?lang={language}&window=-28d")
    ready(page)
    rows = page.locator("#beat-rows tr")
    expect(rows).to_have_count(2)
    expect(page.locator("#beat-law .adds-up")).not_to_have_class("wrong")
    # Sorted by a click, filtered by a word, walked by keys; all of it in the address.
    page.click("#beat-head th:nth-child(4) button")
    expect(page.locator("#beat-head th:nth-child(4)")).to_have_attribute("aria-sort", "descending")
    assert "sort=-change" in page.url
    page.keyboard.press("Escape")
    page.locator("#beat-rows .beat-name").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(rows.nth(1)).to_have_attribute("aria-selected", "true")
    page.fill("#beat-find", "City" if language == "en" else "سٹی")
    expect(rows).to_have_count(1)
    page.fill("#beat-find", "")
    # The plan: proposed, one place refused with a reason, one locked, kept.
    page.click("[data-tab=plan]")
    page.select_option("#plan-weigh", "window")
    page.fill("#plan-minutes", "120")
    page.click("#plan-form button[type=submit]")
    places = page.locator("#plan-tours .place")
    expect(places.first).to_be_visible()
    expect(page.locator("#plan-sum .meter")).to_be_visible()
    before = places.count()
    assert before >= 2
    places.nth(0).locator(".place-tools button").nth(0).click()
    expect(page.locator("#plan-tours .place-tools button[aria-pressed=true]")).to_have_count(1)
    places.nth(before - 1).locator(".place-tools button").nth(2).click()
    expect(places).to_have_count(before - 1)
    page.fill("#plan-refused input", "school gate")
    expect(page.locator(".place-mark")).to_have_count(before - 1)
    page.click("#plan-save")
    expect(page.locator("#kept-list .kept").first).to_be_visible()
    # In the hand: start and end a visit.
    page.click("#kept-list .kept:first-child .kept-tools a:first-child")
    page.wait_for_url("**/beats/plans/*")
    card = page.locator(".visit-card").first
    expect(card).to_be_visible()
    card.locator("button").first.click()
    expect(page.locator(".visit-card.now")).to_have_count(1)
    page.locator(".visit-card.now button").first.click()
    expect(page.locator(".visit-card.now")).to_have_count(0)
    expect(page.locator("#visits-outcome table")).to_be_visible()


def test_a_place_is_moved_by_a_click_and_dragged(planner: Page) -> None:
    page = planner
    page.goto("/beats?lang=en&tab=plan")
    ready(page)
    page.select_option("#plan-weigh", "window")
    page.click("#plan-form button[type=submit]")
    expect(page.locator("#plan-tours .place").first).to_be_visible()
    page.locator("#plan-tours .place").first.locator(".place-tools button").nth(1).click()
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#plan-tours .badge", has_text="moved")).to_have_count(1)


def test_the_cards_come_as_a_pdf(planner: Page, tmp_path: Path) -> None:
    page = planner
    page.goto("/beats?lang=en&tab=kept")
    ready(page)
    href = page.locator("#kept-list a[href$='cards.pdf?lang=ur']").first.get_attribute("href")
    answer = page.request.get(href or "")
    assert answer.ok and answer.body().startswith(b"%PDF-")


@pytest.mark.parametrize("language", ["en", "ur"])
def test_axe_finds_nothing(planner: Page, language: str) -> None:
    faults = {}
    for theme in ("dark", "light"):
        for tab in ("", "plan", "kept"):
            planner.goto(f"/beats?lang={language}&theme={theme}&tab={tab}")
            ready(planner)
            if tab == "plan":
                planner.select_option("#plan-weigh", "window")
                planner.click("#plan-form button[type=submit]")
                expect(planner.locator("#plan-tours .place").first).to_be_visible()
            faults[f"{theme} {tab}"] = axe(planner)
    assert not any(faults.values()), faults


def test_a_phone_shows_it_without_running_over(signed_in: SignedIn) -> None:
    page = signed_in("planner", CIRCLE, viewport=PHONE)
    for language in ("en", "ur"):
        page.goto(f"/beats?lang={language}")
        ready(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), language
