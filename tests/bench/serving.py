"""Naqsha's own server for a bench: gunicorn as `make run` starts it, on a free port of this machine."""

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from app.settings import ROOT

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@contextmanager
def server(environment: dict[str, str] | None = None) -> Iterator[int]:
    """Give the port of a server, both of whose processes have loaded."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(512)
        port = int(listener.getsockname()[1])
        child = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "python:app.web", "--bind", f"fd://{listener.fileno()}"]
            + ["--log-level", "error", "app.factory:create_app()"],
            cwd=ROOT, env=os.environ | (environment or {}), pass_fds=[listener.fileno()], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            for _ in range(8):  # both processes have loaded
                OPENER.open(f"http://127.0.0.1:{port}/healthz", timeout=60).read()
            yield port
        finally:
            child.terminate()
            with suppress(subprocess.TimeoutExpired):
                child.wait(20)
            child.kill()
