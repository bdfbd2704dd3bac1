"""Forecasts in a real browser, in both languages: the scoreboard, a run published, a place renewed, a job cancelled."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.browser.conftest import PHONE
from tests.browser.test_security import axe

SignedIn = Callable[..., Page]


@pytest.fixture(scope="module")
def run(worker: Session) -> int:
    """Make the world's run a draft again in which two listed cells rest; gives its number."""
    number = int(worker.execute(text("SELECT max(id) FROM forecast_run")).scalar_one())
    worker.execute(text("UPDATE forecast_run SET state = 'draft', published_at = NULL WHERE id = :id"), {"id": number})
    worker.execute(
        text("""UPDATE forecast_cell SET rested = true WHERE run_id = :id AND cell IN (
                  SELECT cell FROM forecast_cell WHERE run_id = :id AND listed AND NOT paused ORDER BY rank, cell
                  LIMIT 2)"""),
        {"id": number},
    )
    worker.commit()
    return number


@pytest.mark.parametrize("language", ["en", "ur"])
def test_the_scoreboard_leads_to_a_run_with_its_card(signed_in: SignedIn, run: int, language: str) -> None:
    page = signed_in("commander")
    page.goto(f"/forecasts?lang={language}")
    page.locator("[data-origin=backtest]").click()
    expect(page.locator("#board-totals .board-card")).to_have_count(5)
    expect(page.locator("#board-series tbody tr")).to_have_count(1)
    expect(page.locator("#board-chart svg.chart path.line-shown")).to_have_count(1)
    assert not axe(page)
    page.locator(f"a[href='/forecasts/{run}']").click()
    card = page.locator("#model-card")
    expect(card.locator(".card-part")).to_have_count(10)
    expect(card).to_contain_text("arrest anyone" if language == "en" else "گرفتار")
    expect(page.locator("#sight tbody tr").first).to_contain_text("100")
    expect(page.locator("#run-cells .cell-row .why").first).to_contain_text("%")
    assert not axe(page)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is wider than a phone"


def test_an_officer_renews_a_place_and_publishes(signed_in: SignedIn, run: int, worker: Session) -> None:
    page = signed_in("commander")
    page.goto(f"/forecasts/{run}?lang=en")
    boxes = page.locator("#rested [name=cell]")
    expect(boxes).to_have_count(2)
    cell = boxes.first.get_attribute("value")
    boxes.first.check()
    page.fill("#rested [name=reason]", "two snatchings there this week")
    page.locator("#rested button[type=submit]").click()
    expect(boxes).to_have_count(1)
    expect(page.locator("#run-cells .cell-list").first).to_contain_text(str(cell))
    page.get_by_role("button", name="Publish in my name").click()
    expect(page.locator("#run-head .badge-good")).to_have_text("published")
    expect(page.get_by_role("button", name="Publish in my name")).to_have_count(0)
    worker.rollback()
    kept = worker.execute(text("SELECT reason FROM place_renewal")).scalars().all()
    assert kept == ["two snatchings there this week"]
    assert (
        worker.execute(text("SELECT state FROM forecast_run WHERE id = :id"), {"id": run}).scalar_one() == "published"
    )


def test_an_analyst_asks_for_a_run_and_takes_it_back(signed_in: SignedIn, run: int, worker: Session) -> None:
    """No worker runs here: the job waits, shows that it does, and takes the word that it shall not begin."""
    page = signed_in("analyst")
    page.goto("/forecasts?lang=en")
    page.get_by_role("button", name="Make the coming week's forecasts").click()
    line = page.locator(".run-job")
    expect(line.locator("progress")).to_be_visible()
    line.get_by_role("button", name="Cancel").click()
    expect(line).to_contain_text("being cancelled")
    expect(line.get_by_role("button")).to_have_count(0)
    worker.rollback()
    assert worker.execute(text("SELECT bool_and(cancel_asked) FROM job_progress")).scalar_one() is True
    page.goto(f"/forecasts/{run}?lang=en")
    expect(page.locator("#model-card")).to_be_visible()
    expect(page.get_by_role("button", name="Publish in my name")).to_have_count(0)
    expect(page.locator("#rested [name=cell]")).to_have_count(0)
