"""The private cluster, for real: made, killed, started twice at once, moved from where its user cannot go."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import create_engine, make_url, text

from app.db.cluster import Cluster, ClusterError, database_url, needs_set_role
from app.db.cluster_place import LONGEST_SOCKET_PATH, SOCKET_NAME
from app.db.cluster_settings import TEMPLATE_EXTENSIONS

ROOT = Path(__file__).resolve().parents[3]
IS_ROOT = os.geteuid() == 0


@pytest.fixture(scope="module")
def ground() -> Iterator[Path]:
    """A folder with a short path that every user can enter, as a clone's usually is."""
    with tempfile.TemporaryDirectory(prefix="nq") as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
def cluster(ground: Path) -> Iterator[Cluster]:
    made = Cluster(ground / "instance")
    made.start()
    yield made
    made.stop()


@pytest.fixture
def moved(ground: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """An instance folder whose cluster will not fit in it; what it leaves elsewhere goes with the test."""
    instance = ground / request.node.name / "instance"
    yield instance
    made = Cluster(instance)
    made.stop()
    for folder in {made.place.base, made.place.socket}:
        subprocess.run(["rm", "-rf", str(folder)], check=True)


def connect(cluster: Cluster, role: str = "naqsha_owner", database: str = "naqsha"):
    connection = psycopg2.connect(host=str(cluster.place.socket), user=role, dbname=database)
    connection.autocommit = True
    return connection


def ask(cluster: Cluster, statement: str, role: str = "naqsha_owner", database: str = "naqsha"):
    connection = connect(cluster, role, database)
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else None
    finally:
        connection.close()


def start_elsewhere(instance: Path) -> subprocess.Popen:
    command = [sys.executable, "-m", "app.db.cluster_cli", "start"]
    environment = {**os.environ, "NAQSHA_INSTANCE": str(instance)}
    environment.pop("NAQSHA_DATABASE_URL", None)
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def await_down(cluster: Cluster) -> None:
    """Wait until a killed server has gone; a signal is on its way for a moment."""
    deadline = time.monotonic() + 10
    while cluster.status().running:
        assert time.monotonic() < deadline, "the killed server still answers"
        time.sleep(0.01)


def listening_tcp_sockets(process: int) -> list[str]:
    """Give the TCP sockets on which this process listens, from the kernel's own tables."""
    inodes = set()
    for handle in Path(f"/proc/{process}/fd").iterdir():
        try:
            target = os.readlink(handle)
        except FileNotFoundError:  # the handle that lists this very folder
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    lines = []
    for table in ("tcp", "tcp6"):
        path = Path(f"/proc/{process}/net/{table}")
        rows = [row.split() for row in path.read_text().splitlines()[1:]] if path.exists() else []
        lines += [row[1] for row in rows if row[3] == "0A" and row[9] in inodes]
    return lines


def test_status_tells_a_running_cluster(cluster: Cluster):
    status = cluster.status()
    assert status.running and status.made
    assert status.version.startswith("15")
    assert Path(f"/proc/{status.process}/cwd").resolve() == status.data.resolve()
    assert status.reason == "in the clone"


def test_status_of_nothing_changes_nothing(ground: Path):
    status = Cluster(ground / "none").status()
    assert not status.made and not status.running
    assert not (ground / "none").exists()


def test_stop_of_nothing_is_no_error(ground: Path):
    assert not Cluster(ground / "never").stop().running


def test_no_tcp_port_is_open(cluster: Cluster):
    process = cluster.status().process
    assert listening_tcp_sockets(process) == []
    assert ask(cluster, "SHOW listen_addresses") == [("",)]
    # the control: the same look does see a port that is open
    with socket.create_server(("127.0.0.1", 0)):
        assert len(listening_tcp_sockets(os.getpid())) >= 1


def test_a_power_cut_loses_nothing_committed(cluster: Cluster):
    settings = dict(
        ask(
            cluster,
            "SELECT name, setting FROM pg_settings "
            "WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums', 'jit')",
        )
    )
    assert settings == {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "data_checksums": "on",
        "jit": "off",
    }


def test_roles_own_no_more_than_they_need(cluster: Cluster):
    rows = ask(
        cluster,
        "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls, rolcanlogin "
        "FROM pg_roles WHERE rolname LIKE 'naqsha%' ORDER BY rolname",
    )
    assert rows == [
        ("naqsha_admin", True, True, True, True, True),
        ("naqsha_app", False, False, False, False, True),
        ("naqsha_forecaster", False, False, False, False, True),
        ("naqsha_owner", False, True, False, False, True),
        ("naqsha_worker", False, False, False, False, True),
    ]
    assert ask(cluster, "SELECT count(*) FROM pg_auth_members WHERE roleid = 'naqsha_owner'::regrole") == [(0,)]


def test_no_password_is_kept_and_no_other_user_comes_in(cluster: Cluster):
    assert ask(cluster, "SELECT count(*) FROM pg_authid WHERE rolpassword IS NOT NULL", "naqsha_admin") == [(0,)]
    if not IS_ROOT:
        return  # only root can try as somebody else
    look = [
        "/usr/lib/postgresql/15/bin/psql",
        "-h",
        str(cluster.place.socket),
        "-d",
        "naqsha",
        "-Atc",
        "SELECT 1",
    ]
    stranger = subprocess.run(
        [*look, "-U", "naqsha_app"], capture_output=True, text=True, user="nobody", cwd="/", check=False
    )
    assert stranger.returncode != 0 and "Peer authentication failed" in stranger.stderr
    own = subprocess.run([*look, "-U", "naqsha_app"], capture_output=True, text=True, cwd="/", check=False)
    assert own.stdout == "1\n", own.stderr


def test_new_databases_of_the_owner_have_the_extensions(cluster: Cluster):
    cluster.create_database("fresh")
    try:
        names = {name for (name,) in ask(cluster, "SELECT extname FROM pg_extension", database="fresh")}
        assert names >= set(TEMPLATE_EXTENSIONS)
        assert ask(
            cluster,
            "SELECT ST_AsText(ST_Point(74.3, 31.5)), similarity('lahore', 'lahor') > 0.5",
            database="fresh",
        ) == [("POINT(74.3 31.5)", True)]
        assert ask(cluster, "SELECT pg_get_userbyid(datdba), datcollate FROM pg_database WHERE datname = 'fresh'") == [
            ("naqsha_owner", "C.UTF-8")
        ]
    finally:
        cluster.drop_database("fresh")


def test_a_template_is_copied_and_dropped_with_its_sessions(cluster: Cluster):
    cluster.create_database("first")
    ask(cluster, "CREATE TABLE kept AS SELECT 7 AS n", database="first")
    cluster.create_database("copy", template="first")
    session = connect(cluster, "naqsha_owner", "copy")
    try:
        assert ask(cluster, "SELECT n FROM kept", database="copy") == [(7,)]
        cluster.drop_database("copy")
        cluster.drop_database("copy")
        cluster.drop_database("first")
    finally:
        session.close()
    assert ask(cluster, "SELECT count(*) FROM pg_database WHERE datname IN ('first', 'copy')") == [(0,)]


def test_rows_outlive_a_killed_server(cluster: Cluster):
    ask(cluster, "CREATE TABLE IF NOT EXISTS survivor (n int)")
    writer = connect(cluster)
    with writer.cursor() as cursor:
        cursor.execute("INSERT INTO survivor SELECT generate_series(1, 1000)")
        writer.autocommit = False
        cursor.execute("INSERT INTO survivor SELECT generate_series(1, 1000)")  # never committed
        os.kill(cluster.status().process, signal.SIGKILL)
    await_down(cluster)
    assert (cluster.place.data / "postmaster.pid").exists(), "the killed server left its lock"
    status = cluster.start()
    assert status.running
    assert ask(cluster, "SELECT count(*) FROM survivor") == [(1000,)]
    ask(cluster, "DROP TABLE survivor")


def test_a_lock_whose_number_another_process_got_does_not_hold_the_start(cluster: Cluster):
    """After a power cut, the number in postmaster.pid may belong to another process of the same user."""
    user = cluster.place.user
    process = cluster.status().process
    written = (cluster.place.data / "postmaster.pid").read_text()
    os.kill(process, signal.SIGKILL)
    other = subprocess.Popen(["sleep", "600"], **({"user": user} if IS_ROOT else {}))
    try:
        lock = cluster.place.data / "postmaster.pid"
        lock.write_text(written.replace(str(process), str(other.pid), 1))
        (cluster.place.socket / f"{SOCKET_NAME}.lock").write_text(written.replace(str(process), str(other.pid), 1))
        await_down(cluster)
        assert cluster.start().running
        assert other.poll() is None, "the other process was left alone"
    finally:
        other.kill()
        other.wait()


def test_two_starts_at_once_make_one_cluster(ground: Path):
    instance = ground / "twice" / "instance"
    starts = [start_elsewhere(instance) for _ in range(2)]
    try:
        said = [start.communicate(timeout=120)[0] for start in starts]
        assert [start.returncode for start in starts] == [0, 0], said
        numbers = {line for text in said for line in text.splitlines() if line.startswith("running")}
        assert len(numbers) == 1, said
    finally:
        Cluster(instance).stop()


def test_a_start_killed_during_initdb_is_begun_again(ground: Path):
    instance = ground / "cut" / "instance"
    begun = start_elsewhere(instance)
    deadline = time.monotonic() + 30
    while not list((instance / "pg").glob("data.half-*/base")) and time.monotonic() < deadline:
        time.sleep(0.005)
    begun.kill()
    begun.communicate()
    cluster = Cluster(instance)
    assert not cluster.place.data.exists()
    try:
        assert cluster.start().running
        assert ask(cluster, "SELECT count(*) FROM pg_extension WHERE extname = 'postgis'") == [(1,)]
    finally:
        cluster.stop()


def test_a_second_start_is_quick_and_changes_nothing(cluster: Cluster):
    before = cluster.status()
    begun = time.monotonic()
    assert cluster.start() == before
    assert time.monotonic() - begun < 2


def test_stop_and_start_keep_the_place(cluster: Cluster):
    place = cluster.place
    assert not cluster.stop().running
    assert not (place.socket / SOCKET_NAME).exists()
    with pytest.raises(psycopg2.OperationalError):
        ask(cluster, "SELECT 1")
    assert cluster.start().running
    assert cluster.place == place


def test_a_clone_with_a_long_path_keeps_its_data_and_moves_its_socket(ground: Path):
    instance = ground / ("long-name-" * 12) / "instance"
    cluster = Cluster(instance)
    try:
        status = cluster.start()
        assert status.data.is_relative_to(instance)
        assert not status.socket.is_relative_to(instance)
        assert len(str(status.socket / SOCKET_NAME)) <= LONGEST_SOCKET_PATH
        assert str(LONGEST_SOCKET_PATH) in status.reason
        # the control: where the clone lies, PostgreSQL itself cannot make a socket
        assert len(str(instance / "pg" / "socket" / SOCKET_NAME)) > LONGEST_SOCKET_PATH
        with create_engine(database_url(None, "app", instance=instance)).connect() as connection:
            assert connection.execute(text("SELECT current_user")).scalar() == "naqsha_app"
    finally:
        cluster.stop()
        subprocess.run(["rm", "-rf", str(cluster.place.socket)], check=True)


@pytest.mark.parametrize("odd", ["with a space", "it's", "نقشہ"])
def test_any_name_of_the_clone_serves(ground: Path, odd: str):
    cluster = Cluster(ground / odd / "instance")
    try:
        assert cluster.start().running
        url = database_url(None, "worker", instance=cluster.instance)
        with create_engine(url).connect() as connection:
            assert connection.execute(text("SELECT current_user")).scalar() == "naqsha_worker"
    finally:
        cluster.stop()


def test_a_moved_clone_takes_its_cluster_along(ground: Path):
    first = Cluster(ground / "before" / "instance")
    first.start()
    ask(first, "CREATE TABLE luggage AS SELECT 1 AS n")
    first.stop()
    (ground / "before").rename(ground / "after")
    second = Cluster(ground / "after" / "instance")
    try:
        assert second.start().data == ground / "after" / "instance" / "pg" / "data"
        assert ask(second, "SELECT n FROM luggage") == [(1,)]
    finally:
        second.stop()


@pytest.mark.parametrize("role", ["owner", "app", "worker", "forecaster"])
def test_each_role_logs_in_as_itself(cluster: Cluster, role):
    url = database_url(None, role, instance=cluster.instance)
    with create_engine(url).connect() as connection:
        assert connection.execute(text("SELECT current_user, current_database()")).one() == (
            f"naqsha_{role}",
            "naqsha",
        )


def test_a_server_of_ones_own_gives_its_own_urls(monkeypatch: pytest.MonkeyPatch):
    own = "postgres://chief:s%40fe@db.example:5433/province"
    monkeypatch.setenv("NAQSHA_DATABASE_URL", own)
    monkeypatch.setenv("NAQSHA_APP_DATABASE_URL", "postgresql://web@db.example/province")
    assert make_url(database_url(own, "owner")).render_as_string(False) == (
        "postgresql+psycopg2://chief:s%40fe@db.example:5433/province"
    )
    assert make_url(database_url(own, "owner", "other")).database == "other"
    assert make_url(database_url(own, "app")).username == "web"
    assert make_url(database_url(own, "worker")).username == "chief"
    assert [needs_set_role(role) for role in ("owner", "app", "worker", "forecaster")] == [
        False,
        False,
        True,
        True,
    ]


def test_the_record_holds_no_path_of_this_machine(cluster: Cluster):
    kept = json.loads((cluster.instance / "cluster.json").read_text())
    assert kept["base"] == "pg" and kept["socket"] == "pg/socket"


def test_a_link_laid_in_the_way_is_refused(ground: Path):
    instance = ground / "linked" / "instance"
    instance.mkdir(parents=True)
    (ground / "elsewhere").mkdir()
    (instance / "pg").symlink_to(ground / "elsewhere")
    with pytest.raises(ClusterError, match="symbolic link"):
        Cluster(instance).start()


def test_a_clone_that_the_servers_user_cannot_enter_keeps_its_data_outside(moved: Path):
    """Only root has a server's user other than itself; for any other user the clone is open, and so used."""
    moved.mkdir(parents=True)
    os.chmod(moved.parent, 0o700)
    status = Cluster(moved).start()
    assert status.running
    assert status.data.is_relative_to(moved) is not IS_ROOT
    assert ("cannot enter" in status.reason) is IS_ROOT
    ask(Cluster(moved), "CREATE TABLE outside AS SELECT 3 AS n")
    Cluster(moved).stop()
    assert Cluster(moved).start().data == status.data
    assert ask(Cluster(moved), "SELECT n FROM outside") == [(3,)]
