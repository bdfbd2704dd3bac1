"""A server of one's own: its roles and extensions made where the login may, else the SQL for who may."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import URL, create_engine, text

from app.db.cluster import Cluster, create_database, database_url, drop_database, prepare_external
from app.db.external import ServerNotReady

ROLES = ("naqsha_app", "naqsha_worker", "naqsha_forecaster")


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    """A bare server: the private cluster stands for it."""
    with tempfile.TemporaryDirectory(prefix="nq") as folder:
        Path(folder).chmod(0o755)
        cluster = Cluster(Path(folder) / "instance")
        cluster.start()
        yield cluster
        cluster.stop()


@pytest.fixture
def bare(server: Cluster) -> Iterator[str]:
    """The name of an empty database of naqsha_owner, without extensions, on a server without the roles."""
    run(server, "postgres", *[f"DROP ROLE {role}" for role in ROLES])
    run(server, "postgres", "CREATE DATABASE bare TEMPLATE template0 OWNER naqsha_owner")
    yield "bare"
    server.drop_database("bare")
    server.start()  # makes the roles again where a test did not


def run(cluster: Cluster, database: str, *statements: str) -> None:
    connection = psycopg2.connect(host=str(cluster.place.socket), user="naqsha_admin", dbname=database)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    finally:
        connection.close()


def url(cluster: Cluster, user: str, database: str) -> str:
    made = URL.create("postgresql", username=user, database=database, query={"host": str(cluster.place.socket)})
    return made.render_as_string(hide_password=False)


def test_a_login_without_rights_gets_the_sql_for_an_administrator(server: Cluster, bare: str):
    with pytest.raises(ServerNotReady) as told:
        prepare_external(url(server, "naqsha_owner", bare))
    lines = [line.strip() for line in str(told.value).splitlines() if line.startswith("    ")]
    assert any(line.startswith('CREATE ROLE "naqsha_app"') for line in lines)
    assert 'CREATE EXTENSION "postgis";' in lines
    # the lines are what they say they are: an administrator runs them as they stand, and all is ready
    run(server, bare, *lines)
    assert prepare_external(url(server, "naqsha_owner", bare)) == []


def test_an_administrators_login_makes_what_is_missing_once(server: Cluster, bare: str):
    assert prepare_external(url(server, "naqsha_admin", bare))
    assert prepare_external(url(server, "naqsha_admin", bare)) == []


def test_the_owners_login_can_take_each_role(server: Cluster, bare: str, monkeypatch: pytest.MonkeyPatch):
    prepare_external(url(server, "naqsha_admin", bare))
    run(server, bare, *[f"GRANT {role} TO naqsha_owner" for role in ROLES])
    own = url(server, "naqsha_owner", bare)
    monkeypatch.setenv("NAQSHA_DATABASE_URL", own)
    with create_engine(database_url(own, "app")).connect() as connection:
        connection.execute(text("SET ROLE naqsha_app"))
        assert connection.execute(text("SELECT current_user, session_user")).one() == ("naqsha_app", "naqsha_owner")


def test_databases_for_tests_are_made_on_it(server: Cluster, bare: str, monkeypatch: pytest.MonkeyPatch):
    own = url(server, "naqsha_owner", bare)
    monkeypatch.setenv("NAQSHA_DATABASE_URL", own)
    create_database("made_outside")
    with create_engine(database_url(own, "owner", "made_outside")).connect() as connection:
        assert connection.execute(text("SELECT current_database()")).scalar() == "made_outside"
    drop_database("made_outside")
    drop_database("made_outside")


def test_a_server_that_does_not_answer_is_named():
    with pytest.raises(ServerNotReady, match="does not answer"):
        prepare_external("postgresql://naqsha_owner@/naqsha?host=/nowhere")
