"""Sealing and verifying the running application's own log: what the command line and the jobs call."""

from pathlib import Path

from flask import current_app

from app.audit import chain
from app.db.session import worker_session


def _head_path() -> Path:
    settings = current_app.extensions["naqsha.settings"]
    return chain.head_path(Path(settings.instance), settings.database_name)


def seal_now(*, everything: bool = False) -> int:
    """Seal what has been committed and give how many lines that were."""
    with worker_session() as session:
        count, number, head = chain.seal(session, everything=everything)
    if number:
        chain.keep_head(_head_path(), number, head)
    return count


def verify_now() -> chain.Verdict:
    """Recompute the chain, and compare it with the last seal kept in the instance folder."""
    with worker_session() as session:
        return chain.verify(session, chain.kept_head(_head_path()))
