"""Runs jobs: procrastinate's worker on our queue, each task in a thread with an application context of its own.

psycopg 3 stays in this package: everything else speaks psycopg 2 through SQLAlchemy.
"""

import logging
from typing import Any

import procrastinate
from flask import Flask
from flask_babel import force_locale
from procrastinate.retry import RetryStrategy
from psycopg import AsyncConnection, sql
from sqlalchemy import make_url

from app.db.database_urls import database_url, needs_set_role
from app.db.queue import Cancelled, Progress, Stopped, quiet
from app.errors import NaqshaError
from app.jobs.tasks import TASKS, Task, clock
from app.settings import Settings
from forecasting.errors import ForecastingError
from spatial.errors import SpatialError

log = logging.getLogger(__name__)

#: A running job has this long to end by itself when the worker must stop; then it waits for the next worker.
SECONDS_TO_END = 3.0
SECONDS_A_DAY = 86_400.0
#: One long job must not keep the minute's small ones (folding, sealing) waiting.
CONCURRENCY = 2


def connector(settings: Settings) -> procrastinate.PsycopgConnector:
    """Give the worker's connections, on the queue's schema and as the worker's role."""
    url = make_url(database_url(settings.database_url, "worker", settings.database_name))
    given = {
        "host": url.host or url.query.get("host"),
        "port": url.port,
        "user": url.username,
        "password": url.password,
        "dbname": url.database,
        "options": "-c search_path=queue,pg_temp",
    }

    async def become(connection: AsyncConnection[Any]) -> None:
        if needs_set_role("worker"):
            await connection.execute(sql.SQL("SET ROLE naqsha_worker"))
            await connection.commit()

    return procrastinate.PsycopgConnector(
        kwargs={name: value for name, value in given.items() if value is not None},
        configure=become,
        min_size=1,
        max_size=4,
    )


def make(app: Flask) -> procrastinate.App:
    """Give the queue's application with every task of the table, run inside ``app``."""
    queue = procrastinate.App(connector=connector(app.extensions["naqsha.settings"]))
    again = RetryStrategy(retry_exceptions=[Stopped])
    for name, task in TASKS.items():
        queue.task(name=name, pass_context=True, retry=again)(_asked(app, task))
    for name, (cron, task) in clock(app.extensions["naqsha.settings"]).items():
        registered = queue.task(name=name, queueing_lock=name, lock=name)(_periodic(app, task))
        queue.periodic(cron=cron)(registered)

    async def lost(timestamp: int) -> None:
        await start_over(queue)

    queue.periodic(cron="* * * * *")(queue.task(name="jobs.start_over", queueing_lock="jobs.start_over")(lost))
    return queue


async def start_over(queue: procrastinate.App) -> None:
    """Put back jobs whose worker was killed: it left them "doing", and its heartbeat has stopped."""
    for job in await queue.job_manager.get_stalled_jobs():
        log.warning("job %s starts over: its worker is gone", job.id)
        await queue.job_manager.retry_job(job)


def _asked(app: Flask, task: Task) -> Any:
    """Give the queue's form of a task that somebody asked for: its progress is kept, and it can be cancelled."""

    def run(context: procrastinate.JobContext, progress: int, arguments: dict[str, Any]) -> None:
        with app.app_context(), force_locale("en"):
            perform(task, Progress(progress, context.should_abort), arguments)

    return run


def perform(task: Task, progress: Progress, arguments: dict[str, Any]) -> None:
    """Run a task, keep how it ended, and raise what the queue must know."""
    if not progress.start():
        return
    try:
        result = task(progress, **arguments)
    except Cancelled:
        progress.end("cancelled", "Cancelled")
    except Stopped:
        progress.again("The worker stopped; the job goes on with the next one")
        raise
    except NaqshaError as error:
        # Said to whoever asked; nothing is broken, so the queue counts the job as done.
        progress.end("failed", str(error) % error.params)
    except (SpatialError, ForecastingError) as error:
        progress.end("failed", str(error))
    except Exception:
        # What a driver says may quote data: the log has the type and place, the asker a plain word.
        progress.end("failed", "Naqsha made an error; the log of the worker says which")
        raise
    else:
        progress.end("done", "", result)


def _periodic(app: Flask, task: Task) -> Any:
    def run(timestamp: int) -> None:
        with app.app_context():
            task(quiet)

    return run


async def work(app: Flask, *, wait: bool = True) -> None:
    """Run jobs until told to stop; without ``wait`` only those that are there.

    SIGTERM and SIGINT end it: no new job begins, and one that does not end soon waits for the next worker.
    """
    # The clock's tasks run every minute: procrastinate's own lines about each would bury all others.
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    queue = make(app)
    async with queue.open_async():
        await start_over(queue)
        log.info("the worker waits for jobs")
        await queue.run_worker_async(
            wait=wait,
            concurrency=CONCURRENCY,
            # Without ``wait`` the worker stops by itself, and only once the jobs have ended, however long they take.
            shutdown_graceful_timeout=SECONDS_TO_END if wait else SECONDS_A_DAY,
            delete_jobs="successful",
            install_signal_handlers=wait,
        )
        log.info("the worker has ended")
