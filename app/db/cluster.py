"""The private PostgreSQL cluster: made, started, stopped and asked here. Nothing of the application's schema.

It listens on a socket only, keeps no password, and lets in by operating system user (peer). Where it lies is
decided in `app.db.cluster_place`; a server of the province's own is `app.db.external`.
"""

import contextlib
import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2 import sql

from app.db.cluster_place import (
    INSTANCE,
    SOCKET_NAME,
    ClusterError,
    Place,
    as_user,
    choose,
    own,
    own_file,
    own_name,
    record,
    recorded,
)
from app.db.cluster_settings import (
    LEAKPROOF,
    MARK_LEAKPROOF,
    POSTGRESQL_CONF,
    ROLES_SQL,
    TEMPLATE_EXTENSIONS,
    hba_conf,
    ident_conf,
)
from app.db.database_urls import DATABASE, Role, database_url, needs_set_role
from app.db.external import create_external_database, drop_external_database, prepare_external

__all__ = [
    "Cluster",
    "ClusterError",
    "ClusterStatus",
    "Role",
    "create_database",
    "database_url",
    "drop_database",
    "needs_set_role",
    "prepare_external",
]

ADMIN = "naqsha_admin"
OWNER = "naqsha_owner"
_SERVERS = Path("/usr/lib/postgresql")
_PATIENCE_SECONDS = 60
# What template1 holds, written on it; a longer list here makes every older cluster catch up at its start.
_TEMPLATE_MARK = "naqsha extensions: " + " ".join((*TEMPLATE_EXTENSIONS, *LEAKPROOF))
# What libpq says where no server listens; any other refusal comes from a server that runs.
_NOBODY = ("no such file", "connection refused", "the database system is", "permission denied")


@dataclass(frozen=True)
class ClusterStatus:
    """What `flask cluster status` shows."""

    made: bool
    running: bool
    process: int | None
    version: str | None
    data: Path
    socket: Path
    user: str
    reason: str


class Cluster:
    """The private cluster of one clone, known by the clone's instance folder."""

    def __init__(self, instance: Path | str = INSTANCE) -> None:
        self.instance = Path(instance).absolute()

    @property
    def place(self) -> Place:
        """Where the cluster lies, or would lie were it made now."""
        return recorded(self.instance) or Place(
            self.instance / "pg", self.instance / "pg" / "socket", "", "not made yet"
        )

    def start(self) -> ClusterStatus:
        """Make the cluster where it is missing, start it where it is down, and give its status.

        Raises
        ------
        ClusterError
            If PostgreSQL is not installed, no place can be found, or the server does not come up.
        """
        with self._lock():
            place = choose(self.instance)
            if not _answers(place):
                _must_be(place.user, "start")
                _outlive_orphans(place)
            if not _answers(place):
                _make(place)
                record(self.instance, place)
                _write_settings(place, self.instance)
                _clear_traces(place)
                _launch(place)
            record(self.instance, place)
            _furnish(place)
        return self.status()

    def stop(self) -> ClusterStatus:
        """Stop the cluster, ending its sessions cleanly, and give its status."""
        with self._lock():
            place = self.place
            if place.data.exists() and (_processes(place.data) or _answers(place)):
                _must_be(place.user, "stop")
                command = [
                    str(_programs(place) / "pg_ctl"),
                    "stop",
                    "-D",
                    str(place.data),
                    "-m",
                    "fast",
                    "-w",
                ]
                done = _run([*command, "-t", str(_PATIENCE_SECONDS)], place.user)
                if done.returncode != 0 and _processes(place.data):
                    raise ClusterError(f"PostgreSQL did not stop: {done.stdout.strip()}")
        return self.status()

    def status(self) -> ClusterStatus:
        """Give what is known of the cluster, without changing anything."""
        place = self.place
        running = _answers(place)
        version = None
        if running:
            with contextlib.suppress(psycopg2.Error), _connection(place, "postgres") as connection:
                version = connection.info.parameter_status("server_version")
        process = _postmaster(place.data) if running else None
        made = recorded(self.instance) is not None
        return ClusterStatus(made, running, process, version, place.data, place.socket, place.user, place.reason)

    def create_database(self, name: str, template: str | None = None) -> None:
        """Create an empty database of naqsha_owner, or a copy of ``template`` (for tests)."""
        statement = sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER))
        if template is not None:
            statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        self._administer(statement)

    def drop_database(self, name: str) -> None:
        """Drop a database with all its sessions; one that is not there is no error."""
        self._administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _administer(self, statement: sql.Composable) -> None:
        with _connection(self.place, "postgres") as connection, connection.cursor() as cursor:
            cursor.execute(statement)

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        """Hold off every other start and stop of this clone's cluster."""
        self.instance.mkdir(parents=True, exist_ok=True)
        # read-only is enough for flock, and lets the clone's owner wait for a start made as root
        handle = os.open(self.instance / "cluster.lock", os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _must_be(user: str, deed: str) -> None:
    """Refuse to start or stop a cluster that belongs to another user than this process can act for."""
    if os.geteuid() != 0 and own_name() != user:
        raise ClusterError(f"The cluster runs as {user}: {deed} it as root (sudo .venv/bin/flask cluster {deed}).")


def _programs(place: Place) -> Path:
    """Give the folder of PostgreSQL's programs: the data's own version, else the newest installed."""
    with contextlib.suppress(OSError):
        wanted = (place.data / "PG_VERSION").read_text().strip()
        if (_SERVERS / wanted / "bin" / "postgres").exists():
            return _SERVERS / wanted / "bin"
        raise ClusterError(f"The data in {place.data} is PostgreSQL {wanted}'s: install postgresql-{wanted}.")
    versions = [path.parent.parent for path in _SERVERS.glob("*/bin/postgres") if path.parts[-3].isdigit()]
    newest = max(versions, key=lambda path: int(path.name), default=None)
    if newest is None or int(newest.name) < 15:
        raise ClusterError(
            "PostgreSQL 15 is not installed. `make run` installs it, or: "
            "apt-get install postgresql-15 postgresql-15-postgis-3"
        )
    return newest / "bin"


def _run(command: list[str], user: str) -> subprocess.CompletedProcess[str]:
    """Run a program of PostgreSQL as the cluster's user, its environment only the locale."""
    return subprocess.run(
        command,
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        umask=0o077,
        check=False,
        **as_user(user),  # type: ignore[call-overload]
    )


def _answers(place: Place) -> bool:
    """Tell whether a server answers on the cluster's socket."""
    if not (place.socket / SOCKET_NAME).exists():
        return False
    try:
        with _connection(place, "postgres"):
            return True
    except psycopg2.OperationalError as error:
        said = str(error).lower()
        if "peer authentication failed" in said:
            raise ClusterError(
                f"The cluster of {place.user} does not know the user {own_name()}: stop and start it as root."
            ) from None
        return not any(sign in said for sign in _NOBODY)


@contextlib.contextmanager
def _connection(place: Place, database: str) -> Iterator[psycopg2.extensions.connection]:
    """Give a connection of the cluster's superuser, each statement committed by itself."""
    connection = psycopg2.connect(host=str(place.socket), dbname=database, user=ADMIN, connect_timeout=10)
    connection.autocommit = True
    try:
        yield connection
    finally:
        connection.close()


def _processes(data: Path) -> list[int]:
    """Give the live PostgreSQL processes of this data directory (each has it as its working directory)."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                same = (entry / "cwd").resolve() == data.resolve()
                if same and (entry / "comm").read_text().strip().startswith("postgres"):
                    found.append(int(entry.name))
    return found


def _outlive_orphans(place: Place) -> None:
    """Wait for a server that is coming up; end the children of one that was killed, which hold its memory."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (alive := _processes(place.data)) and not _answers(place):
        if time.monotonic() > deadline:
            raise ClusterError(f"PostgreSQL processes {alive} live but do not answer; see {place.log}.")
        if _postmaster(place.data) not in alive:
            for process in alive:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGTERM)
        time.sleep(0.2)


def _postmaster(data: Path) -> int | None:
    """Give the process number in postmaster.pid, living or dead."""
    try:
        return int((data / "postmaster.pid").read_text().split("\n")[0])
    except (OSError, ValueError):
        return None


def _make(place: Place) -> None:
    """Run initdb once, in a folder of this start's own: one whose starter was killed may still be at work."""
    if (place.data / "PG_VERSION").exists():
        return
    own(place.log, place.user, 0o700)
    for abandoned in place.base.glob("data.half-*"):
        _run(["/bin/rm", "-rf", str(abandoned)], place.user)
    half = place.base / f"data.half-{os.getpid()}-{time.monotonic_ns()}"
    # C.UTF-8 orders by code point: no upgrade of libc or ICU can change it and so spoil an index. Lists for
    # people ask for their collation by name.
    options = ["-U", ADMIN, "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums", "--auth=peer"]
    done = _run([str(_programs(place) / "initdb"), "-D", str(half), *options], place.user)
    if done.returncode != 0:
        raise ClusterError(f"initdb failed in {place.base}: {done.stdout.strip()}")
    os.replace(half, place.data)


def _write_settings(place: Place, instance: Path) -> None:
    """Write the server's settings and who may come in; at every start, so that the code's word stands."""
    owner = instance.parent.owner()
    files = {
        "postgresql.conf": POSTGRESQL_CONF.format(
            socket=str(place.socket).replace("'", "''"), log=str(place.log).replace("'", "''")
        ),
        "pg_hba.conf": hba_conf(),
        "pg_ident.conf": ident_conf({"root", owner, place.user, own_name()}),
    }
    for name, text in files.items():
        half = place.data / f"{name}.half"
        half.write_text(text)
        own_file(half, place.user)
        os.replace(half, place.data / name)


def _clear_traces(place: Place) -> None:
    """Remove what a killed server left. Called only when no process of this data directory lives.

    PostgreSQL clears these itself unless their process number has since been given to another process of the
    same user; then it would refuse to start for ever.
    """
    for trace in (place.data / "postmaster.pid", place.socket / SOCKET_NAME):
        trace.unlink(missing_ok=True)
    (place.socket / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)


def _launch(place: Place) -> None:
    """Start the server and wait until it answers, recovery included."""
    control = str(_programs(place) / "pg_ctl")
    own(place.log, place.user, 0o700)
    log = place.log / "start.log"
    command = [control, "start", "-D", str(place.data), "-l", str(log), "-w", "-t", str(_PATIENCE_SECONDS)]
    done = _run(command, place.user)
    if done.returncode != 0 and not _answers(place):
        said = _end_of(log) or done.stdout.strip()
        raise ClusterError(f"PostgreSQL did not start (log: {place.log}):\n{said}")


def _end_of(log: Path) -> str:
    """Give the last lines of a log, or nothing where it cannot be read."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-8:])
    except OSError:
        return ""


def _furnish(place: Place) -> None:
    """Make roles, extensions and the database where they are missing."""
    with _connection(place, "postgres") as connection, connection.cursor() as cursor:
        cursor.execute(ROLES_SQL)
        cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'template1'")
        is_old = cursor.fetchone() != (_TEMPLATE_MARK,)
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
        is_there = cursor.fetchone() is not None
        if is_old:
            for database in ("template1", DATABASE) if is_there else ("template1",):
                with _connection(place, database) as template, template.cursor() as inside:
                    for extension in TEMPLATE_EXTENSIONS:
                        inside.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
                    inside.execute(MARK_LEAKPROOF)
            cursor.execute("COMMENT ON DATABASE template1 IS %s", (_TEMPLATE_MARK,))
        if not is_there:
            cursor.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
            )


def create_database(name: str, template: str | None = None) -> None:
    """Create a database owned by the owner's role, on whichever server the application uses."""
    external = os.environ.get("NAQSHA_DATABASE_URL")
    if external:
        create_external_database(external, name, template)
    else:
        Cluster().create_database(name, template)


def drop_database(name: str) -> None:
    """Drop a database and its sessions, on whichever server the application uses."""
    external = os.environ.get("NAQSHA_DATABASE_URL")
    if external:
        drop_external_database(external, name)
    else:
        Cluster().drop_database(name)
