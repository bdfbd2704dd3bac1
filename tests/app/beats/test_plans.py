"""Plans: proposed, decided, kept, carried out; four weeks on the list and no more; nobody else's are seen."""

import re
import zlib
from contextlib import suppress
from datetime import date, datetime

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from forecasting.renewal import must_rest, weeks_on_end
from spatial import shifts
from tests.app.beats.conftest import square
from tests.reference_set import CITY, CLIFTON, GULBERG

pytestmark = pytest.mark.usefixtures("filled")
CIRCLE = "PK-PB-LHR-C-GULBERG"
ASKED = {"window": "2026-08-01..2026-11-16", "weigh": "window", "patrols": 2, "minutes": 120, "heads": "robbery"}


def monday(weeks: int = 1) -> date:
    return (shifts.week_start(shifts.week_of(datetime.now(shifts.ZONE)) + weeks)).date()


def proposed(client: FlaskClient, signed, **more) -> dict:
    answer = client.post("/api/beats/proposals", json=ASKED | more, headers=signed.csrf)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def kept(client: FlaskClient, signed, places: list[dict], **more):
    body = ASKED | {"places": [{"lat": each["lat"], "lon": each["lon"]} for each in places]} | more
    return client.post("/api/beats/plans", json=body, headers=signed.csrf)


def test_a_plan_goes_from_proposal_to_outcome(client: FlaskClient, sign_in, worker: Session) -> None:
    signed = sign_in(client, "planner", CIRCLE)
    found = proposed(client, signed)
    assert found["places"] and found == proposed(client, signed), "the same question has the same answer"
    assert found["covered"] + found["left_out"] == pytest.approx(found["total"], abs=1e-6)
    assert all(tour["minutes"] <= 120 and not tour["over"] for tour in found["tours"])
    first, *others = found["places"]
    body = ASKED | {
        "week": monday().isoformat(),
        "places": [{"lat": first["lat"] + 0.001, "lon": first["lon"], "decision": "moved", "reason": "the gate"}]
        + [{"lat": each["lat"], "lon": each["lon"], "locked": True} for each in others[:1]],
        "refused": [{"cell": each["cell"], "reason": "a school"} for each in others[1:2]],
    }
    answer = client.post("/api/beats/plans", json=body, headers=signed.csrf)
    assert answer.status_code == 201, answer.text
    plan = answer.get_json()
    assert sorted(place["decision"] for place in plan["places"]) == ["accepted", "moved"][-len(plan["places"]) :]
    assert [place["reason"] for place in plan["refused"]] == ["a school"][: len(others[1:2])]
    assert plan["id"] in [each["id"] for each in client.get("/api/beats/plans").get_json()["plans"]]
    actions = worker.execute(
        text("SELECT action, detail FROM audit.entry WHERE object = 'patrol_plan' AND object_id = :id"),
        {"id": plan["id"]},
    ).all()
    assert actions[0].action == "plan_made" and actions[0].detail["moved"] == 1


def test_what_happened_near_beyond_and_unplaced_is_all(client: FlaskClient, sign_in) -> None:
    signed = sign_in(client, "planner", CIRCLE)
    lat, lon = 31.508, 74.347
    plan = kept(client, signed, [{"lat": lat, "lon": lon}], week="2026-11-11", heads=None).get_json()
    found = client.get(f"/api/beats/plans/{plan['id']}/outcome").get_json()
    parts = found["happened_near"] + found["happened_beyond"] + found["happened_unplaced"]
    assert found["happened"] == pytest.approx(parts, abs=1e-6) and found["happened_near"] > 0
    whole = client.get(f"/api/summary?window=2026-11-09..2026-11-16&kinds=fir&jurisdiction={CIRCLE}").get_json()
    assert found["happened"] == whole["total"]
    weeks = client.get("/api/beats/weeks").get_json()["weeks"]
    assert any(week["week_start"] == "2026-11-09" and week["planned_places"] >= 1 for week in weeks)


def test_excluded_places_are_not_proposed_and_locked_ones_are(client: FlaskClient, sign_in) -> None:
    signed = sign_in(client, "planner", CIRCLE)
    before = proposed(client, signed)["places"]
    out, fast = before[0]["cell"], before[-1]["cell"]
    after = [place["cell"] for place in proposed(client, signed, excluded=[out], locked=[fast])["places"]]
    assert out not in after and fast in after


def test_protected_records_never_weigh_a_place(client: FlaskClient, sign_in) -> None:
    """Whoever sees them: a card is printed and carried."""
    signed = sign_in(client, "station", GULBERG)
    window = {"window": "2026-11-09..2026-11-16"}
    answer = client.post("/api/beats/proposals", json=ASKED | window | {"heads": "rape"}, headers=signed.csrf)
    assert answer.status_code == 422, "nothing to cover"
    seen = client.get("/api/beats?window=2026-11-09..2026-11-16&heads=rape").get_json()
    assert seen["mass"] > 0, "the negative control: the officer sees them in the table"


def test_bad_plans_are_refused_in_words(client: FlaskClient, sign_in) -> None:
    signed = sign_in(client, "planner", CIRCLE)
    far = {"lat": 24.81, "lon": 67.03}
    for body, words in (
        ({"places": []}, "at least one place"),
        ({"places": [far]}, "outside the area"),
        ({"places": [{"lat": 31.51, "lon": 74.35}], "patrols": 0}, None),
        ({"places": [{"lat": "x", "lon": 74.35}]}, None),
        ({"places": [{"lat": 31.51, "lon": 74.35}], "week": "1999-01-01"}, None),
    ):
        answer = client.post("/api/beats/plans", json=ASKED | body, headers=signed.csrf)
        assert answer.status_code == 422, (body, answer.text)
        assert words is None or words in answer.get_json()["detail"]
    answer = client.post("/api/beats/proposals", json=ASKED | {"minutes": 15, "speed_kmh": 2}, headers=signed.csrf)
    assert answer.status_code == 422 and "too short" in answer.get_json()["detail"]


@pytest.mark.parametrize("step", ["/api/beats/plans/{}", "/api/beats/plans/{}/outcome", "/beats/plans/{}"])
def test_a_plan_of_others_is_not_there(client: FlaskClient, sign_in, step: str) -> None:
    signed = sign_in(client, "planner", CIRCLE)
    west = {"lat": 31.58, "lon": 74.31}  # City's
    number = kept(client, signed, [west]).get_json()["id"]
    for role, scope, status in (
        ("planner", CIRCLE, 200), ("commander", "PK-PB-LHR", 200), ("planner", CLIFTON, 404), ("station", GULBERG, 404),
    ):  # fmt: skip
        sign_in(client, role, scope)
        assert client.get(step.format(number)).status_code == status, (role, scope)


def test_the_policies_hide_plans_and_no_one_writes_into_anothers(
    client: FlaskClient, sign_in, worker: Session, owner: Session
) -> None:
    """The negative control: with row-level security off the stranger finds the rows."""
    signed = sign_in(client, "planner", CIRCLE)
    number = kept(client, signed, [{"lat": 31.58, "lon": 74.31}]).get_json()["id"]
    place = worker.execute(text("SELECT id FROM patrol_place WHERE plan_id = :id"), {"id": number}).scalar_one()
    worker.commit()
    stranger = sign_in(client, "station", CLIFTON)
    assert client.get(f"/api/beats/plans/{number}").status_code == 404
    assert client.post(f"/api/beats/places/{place}/visits", json={}, headers=stranger.csrf).status_code == 404
    assert client.post(f"/api/beats/plans/{number}/withdraw", headers=stranger.csrf).status_code == 404
    assert (
        client.post("/api/beats/plans", json=ASKED | {"jurisdiction": CIRCLE}, headers=stranger.csrf).status_code == 404
    )
    for table in ("patrol_plan", "patrol_place"):
        owner.execute(text(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"))
    owner.commit()
    try:
        assert client.get(f"/api/beats/plans/{number}").status_code == 200
    finally:
        for table in ("patrol_plan", "patrol_place"):
            owner.execute(text(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"))
        owner.commit()


def test_visits_are_counted_by_the_clock_one_at_a_time(client: FlaskClient, sign_in, worker: Session) -> None:
    planner = sign_in(client, "planner", CIRCLE)
    number = kept(client, planner, [{"lat": 31.51, "lon": 74.35}]).get_json()["id"]
    patrol = sign_in(client, "station", GULBERG)
    place = client.get(f"/api/beats/plans/{number}").get_json()["places"][0]["id"]
    stand = {"lat": 31.51, "lon": 74.35, "accuracy_m": 14.0}
    begun = client.post(f"/api/beats/places/{place}/visits", json=stand, headers=patrol.csrf)
    assert begun.status_code == 201
    assert client.get("/api/beats/visit").get_json()["visit"]["place"] == place
    again = client.post(f"/api/beats/places/{place}/visits", json={}, headers=patrol.csrf)
    assert again.status_code == 409
    ended = client.post(f"/api/beats/visits/{begun.get_json()['id']}/end", json={}, headers=patrol.csrf)
    assert ended.status_code == 200 and 0 <= ended.get_json()["minutes"] < 1
    assert (
        client.post(f"/api/beats/visits/{begun.get_json()['id']}/end", json={}, headers=patrol.csrf).status_code == 404
    )
    typed = client.post(f"/api/beats/places/{place}/visits", json={"minutes": 17}, headers=patrol.csrf)
    assert typed.status_code == 201
    seen = client.get(f"/api/beats/plans/{number}").get_json()["places"][0]
    assert seen["visits"] == 2 and 17 <= seen["minutes"] < 18
    assert (
        client.post(f"/api/beats/places/{place}/visits", json={"minutes": -3}, headers=patrol.csrf).status_code == 422
    )
    logged = worker.execute(text("SELECT detail::text FROM audit.entry WHERE object = 'patrol_visit'")).scalars().all()
    assert len(logged) >= 3 and not any("74.35" in line for line in logged), "where an officer stood is not in the log"


def test_a_fifth_week_needs_a_named_renewal(client: FlaskClient, sign_in, worker: Session) -> None:
    signed = sign_in(client, "planner", CIRCLE)
    place = [{"lat": 31.584, "lon": 74.312}]
    for week in range(20, 24):
        assert kept(client, signed, place, week=monday(week).isoformat()).status_code == 201
    refused = kept(client, signed, place, week=monday(24).isoformat())
    assert refused.status_code == 409 and "four weeks on end" in refused.get_json()["detail"]
    # Filling the gap before or moving by a street is the same list.
    near = [{"lat": 31.5842, "lon": 74.3122}]
    assert kept(client, signed, near, week=monday(24).isoformat()).status_code == 409
    assert kept(client, signed, place, week=monday(19).isoformat()).status_code == 409
    cell = square(CITY, 0.6, 0.7, 8)
    listed = client.post(
        "/api/beats/tours", json=ASKED | {"places": place, "week": monday(24).isoformat()}, headers=signed.csrf
    ).get_json()["places"][0]
    assert listed["listed"] == {"weeks": 4, "rests": True, "renewed": None} and cell
    body = {"cells": [listed["list_cell"]], "week": monday(24).isoformat(), "reason": "three robberies last night"}
    assert client.post("/api/renewals", json=body | {"reason": "x"}, headers=signed.csrf).status_code == 422
    assert client.post("/api/renewals", json=body | {"week": "0425-07-14"}, headers=signed.csrf).status_code == 422
    renewed = client.post("/api/renewals", json=body, headers=signed.csrf)
    assert renewed.status_code == 201, renewed.text
    for week in range(24, 28):
        assert kept(client, signed, place, week=monday(week).isoformat()).status_code == 201, week
    assert kept(client, signed, place, week=monday(28).isoformat()).status_code == 409, "four more, and no more"
    line = worker.execute(text("SELECT detail FROM audit.entry WHERE action = 'place_renewed'")).scalars().all()
    assert [each["cell"] for each in line] == body["cells"] and "robberies" not in str(line), "words may name people"


def test_a_withdrawn_plan_is_not_on_the_list(client: FlaskClient, sign_in) -> None:
    signed = sign_in(client, "planner", CIRCLE)
    place = [{"lat": 31.572, "lon": 74.302}]
    numbers = [kept(client, signed, place, week=monday(30 + week).isoformat()).get_json()["id"] for week in range(4)]
    assert kept(client, signed, place, week=monday(34).isoformat()).status_code == 409
    assert client.post(f"/api/beats/plans/{numbers[1]}/withdraw", headers=signed.csrf).get_json()["withdrawn"]
    assert kept(client, signed, place, week=monday(34).isoformat()).status_code == 201
    assert client.post(f"/api/beats/plans/{numbers[1]}/withdraw", headers=signed.csrf).status_code == 404


@given(st.lists(st.tuples(st.integers(0, 156), st.booleans()), max_size=400))
def test_three_years_have_no_breach(asked: list[tuple[int, bool]]) -> None:
    """Whatever is asked, in whatever order of weeks: never five weeks on end without a renewal."""
    listed: set[int] = set()
    renewed: set[int] = set()
    for week, with_renewal in asked:
        if with_renewal:
            renewed.add(week)
        if not must_rest(listed, renewed, week):
            listed.add(week)
    for first in range(153):
        if all(first + step in listed for step in range(5)):
            assert any(first < renewal <= first + 4 for renewal in renewed)


def test_without_the_rule_there_are_breaches() -> None:
    """The negative control: five weeks on end are a breach, and are counted from the last renewal."""
    assert must_rest({1, 2, 3, 4}, (), 5) and not must_rest({1, 2, 3, 4}, {5}, 5)
    assert must_rest({2, 3, 4, 5}, (), 1) and must_rest({1, 2, 4, 5}, (), 3)
    assert weeks_on_end({1, 2, 3, 4}, (), 5) == 4 and weeks_on_end({1, 2, 3, 4}, {3}, 5) == 2


def pages(pdf: bytes) -> int:
    """Give how many pages a PDF has, whose objects lie packed in its streams."""
    found = 0
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        with suppress(zlib.error):
            found += len(re.findall(rb"/Type /Page\b", zlib.decompress(packed)))
    return found


def test_cards_are_printed_in_both_languages_and_written_down(client: FlaskClient, sign_in, worker: Session) -> None:
    signed = sign_in(client, "planner", CIRCLE)
    found = proposed(client, signed)
    number = kept(client, signed, found["places"]).get_json()["id"]
    for language in ("en", "ur"):
        answer = client.get(f"/beats/plans/{number}/cards.pdf?lang={language}")
        assert answer.status_code == 200 and answer.mimetype == "application/pdf"
        assert answer.data.startswith(b"%PDF-") and len(answer.data) < 1_000_000
        assert pages(answer.data) == len({place["patrol"] for place in found["places"]}), "one page a patrol"
        assert b"http://" not in answer.data and b"https://" not in answer.data
    printed = worker.execute(
        text(
            "SELECT detail ->> 'language' FROM audit.entry WHERE action = 'plan_printed' AND object_id = :id ORDER BY 1"
        ),
        {"id": number},
    ).scalars()
    assert list(printed) == ["en", "ur"]
    sign_in(client, "station", CLIFTON)
    assert client.get(f"/beats/plans/{number}/cards.pdf").status_code == 404


def test_a_print_reads_no_file_but_ours(app) -> None:
    from weasyprint.urls import FatalURLFetchingError

    from app.printing import STATIC, _fetcher

    fetch = _fetcher().fetch
    assert fetch((STATIC / "vendor" / "fonts" / "fonts.css").as_uri())
    for url in (
        "file:///etc/passwd",
        "https://example.org/x.css",
        (STATIC / ".." / "README.md").as_uri(),
        "data:text/css,x",
    ):
        with pytest.raises((ValueError, FatalURLFetchingError)):
            fetch(url)
