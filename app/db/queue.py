"""The job queue seen from the rooms: defer by name in one's own transaction, look, ask to cancel, and tell progress.

Nothing here knows what a task does: that is `app.jobs`, the only place that runs one (docs/adr/0006).
"""

import json
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from app.db.named import sql
from app.db.session import worker_session

#: Takes (done, total, message) and raises Cancelled where someone has asked the work to end.
Report = Callable[[int, int | None, str], None]

_SECONDS_BETWEEN_STEPS = 0.5


class Cancelled(Exception):
    """The job was cancelled."""


class Stopped(Exception):
    """The worker has to stop; the job waits for the next one."""


def defer(session: Session, task_name: str, *, lock: str | None = None, **args: Any) -> int:
    """Put a job in the queue in the caller's own transaction, and give its id.

    It runs only if that transaction commits. ``args`` must be JSON. Jobs with the same ``lock`` run one after
    another.
    """
    arguments = json.dumps(args)
    # A session that carries a sign-in's token acts for somebody, who may then look at the job and cancel it.
    note = "queue.note_asked" if session.info.get("token") else "queue.note"
    found = session.execute(sql(note), {"task": task_name, "arguments": arguments}).scalar_one()
    session.execute(
        sql("queue.defer"),
        {"task": task_name, "lock": lock, "arguments": json.dumps({"progress": found, "arguments": args})},
    )
    return int(found)


def progress(session: Session, job: int) -> RowMapping | None:
    """Give a job's progress; None for one that is not there, or is another account's."""
    return session.execute(sql("queue.progress"), {"id": job}).mappings().one_or_none()


def ask_cancel(session: Session, job: int) -> bool:
    """Ask a job to end; False where it has ended already."""
    return session.execute(sql("queue.ask_cancel"), {"id": job}).first() is not None


def quiet(done: int, total: int | None, message: str) -> None:
    """Report to nobody."""


class Progress:
    """Writes a running job's progress in short transactions of its own, and hears that it should end.

    Parameters
    ----------
    job : int
    must_stop : callable
        Whether the worker has to stop.
    """

    def __init__(self, job: int, must_stop: Callable[[], bool] = lambda: False) -> None:
        self.job = job
        self.must_stop = must_stop
        self._last = 0.0

    def __call__(self, done: int, total: int | None, message: str) -> None:
        """Tell how far the work is.

        Raises
        ------
        Cancelled
            If whoever asked for the job has asked it to end.
        Stopped
            If the worker has to stop.
        """
        if self.must_stop():
            raise Stopped
        # A job may tell every row; the database need not hear each.
        if done != total and time.monotonic() - self._last < _SECONDS_BETWEEN_STEPS:
            return
        self._last = time.monotonic()
        with worker_session() as session:
            asked = session.execute(
                sql("queue.step"), {"id": self.job, "done": done, "total": total, "message": message}
            ).scalar()
        if asked:
            raise Cancelled

    def start(self) -> bool:
        """Mark the job as running; False where it was cancelled before it began."""
        with worker_session() as session:
            if session.execute(sql("queue.start"), {"id": self.job}).first():
                return True
            session.execute(sql("queue.end"), {"id": self.job, "state": "cancelled", "message": "", "result": None})
            return False

    def end(self, state: str, message: str = "", result: Any = None) -> None:
        """Keep how the job ended: done, failed or cancelled."""
        kept = None if result is None else json.dumps(result)
        with worker_session() as session:
            session.execute(sql("queue.end"), {"id": self.job, "state": state, "message": message, "result": kept})

    def again(self, message: str) -> None:
        """Put the job back among the waiting."""
        with worker_session() as session:
            session.execute(sql("queue.again"), {"id": self.job, "message": message})
