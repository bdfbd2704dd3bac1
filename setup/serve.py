"""Serves Naqsha: the web server and the job worker side by side, until Ctrl-C or SIGTERM ends both."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from types import FrameType

from setup.steps import INSTANCE, ROOT, VENV, SetupError, last_lines, run

# A first start on a loaded machine takes minutes; a server that ended is seen at once.
SECONDS_TO_BE_READY = 300
SECONDS_TO_STOP = 15
WORKER_RESTARTS = 5
_PR_SET_PDEATHSIG = 1


class Stop(Exception):
    """Someone asked the server to end."""


def refuse_taken_port(host: str, port: int) -> None:
    """Stop with a clear word where another program listens on the port already."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # as gunicorn does: a port that a closed connection still lingers on is free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise SetupError(
            f"{host}:{port} cannot be used: {error.strerror}. Is Naqsha running already?\n"
            f"Another port: make run PORT={port + 1}"
        ) from None
    except OverflowError:
        raise SetupError(f"PORT={port} is no port: it must be 1 to 65535.") from None


def serve(host: str, port: int) -> int:
    """Start both, say where and how to sign in, watch them, and stop both when asked."""
    refuse_taken_port(host, port)
    signal.signal(signal.SIGINT, _raise_stop)
    signal.signal(signal.SIGTERM, _raise_stop)
    signal.signal(signal.SIGHUP, _raise_stop)
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        children["web"] = _start("web", _web_command(host, port))
        _await_ready(children["web"], host, port)
        children["jobs"] = _start("jobs", [str(VENV / "bin" / "flask"), "jobs", "work"])
        _welcome(host, port)
        return _watch(children)
    except Stop:
        print("\nNaqsha stops ...", flush=True)
        return 0
    finally:
        _end(children)
        print("Stopped. The database goes on: `.venv/bin/flask cluster status`, `... cluster stop`.", flush=True)


def _raise_stop(signum: int, frame: FrameType | None) -> None:
    """Turn the first signal into `Stop`; later ones must not break the stopping."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise Stop


def _web_command(host: str, port: int) -> list[str]:
    """Give gunicorn's command; how it runs stands in app/web.py."""
    bound = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    options = ["--config", "python:app.web", "--bind", bound]
    return [str(VENV / "bin" / "gunicorn"), *options, "app.factory:create_app()"]


def _start(name: str, command: list[str]) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own: Ctrl-C reaches only this process, which ends it in order."""
    log = INSTANCE / "log" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as sink:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )


def _die_with_parent() -> None:
    """Ask the kernel to end this child should the supervisor be killed without a chance to."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _await_ready(web: subprocess.Popen[bytes], host: str, port: int) -> None:
    """Wait until the web server answers, or say why it does not."""
    reached = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104
    bound = f"[{reached}]" if ":" in reached else reached
    # a proxy of the environment must not be asked for one's own machine
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + SECONDS_TO_BE_READY
    while time.monotonic() < deadline:
        if web.poll() is not None:
            raise SetupError(f"The web server ended:\n{_log_end('web')}")
        with (
            contextlib.suppress(urllib.error.URLError, OSError),
            opener.open(f"http://{bound}:{port}/healthz", timeout=30),
        ):
            return
        time.sleep(0.2)
    raise SetupError(f"The web server does not answer after {SECONDS_TO_BE_READY} s:\n{_log_end('web')}")


def _welcome(host: str, port: int) -> None:
    """Print where Naqsha is and how to sign in."""
    print(f"\nNaqsha is at http://{host}:{port}/   (Ctrl-C stops it)\n", flush=True)
    if os.environ.get("NAQSHA_ENV") == "production":
        return
    code, output = run([str(VENV / "bin" / "flask"), "demo", "accounts"])
    print(output.strip() if code == 0 else f"`flask demo accounts` failed:\n{last_lines(output)}", flush=True)


def _watch(children: dict[str, subprocess.Popen[bytes]]) -> int:
    """Stay until a child ends: without the web server all ends, the worker is started again."""
    restarts = 0
    begun = time.monotonic()
    while True:
        time.sleep(0.5)
        if children["web"].poll() is not None:
            print(f"The web server ended:\n{_log_end('web')}", file=sys.stderr, flush=True)
            return 1
        if children["jobs"].poll() is None:
            if time.monotonic() - begun > 300:
                restarts = 0
            continue
        restarts += 1
        print(f"The job worker ended ({restarts}):\n{_log_end('jobs')}", file=sys.stderr, flush=True)
        if restarts > WORKER_RESTARTS:
            print("It ended too often: no job runs until Naqsha is started again.", file=sys.stderr, flush=True)
            return 1
        time.sleep(restarts)
        begun = time.monotonic()
        children["jobs"] = _start("jobs", [str(VENV / "bin" / "flask"), "jobs", "work"])


def _log_end(name: str) -> str:
    """Give the end of a child's log."""
    log = INSTANCE / "log" / f"{name}.log"
    return last_lines(log.read_text(errors="replace")[-8000:]) if log.exists() else "    (no log)"


def _end(children: dict[str, subprocess.Popen[bytes]]) -> None:
    """End every child: asked first, then, after a while, killed with all that it started."""
    for child in children.values():
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + SECONDS_TO_STOP
    for child in children.values():
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            print(f"  process {child.pid} does not end by itself; killed", flush=True)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
