"""A scratch node for benches: its own database with the tests' small reference set, dropped at the end."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from apiflask import APIFlask
from sqlalchemy import Engine, NullPool, create_engine
from sqlalchemy.orm import Session

from app.db.cluster import Cluster, create_database, database_url, drop_database
from app.db.migrate import upgrade
from app.factory import create_app
from app.settings import Settings
from tests import reference_set


def engine(database: str, role: str = "owner") -> Engine:
    """Give an engine on a scratch database."""
    return create_engine(database_url(None, role, database), poolclass=NullPool)  # type: ignore[arg-type]


@contextmanager
def scratch_node(suffix: str) -> Iterator[tuple[APIFlask, str]]:
    """Give an application on a fresh database with the small reference set, and the database's name."""
    Cluster().start()
    name = f"naqsha_bench_{os.getpid()}_{suffix}"
    drop_database(name)
    create_database(name)
    with tempfile.TemporaryDirectory() as folder:
        try:
            upgrade(engine(name))
            with Session(engine(name)) as session, session.begin():
                reference_set.load(session)
            app = create_app(Settings(env="test", instance=Path(folder), database_name=name))
            yield app, name
            app.extensions["naqsha.database"].dispose()
        finally:
            drop_database(name)
