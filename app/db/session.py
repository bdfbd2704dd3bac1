"""Sessions on the database: the request's, scoped by its sign-in token, and the worker's and forecaster's.

Nothing here decides who may see what: the token is handed to the database, whose policies do.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Literal

from flask import Flask, current_app, g
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.orm import Session, SessionTransaction

from app.db.cluster import database_url, needs_set_role
from app.settings import Settings

Role = Literal["owner", "app", "worker", "forecaster"]
Transactions = Callable[[], AbstractContextManager[Session]]
"""Opens a transaction: the worker's on the command line, the request's own on the web."""
_OPEN_SCOPE = text("SELECT access.open_scope(:token)")


class ScopeRefused(Exception):
    """The sign-in has ended, or the account is disabled."""


class Database:
    """The engines of one process, one a database role, made when first used (so after a fork)."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._engines: dict[str, Engine] = {}

    def engine(self, role: Role) -> Engine:
        """Give the engine that signs in as a role."""
        if role not in self._engines:
            self._engines[role] = self._make(role)
        return self._engines[role]

    def _make(self, role: Role) -> Engine:
        settings = self.settings
        url = database_url(settings.database_url, role, settings.database_name)
        options = ["-c timezone=Asia/Karachi"]
        if role == "app":
            # A map sends dozens of small statements at once: helpers for one would only keep the others waiting.
            options += [f"-c statement_timeout={settings.statement_seconds}s", "-c max_parallel_workers_per_gather=0"]
        engine = create_engine(
            url,
            pool_size=settings.pool_size if role == "app" else 2,
            max_overflow=4,
            pool_timeout=5,
            pool_pre_ping=True,
            hide_parameters=True,  # an error's text is logged: it must not repeat names and narratives
            connect_args={"options": " ".join(options), "connect_timeout": 5},
        )
        if needs_set_role(role):

            @event.listens_for(engine, "connect")
            def become(connection: Any, _record: Any) -> None:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT set_config('role', %s, false)", ("naqsha_" + role,))
                connection.commit()

        return engine

    def dispose(self) -> None:
        """Close every connection."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()


def database() -> Database:
    """Give the running application's database."""
    found: Database = current_app.extensions["naqsha.database"]
    return found


@event.listens_for(Session, "after_begin")
def _open_scope(session: Session, transaction: SessionTransaction, connection: Any) -> None:
    """Open the scope at the start of every transaction of a session that carries a token."""
    token = session.info.get("token")
    if (
        token is not None
        and not transaction.nested
        and connection.execute(_OPEN_SCOPE, {"token": token}).scalar() is None
    ):
        raise ScopeRefused


def db_session() -> Session:
    """Give the request's session, as the application's role; its scope is open where the request is signed in."""
    if "session" not in g:
        g.session = Session(database().engine("app"), expire_on_commit=False)
    session: Session = g.session
    return session


@contextmanager
def worker_session() -> Iterator[Session]:
    """Give a session as the worker's role, for commands and jobs: commits at the end, rolls back on an error."""
    with Session(database().engine("worker"), expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def forecaster_session() -> Iterator[Session]:
    """Give a session as the forecaster's role, which sees reported places only."""
    with Session(database().engine("forecaster"), expire_on_commit=False) as session, session.begin():
        yield session


def transactions_on(engine: Engine) -> Transactions:
    """Give what opens a transaction on an engine: needs no application context, so any thread may call it later."""

    @contextmanager
    def transaction() -> Iterator[Session]:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    return transaction


def register(app: Flask, settings: Settings) -> None:
    """Give the application its database, and end the request's session with the request."""
    app.extensions["naqsha.database"] = Database(settings)

    @app.teardown_appcontext
    def close(_error: BaseException | None) -> None:
        session = g.pop("session", None)
        if session is not None:
            session.close()
