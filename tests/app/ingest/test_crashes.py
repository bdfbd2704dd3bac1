"""Loads that are killed, and loads beside loads and pins: nothing lost, nothing doubled, nobody stuck."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from apiflask import APIFlask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db.session import worker_session
from app.ingest import loading
from app.ingest.service import ingest_file
from app.settings import ROOT, Settings
from tests.app.ingest.test_loading import FIR, GULBERG, mass_law, pin

KILLS = int(os.environ.get("NAQSHA_TEST_KILLS", "3"))


def write_firs(path: Path, first: int, count: int, place: str = "x") -> None:
    with path.open("w") as file:
        file.write(FIR + "\n")
        for number in range(first, first + count):
            bad = "oops" if number % 97 == 0 else "2026-11-02 10:00"
            lat, lon = 31.50 + number % 200 / 10_000, 74.34 + number % 190 / 10_000
            file.write(f"{GULBERG},,2026,{number},379 PPC,{bad},,,{place},,,{lat},{lon},Name,,\n")


PROGRAM = """
import sys, json
from pathlib import Path
from app.factory import create_app
from app.ingest import loading
from app.ingest.service import ingest_file
from app.settings import Settings
loading.CHUNK_ROWS = 100
app = create_app(Settings(env="test", instance=Path(sys.argv[1]), database_name=sys.argv[2]))
print("ready", flush=True)
with app.app_context():
    print(json.dumps(ingest_file("fir", sys.argv[3])._asdict()), flush=True)
"""


def test_killed_loads_go_on_where_they_stopped(
    settings: Settings, app: APIFlask, worker: Session, tmp_path: Path
) -> None:
    path = tmp_path / "fir.csv"
    write_firs(path, 1, 3_000)
    command = [sys.executable, "-c", PROGRAM, str(settings.instance), settings.database_name, str(path)]
    dice = random.Random(7)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    killed, result = 0, None
    while result is None:
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, env=environment, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            if killed < KILLS:
                time.sleep(dice.random() * 0.8)
                process.send_signal(signal.SIGKILL)
                killed += 1
            last = process.stdout.readline()
            process.wait()
            if last:
                result = json.loads(last)
    bad = sum(number % 97 == 0 for number in range(1, 3_001))
    assert result["received"] == 3_000 and result["quarantined"] == bad and result["accepted"] == 3_000 - bad
    assert worker.execute(text("SELECT count(*) FROM delivery")).scalar() == 1
    assert worker.execute(text("SELECT count(*) FROM record")).scalar() == 3_000 - bad
    assert worker.execute(text("SELECT count(*) FROM quarantine")).scalar() == bad
    assert worker.execute(text("SELECT max(version) FROM record")).scalar() == 1
    mass_law(worker)


def test_same_files_by_several_loaders_at_once(app: APIFlask, worker: Session, tmp_path: Path) -> None:
    before = worker.execute(text("SELECT count(*) FROM record")).scalar()
    worker.rollback()
    paths = []
    for part in range(3):
        paths.append(tmp_path / f"part{part}.csv")
        write_firs(paths[-1], 10_001 + 200 * part, 400)
    failed: list[BaseException] = []

    def run(seed: int) -> None:
        try:
            for path in random.Random(seed).sample(paths, len(paths)):
                with app.app_context():
                    ingest_file("fir", path)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    good = sum(number % 97 != 0 for number in range(10_001, 10_801))
    assert worker.execute(text("SELECT count(*) FROM record")).scalar() == before + good
    assert worker.execute(text("SELECT count(*) FROM delivery WHERE state <> 'done'")).scalar() == 0
    assert worker.execute(text("SELECT max(version) FROM record")).scalar() == 1
    mass_law(worker)


def test_two_loads_do_not_make_a_pin_wait(app: APIFlask, worker: Session, tmp_path: Path, monkeypatch: object) -> None:
    with app.app_context(), worker_session() as session:
        ids = list(session.execute(text("SELECT id FROM record WHERE NOT cancelled ORDER BY id LIMIT 40")).scalars())
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for part, path in enumerate(paths):
        write_firs(path, 20_001 + 3_000 * part, 3_000)
    failed: list[BaseException] = []

    def run(path: Path, source: str) -> None:
        try:
            with app.app_context():
                ingest_file("fir", path, source=source)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(path, f"load-{i}")) for i, path in enumerate(paths)]
    for thread in threads:
        thread.start()
    waits = 0
    while any(thread.is_alive() for thread in threads):
        with app.app_context(), worker_session() as session:
            # A pin that had to wait for a load's locks would be ended here; how fast it is on a busy machine is not asked.  # noqa: E501
            session.execute(text("SET LOCAL lock_timeout = '100ms'"))
            pin(session, ids[waits % len(ids)], 31.505, 74.345)
        waits += 1
    for thread in threads:
        thread.join()
    assert not failed and waits > 3
    mass_law(worker)


assert loading.CHUNK_ROWS <= 5_000
