"""The commander's page in a real browser; and its file, opened from a disk with the network cut."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE
from tests.browser.test_security import axe

SignedIn = Callable[..., Page]
DISTRICT = "PK-PB-LHR"


@pytest.fixture
def commander(signed_in: SignedIn) -> Page:
    return signed_in("commander", DISTRICT)


@pytest.mark.parametrize("language", ["en", "ur"])
def test_the_commander_s_job(commander: Page, language: str) -> None:
    page = commander
    page.goto(f"/weekly?lang={language}")
    expect(page.locator(".briefing h1")).to_be_visible()
    expect(page.locator(".w-tile")).to_have_count(5)
    expect(page.locator(".w-unknown li").first).not_to_be_empty()
    kept = page.locator(".weekly-kept").first.locator("tbody tr")
    numbers = kept.count()
    page.click("#weekly-again")
    expect(kept).to_have_count(numbers + 1)
    page.goto(f"/weekly?lang={language}&week=2026-W40")
    expect(page.locator("#weekly")).to_have_attribute("data-week", "2026-W40")


@pytest.mark.parametrize("language", ["en", "ur"])
def test_the_file_opens_without_a_network(commander: Page, browser: Browser, tmp_path: Path, language: str) -> None:
    """From the disk, in a browser whose network is cut: it asks for nothing, draws its map, answers the pointer."""
    commander.goto("/weekly")
    address = f"/weekly/{commander.get_attribute('#weekly', 'data-week')}.html?jurisdiction={DISTRICT}&lang={language}"
    answer = commander.request.get(address)
    body = answer.text()
    assert answer.ok and len(body.encode()) < 8_000_000 and "http" not in body
    kept = tmp_path / "briefing.html"
    kept.write_text(body, encoding="utf-8")
    context = browser.new_context(offline=True, viewport={"width": 1000, "height": 800})
    try:
        page = context.new_page()
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(kept.as_uri())
        canvas = page.locator(".folium-map canvas").first
        expect(canvas).to_be_visible()
        drawn = page.evaluate(
            """() => { const c = document.querySelector(".folium-map canvas"); const d = c.getContext("2d")
                 .getImageData(0, 0, c.width, c.height).data; let n = 0;
                 for (let i = 3; i < d.length; i += 4) if (d[i]) n += 1; return n; }"""
        )
        assert drawn > 500, "cells are on the canvas"
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
        assert said == []
        expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ur" else "ltr")
    finally:
        context.close()


@pytest.mark.parametrize("language", ["en", "ur"])
def test_axe_finds_nothing(commander: Page, language: str) -> None:
    faults = {}
    for theme in ("dark", "light"):
        commander.goto(f"/weekly?lang={language}&theme={theme}")
        expect(commander.locator(".w-tile")).to_have_count(5)
        faults[theme] = axe(commander)
    assert not any(faults.values()), faults


def test_who_sees_the_country_chooses_first_and_a_phone_shows_it(signed_in: SignedIn) -> None:
    page = signed_in("commander", "PK", viewport=PHONE)
    page.goto("/weekly?lang=en")
    page.locator("#weekly-own a").first.click()
    expect(page.locator(".w-tile")).to_have_count(5)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
