"""A job exists exactly when the transaction that asked for it commits; it tells its progress and can be ended."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from app.db import queue
from app.db.queue import Progress, Report, Stopped
from app.errors import Conflict
from app.jobs import tasks
from app.jobs import worker as job_worker

ROOT = Path(__file__).resolve().parents[3]


def count_up(report: Report, to: int) -> dict[str, int]:
    for number in range(to):
        report(number + 1, to, f"step {number + 1}")
    return {"counted": to}


def refuse(_report: Report) -> None:
    raise Conflict("It clashes with %(other)s.", other="another")


def break_down(_report: Report) -> None:
    raise ZeroDivisionError("a CNIC that must not be shown")


@pytest.fixture(autouse=True)
def known_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, task in {"test.count": count_up, "test.refuse": refuse, "test.break": break_down}.items():
        monkeypatch.setitem(tasks.TASKS, name, task)


@pytest.fixture
def work(app: APIFlask) -> Callable[[], None]:
    """Give what runs the jobs that wait."""

    def run() -> None:
        asyncio.run(job_worker.work(app, wait=False))

    return run


@pytest.fixture
def state(worker: Session) -> Iterator[Callable[[int], dict[str, Any]]]:
    def look(job: int) -> dict[str, Any]:
        worker.rollback()
        row = queue.progress(worker, job)
        assert row is not None
        return dict(row)

    yield look


def waiting(session: Session) -> int:
    return int(
        session.execute(text("SELECT count(*) FROM queue.procrastinate_jobs WHERE status = 'todo'")).scalar_one()
    )


def test_a_job_is_there_exactly_if_its_transaction_commits(worker: Session, owner: Session) -> None:
    before = waiting(owner)
    queue.defer(worker, "test.count", to=3)
    worker.rollback()
    owner.rollback()
    assert waiting(owner) == before
    job = queue.defer(worker, "test.count", to=3)
    worker.commit()
    owner.rollback()
    assert waiting(owner) == before + 1
    assert queue.ask_cancel(worker, job)
    worker.commit()


def test_a_job_runs_and_its_result_is_kept(worker: Session, work: Callable[[], None], state: Any) -> None:
    job = queue.defer(worker, "test.count", to=3)
    worker.commit()
    assert state(job)["state"] == "waiting"
    work()
    found = state(job)
    assert (found["state"], found["done"], found["total"], found["result"]) == ("done", 3, 3, {"counted": 3})


def test_a_job_that_is_cancelled_before_it_begins_never_runs(
    worker: Session, work: Callable[[], None], state: Any
) -> None:
    job = queue.defer(worker, "test.count", to=3)
    assert queue.ask_cancel(worker, job)
    worker.commit()
    work()
    assert (state(job)["state"], state(job)["done"]) == ("cancelled", 0)
    assert not queue.ask_cancel(worker, job)


def test_a_running_job_hears_that_it_is_cancelled(
    worker: Session, owner: Session, work: Callable[[], None], state: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancelled_on_the_way(report: Report) -> None:
        report(1, 2, "half")
        job = owner.execute(text("SELECT max(id) FROM job_progress WHERE task = 'test.cancelled'")).scalar_one()
        assert queue.ask_cancel(owner, job)
        owner.commit()
        report(2, 2, "all")
        pytest.fail("the job went on")

    monkeypatch.setitem(tasks.TASKS, "test.cancelled", cancelled_on_the_way)
    job = queue.defer(worker, "test.cancelled")
    worker.commit()
    work()
    assert state(job)["state"] == "cancelled"


def test_a_refusal_is_told_and_an_error_is_not(worker: Session, work: Callable[[], None], state: Any) -> None:
    refused, broken = queue.defer(worker, "test.refuse"), queue.defer(worker, "test.break")
    worker.commit()
    work()
    assert (state(refused)["state"], state(refused)["message"]) == ("failed", "It clashes with another.")
    assert state(broken)["state"] == "failed"
    assert "CNIC" not in state(broken)["message"]


def test_a_job_waits_for_the_next_worker_when_its_own_must_stop(app: APIFlask, worker: Session, state: Any) -> None:
    job = queue.defer(worker, "test.count", to=3)
    worker.commit()
    with app.app_context():
        with pytest.raises(Stopped):
            job_worker.perform(count_up, Progress(job, lambda: True), {"to": 3})
        assert state(job)["state"] == "waiting"
        job_worker.perform(count_up, Progress(job), {"to": 3})
    assert state(job)["state"] == "done"


def test_a_job_of_a_killed_worker_starts_over(
    worker: Session, owner: Session, work: Callable[[], None], state: Any
) -> None:
    job = queue.defer(worker, "test.count", to=3)
    worker.commit()
    owner.execute(
        text(
            """WITH gone AS (INSERT INTO queue.procrastinate_workers (last_heartbeat)
                             VALUES (now() - interval '1 hour') RETURNING id)
               UPDATE queue.procrastinate_jobs SET status = 'doing', worker_id = gone.id FROM gone
               WHERE args @> jsonb_build_object('progress', CAST(:job AS bigint))"""
        ),
        {"job": job},
    )
    owner.execute(text("UPDATE job_progress SET state = 'running' WHERE id = :job"), {"job": job})
    owner.commit()
    work()
    assert state(job)["state"] == "done"


def test_the_worker_ends_cleanly_on_sigterm(database_name: str, owner: Session) -> None:
    owner.execute(text("DELETE FROM queue.procrastinate_jobs"))  # tasks of these tests, which another process lacks
    owner.commit()
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app.factory:create_app", "jobs", "work"],
        cwd=ROOT,
        env={
            **os.environ,
            "NAQSHA_DATABASE_NAME": database_name,
            "NAQSHA_ENV": "test",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        deadline = time.monotonic() + 90
        while not owner.execute(text("SELECT count(*) FROM queue.procrastinate_workers")).scalar_one():
            owner.rollback()
            assert process.poll() is None and time.monotonic() < deadline, "the worker did not come up"
            time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 0, said
    assert "Traceback" not in said
    owner.rollback()
    assert owner.execute(text("SELECT count(*) FROM queue.procrastinate_workers")).scalar_one() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM queue.procrastinate_jobs",
        "DELETE FROM queue.procrastinate_jobs",
        "INSERT INTO queue.procrastinate_jobs (queue_name, task_name) VALUES ('default', 'test.count')",
        "SELECT queue.procrastinate_cancel_job_v1(1, true, true)",
        "SELECT queue.procrastinate_fetch_job_v2(NULL, 1)",
    ],
)
def test_the_application_may_only_defer(app: APIFlask, statement: str) -> None:
    engine = app.extensions["naqsha.database"].engine("app")
    with Session(engine) as session, pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text(statement))


def test_the_forecaster_sees_no_queue(app: APIFlask) -> None:
    engine = app.extensions["naqsha.database"].engine("forecaster")
    with Session(engine) as session, pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text("SELECT * FROM queue.procrastinate_jobs"))


def test_a_job_is_shown_to_whoever_asked_for_it_only(
    app: APIFlask, token: Callable[..., str], client: FlaskClient
) -> None:
    asker, other = ({"Authorization": f"Bearer {token('analyst')}"} for _ in range(2))
    job = client.post("/api/forecasts", json={"heads": ["robbery"]}, headers=asker).get_json()["job"]
    assert client.get(f"/api/jobs/{job}", headers=asker).get_json()["state"] == "waiting"
    assert client.get(f"/api/jobs/{job}", headers=other).status_code == 404
    assert client.post(f"/api/jobs/{job}/cancel", headers=other).status_code == 404
    cancelled = client.post(f"/api/jobs/{job}/cancel", headers=asker)
    assert (cancelled.status_code, cancelled.get_json()["cancel_asked"]) == (200, True)
    assert client.get(f"/api/jobs/{job}").status_code == 401
