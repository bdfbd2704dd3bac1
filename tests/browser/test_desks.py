"""What every desk shares, and the control desk, in a real browser and both languages."""

import re
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, Route, expect
from sqlalchemy.orm import Session

from tests import factories
from tests.browser.conftest import DESK, PHONE, drawn, until
from tests.browser.test_map import fewer_than, filtered, query, total
from tests.browser.test_security import axe
from tests.browser.watch import Watch
from tests.reference_set import CITY, GULBERG

SignedIn = Callable[..., Page]
POINTS = "name,lat,lon\nGate <b class=pwned>1</b>,31.51,74.35\nGate 2,31.512,74.352\n"


def open_control(page: Page, more: str = "") -> Page:
    """Give the control desk when it is live and drawn."""
    page.goto(f"/control?window=-28d&at=31.5100,74.3500,13.0{more}")
    until(page, "document.getElementById('live-state').dataset.state === 'live'")
    page.wait_for_selector("body.map-ready")
    expect(page.locator("#ticker .tick[data-record]").first).to_be_visible()
    return page


def commit(worker: Session, kind: str = "fir", station: str = GULBERG) -> int:
    """Give the id of a record that has just been committed."""
    now = datetime.now(UTC)
    record = factories.record(worker, kind, station, occurred=(now - timedelta(hours=2), now - timedelta(hours=1)))
    worker.commit()
    return record


@pytest.mark.parametrize("lang", ["en", "ur"])
def test_a_new_record_comes_to_the_screen_by_itself(signed_in: SignedIn, worker: Session, lang: str) -> None:
    page = open_control(signed_in("control"), f"&lang={lang}")
    page.evaluate(
        """() => {
          window.seen = [];
          new MutationObserver(() => {
            for (const row of document.querySelectorAll("#ticker [data-record]")) {
              const { record } = row.dataset;
              if (!window.seen.some((each) => each[0] === record)) window.seen.push([record, Date.now()]);
            }
          }).observe(document.getElementById("ticker"), { childList: true });
        }"""
    )
    for _ in range(2):
        time.sleep(2.1)  # a screen that has just asked waits two seconds before it asks again
        camera = page.evaluate("[naqsha.map.getCenter().lng, naqsha.map.getZoom()]")
        record = commit(worker)
        until(page, f"window.seen.some((each) => each[0] === '{record}')")
        assert page.evaluate("[naqsha.map.getCenter().lng, naqsha.map.getZoom()]") == camera  # it never moves by itself
    # How soon is measured in tests/bench/bench_live.py: a shared processor must not decide whether a test passes.


def test_a_map_that_is_asked_anew_comes_to_rest_where_nothing_changed(signed_in: SignedIn) -> None:
    """MapLibre alone falls silent after tiles of unchanged bytes: no frame, no idle, no readiness."""
    page = open_control(signed_in("control"))
    until(page, "naqsha.map.loaded()")
    page.evaluate(
        """async () => {
          const { refreshMap } = await import("/static/js/control-map.js");
          window.rests = 0;
          naqsha.map.on("idle", () => { window.rests += 1; });
          refreshMap({ again: true });
        }"""
    )
    until(page, "window.rests > 0")


def test_a_record_of_another_area_does_not_show(signed_in: SignedIn, worker: Session) -> None:
    page = open_control(signed_in("control"))
    other = commit(worker, station="PK-SD-KHS-CLIFTON")
    mine = commit(worker, "complaint")
    until(page, f"document.querySelector('#ticker [data-record=\"{mine}\"]')")
    expect(page.locator(f'#ticker [data-record="{other}"]')).to_have_count(0)


def test_who_reads_further_down_is_not_disturbed(signed_in: SignedIn, worker: Session) -> None:
    page = open_control(signed_in("control"))
    page.evaluate("document.getElementById('ticker').scrollTop = 400")
    record = commit(worker)
    expect(page.locator("#ticker-more")).to_be_visible()
    expect(page.locator(f'#ticker [data-record="{record}"]')).to_have_count(0)
    assert page.evaluate("document.getElementById('ticker').scrollTop") == 400
    page.click("#ticker-more")
    expect(page.locator(f'#ticker [data-record="{record}"]')).to_be_visible()


def test_number_keys_switch_layers_and_points_are_loaded(signed_in: SignedIn, watch: Watch) -> None:
    watch.expect("status of 422")
    page = open_control(signed_in("control"))
    page.keyboard.press("3")
    expect(page.locator("[data-layer=stays]")).to_have_attribute("aria-checked", "true")
    expect(page.locator("[data-layer=cells]")).to_have_attribute("aria-checked", "false")  # one shaded layer at a time
    assert "stays" in query(page)["layer"]
    page.click(".control-load summary")
    page.fill("#load-form [name=name]", "Cameras")
    file = {"name": "c.csv", "mimeType": "text/csv", "buffer": b"name,lat,lon\nx,74.3,31.5\n"}
    page.set_input_files("#load-form [name=file]", files=[file])
    page.click("#load-form button")
    expect(page.locator("#load-said")).to_contain_text("swapped")
    page.set_input_files("#load-form [name=file]", files=[file | {"buffer": POINTS.encode()}])
    page.click("#load-form button")
    expect(page.locator("#load-said")).to_contain_text("Loaded: 2 points")
    row = page.locator("#layers .layer-row", has_text="Cameras")
    expect(row).to_have_attribute("aria-checked", "true")
    until(page, "naqsha.map.queryRenderedFeatures().some((each) => each.layer.id.startsWith('loaded-'))")
    page.locator("h1").focus()
    page.keyboard.press("8")
    expect(row).to_have_attribute("aria-checked", "false")
    page.get_by_role("button", name="Delete Cameras").click()
    expect(row).to_have_count(0)
    page.click(".toast button")
    expect(row).to_have_count(1)


def test_a_screen_that_is_refused_asks_in_turns(signed_in: SignedIn, watch: Watch) -> None:
    watch.expect("status of 503")
    page = signed_in("control")
    page.route("**/live", lambda route: route.fulfill(status=503, body="{}", content_type="application/problem+json"))
    page.goto("/control")
    until(page, "document.getElementById('live-state').dataset.state === 'polling'")
    expect(page.locator("#live-words")).to_contain_text("30 seconds")
    expect(page.locator("#ticker .tick[data-record]").first).to_be_visible()


def test_a_silent_feed_is_a_red_line(signed_in: SignedIn) -> None:
    page = signed_in("control")
    feed = {
        "key": "x", "name": "Station records", "owner_force": "", "synthetic": False, "usual_hours": 1, "lag_hours": 31,
        "received_at": "2026-11-01T00:00:00+05:00", "data_to": "2026-11-01T00:00:00+05:00", "stale_after_hours": 4,
        "state": "stale",
    }  # fmt: skip
    page.route("**/api/control/feeds", lambda route: route.fulfill(json={"feeds": [feed], "data_to": None}))
    page.goto("/control")
    expect(page.locator("#banners [role=alert]")).to_contain_text(
        "Station records has fallen silent: nothing for 31 hours"
    )


def test_a_kiosk_shows_saved_views_in_turn(signed_in: SignedIn) -> None:
    page = signed_in("control")
    page.goto("/control")  # the views need no map that has come to rest
    for name, window in (("Week", "-7d"), ("Day", "-1d")):
        page.evaluate(
            """async ([name, query]) => {
              const token = document.querySelector('meta[name="csrf-token"]').content;
              const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
              const body = JSON.stringify({ desk: "control", name, query });
              await fetch("/api/views", { method: "POST", headers, body });
            }""",
            [name, f"at=31.51,74.35,12.0&window={window}"],
        )
    page.goto("/control?kiosk=1&every=10")
    expect(page.locator("#view-name")).to_have_text("Day")
    expect(page.locator(".header")).to_be_hidden()
    assert query(page)["window"] == "-1d" and query(page)["kiosk"] == "1"
    expect(page.locator("#view-name")).to_have_text("Week")
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile(r"/control(\?(?!.*kiosk)|$)"))  # with nothing in it until the map has come to rest


@pytest.mark.parametrize("lang", ["en", "ur"])
def test_the_area_is_chosen_by_name_or_down_the_tree(signed_in: SignedIn, lang: str) -> None:
    page = signed_in("control")
    page.goto(f"/map?window=-91d&at=31.5100,74.3500,12.0&lang={lang}")
    drawn(page)
    everything = total(page)
    page.keyboard.press("j")
    expect(page.locator("#areas")).to_be_visible()
    page.fill("#areas-find", "گلبرگ" if lang == "ur" else "gulb")
    page.locator(f"#areas-list [data-code='{GULBERG}']").wait_for()
    filtered(page, lambda: page.click(f"#areas-list [data-code='{GULBERG}']"))
    assert query(page)["jurisdiction"] == GULBERG and fewer_than(page, everything) > 0
    # From desk to desk the area stays.
    page.click("[data-desk=control] >> visible=true")
    page.wait_for_url(re.compile(rf"/control\?.*jurisdiction={GULBERG}"))
    expect(page.locator("#area.chosen")).to_be_visible()
    page.keyboard.press("j")
    page.locator("[data-code='PK-PB-LHR-C-GULBERG']").wait_for()  # one's own area opens by itself
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-code='PK-PB-LHR-C-GULBERG']")).to_be_focused()
    page.keyboard.press("ArrowLeft" if lang == "ur" else "ArrowRight")
    page.click(f"#areas-list [data-code='{CITY}']")
    assert query(page)["jurisdiction"] == CITY


def test_a_view_is_saved_opened_deleted_and_taken_back(signed_in: SignedIn) -> None:
    page = signed_in("commander")
    page.goto("/map?window=-91d&heads=robbery&at=31.5100,74.3500,12.0")
    drawn(page)
    page.keyboard.press("s")
    page.fill("#views-name", "Robberies رات")
    page.click("#views-save button[type=submit]")
    link = page.locator("#views-list .view-link", has_text="Robberies رات")
    expect(link).to_be_visible()
    page.goto("/map")
    drawn(page)
    page.keyboard.press("s")
    link.click()
    page.wait_for_url("**/map?*heads=robbery*")
    drawn(page)
    page.keyboard.press("s")
    page.get_by_role("button", name="Delete Robberies رات").click()
    expect(link).to_have_count(0)
    page.click(".toast button")
    expect(link).to_be_visible()


def test_an_export_is_the_filter(signed_in: SignedIn, tmp_path: Path) -> None:
    page = signed_in("commander")
    page.goto("/map?window=-91d&heads=robbery&at=31.5100,74.3500,12.0")
    drawn(page)
    page.keyboard.press("e")
    with page.expect_download() as download:
        page.click("#exports-go")
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    words = path.read_text(encoding="utf-8-sig")
    assert "heads=robbery" in words and path.suffix == ".csv"
    rows = [line for line in words.splitlines() if not line.startswith(("#", '"#', "id,"))]
    assert rows and all("robbery" in row for row in rows)


def test_a_slow_list_of_areas_does_not_lie_over_what_was_found_by_name(signed_in: SignedIn) -> None:
    page = signed_in("commander")
    held: list[Route] = []
    page.route(re.compile(r"/api/jurisdictions/own$"), lambda route: held.append(route))
    page.goto("/map?at=31.5100,74.3500,12.0")
    drawn(page)
    page.keyboard.press("j")
    expect(page.locator("#areas")).to_be_visible()
    page.fill("#areas-find", "gulb")
    found = page.locator(f"#areas-list [data-code='{GULBERG}']")
    found.wait_for()
    assert held, "the whole list was asked for first, and its answer comes last"
    for route in held:
        with suppress(Error):  # it was given up meanwhile
            route.continue_()
    page.wait_for_timeout(500)
    expect(found).to_be_visible()


def test_single_keys_can_be_switched_off(signed_in: SignedIn) -> None:
    page = signed_in("commander")
    page.goto("/map?at=31.5100,74.3500,12.0")
    drawn(page)
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    expect(page.locator("#keys-words")).not_to_be_empty()
    page.uncheck("#keys-off")
    page.keyboard.press("Escape")
    for key in ("j", "s", "?", "/"):
        page.keyboard.press(key)
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.click("#help")  # the way back is a button
    page.check("#keys-off")


@pytest.mark.parametrize(("lang", "theme"), [("en", "dark"), ("ur", "light")])
def test_axe_finds_nothing_on_the_control_desk_and_in_the_dialogs(
    signed_in: SignedIn, worker: Session, lang: str, theme: str
) -> None:
    page = open_control(signed_in("control", color_scheme=theme, viewport=DESK), f"&lang={lang}")
    faults = {"control": axe(page)}
    for key, dialog in (("j", "areas"), ("s", "views-dialog"), ("?", "keys")):
        page.keyboard.press(key)
        expect(page.locator(f"#{dialog}")).to_be_visible()
        until(page, f"!document.querySelector('#{dialog} .skeleton')")
        faults[dialog] = axe(page)
        page.keyboard.press("Escape")
        expect(page.locator(f"#{dialog}")).to_be_hidden()
    assert {name: lines for name, lines in faults.items() if lines} == {}


def test_axe_finds_nothing_on_a_phone_and_nothing_is_cut_off(signed_in: SignedIn) -> None:
    page = open_control(signed_in("commander", viewport=PHONE, is_mobile=True, has_touch=True))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.tap("#desk-menu summary")
    expect(page.locator(".desk-list [data-desk=map]")).to_be_visible()
    page.tap("[data-opens=exports] >> visible=true")
    expect(page.locator("#exports-dialog")).to_be_visible()
    assert axe(page) == []


def test_a_desk_loads_no_more_than_nine_hundred_kilobytes(signed_in: SignedIn) -> None:
    import gzip

    page = signed_in("control")
    sizes: dict[str, int] = {}

    def weigh(answer) -> None:
        if re.search(r"/static/.*\.(?:m?js|css)(?:\?|$)", answer.url):
            sizes[answer.url] = len(gzip.compress(answer.body()))

    page.on("response", weigh)
    open_control(page)
    assert len(sizes) > 20 and sum(sizes.values()) < 900_000, sum(sizes.values())
