"""Signing in, a record's page, and who is turned away."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.browser.conftest import drawn
from tests.browser.test_security import axe
from tests.browser.watch import Watch
from tests.browser.world import PASSPHRASE
from tests.reference_set import CLIFTON

SignedIn = Callable[..., Page]


def test_sign_in_with_the_form(contexts: Callable[..., BrowserContext], watch: Watch) -> None:
    watch.expect("status of 401")
    page = contexts().new_page()
    page.goto("/map?heads=robbery")
    page.wait_for_url(re.compile(r"/sign-in\?next="))
    page.fill("#name", "commander")
    page.fill("#password", "not this one at all")
    page.click("form.sign-in-form button[type=submit]")
    expect(page.locator("[role=alert]")).not_to_be_empty()
    expect(page.locator("#name")).to_have_value("commander")
    expect(page.locator("#password")).to_have_value("")
    page.fill("#password", PASSPHRASE)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/map\?(.*&)?heads=robbery"))
    drawn(page)
    page.click("#user-menu summary")
    page.click("#user-menu button[type=submit]")
    page.wait_for_url(re.compile(r"/sign-in$"))
    page.goto("/map")
    page.wait_for_url(re.compile(r"/sign-in\?next="))


def test_sign_in_leads_nowhere_else(contexts: Callable[..., BrowserContext]) -> None:
    page = contexts().new_page()
    page.goto("/sign-in?next=//example.org/map")
    page.fill("#name", "commander")
    page.fill("#password", PASSPHRASE)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"^http://127\.0\.0\.1:\d+/(?!sign-in)"))


def test_who_may_not_see_the_map_is_told_so(signed_in: SignedIn, watch: Watch) -> None:
    watch.expect("status of 403")
    page = signed_in("auditor")
    answer = page.goto("/map")
    assert answer is not None and answer.status == 403
    expect(page.locator(".fault h1")).not_to_be_empty()
    # One sentence and one way on, which does not lead back here but to the desk of the role.
    expect(page.locator(".fault a[href='/map']")).to_have_count(0)
    page.click(".fault .button")
    page.wait_for_url("**/audit")


@pytest.mark.parametrize("language", ["en", "ur"])
def test_an_auditor_reads_the_log(signed_in: SignedIn, language: str) -> None:
    page = signed_in("auditor")
    page.goto(f"/audit?lang={language}")
    page.wait_for_selector("body.audit-ready")
    rows = page.locator("#audit-rows tr")
    expect(rows.first).to_be_visible()
    page.select_option("#audit-object", "audit")
    expect(page).to_have_url(re.compile("object=audit"))
    expect(rows.first.locator("td").nth(2)).to_have_text({"en": "read the audit log", "ur": "آڈٹ لاگ پڑھا"}[language])
    rows.first.locator("button.link").click()
    expect(page.locator("#audit-officer")).to_be_visible()
    assert axe(page) == []


def test_a_page_that_is_not_there(signed_in: SignedIn, watch: Watch) -> None:
    watch.expect("status of 404")
    page = signed_in()
    page.goto("/nowhere")
    expect(page.locator(".fault h1")).not_to_be_empty()
    page.click(".fault .button")
    page.wait_for_url("**/weekly*")


def test_a_record_of_another_station_is_not_there(signed_in: SignedIn, worker: Session, watch: Watch) -> None:
    watch.expect("status of 404")
    number = worker.execute(text("SELECT id FROM record WHERE kind = 'fir' ORDER BY id LIMIT 1")).scalar_one()
    page = signed_in("station", CLIFTON)
    page.goto(f"/records/{number}")
    expect(page.locator("#record-head [role=alert]")).to_contain_text("No such record for you")
    page.goto("/records/999999999")
    expect(page.locator("#record-head [role=alert]")).to_contain_text("No such record for you")


def test_a_pin_shows_in_the_history(signed_in: SignedIn, worker: Session) -> None:
    number = worker.execute(
        text("""SELECT f.record_id
                FROM fix f JOIN record r ON r.id = f.record_id JOIN jurisdiction s ON s.id = r.station_id
                WHERE f.method = 'bearing' AND s.code = 'PK-PB-LHR-GULBERG' ORDER BY 1 LIMIT 1""")
    ).scalar_one()
    page = signed_in("station")
    page.goto(f"/records/{number}")
    expect(page.locator("#record-cells .adds-up")).to_contain_text("spread over")
    expect(page.locator("#record-fix .reasons li").first).not_to_be_empty()
    expect(page.locator("#record-facts")).to_contain_text("Test Person")
    expect(page.locator("#record-facts")).to_contain_text("logged under your name")
    page.evaluate(
        """async (number) => {
          const token = (await (await fetch("/api/session")).json()).csrf_token;
          const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
          const body = JSON.stringify({ lat: 31.51, lon: 74.35, reason: "seen there" });
          await fetch(`/api/records/${number}/pin`, { method: "POST", headers, body });
        }""",
        number,
    )
    page.reload()
    expect(page.locator("#record-fix .history li")).to_have_count(2)
    expect(page.locator("#record-fix .history .current")).to_contain_text("by an officer")


def test_a_stay_shows_no_guest(signed_in: SignedIn, worker: Session) -> None:
    number = worker.execute(text("SELECT id FROM record WHERE kind = 'stay' ORDER BY id LIMIT 1")).scalar_one()
    page = signed_in("station")
    page.goto(f"/records/{number}")
    expect(page.locator("h1")).to_contain_text("Hotel")
    assert "35202" not in page.content()
