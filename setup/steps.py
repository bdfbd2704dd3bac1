"""Steps of the set-up: each one line with its time, each remembered by a stamp of what it read."""

import contextlib
import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INSTANCE = ROOT / "instance"
LOG = INSTANCE / "log" / "setup.log"
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"


class SetupError(Exception):
    """What is missing and what to do about it, in words for whoever runs the set-up."""


def fingerprint(paths: Iterable[Path], *more: str) -> str:
    """Give a hash of the files' bytes and of further words, so that a stamp goes stale when they change."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
        digest.update(b"\0")
    for word in more:
        digest.update(word.encode())
        digest.update(b"\0")
    return digest.hexdigest()


def stamp_matches(stamp: Path, expected: str) -> bool:
    """Tell whether a step ended well for exactly these inputs."""
    try:
        return stamp.read_text().strip() == expected
    except OSError:
        return False


def write_stamp(stamp: Path, value: str) -> None:
    """Record that a step ended well; the rename keeps a killed run from leaving half a stamp."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    half = stamp.with_suffix(".half")
    half.write_text(value + "\n")
    os.replace(half, stamp)


def step(title: str, work: Callable[[], str]) -> None:
    """Run one step and print its line: title, what it answered, seconds."""
    print(f"  {title:<22}", end="", flush=True)
    begun = time.monotonic()
    try:
        with _ticking(begun):
            said = work()
    except BaseException:
        print(f"{'failed':<44} {time.monotonic() - begun:6.1f} s", flush=True)
        raise
    print(f"{said:<44} {time.monotonic() - begun:6.1f} s", flush=True)


@contextlib.contextmanager
def _ticking(begun: float) -> Iterator[None]:
    """Show on a terminal that a long step is alive: its seconds, counted up where the answer will stand."""
    ended = threading.Event()

    def tick() -> None:
        while not ended.wait(2):  # not before two seconds: most steps are shorter
            print(f"\0337... {time.monotonic() - begun:.0f} s\0338", end="", flush=True)

    clock = threading.Thread(target=tick, daemon=True)
    if sys.stdout.isatty():
        clock.start()
    try:
        yield
    finally:
        ended.set()
        if clock.is_alive():
            clock.join()
            print("\033[K", end="")


def run(command: list[str], *, environment: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Run a command in the clone; its output goes to setup.log and comes back with the exit code."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with LOG.open("a", encoding="utf-8", errors="replace") as log:
        log.write(f"\n$ {' '.join(command)}\n")
        log.flush()
        begins = log.tell()
        try:
            code = subprocess.run(
                command,
                cwd=ROOT,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
            ).returncode
        except FileNotFoundError:
            log.write(f"{command[0]}: no such program\n")
            code = 127
    with LOG.open("rb") as log_bytes:
        log_bytes.seek(begins)
        return code, log_bytes.read().decode("utf-8", errors="replace")


def last_lines(output: str, count: int = 12) -> str:
    """Give the end of a command's output, indented, for an error message."""
    lines = [line for line in output.splitlines() if line.strip()][-count:]
    return "\n".join(f"    {line}" for line in lines)


# What apt, pip and npm write when no registry answers; their exit codes do not tell this from other failures.
_NO_NETWORK = (
    "temporary failure resolving",
    "could not resolve",
    "name or service not known",
    "temporary failure in name resolution",
    "network is unreachable",
    "newconnectionerror",
    "connection refused",
    "connecttimeouterror",
    "readtimeouterror",
    "enotfound",
    "eai_again",
    "econnrefused",
    "etimedout",
    "could not connect",
    "unable to connect",
    "(from versions: none)",
)


def network_is_missing(output: str) -> bool:
    """Tell whether a failed download failed for want of a network."""
    lowered = output.lower()
    return any(sign in lowered for sign in _NO_NETWORK)


def failure(missing: str, command: str, output: str) -> SetupError:
    """Give the error that says what is missing, why, and the command that brings it."""
    why = "No package registry answers: there is no network." if network_is_missing(output) else "It failed."
    return SetupError(
        f"Missing: {missing}\n{why} Then run, and `make` again:\n\n    {command}\n\n"
        f"The end of what it said (all of it: {LOG.relative_to(ROOT)}):\n{last_lines(output)}"
    )


def complain(error: SetupError) -> None:
    """Print a set-up error on stderr, apart from the steps above it."""
    print(f"\n{error}\n", file=sys.stderr, flush=True)
