"""The rights in the database, generated from its catalogue: a new table without a policy fails here.

Each class of leak has a negative control: with row-level security off, the same reading finds the others' rows.
"""

import pytest
from sqlalchemy import Engine, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.orm import Session

from app.access import service
from app.db.cluster import database_url
from tests import factories
from tests.conftest import EXTERNAL
from tests.reference_set import CITY, CLIFTON, GULBERG

#: Tables that hold what a station recorded, and how a row's station is found.
BY_STATION = {
    "record": "SELECT count(*) FROM record WHERE station_id = :station",
    "record_version": "SELECT count(*) FROM record_version v JOIN record r ON r.id = v.record_id "
    "WHERE r.station_id = :station",
    "fix": "SELECT count(*) FROM fix WHERE station_id = :station",
    "mass": "SELECT count(*) FROM mass WHERE station_id = :station",
    "rollup": "SELECT count(*) FROM rollup WHERE station_id = :station",
    "rollup_delta": "SELECT count(*) FROM rollup_delta WHERE station_id = :station",
    "hotel": "SELECT count(*) FROM hotel WHERE station_id = :station",
    "local_name": "SELECT count(*) FROM local_name WHERE station_id = :station",
    "writer_habits": "SELECT count(*) FROM writer_habits WHERE station_id = :station",
}
#: Detail tables: without `station_id` of their own, seen where their record is.
BY_RECORD = ("record_version", "fir", "fir_section", "complaint", "stay", "incident", "person.party", "local_name_pin")
#: Tables that hold an account's own work.
BY_ACCOUNT = ("delivery", "quarantine", "job_progress", "redo_run", "saved_view", "point_layer", "layer_point")
#: Runs, which are made from mass of many stations: seen where their jurisdiction holds the reader's own or lies in it.
BY_AREA = ("forecast_run", "forecast_cell", "forecast_score", "place_renewal", "hotspot_run", "hotspot_cell")
#: What only the forecaster reads.
BY_NOBODY = ("forecast_rival",)
#: Tables that everyone who signs in may read: reference data.
SHARED = {
    "jurisdiction", "place", "place_name", "ground", "crime_head", "section_rule", "category_rule", "source",
    "reference_load", "cell", "spatial_ref_sys", "alembic_version",
}  # fmt: skip
#: Tables of the desks, whose policies are tried with rows of theirs in tests/app/<room>.
BY_DESK = {"patrol_plan", "patrol_place", "patrol_visit", "weekly_report", "weekly_copy"}
STATIONS = (GULBERG, CITY, CLIFTON)


@pytest.fixture(scope="module")
def engines(database_name: str) -> dict[str, Engine]:
    return {
        role: create_engine(database_url(EXTERNAL, role, database_name), poolclass=NullPool)  # type: ignore[arg-type]
        for role in ("owner", "app", "worker", "forecaster")
    }


@pytest.fixture(scope="module")
def tokens(engines: dict[str, Engine]) -> dict[str, str]:
    """Give a token by scope, after one record of each kind and discovery was made in each station."""
    with Session(engines["worker"]) as session:
        for station in STATIONS:
            for kind in ("fir", "complaint", "stay", "incident"):
                factories.record(session, kind, station, with_person=True)
            factories.record(session, "fir", station, discovery="discovered")
        session.execute(
            text("""
            INSERT INTO record_version (record_id, version, content, digest, delivery_id, known_from, known_until)
            SELECT id, 1, '{}', digest, delivery_id, known_at, now() FROM record""")
        )
        session.execute(
            text("""
            INSERT INTO rollup_delta (resolution, week, cell, station_id, kind, discovery, protected, slots, masses)
            SELECT 9, 1, id, id, 'fir', 'reported', false, ARRAY[3::smallint], ARRAY[1000000::bigint]
            FROM jurisdiction WHERE level = 'station'""")
        )
        session.execute(
            text("""
            INSERT INTO rollup (level, span, bucket, cell, station_id, kind, discovery, protected, slots, masses, total)
            SELECT 9, 1, 1, id, id, 'fir', 'reported', false, ARRAY[3::smallint], ARRAY[1000000::bigint], 1000000
            FROM jurisdiction WHERE level = 'station'""")
        )
        delivery = factories.delivery(session)
        session.execute(
            text("INSERT INTO quarantine (delivery_id, line, raw, reason) VALUES (:delivery, 2, 'x', 'x')"),
            {"delivery": delivery},
        )
        session.execute(text("INSERT INTO job_progress (task) VALUES ('test')"))
        session.execute(text("INSERT INTO redo_run (asked, dry_run, total) VALUES ('{}', true, 0)"))
        session.execute(
            text("""
            WITH named AS (
              INSERT INTO local_name (station_id, name, key, point, radius_m, pins, protected)
              SELECT id, 'Adda', 'adda', seat, 100, 1, false FROM jurisdiction WHERE level = 'station'
              RETURNING id, station_id)
            INSERT INTO local_name_pin (local_name_id, record_id, fix_id)
            SELECT n.id, f.record_id, f.id FROM named n
            JOIN fix f ON f.id = (SELECT min(id) FROM fix WHERE station_id = n.station_id)""")
        )
        session.execute(
            text("""INSERT INTO writer_habits (station_id, habits, texts, pins, is_own)
                    SELECT id, '{}', 12, 0, true FROM jurisdiction WHERE level = 'station'""")
        )
        session.commit()
        with Session(engines["owner"]) as owner:
            owner.execute(
                text("""INSERT INTO saved_view (account_id, unit_id, desk, name, query)
                        SELECT :account, id, 'map', 'test', '' FROM jurisdiction WHERE code = 'PK'"""),
                {"account": factories.account(session, "commander")},
            )
            owner.execute(
                text("""WITH layer AS (
                          INSERT INTO point_layer (account_id, unit_id, name, points)
                          SELECT a.id, j.id, 'test', 1 FROM access.account a, jurisdiction j
                          WHERE j.code = 'PK' ORDER BY a.id DESC LIMIT 1 RETURNING id)
                        INSERT INTO layer_point (layer_id, n, point)
                        SELECT id, 1, ST_SetSRID(ST_MakePoint(74, 31), 4326) FROM layer""")
            )
            owner.commit()
        return {code: factories.token(session, "station", code) for code in STATIONS} | {
            "PK-PB-LHR": factories.token(session, "control", "PK-PB-LHR"),
            "PK": factories.token(session, "commander", "PK"),
        }


def rows(engine: Engine, query: str, token: str | None = None, **values: object) -> list[tuple]:
    with engine.connect() as connection:
        if token is not None:
            assert connection.execute(text("SELECT access.open_scope(:token)"), {"token": token}).scalar() is not None
        return [tuple(row) for row in connection.execute(text(query), values)]


def number(engine: Engine, query: str, token: str | None = None, **values: object) -> int:
    return int(rows(engine, query, token, **values)[0][0])


def station_ids(engines: dict[str, Engine]) -> dict[str, int]:
    found = rows(engines["owner"], "SELECT code, id FROM jurisdiction WHERE level = 'station'")
    return {str(code): int(own) for code, own in found}


TABLES = """SELECT n.nspname || '.' || c.relname, c.relrowsecurity,
      (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'm', 'v') AND n.nspname IN ('public', 'person')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')"""


def test_every_table_of_records_has_row_level_security_and_no_table_is_unknown(engines: dict[str, Engine]) -> None:
    """A new table is either shared on purpose, named above, or under a policy."""
    for name, secured, policies in rows(engines["owner"], TABLES):
        plain = name.removeprefix("public.")
        if plain in SHARED or plain.startswith("procrastinate_"):
            continue
        assert secured and policies, f"{name} has no policy"
        assert plain in {*BY_STATION, *BY_RECORD, *BY_ACCOUNT, *BY_AREA, *BY_NOBODY, *BY_DESK}, (
            f"{name} is in no list of this test"
        )


def test_a_column_that_names_a_station_or_a_record_is_always_under_a_policy(engines: dict[str, Engine]) -> None:
    named = rows(
        engines["owner"],
        """SELECT DISTINCT c.oid::regclass::text, c.relrowsecurity
           FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
           JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE a.attname IN ('station_id', 'record_id') AND c.relkind = 'r'
             AND n.nspname NOT IN ('access', 'audit')""",
    )
    assert len(named) >= 11
    assert [name for name, secured in named if not secured] == []


@pytest.mark.parametrize("table", BY_STATION)
@pytest.mark.parametrize("scope", [*STATIONS, "PK-PB-LHR", "PK"])
def test_a_scope_sees_its_own_stations_and_no_other(
    engines: dict[str, Engine], tokens: dict[str, str], table: str, scope: str
) -> None:
    for code, station in station_ids(engines).items():
        seen = number(engines["app"], BY_STATION[table], tokens[scope], station=station)
        assert bool(seen) == code.startswith(scope), (table, scope, code)
        assert number(engines["owner"], BY_STATION[table], station=station), "the negative control: the rows are there"


@pytest.mark.parametrize("table", BY_RECORD)
def test_details_are_seen_where_their_record_is(engines: dict[str, Engine], tokens: dict[str, str], table: str) -> None:
    query = f"SELECT count(*) FROM {table}"
    everything = number(engines["owner"], query)
    per_station = {number(engines["app"], query, tokens[code]) for code in STATIONS}
    assert per_station == {everything // 3}
    assert number(engines["app"], query, tokens["PK"]) == everything


def test_with_row_level_security_off_the_other_stations_show(
    engines: dict[str, Engine], tokens: dict[str, str]
) -> None:
    """The negative control of the whole matrix: it is the policies that hide the rows."""
    query = "SELECT count(DISTINCT station_id) FROM record"
    with engines["owner"].connect() as connection:
        connection.execute(text("ALTER TABLE record DISABLE ROW LEVEL SECURITY"))
        connection.commit()
        try:
            assert number(engines["app"], query, tokens[GULBERG]) == 3
        finally:
            connection.execute(text("ALTER TABLE record ENABLE ROW LEVEL SECURITY"))
            connection.commit()
    assert number(engines["app"], query, tokens[GULBERG]) == 1


@pytest.mark.parametrize("table", [*BY_STATION, *BY_RECORD, *BY_ACCOUNT])
def test_without_a_scope_every_table_raises(engines: dict[str, Engine], tokens: dict[str, str], table: str) -> None:
    with pytest.raises(ProgrammingError, match="no scope is open"):
        rows(engines["app"], f"SELECT count(*) FROM {table}")


def test_a_scope_ends_with_its_transaction(engines: dict[str, Engine], tokens: dict[str, str]) -> None:
    with engines["app"].connect() as connection:
        connection.execute(text("SELECT access.open_scope(:token)"), {"token": tokens["PK"]})
        assert connection.execute(text("SELECT count(*) FROM record")).scalar_one() > 0
        connection.commit()
        with pytest.raises(ProgrammingError, match="no scope is open"):
            connection.execute(text("SELECT count(*) FROM record"))


def test_no_verb_reaches_another_station(engines: dict[str, Engine], tokens: dict[str, str]) -> None:
    ids = station_ids(engines)
    foreign = number(engines["owner"], "SELECT min(id) FROM record WHERE station_id = :s", s=ids[CLIFTON])
    assert (
        rows(
            engines["app"],
            "UPDATE record SET place_text = 'x' WHERE id = :id RETURNING id",
            tokens[GULBERG],
            id=foreign,
        )
        == []
    )
    moved = "UPDATE record SET station_id = :s WHERE id = (SELECT min(id) FROM record) RETURNING id"
    with pytest.raises(ProgrammingError, match="row-level security"):
        rows(engines["app"], moved, tokens[GULBERG], s=ids[CLIFTON])
    copied = """INSERT INTO record (source_id, key, kind, station_id, head_id, discovery, protected, occurred, known_at,
                  digest, delivery_id, line)
                SELECT source_id, 'copied', kind, :s, head_id, discovery, protected, occurred, known_at, digest,
                  delivery_id, 1
                FROM record ORDER BY id LIMIT 1 RETURNING id"""
    with pytest.raises(ProgrammingError, match="row-level security"):
        rows(engines["app"], copied, tokens[GULBERG], s=ids[CLIFTON])
    with pytest.raises(ProgrammingError, match="row-level security"):
        rows(
            engines["app"],
            "INSERT INTO complaint VALUES (:id, 't', 'c') RETURNING record_id",
            tokens[GULBERG],
            id=foreign,
        )
    with pytest.raises(ProgrammingError, match="permission denied"):
        rows(engines["app"], "DELETE FROM record RETURNING id", tokens[GULBERG])


@pytest.mark.parametrize("role", ["app", "worker", "forecaster"])
def test_a_role_of_the_application_owns_nothing_and_bypasses_nothing(engines: dict[str, Engine], role: str) -> None:
    owner = engines["owner"]
    name = f"naqsha_{role}"
    for catalogue, column in (
        ("pg_class", "relowner"),
        ("pg_proc", "proowner"),
        ("pg_namespace", "nspowner"),
        ("pg_type", "typowner"),
    ):
        query = f"SELECT count(*) FROM {catalogue} WHERE {column} = CAST(:name AS regrole)"
        assert number(owner, query, name=name) == 0
    attributes = (
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles WHERE rolname = :name"
    )
    assert rows(owner, attributes, name=name) == [(False,) * 5]
    memberships = "SELECT count(*) FROM pg_auth_members WHERE member = CAST(:name AS regrole)"
    assert number(owner, memberships, name=name) == 0
    truncatable = """SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND n.nspname IN ('public', 'access', 'person', 'audit')
        AND has_table_privilege(CAST(:name AS name), c.oid, 'TRUNCATE, TRIGGER, REFERENCES')"""
    assert rows(owner, truncatable, name=name) == []
    creatable = """SELECT n FROM unnest(ARRAY['public', 'access', 'person', 'audit']) AS n
      WHERE has_schema_privilege(CAST(:name AS name), n, 'CREATE')"""
    assert rows(owner, creatable, name=name) == []


@pytest.mark.parametrize(
    "table", ["access.scope", "access.visible_station", "access.account_jurisdiction", "access.api_token"]
)
def test_the_application_cannot_write_its_own_scope(engines: dict[str, Engine], table: str) -> None:
    for verb in ("INSERT", "UPDATE", "DELETE", "SELECT"):
        query = (
            "SELECT has_any_column_privilege('naqsha_app', :table, :verb)"
            if verb != "DELETE"
            else "SELECT has_table_privilege('naqsha_app', :table, :verb)"
        )
        assert rows(engines["owner"], query, table=table, verb=verb) == [(False,)], (table, verb)


def test_every_definer_function_pins_its_search_path_and_is_closed_to_the_public(engines: dict[str, Engine]) -> None:
    query = """SELECT p.oid::regprocedure::text, p.proconfig::text, has_function_privilege('public', p.oid, 'EXECUTE')
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE p.prosecdef AND n.nspname IN ('public', 'access', 'person', 'audit') AND p.proname NOT LIKE 'st_%'
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"""
    found = rows(engines["owner"], query)
    assert len(found) >= 8
    for name, config, is_open in found:
        assert "search_path=" in (config or "") and (config or "").rstrip('"}').endswith("pg_temp"), name
        assert not is_open, f"{name} may be run by anyone"


def test_views_run_with_their_readers_rights(engines: dict[str, Engine]) -> None:
    query = """SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('v', 'm') AND n.nspname IN ('public', 'access', 'person', 'audit')
        AND NOT coalesce(c.reloptions::text LIKE '%security_invoker=true%', false)
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')"""
    assert rows(engines["owner"], query) == []


@pytest.mark.parametrize(
    "table",
    [
        "record",
        "record_version",
        "fir",
        "complaint",
        "stay",
        "incident",
        "hotel",
        "fix",
        "person.party",
        "access.account",
        "audit.entry",
        "delivery",
        "rollup",
    ],
)
def test_the_forecaster_has_no_right_on_persons_stays_and_records(engines: dict[str, Engine], table: str) -> None:
    for verb in ("SELECT", "INSERT", "UPDATE"):
        query = "SELECT has_any_column_privilege('naqsha_forecaster', :table, :verb)"
        assert rows(engines["owner"], query, table=table, verb=verb) == [(False,)], (table, verb)
    with pytest.raises(ProgrammingError, match="permission denied"):
        rows(engines["forecaster"], f"SELECT 1 FROM {table}")


def test_the_forecaster_sees_reported_places_only(engines: dict[str, Engine], tokens: dict[str, str]) -> None:
    seen = set(rows(engines["forecaster"], "SELECT DISTINCT kind::text, discovery::text FROM mass"))
    assert seen == {("fir", "reported"), ("complaint", "reported"), ("incident", "reported")}
    there = set(rows(engines["owner"], "SELECT DISTINCT kind::text, discovery::text FROM mass"))
    assert there - seen == {("stay", "reported"), ("fir", "discovered")}, "the negative control: the rows are there"
    with pytest.raises(ProgrammingError, match="permission denied"):
        rows(engines["forecaster"], "SELECT access.open_scope('x')")


@pytest.mark.parametrize("table", ["record", "fix", "mass", "rollup", "rollup_delta", "hotel"])
def test_policies_run_once_a_statement_as_a_hashed_subplan(
    engines: dict[str, Engine], tokens: dict[str, str], table: str
) -> None:
    """`= ANY (array)` and a call a row were thirty times slower."""
    plan = "\n".join(
        str(row[0]) for row in rows(engines["app"], f"EXPLAIN SELECT count(*) FROM {table}", tokens[GULBERG])
    )
    assert "hashed SubPlan" in plan, plan


def test_two_changes_of_jurisdictions_at_once_both_stand(engines: dict[str, Engine], tokens: dict[str, str]) -> None:
    """The visible stations are made anew by each: the second waits for the first instead of clashing with it."""
    import threading

    with Session(engines["worker"]) as first, Session(engines["worker"]) as second:
        service.create_account(first, "one-of-two", "station", [GULBERG])
        finished: list[Exception | None] = []

        def other() -> None:
            try:
                service.create_account(second, "two-of-two", "station", [CITY])
                second.commit()
                finished.append(None)
            except DBAPIError as error:
                finished.append(error)

        thread = threading.Thread(target=other)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive(), "the second should be waiting"
        first.commit()
        thread.join(10)
        assert finished == [None]
    query = """SELECT count(*) FROM access.visible_station v JOIN access.account a ON a.id = v.account_id
      WHERE a.name LIKE '%-of-two'"""
    assert number(engines["owner"], query) == 2
