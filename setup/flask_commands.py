"""The set-up's flask commands, run by one process that has the application's modules loaded already.

Loading them takes seconds on a station's computer, and a start runs three commands. Each command is a fork of the
loaded process, so none sees anything of another. The bottom of this file is that process, in .venv's Python.
"""

import json
import os
import subprocess
import sys
from importlib import import_module
from typing import IO

from setup.steps import LOG, ROOT, VENV_PYTHON, SetupError, last_lines


class FlaskCommands:
    """Runs flask commands; loading begins when it is made, beside whatever the caller does next."""

    def __init__(self) -> None:
        LOG.parent.mkdir(parents=True, exist_ok=True)
        with LOG.open("ab") as log:
            self._begins = log.tell()
            self._process = subprocess.Popen(
                [str(VENV_PYTHON), "-m", "setup.flask_commands"],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def run(self, *words: str) -> str:
        """Run a command and give the last line it prints.

        Raises
        ------
        SetupError
            If it fails; the message holds the end of what it said.
        """
        code, output = self._ask(words)
        if code != 0:
            raise SetupError(f"`flask {' '.join(words)}` failed:\n{last_lines(output, 20)}")
        said = [line.strip() for line in output.splitlines() if line.strip()]
        return said[-1][:44] if said else "done"

    def end(self) -> None:
        """End the process; a command that still runs is ended first."""
        asks = self._process.stdin
        if asks:
            asks.close()
        self._process.wait()

    def _ask(self, words: tuple[str, ...]) -> tuple[int, str]:
        with LOG.open("a", encoding="utf-8") as log:
            log.write(f"\n$ flask {' '.join(words)}\n")
        begins = LOG.stat().st_size
        try:
            _line(self._process.stdin, json.dumps(words))
            answer = self._process.stdout.readline() if self._process.stdout else ""
        except BrokenPipeError:
            answer = ""
        if not answer:  # it ended before it could run anything: what it said stands since its own beginning
            self._process.wait()
            return 1, _log_since(self._begins)
        return int(answer), _log_since(begins)


def _line(file: IO[str] | None, words: str) -> None:
    if file:
        file.write(words + "\n")
        file.flush()


def _log_since(begins: int) -> str:
    with LOG.open("rb") as log:
        log.seek(begins)
        return log.read().decode("utf-8", errors="replace")


def _command(words: list[str]) -> None:
    """Become `flask WORDS`, writing to setup.log."""
    from flask.cli import main

    log = os.open(LOG, os.O_WRONLY | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    sys.argv = ["flask", *words]
    main()


def _serve() -> None:
    """Load the application's modules, then run a command for each line that is asked."""
    from app.factory import ROOMS

    for room in ROOMS:
        import_module(f"app.{room}.routes")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _command(json.loads(line))
            sys.exit(0)
        _, status = os.waitpid(child, 0)
        _line(sys.stdout, str(os.waitstatus_to_exitcode(status)))


if __name__ == "__main__":
    try:
        _serve()
    except KeyboardInterrupt:
        sys.exit(130)
