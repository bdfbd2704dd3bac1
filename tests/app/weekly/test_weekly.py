"""The weekly briefing: its figures are the records', it is kept and numbered, and nobody takes what is not theirs."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.weekly import file, service, weeks
from spatial import shifts
from tests import factories
from tests.app.beats import conftest as world
from tests.reference_set import CITY, GULBERG

DISTRICT = "PK-PB-LHR"
CIRCLE = "PK-PB-LHR-C-GULBERG"
WEEK = "2026-W46"  # Monday 9 to Sunday 15 November
ASKED = f"week={WEEK}&jurisdiction={DISTRICT}"


@pytest.fixture(scope="module", autouse=True)
def records(database_name: str) -> None:
    """Make a year of records, complaints of which a quarter became FIRs, and a place name that is an attack."""
    from tests.conftest import _engine

    with Session(_engine(database_name, "worker")) as session:
        world.fill(session)
        start = world.MONDAY - timedelta(weeks=6)
        fir = factories.record(session, "fir", GULBERG, occurred=(start, start), known_at=start + timedelta(days=9))
        for number in range(8):
            complaint = factories.record(session, "complaint", CITY, occurred=(start, start + timedelta(hours=1)))
            if number < 2:
                session.execute(
                    text("UPDATE complaint SET fir_id = :fir WHERE record_id = :id"), {"fir": fir, "id": complaint}
                )
        session.execute(
            text("""INSERT INTO place (ref, kind, name, name_ur, point, radius_m, rank, licence) VALUES
                    ('x:1', 'neighbourhood', '<img src=x onerror=alert(1)></script>',
                     '<img src=x onerror=alert(1)></script>گلبرگ',
                     ST_SetSRID(ST_MakePoint(74.35, 31.51), 4326), 500, 4, 'tests')""")
        )
        session.commit()


def _forecast(owner: Session, week: int) -> None:
    """Publish a forecast of a week for the district: seven cells of resolution 8."""
    run = owner.execute(
        text("""INSERT INTO forecast_run (jurisdiction_id, head_id, week, resolution, method, state, known_until,
                  data_hash, parameters, scores, has_synthetic, expires_at)
                VALUES (:district, :head, :week, 8, 'decayed_mean', 'published', now(), 'x', '{}', '{}', false,
                  now() + interval '30 days') RETURNING id"""),
        {
            "district": factories.jurisdiction_id(owner, DISTRICT),
            "head": factories.head_id(owner, "robbery"),
            "week": week,
        },
    ).scalar_one()
    from spatial import cells as h3cells

    for rank, cell in enumerate(h3cells.disk(world.square(GULBERG, 0.5, 0.5, 8), 1), 1):
        owner.execute(
            text("""INSERT INTO forecast_cell (run_id, jurisdiction_id, cell, rate, low, high, rank, dispersion)
                    VALUES (:run, :district, :cell, :rate, 0, 3, :rank, 0.2)"""),
            {
                "run": run,
                "district": factories.jurisdiction_id(owner, DISTRICT),
                "cell": cell,
                "rate": 1 / rank,
                "rank": rank,
            },
        )
    owner.commit()


@pytest.fixture(scope="module")
def published(database_name: str) -> None:
    from tests.conftest import _engine

    with Session(_engine(database_name)) as owner:
        _forecast(owner, weeks.parse(WEEK) + 1)


@pytest.fixture
def figures(client: FlaskClient, sign_in, published: None) -> dict:
    sign_in(client, "commander", DISTRICT)
    return client.get(f"/api/weekly/briefing?{ASKED}").get_json()["figures"]


def test_the_sums_are_the_records(figures: dict, client: FlaskClient, sign_in) -> None:
    """The law of mass on this path: stations, heads and places each add up to all FIRs of the week."""
    sign_in(client, "commander", DISTRICT)
    whole = client.get(f"/api/summary?window=2026-11-09..2026-11-16&kinds=fir&jurisdiction={DISTRICT}").get_json()[
        "total"
    ]
    total = figures["total"]
    assert total["mass"] == whole > 0
    assert sum(row["mass"] for row in figures["stations"]) == pytest.approx(whole, abs=1e-6)
    assert sum(row["mass"] for row in figures["heads"]) == pytest.approx(whole, abs=1e-6)
    assert total["placed"] + total["coarse"] + total["unplaced"] == pytest.approx(whole, abs=1e-6)
    assert figures["usual_weeks"] == 52 and total["usual"]["low"] <= total["usual"]["value"] <= total["usual"]["high"]


def test_complaints_and_late_firs_are_counted(figures: dict) -> None:
    assert (figures["gap"]["complaints"], figures["gap"]["became"]) == (8, 2)
    assert figures["gap"]["rows"][0]["code"] == CITY
    assert figures["late"]["firs"] >= 8 and 0 <= figures["late"]["late"] <= figures["late"]["firs"]


def test_the_coming_week_has_intervals_and_no_protected_head(figures: dict) -> None:
    risk = figures["risk"]
    assert risk["cell_count"] == 7 and [head["key"] for head in risk["heads"]] == ["robbery"]
    assert risk["expected"]["value"] == pytest.approx(sum(1 / rank for rank in range(1, 8)), abs=1e-3)
    assert risk["expected"]["low"] < risk["expected"]["value"] < risk["expected"]["high"]
    assert all({"rate", "low", "high"} <= set(cell) for cell in risk["cells"]), "no bare score"


@pytest.mark.parametrize("language", ["en", "ur"])
def test_last_week_s_forecast_stands_beside_the_simple_rule(
    client: FlaskClient, sign_in, owner: Session, published: None, language: str
) -> None:
    run = owner.execute(text("SELECT min(id) FROM forecast_run")).scalar_one()
    for method, shown, captured in (("decayed_mean", True, 4.0), ("last_year", False, 3.0)):
        owner.execute(
            text("""INSERT INTO forecast_score (run_id, week, method, scored_on, jurisdiction_id, origin, shown, cells,
                      observed, outside, expected, captured, best, deviance, log_score, crps, covered, top_cells,
                      top_covered)
                    VALUES (:run, :week, :method, current_date, :district, 'forecast', :shown, 100, 8, 0, 7.5,
                      ARRAY[1, 2, :captured, 5], ARRAY[2, 3, 5, 6], 1, 1, 1, 90, 5, 5) ON CONFLICT DO NOTHING"""),
            {"run": run, "week": weeks.parse(WEEK), "method": method, "shown": shown, "captured": captured,
             "district": factories.jurisdiction_id(owner, DISTRICT)},
        )  # fmt: skip
    owner.commit()
    signed = sign_in(client, "commander", DISTRICT)
    asked = {"week": WEEK, "jurisdiction": DISTRICT}
    found = client.post("/api/weekly/briefing", json=asked, headers=signed.csrf).get_json()["figures"]
    (row,) = found["scores"]
    assert (row["hit_rate"], row["simple_hit_rate"], row["expected"], row["observed"]) == (0.5, 0.375, 7.5, 8.0)
    assert "not_scored" not in [item["code"] for item in found["unknown"]]
    page = client.get(f"/weekly?{ASKED}&lang={language}")
    assert page.status_code == 200 and "50 %" in page.get_data(as_text=True)


def test_forecasting_off_leaves_the_rest(client: FlaskClient, sign_in, app: APIFlask, published: None) -> None:
    kept = app.extensions["naqsha.settings"]
    app.extensions["naqsha.settings"] = kept.model_copy(update={"forecasting": False})
    try:
        signed = sign_in(client, "commander", DISTRICT)
        answer = client.post("/api/weekly/briefing", json={"week": WEEK, "jurisdiction": DISTRICT}, headers=signed.csrf)
        found = answer.get_json()["figures"]
        assert found["risk"] is None and found["scores"] == [] and found["total"]["mass"] > 0
        assert {"code": "off", "params": {}} in found["unknown"]
        assert client.get(f"/weekly?{ASKED}").status_code == 200
        assert client.get(f"/weekly/{WEEK}.html?jurisdiction={DISTRICT}").status_code == 200
    finally:
        app.extensions["naqsha.settings"] = kept
    again = client.post("/api/weekly/briefing", json={"week": WEEK, "jurisdiction": DISTRICT}, headers=signed.csrf)
    assert again.get_json()["figures"]["risk"], "the negative control: switched on it is there"


def test_a_briefing_is_kept_numbered_and_marked(client: FlaskClient, sign_in, worker: Session) -> None:
    signed = sign_in(client, "commander", DISTRICT)
    asked = {"week": "2026-W40", "jurisdiction": DISTRICT}
    query = "week=2026-W40&jurisdiction=" + DISTRICT
    first = client.get(f"/api/weekly/briefing?{query}").get_json()
    assert first["number"] == 1 and first == client.get(f"/api/weekly/briefing?{query}").get_json(), (
        "kept, not made again"
    )
    second = client.post("/api/weekly/briefing", json=asked, headers=signed.csrf).get_json()
    assert second["number"] == 2 and second["sha256"] == first["sha256"], "the same data, the same figures"
    kept = client.get(f"/api/weekly/briefing?{query}&number=1").get_json()
    assert kept["number"] == 1, "what was kept can be read again"
    assert f"/weekly/2026-W40.pdf?jurisdiction={first['figures']['area']['code']}&amp;number=1" in (
        client.get(f"/weekly?{query}&number=1").text
    ), "and what is taken is what is shown"
    assert client.get(f"/api/weekly/briefing?{query}&number=9").status_code == 404
    assert client.get(f"/weekly/2026-W40.html?{query}&number=9e9").status_code == 422
    listed = client.get(f"/api/weekly?jurisdiction={DISTRICT}").get_json()["briefings"]
    assert [(row["week"], row["number"]) for row in listed if row["week"] == "2026-W40"] == [
        ("2026-W40", 2),
        ("2026-W40", 1),
    ]
    body = client.get(f"/weekly/2026-W40.html?jurisdiction={DISTRICT}&lang=en").get_data(as_text=True)
    taken = client.get(f"/api/weekly/briefing?{query}").get_json()["taken"]
    assert [(row["officer"], row["form"]) for row in taken] == [(signed.name, "html")]
    assert f"Copy {taken[0]['copy']} of briefing 2026-W40/2, taken by {signed.name}" in body
    actions = worker.execute(
        text("SELECT action FROM audit.entry WHERE account_id = :who ORDER BY id"), {"who": signed.account_id}
    ).scalars()
    assert list(actions) == ["briefing_made", "briefing_made", "briefing_taken"]


@pytest.mark.parametrize("language", ["en", "ur"])
def test_the_file_holds_everything_and_no_address(client: FlaskClient, sign_in, published: None, language: str) -> None:
    sign_in(client, "commander", DISTRICT)
    answer = client.get(f"/weekly/{WEEK}.html?jurisdiction={DISTRICT}&lang={language}")
    body = answer.get_data(as_text=True)
    assert answer.status_code == 200 and len(answer.data) < 8_000_000
    assert "http" not in body, re.findall(".{40}http.{40}", body)
    assert "L.map(" in body and "L.geoJson(" in body and "@font-face" in body
    assert not re.search(r"<(?:script|link|img|iframe)[^>]*\s(?:src|href)=", body)
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox allow-scripts" in policy and "default-src 'none'" in policy and "'self'" not in policy
    assert "<img src=x" not in body and "onerror=alert(1)>" not in body, "a place's name stays words"
    assert "&lt;img src=x" in body, "the negative control: the name is there"


def test_folium_s_own_lists_would_name_other_hosts() -> None:
    """The negative control: what the file leaves out is what folium would put in."""
    import importlib

    import folium

    assert folium.Map.default_js == [] == folium.Map.default_css
    try:
        fresh = importlib.reload(importlib.import_module("folium.folium"))
        assert any("http" in link for _, link in fresh.Map.default_js)
    finally:
        importlib.reload(importlib.import_module("folium.folium"))
        folium.Map.default_js, folium.Map.default_css = [], []
    assert "http" not in file._leaflet() and 'ht"+"tp://www.w3.org' in file._leaflet()


@pytest.mark.parametrize("language", ["en", "ur"])
def test_the_print_is_a_pdf(client: FlaskClient, sign_in, published: None, language: str) -> None:
    sign_in(client, "commander", DISTRICT)
    answer = client.get(f"/weekly/{WEEK}.pdf?jurisdiction={DISTRICT}&lang={language}")
    assert answer.status_code == 200 and answer.data.startswith(b"%PDF-") and len(answer.data) < 2_000_000


@pytest.mark.parametrize(
    ("role", "scope", "code", "status"),
    [
        ("commander", "PK-PB", DISTRICT, 200),
        ("planner", CIRCLE, CIRCLE, 200),
        ("planner", CIRCLE, DISTRICT, 404),
        ("station", GULBERG, CIRCLE, 404),
        ("commander", "PK-SD", DISTRICT, 404),
        ("commander", "PK", "nowhere", 404),
        ("commander", "PK", GULBERG, 404),
        ("control", DISTRICT, DISTRICT, 403),
        ("auditor", "PK", DISTRICT, 403),
    ],
)  # fmt: skip
def test_who_may_have_a_briefing(client: FlaskClient, sign_in, role: str, scope: str, code: str, status: int) -> None:
    sign_in(client, role, scope)
    for path in ("/weekly?week={w}&jurisdiction={c}", "/weekly/{w}.html?jurisdiction={c}",
                 "/api/weekly/briefing?week={w}&jurisdiction={c}"):  # fmt: skip
        assert client.get(path.format(w=WEEK, c=code)).status_code == status, path


def test_the_policies_hide_briefings(client: FlaskClient, sign_in, database_name: str, owner: Session) -> None:
    """As the database sees it; with row-level security off the stranger's query finds them: the negative control."""
    signed = sign_in(client, "commander", DISTRICT)
    client.get(f"/weekly/{WEEK}.html?jurisdiction={DISTRICT}")
    assert signed
    from sqlalchemy import create_engine

    from app.db.cluster import database_url
    from tests.conftest import EXTERNAL

    engine = create_engine(database_url(EXTERNAL, "app", database_name))  # type: ignore[arg-type]

    def count(token: str, table: str) -> int:
        with engine.connect() as connection:
            connection.execute(text("SELECT access.open_scope(:token)"), {"token": token})
            return int(connection.execute(text("SELECT count(*) FROM " + table)).scalar_one())

    stranger = factories.token(owner_worker(database_name), "station", GULBERG)
    holder = factories.token(owner_worker(database_name), "commander", DISTRICT)
    for table in ("weekly_report", "weekly_copy"):
        assert count(holder, table) > 0 and count(stranger, table) == 0
        owner.execute(text(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"))
        owner.commit()
        try:
            assert count(stranger, table) > 0
        finally:
            owner.execute(text(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"))
            owner.commit()
    engine.dispose()


def owner_worker(database_name: str) -> Session:
    """Give a worker's session for making accounts."""
    from tests.conftest import _engine

    return Session(_engine(database_name, "worker"), expire_on_commit=False)


def test_bad_weeks_are_refused_in_words(client: FlaskClient, sign_in) -> None:
    sign_in(client, "commander", DISTRICT)
    for week in ("2026-W54", "2026-W00", "x", "2026-47", "9999-W01", "2026-W4x", "2099-W01"):
        for path in ("/weekly?jurisdiction={c}&week={w}", "/weekly/{w}.html?jurisdiction={c}"):
            assert client.get(path.format(c=DISTRICT, w=week)).status_code == 422, week
    assert client.get(f"/weekly/{WEEK}.exe?jurisdiction={DISTRICT}").status_code == 422


def test_a_week_may_be_typed_in_urdu_digits() -> None:
    assert weeks.parse("۲۰۲۶-W۴۷") == weeks.parse("2026-W47")


def test_the_whole_country_is_asked_to_choose(client: FlaskClient, sign_in) -> None:
    sign_in(client, "commander", "PK")
    answer = client.get("/weekly?lang=en")
    assert answer.status_code == 200 and "Choose a province" in answer.get_data(as_text=True)
    assert client.get("/api/weekly/briefing").status_code == 422


def test_weeks_have_iso_names() -> None:
    for name in ("2026-W47", "2026-W53", "2027-W01", "2020-W53"):
        assert weeks.name_of(weeks.parse(name)) == name
    assert weeks.days(weeks.parse("2026-W47")) == ("2026-11-16", "2026-11-22")
    wednesday = datetime(2026, 11, 18, 12, tzinfo=UTC)
    assert weeks.name_of(weeks.usual(wednesday)) == "2026-W46"
    assert weeks.name_of(weeks.usual(wednesday + timedelta(days=1))) == "2026-W47"


def test_a_week_is_compared_with_as_much_as_was_known_of_others(app: APIFlask, worker: Session) -> None:
    """Half-way through a week, half of it is known: that is no fall. The control compares with whole weeks."""
    from app.db.named import sql
    from app.weekly import figures as made
    from app.weekly.areas import top_of

    with app.app_context():
        row = worker.execute(sql("weekly.top"), {"code": DISTRICT}).mappings().one()
        top = top_of(worker, row)
        week = weeks.parse(WEEK)
        early, late = shifts.week_start(week) + timedelta(days=1.2), shifts.week_start(week) + timedelta(days=30)
        assert made._elapsed(worker, top, week, late) == 1.0
        assert made._elapsed(worker, top, week, early) < 0.5


def test_the_clock_makes_them_for_whom_there_are_records(app: APIFlask, worker: Session) -> None:
    from app.jobs.tasks import PERIODIC

    assert PERIODIC["weekly.make"][0].split()[-1] == "1", "on Mondays"
    with app.app_context():
        made = service.make_all(weeks.parse("2026-W44"))
    assert made == ["PK-PB", "PK-PB-R-LAHORE", DISTRICT, CIRCLE]
    kept = worker.execute(text("SELECT count(*) FROM weekly_report WHERE week = :w"), {"w": weeks.parse("2026-W44")})
    assert kept.scalar_one() == 4
    runner = app.test_cli_runner()
    assert runner.invoke(args=["weekly", "make", "--week", "2026-W43", "--jurisdiction", CIRCLE]).exit_code == 0
    bad = runner.invoke(args=["weekly", "make", "--week", "2026-W77"])
    assert bad.exit_code == 1 and "is not a week" in bad.output


@pytest.mark.parametrize("week", ["2025-W40", "2025-W46", "2025-W47", "2024-W10"])
def test_weeks_without_much_before_them_are_said_to_be_so(client: FlaskClient, sign_in, week: str) -> None:
    sign_in(client, "commander", DISTRICT)
    answer = client.get(f"/weekly?week={week}&jurisdiction={DISTRICT}&lang=ur")
    assert answer.status_code == 200
    found = client.get(f"/api/weekly/briefing?week={week}&jurisdiction={DISTRICT}").get_json()["figures"]
    assert found["usual_weeks"] < 52 and "short" in [item["code"] for item in found["unknown"]]
    assert client.get(f"/weekly/{week}.html?jurisdiction={DISTRICT}").status_code == 200
