"""Filters that change faster than their answers come: nothing older stays, and nobody is left waiting."""

import re
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Error, Route, expect

from tests.browser.conftest import cells, drawn, until
from tests.browser.test_map import NEAR, OpenMap, filtered, query


def test_an_older_answer_is_never_drawn_over_a_newer(open_map: OpenMap) -> None:
    page = open_map(f"?window=-91d&{NEAR}")
    held: list[Route] = []

    def hold(route: Route) -> None:
        if parse_qs(urlsplit(route.request.url).query)["heads"] == ["robbery"]:
            held.append(route)
        else:
            route.continue_()

    page.route("**/tiles/cells/**", hold)
    page.click("[data-head=robbery]")
    page.wait_for_timeout(300)
    assert held
    filtered(page, lambda: page.click("[data-head=burglary]"))
    both = cells(page)
    for route in held:
        with suppress(Error):  # the page has ended the question
            route.continue_()
    page.wait_for_timeout(500)
    drawn(page)
    assert cells(page) == both
    counted = page.evaluate(
        """async () => {
          const { filters } = await import("/static/js/state.js");
          const asked = new URLSearchParams({ ...filters(), resolution: naqsha.visibleCells()[0].res });
          return (await (await fetch(`/api/cells?${asked}`)).json()).cells;
        }"""
    )
    assert both and both.items() <= {each["cell"]: each["mass"] for each in counted}.items()


def test_one_picture_for_one_filter(open_map: OpenMap) -> None:
    page = open_map(f"?{NEAR}&window=-28d")
    drawn(page)
    # The script of a change runs to its end before the browser can draw: what holds then holds until tiles come.
    held = page.evaluate(
        """async () => {
          const { set } = await import("/static/js/state.js");
          set({ heads: "robbery" });
          return Object.hasOwn(naqsha.map, "triggerRepaint");
        }"""
    )
    assert held
    drawn(page)
    until(page, "!Object.hasOwn(naqsha.map, 'triggerRepaint')")
    # A hand on the map ends it, too: MapLibre says that it moves in its next frame only.
    touched = page.evaluate(
        """async () => {
          const { set } = await import("/static/js/state.js");
          set({ heads: "theft" });
          const before = Object.hasOwn(naqsha.map, "triggerRepaint");
          naqsha.map.getCanvas().dispatchEvent(new WheelEvent("wheel", { deltaY: 1, bubbles: true, cancelable: true }));
          return [before, Object.hasOwn(naqsha.map, "triggerRepaint")];
        }"""
    )
    assert touched == [True, False]
    drawn(page)
    # Who moves the map sees it move, whatever is under way.
    moving = page.evaluate(
        """async () => {
          const { set } = await import("/static/js/state.js");
          set({ heads: "" });
          naqsha.map.panBy([40, 0], { duration: 200, essential: true });
          const first = Object.hasOwn(naqsha.map, "triggerRepaint");
          set({ heads: "robbery" });
          return [first, Object.hasOwn(naqsha.map, "triggerRepaint")];
        }"""
    )
    assert moving == [False, False]
    drawn(page)


def test_who_leaves_in_a_hurry_comes_back_to_what_was_shown(open_map: OpenMap) -> None:
    page = open_map(f"?{NEAR}&window=-28d")
    drawn(page)
    # The address of a changed filter is written with its map; before that nobody may lose it.
    unwritten = page.evaluate(
        """async () => {
          const { set } = await import("/static/js/state.js");
          set({ heads: "robbery" });
          const before = location.search;
          location.assign("/forecasts");
          return before;
        }"""
    )
    assert "robbery" not in unwritten
    page.wait_for_url("**/forecasts")
    page.go_back()
    page.wait_for_url("**/map?*")
    drawn(page)
    assert query(page)["heads"] == "robbery"
    # A change that makes an entry in the history keeps the one before it whole.
    page.evaluate(
        """async () => {
          const { set } = await import("/static/js/state.js");
          set({ heads: "theft" });
          set({ mode: "data" }, { push: true });
        }"""
    )
    assert query(page)["mode"] == "data"
    page.go_back()
    until(page, "!location.search.includes('mode')")
    assert query(page)["heads"] == "theft"


def test_a_late_answer_never_replaces_a_newer(open_map: OpenMap) -> None:
    page = open_map(f"?window=-91d&{NEAR}")
    held: list[Route] = []
    page.route(lambda url: "/api/summary" in url and "heads=robbery&" in url + "&", lambda route: held.append(route))
    page.click("[data-head=robbery]")
    for _ in range(200):
        if held:
            break
        page.wait_for_timeout(50)  # numbers are asked when their map is drawn
    assert held
    filtered(page, lambda: page.click("[data-head=burglary]"))
    newest = page.inner_text("#total")
    for route in held:
        route.fulfill(
            status=200, content_type="application/json", body='{"total": 123456, "by_kind": {}, "by_head": {}}'
        )
    page.wait_for_timeout(300)
    expect(page.locator("#total")).to_have_text(newest)


def test_the_box_of_all_mass_is_never_of_an_older_filter(open_map: OpenMap) -> None:
    page = open_map(f"?window=-91d&{NEAR}")
    expect(page.locator("#beside .adds-up")).to_be_visible()
    held: list[Route] = []
    sized = re.compile(r"/api/summary\?.*resolution=7")
    page.route(lambda url: bool(sized.search(url)) and "heads=" not in url, lambda route: held.append(route))
    page.evaluate("naqsha.map.jumpTo({ zoom: 9 })")  # other cells: the box is asked anew, and its answer is late
    for _ in range(200):
        if held:
            break
        page.wait_for_timeout(50)
    assert held
    filtered(page, lambda: page.click("[data-head=robbery]"))
    newest = page.inner_text("#beside .sum + .sum, #beside dd.sum")
    for route in held:
        route.fulfill(status=200, content_type="application/json", body='{"total": 777, "placed": 777}')
    page.wait_for_timeout(300)
    expect(page.locator("#beside dd.sum")).to_have_text(newest)


def test_a_filter_that_means_the_same_comes_to_an_end(open_map: OpenMap) -> None:
    page = open_map(f"?{NEAR}&window=-28d")
    drawn(page)
    same = page.evaluate(
        """async () => {
          const { currentWindow, set } = await import("/static/js/state.js");
          const { windowText } = await import("/static/js/time.js");
          set({ window: windowText(currentWindow()) });
          return document.getElementById("map").classList.contains("loading");
        }"""
    )
    assert same
    drawn(page)
    # Pressed before the table was drawn: it is there at once, of the filter that holds.
    page.keyboard.press("d")
    expect(page.locator("#list-body tr").first).to_be_visible()
    assert page.locator("#list-body tr").count() == min(200, len(cells(page)))
