"""Geocoding: texts a second on one core beside a plain fuzzy match, memory, the first answer of a cold process.

Run: ``python -m tests.bench.bench_geocoding``. Every number is of a process of its own, but for the fuzzy match.
"""

import csv
import gzip
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from rapidfuzz import fuzz, process

from app.geocode import shelf
from app.settings import ROOT, Settings

TEXTS = ROOT / "data" / "evaluation" / "geocoding-dev.csv"
POINTS = ROOT / "data" / "openstreetmap" / "pois.csv.gz"
_TIMES = 3
_MANY = 4_000
_MATCHED = 150
_ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def many(path: Path) -> int:
    """Write different texts, those of the development set and addresses of points of interest; give their number."""
    with TEXTS.open(encoding="utf-8", newline="") as file:
        found = {(row["address"], row["city"], row["district"]) for row in csv.DictReader(file)}
    with gzip.open(POINTS, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            named = (row["addr_number"], row["addr_street"], row["addr_place"], row["addr_suburb"], row["addr_city"])
            if len(found) < _MANY and (row["addr_street"] or row["addr_place"]):
                found.add((", ".join(part for part in named if part), row["city"], row["district"]))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "text", "city", "district"])
        writer.writerows([number, *text] for number, text in enumerate(sorted(found)))
    return len(found)


def matched_a_second() -> float:
    """Give the texts a second of the bare engine: each compared with every name of its district by shared words."""
    names = defaultdict(list)
    for place in shelf.take(Settings().instance).index.places():
        names[place.district].append(place.name)
    with TEXTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[::10][:_MATCHED]
    began = time.process_time()
    for row in rows:
        process.extractOne(row["address"], names[row["district"]], scorer=fuzz.token_set_ratio)
    return len(rows) / (time.process_time() - began)


def run(*words: object) -> tuple[float, float, float, str]:
    """Give the seconds by the clock and of the processor, the megabytes at most, and what `flask geocode` printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "flask", "geocode", *map(str, words)],
        cwd=ROOT, env=os.environ | _ONE_CORE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        printed = process.stdout.read()
        peak = _peak_mb(process)
        if process.wait():
            raise RuntimeError("flask geocode failed")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - began, used, max(peak, 0.0), printed


def _peak_mb(process: "subprocess.Popen[str]") -> float:
    # The output ends a moment before the process does: the kernel still knows how much it ever held.
    try:
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    except OSError:
        status = ""
    held = [int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")]
    return held[0] if held else resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def report() -> None:
    """Print the numbers beside those to be reached."""
    with tempfile.TemporaryDirectory() as folder:
        one = Path(folder) / "one.csv"
        one.write_text('id,text,district\n1,"Block 5, Clifton, Karachi",Karachi South\n', encoding="utf-8")
        run(one, "--out", Path(folder) / "out.csv")  # the index is made where it is not there yet
        cold = min(run(one, "--out", Path(folder) / "out.csv")[:2] for _ in range(_TIMES))
        asked = many(Path(folder) / "many.csv")
        whole = [run(Path(folder) / "many.csv", "--out", Path(folder) / "out.csv") for _ in range(_TIMES)]
    runs = [run(TEXTS, "--evaluate") for _ in range(_TIMES)]
    speeds = [float(line.split()[0].replace(",", "")) for *_, printed in runs for line in printed.splitlines()
              if line.endswith("texts/s on one core")]  # fmt: skip
    bare = matched_a_second()
    quickest = min(used for _, used, _, _ in whole)
    print(f"{'texts a second on one core':40} {max(speeds):10,.0f}   reach 2,000")
    print(f"{'the whole command, of different texts':40} {asked / quickest:10,.0f}   {asked:,} in {quickest:.2f} s")
    print(f"{'beside a fuzzy match with the district':40} {max(speeds) / bare:8.1f} x   ({bare:,.0f} texts/s)")
    print(f"{'memory at most':40} {max(peak for _, _, peak, _ in [*runs, *whole]):7,.0f} MB   reach 600 MB")
    print(f"{'first answer of a cold process':40} {cold[0]:8.2f} s   reach 2 s ({cold[1]:.2f} s of the processor)")


if __name__ == "__main__":
    report()
