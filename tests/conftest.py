"""The bench of every test that needs the application: a real PostGIS, one template a run, one fresh copy a module.

What stands in the template: the migrated schema and the small reference set of `tests.reference_set`. Rows of a test's
own come from `tests.factories`. No database outlives the run, and those of a killed run are swept by the next.
"""

import fcntl
import os
import pickle
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import hypothesis
import psycopg2
import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import Engine, NullPool, create_engine, make_url, text
from sqlalchemy.orm import Session

from app.db.cluster import ADMIN, Cluster, create_database, database_url, drop_database
from app.db.migrate import upgrade
from app.reference import jurisdictions
from app.reference.jurisdictions import Jurisdiction
from app.settings import ROOT, Settings
from tests import factories, reference_set

# Speed is the benchmarks' business: on a machine with other work any example can take a second.
hypothesis.settings.register_profile("naqsha", deadline=None)
hypothesis.settings.load_profile("naqsha")

EXTERNAL = os.environ.get("NAQSHA_DATABASE_URL")
_PREFIX = "naqsha_test_"
_copies = count(1)
# Dropping waits for a checkpoint: it is done beside the next module's tests.
_dropper = ThreadPoolExecutor(1)
#: Modules that take longest, the longest first: begun last, one would keep a process at work while the others rest.
_LONGEST = [
    f"tests/{each}.py"
    for each in (
        "forecasting/test_distributions",
        "app/demo/test_service",
        "app/reference/test_service",
        "browser/test_security",
        "browser/test_map",
        "browser/test_desks",
        "browser/test_beats",
        "app/geocode/test_command",
        "forecasting/test_all_forecasters",
        "forecasting/forecasters/test_corrected",
        "forecasting/test_backtest",
        "spatial/geocoding/test_coverage",
        "app/ingest/test_crashes",
        "app/test_fuzz",
        "app/db/test_cluster",
        "app/db/test_migrations",
    )
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest modules first; `make test` hands modules out in this order."""
    places = {path: place for place, path in enumerate(_LONGEST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(places)))


def _engine(database: str, role: str = "owner") -> Engine:
    return create_engine(database_url(EXTERNAL, role, database), poolclass=NullPool)  # type: ignore[arg-type]


def make_database(name: str, template: str | None = None) -> None:
    """Create a database whose commits do not wait for the disk: nobody needs a test's rows after a power cut."""
    create_database(name, template)
    with _engine(name).begin() as connection:
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))


def _sweep() -> None:
    """Drop what killed runs left; on a server of one's own another machine's run may be alive, so nothing there."""
    if EXTERNAL:
        return
    url = make_url(database_url(None, "owner", "postgres")).set(drivername="postgresql")
    connection = psycopg2.connect(url.render_as_string(hide_password=False))
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'naqsha\\_test\\_%'")
            names = [name for (name,) in cursor.fetchall()]
    finally:
        connection.close()
    for name in names:
        process = re.match(rf"{_PREFIX}(\d+)", name)
        if process and not Path(f"/proc/{process[1]}").exists():
            drop_database(name)


@pytest.fixture(scope="session")
def template_database() -> Iterator[str]:
    """Give the name of a migrated database with the small reference set: copy it, never write to it."""
    if not EXTERNAL:
        Cluster().start()
    _sweep()
    name = f"{_PREFIX}{os.getpid()}"
    drop_database(name)
    make_database(name)
    try:
        upgrade(_engine(name))
        with Session(_engine(name)) as session, session.begin():
            reference_set.load(session)
        yield name
    finally:
        _dropper.submit(drop_database, name).result()  # the last in the line


@pytest.fixture(scope="session")
def real_tree(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], list[Jurisdiction]]:
    """Give `real_tree()`: the tree of the country's jurisdictions, built once by whichever process comes first."""
    folder = tmp_path_factory.getbasetemp()
    folder = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    kept = folder / "tree.pickle"
    with (folder / "tree.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            kept.write_bytes(pickle.dumps(list(jurisdictions.build())))
    return lambda: pickle.loads(kept.read_bytes())


@pytest.fixture(scope="module")
def tree_is_built(real_tree: Callable[[], list[Jurisdiction]]) -> Iterator[None]:
    """Let a load of the reference data take the tree that stands built: how it is built has a module of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.reference.jurisdictions.build", real_tree)
        yield


@pytest.fixture(scope="module")
def database_name(template_database: str) -> Iterator[str]:
    """Give the name of this module's own copy of the template."""
    name = f"{template_database}_{next(_copies)}"
    make_database(name, template_database)
    try:
        yield name
    finally:
        _dropper.submit(drop_database, name)


@pytest.fixture(scope="module")
def settings(database_name: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Give the settings under which this module's application runs; its keys are made for it alone."""
    instance = tmp_path_factory.mktemp("instance")
    # The index of the country's place names is the same for every module, and takes half a minute to make.
    (ROOT / "instance" / "geocode").mkdir(parents=True, exist_ok=True)
    (instance / "geocode").symlink_to(ROOT / "instance" / "geocode")
    return Settings(env="test", instance=instance, database_name=database_name)


@pytest.fixture(scope="module")
def app(settings: Settings) -> Iterator[APIFlask]:
    """Give the application on this module's database. Never keep its context pushed: requests would share `g`."""
    from app.factory import create_app

    made = create_app(settings)
    yield made
    made.extensions["naqsha.database"].dispose()


@pytest.fixture
def client(app: APIFlask) -> FlaskClient:
    """Give a browser of its own: cookies of one test are not those of another."""
    return app.test_client()


@pytest.fixture
def worker(database_name: str) -> Iterator[Session]:
    """Give a session as the worker's role; what the application shall see, the test commits."""
    with Session(_engine(database_name, "worker"), expire_on_commit=False) as session:
        yield session


@pytest.fixture
def owner(database_name: str) -> Iterator[Session]:
    """Give a session as the schema's owner, for what no role of the application may do."""
    with Session(_engine(database_name), expire_on_commit=False) as session:
        yield session


@pytest.fixture
def superuser(database_name: str) -> Iterator[Session]:
    """Give a session as the database's administrator (on a server of one's own: as the owner)."""
    url = make_url(database_url(EXTERNAL, "owner", database_name))
    engine = create_engine(url if EXTERNAL else url.set(username=ADMIN), poolclass=NullPool)
    # One connection throughout, so that a temporary table outlives a commit.
    with engine.connect() as connection, Session(connection, expire_on_commit=False) as session:
        yield session


@pytest.fixture
def sign_in(app: APIFlask, worker: Session) -> Callable[..., "factories.SignedInClient"]:
    """Give `sign_in(client, role, jurisdiction)`: a new account signed in on a client; without the form, so fast.

    The answer has the account's id and the `csrf` header for unsafe requests; a role alone gets its usual jurisdiction.
    """

    def do(client: FlaskClient, role: str = "analyst", jurisdiction: str | None = None) -> "factories.SignedInClient":
        return factories.sign_in(client, worker, role, jurisdiction)

    return do


@pytest.fixture
def token(worker: Session) -> Callable[..., str]:
    """Give `token(role, jurisdiction)`: the API token of a new account, for `Authorization: Bearer`."""

    def make(role: str = "analyst", jurisdiction: str | None = None) -> str:
        return factories.token(worker, role, jurisdiction)

    return make
