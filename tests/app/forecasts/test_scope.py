"""Who sees and answers for a run, in the database itself: by jurisdiction, on every table of runs (docs/adr/0009)."""

from collections.abc import Callable

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from tests import factories
from tests.reference_set import CITY, CLIFTON, GULBERG

LAHORE, CIRCLE = "PK-PB-LHR", "PK-PB-LHR-C-GULBERG"
#: The jurisdictions of the planted runs, and who sees each.
RUNS = ("PK", "PK-PB", LAHORE, GULBERG, CITY, CLIFTON)
SEEN = {
    "PK": set(RUNS),
    "PK-PB": {"PK", "PK-PB", LAHORE, GULBERG, CITY},
    GULBERG: {"PK", "PK-PB", LAHORE, GULBERG},
    CLIFTON: {"PK", CLIFTON},
}
OWN = {"PK": set(RUNS), "PK-PB": {"PK-PB", LAHORE, GULBERG, CITY}, GULBERG: {GULBERG}, CLIFTON: {CLIFTON}}
TABLES = ("forecast_run", "forecast_cell", "forecast_score", "place_renewal", "hotspot_run", "hotspot_cell")
CODES = """SELECT DISTINCT j.code FROM {table} t JOIN jurisdiction j ON j.id = t.jurisdiction_id"""


@pytest.fixture(scope="module")
def planted(app: APIFlask) -> dict[str, str]:
    """Put one run of each kind into each jurisdiction; gives a token by scope."""
    with Session(app.extensions["naqsha.database"].engine("owner")) as session:
        account = factories.account(session, "commander")
        for code in RUNS:
            values = {"area": factories.jurisdiction_id(session, code), "account": account}
            run = session.execute(
                text("""INSERT INTO forecast_run (jurisdiction_id, head_id, week, resolution, method, known_until,
                          data_hash, parameters, scores, has_synthetic, expires_at)
                        VALUES (:area, 11, 2950, 8, 'last_year', now(), 'x', '{}', '{}', false,
                          now() + interval '1 day')
                        RETURNING id"""),
                values,
            ).scalar_one()
            hot = session.execute(
                text("""INSERT INTO hotspot_run (jurisdiction_id, heads, kinds, week_first, week_last, resolution, seed,
                          permutations, alpha, data_version, data_hash, hot, cold, has_synthetic)
                        VALUES (:area, '{11}', '{fir}', 1, 2, 8, 0, 999, 0.05, 1, 'x', 0, 0, false) RETURNING id"""),
                values,
            ).scalar_one()
            for statement in (
                """INSERT INTO forecast_cell (run_id, jurisdiction_id, cell, rate, low, high, rank)
                   VALUES (:run, :area, 1, 1, 0, 2, 1)""",
                """INSERT INTO forecast_rival VALUES (:run, 'last_year', '{1}', '{0}')""",
                """INSERT INTO forecast_score VALUES (:run, 2950, 'last_year', now(), :area, 'forecast', true, 1, 1, 0,
                     1, '{0,0,0,1}', '{0,0,0,1}', 1, 1, 1, 1, 1, 1)""",
                """INSERT INTO place_renewal (jurisdiction_id, cell, week, account_id, officer, reason)
                   VALUES (:area, 1, 2950, :account, 'x', 'seen there')""",
                "INSERT INTO hotspot_cell VALUES (:hot, 1, 1, 1, 0.01, 0.01, 'hot', :area)",
            ):
                session.execute(text(statement), values | {"run": run, "hot": hot})
        session.commit()
    with Session(app.extensions["naqsha.database"].engine("worker")) as session:
        return {code: factories.token(session, "analyst", code) for code in SEEN}


@pytest.fixture
def reader(app: APIFlask) -> Callable[[str], Session]:
    """Give `reader(token)`: a session as the application's role with the token's scope."""

    def open_session(token: str) -> Session:
        return Session(app.extensions["naqsha.database"].engine("app"), info={"token": token})

    return open_session


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("scope", SEEN)
def test_a_run_is_seen_from_above_and_from_below_and_from_nowhere_else(
    planted: dict[str, str], reader: Callable[[str], Session], owner: Session, table: str, scope: str
) -> None:
    query = text(CODES.format(table=table))
    with reader(planted[scope]) as session:
        assert set(session.execute(query).scalars()) == SEEN[scope]
    assert set(owner.execute(query).scalars()) == set(RUNS), "the negative control: the rows are there"


@pytest.mark.parametrize("table", TABLES)
def test_without_row_level_security_every_run_shows(
    planted: dict[str, str], reader: Callable[[str], Session], owner: Session, table: str
) -> None:
    """The negative control of the matrix: it is the policies that hide the rows."""
    owner.execute(text(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"))
    owner.commit()
    try:
        with reader(planted[CLIFTON]) as session:
            assert set(session.execute(text(CODES.format(table=table))).scalars()) == set(RUNS)
    finally:
        owner.execute(text(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"))
        owner.commit()


@pytest.mark.parametrize("table", TABLES)
def test_without_a_scope_every_table_of_runs_raises(app: APIFlask, planted: dict[str, str], table: str) -> None:
    engine = app.extensions["naqsha.database"].engine("app")
    with Session(engine) as session, pytest.raises(ProgrammingError, match="no scope is open"):
        session.execute(text(CODES.format(table=table))).all()


def test_what_stands_beside_a_run_is_not_the_application_s(
    planted: dict[str, str], reader: Callable[[str], Session]
) -> None:
    with reader(planted["PK"]) as session, pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text("SELECT 1 FROM forecast_rival"))


@pytest.mark.parametrize("scope", OWN)
def test_a_run_is_answered_for_inside_one_s_own_jurisdiction_only(
    planted: dict[str, str], reader: Callable[[str], Session], scope: str
) -> None:
    changes = (
        "UPDATE forecast_run SET state = state",
        "UPDATE forecast_cell SET rested = rested",
        "UPDATE hotspot_run SET state = state",
    )
    for change in changes:
        with reader(planted[scope]) as session:
            changed = set(session.execute(text(change + " RETURNING jurisdiction_id")).scalars())
            wanted = {factories.jurisdiction_id(session, code) for code in OWN[scope]}
        assert changed == wanted, change


def test_nobody_renews_for_another_s_area_or_in_another_s_name(
    planted: dict[str, str], reader: Callable[[str], Session]
) -> None:
    add = text(
        """INSERT INTO place_renewal (jurisdiction_id, cell, week, account_id, officer, reason)
           SELECT :area, 2, 2950, CASE WHEN :own THEN access.current_account() ELSE 1 END, 'x', 'seen there'"""
    )
    with reader(planted[GULBERG]) as session:
        area = factories.jurisdiction_id(session, GULBERG)
        session.execute(add, {"area": area, "own": True})
        session.rollback()
        for elsewhere in (LAHORE, CITY):
            with pytest.raises(ProgrammingError, match="row-level security"):
                session.execute(add, {"area": factories.jurisdiction_id(session, elsewhere), "own": True})
            session.rollback()
        with pytest.raises(ProgrammingError, match="row-level security"):
            session.execute(add, {"area": area, "own": False})


@pytest.mark.parametrize(("scope", "asked"), [(GULBERG, LAHORE), (LAHORE, "PK-SD-KHS"), (CIRCLE, "PK")])
def test_a_run_is_asked_for_inside_one_s_own_jurisdiction(
    token: Callable[..., str], client: FlaskClient, scope: str, asked: str
) -> None:
    analyst = {"Authorization": f"Bearer {token('analyst', scope)}"}
    refused = client.post("/api/forecasts", json={"jurisdiction": asked}, headers=analyst)
    assert refused.status_code == 403 and "not yours" in refused.get_json()["detail"]


def test_who_names_nothing_asks_for_his_own_jurisdictions(
    token: Callable[..., str], client: FlaskClient, worker: Session
) -> None:
    analyst = {"Authorization": f"Bearer {token('analyst', LAHORE)}"}
    job = client.post("/api/forecasts", json={}, headers=analyst).get_json()["job"]
    arguments = worker.execute(text("SELECT arguments FROM job_progress WHERE id = :id"), {"id": job}).scalar_one()
    assert arguments["within"] == [LAHORE]
