"""The map in a real browser."""

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.conftest import cells


def test_the_map_is_drawn(open_map: Callable[..., Page]) -> None:
    page = open_map()
    assert cells(page)
    page.screenshot(path="/tmp/first.png")
