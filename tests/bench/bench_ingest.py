"""Bulk ingest of FIRs with coordinates, beside a bare COPY of the very same rows into record, fix and mass.

Both run in one go on one machine, so that the ratio means something where the seconds do not.
Run: ``python -m tests.bench.bench_ingest [ROWS]``.
"""

import csv
import random
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from app.ingest.service import ingest_file
from tests.bench.scratch import engine, scratch_node
from tests.reference_set import STATIONS

TABLES = ("record", "fix", "mass")


def write(path: Path, rows: int) -> None:
    """Write a FIR file with coordinates."""
    rng = random.Random(1)
    start = datetime(2023, 1, 2)
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(
            ["station", "year", "number", "sections", "occurred_from", "occurred_to", "reported_at", "lat", "lon"]
        )
        for number in range(rows):
            code = rng.choice(list(STATIONS))
            west, south, east, north = STATIONS[code]
            occurred = start + timedelta(minutes=rng.randrange(60 * 24 * 1000))
            out.writerow(
                [code, occurred.year, number + 1, rng.choice(["392 PPC", "457/380 PPC", "381-A PPC", "302/34 PPC"]),
                 f"{occurred:%Y-%m-%d %H:%M}", f"{occurred + timedelta(hours=1):%Y-%m-%d %H:%M}",
                 f"{occurred + timedelta(hours=5):%Y-%m-%d %H:%M}", f"{rng.uniform(south, north):.6f}",
                 f"{rng.uniform(west, east):.6f}"]
            )  # fmt: skip


def bare_copy(source: str, target: str, folder: Path) -> float:
    """Give the seconds of a COPY of the loaded tables into the empty ones of another database, all indexes on."""
    out, into = engine(source).raw_connection(), engine(target).raw_connection()
    for name in ("delivery", *TABLES):
        with (folder / name).open("wb") as file:
            out.cursor().copy_expert(f"COPY {name} TO STDOUT (FORMAT binary)", file)
    with (folder / "delivery").open("rb") as file:
        into.cursor().copy_expert("COPY delivery FROM STDIN (FORMAT binary)", file)
    into.commit()
    begun = time.perf_counter()
    for name in TABLES:
        with (folder / name).open("rb") as file:
            into.cursor().copy_expert(f"COPY {name} FROM STDIN (FORMAT binary)", file)
    into.commit()
    spent = time.perf_counter() - begun
    out.close()
    into.close()
    return spent


def report(rows: int = 40_000) -> None:
    """Print rows a second of both, and their ratio."""
    with tempfile.TemporaryDirectory() as folder, scratch_node("a") as (app, loaded), scratch_node("b") as (_, empty):
        path = Path(folder) / "fir.csv"
        write(path, rows)
        with app.app_context():
            begun = time.perf_counter()
            counts = ingest_file("fir", path, source="test")
            spent = time.perf_counter() - begun
        if counts.accepted != rows:
            raise SystemExit(f"the bench's own file was not accepted whole: {counts}")
        bare = bare_copy(loaded, empty, Path(folder))
    print(f"{'ingest of GPS FIRs':34} {rows / spent:10,.0f} rows/s")
    print(f"{'bare COPY, record + fix + mass':34} {rows / bare:10,.0f} rows/s")
    print(f"{'ratio (reach 0.25)':34} {bare / spent:10.3f}")


if __name__ == "__main__":
    report(int(sys.argv[1]) if len(sys.argv) > 1 else 40_000)
