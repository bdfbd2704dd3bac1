"""Geocoding of the development set: texts a second on one core, memory, the first answer of a cold process.

Run: ``python -m tests.bench.bench_geocoding``. Every number is of a process of its own.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from app.settings import ROOT

TEXTS = ROOT / "data" / "evaluation" / "geocoding-dev.csv"
_TIMES = 3


def run(*words: object) -> tuple[float, float, float, str]:
    """Give the seconds by the clock and of the processor, the megabytes at most, and what `flask geocode` printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "flask", "geocode", *map(str, words)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
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
    runs = [run(TEXTS, "--evaluate") for _ in range(_TIMES)]
    speeds = [float(line.split()[0].replace(",", "")) for *_, printed in runs for line in printed.splitlines()
              if line.endswith("texts/s on one core")]  # fmt: skip
    print(f"{'texts a second on one core':40} {max(speeds):10,.0f}   reach 2,000")
    print(f"{'memory at most':40} {max(peak for _, _, peak, _ in runs):7,.0f} MB   reach 600 MB")
    print(f"{'first answer of a cold process':40} {cold[0]:8.2f} s   reach 2 s ({cold[1]:.2f} s of the processor)")


if __name__ == "__main__":
    report()
