"""The two commands and what they rest on: targets explained, stamps honest, no registry named, servers ended."""

import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from setup import browser_files, debian, python_packages, serve, steps

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def test_help_lists_every_target_in_a_line_each():
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {line.split()[1] for line in said.splitlines()} == targets
    assert {"run", "test", "check", "help"} <= targets


def test_the_ci_calls_make_test_and_nothing_more():
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    commands = [line for line in lines if line and not line.startswith(("#", "set ", "cd "))]
    assert commands == ["exec make test"]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


@pytest.mark.parametrize("name", ["package-lock.json", "requirements.txt", "pyproject.toml", "Makefile", ".npmrc"])
def test_no_registry_is_named(name: str):
    text = (ROOT / name).read_text()
    assert '"resolved"' not in text
    assert not re.search(r"registry\.[a-z]|index-url|find-links|pypi\.org|pythonhosted", text)


def test_every_python_requirement_is_pinned():
    lines = [line.split("#")[0].strip() for line in (ROOT / "requirements.txt").read_text().splitlines()]
    assert [line for line in lines if line and not re.fullmatch(r"[A-Za-z0-9_.,\[\]-]+==[0-9][\w.+]*", line)] == []


def test_vendored_files_are_what_the_manifest_says():
    manifest = json.loads(browser_files.MANIFEST.read_text())
    found = {
        str(path.relative_to(browser_files.VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in browser_files.VENDOR.rglob("*")
        if path.is_file() and path != browser_files.MANIFEST
    }
    assert found == manifest["sha256"]


def test_each_vendored_file_stands_in_the_readme():
    readme = (ROOT / "static" / "README.md").read_text()
    for name in browser_files.FILES:
        folder, _, file = name.rpartition("/")
        family = re.sub(r"-(\d+)\.woff2$", "-{", file)
        assert file in readme or family in readme or "LICENSE" in file, f"{folder}/{file}"


def test_vendored_style_sheets_reach_for_no_other_host():
    for sheet in browser_files.VENDOR.rglob("*.css"):
        for target in re.findall(r"url\(\s*[\"']?([^\"')]*)", sheet.read_text()):
            assert target.startswith(("data:", "#")) or (sheet.parent / target).is_file(), (sheet.name, target[:80])


def test_font_files_hold_the_presentation_forms():
    faces = (browser_files.VENDOR / "fonts" / "fonts.css").read_text()
    naskh = [face for face in faces.split("@font-face") if "Naskh" in face]
    assert naskh and all("U+FB50-FDFF" in face and "U+FE70-FEFF" in face for face in naskh)


def test_a_stamp_goes_stale_with_its_input(tmp_path: Path):
    source, stamp = tmp_path / "requirements.txt", tmp_path / "stamp"
    source.write_text("a==1\n")
    steps.write_stamp(stamp, steps.fingerprint([source], "cpython-311"))
    assert steps.stamp_matches(stamp, steps.fingerprint([source], "cpython-311"))
    assert not steps.stamp_matches(stamp, steps.fingerprint([source], "cpython-312"))
    source.write_text("a==2\n")
    assert not steps.stamp_matches(stamp, steps.fingerprint([source], "cpython-311"))
    assert not steps.stamp_matches(tmp_path / "none", "x")


def test_a_lost_vendor_file_is_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(browser_files, "VENDOR", tmp_path)
    monkeypatch.setattr(browser_files, "MANIFEST", tmp_path / "MANIFEST.json")
    assert "files" in browser_files.build_vendor_files()
    assert browser_files.build_vendor_files() == "all there"
    (tmp_path / "uplot" / "uPlot.esm.js").unlink()
    assert "files" in browser_files.build_vendor_files()
    assert (tmp_path / "uplot" / "uPlot.esm.js").is_file()


def test_without_rights_the_missing_packages_and_the_command_are_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(debian, "TEST_PACKAGES", ("naqsha-no-such-package",))
    monkeypatch.setattr(debian, "administrator_prefix", lambda: None)
    with pytest.raises(steps.SetupError) as told:
        debian.install_missing(for_tests=True)
    assert "naqsha-no-such-package" in str(told.value)
    assert "sudo sh -c" in str(told.value) and "apt-get install" in str(told.value)


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ("E: Temporary failure resolving 'deb.debian.org'", True),
        ("npm error code EAI_AGAIN", True),
        ("Failed to establish a new connection: NewConnectionError(...)", True),
        ("ERROR: No matching distribution found for flask==99", False),
    ],
)
def test_a_missing_network_is_told_from_other_failures(said: str, missing: bool):
    assert steps.network_is_missing(said) is missing
    told = str(steps.failure("the thing", "fetch it", said))
    assert ("no network" in told) is missing and "fetch it" in told


def test_pip_without_a_network_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """pip itself, in an environment of its own whose index is a port where nobody listens."""
    monkeypatch.setattr(python_packages, "VENV", tmp_path / "venv")
    monkeypatch.setattr(python_packages, "VENV_PYTHON", tmp_path / "venv" / "bin" / "python")
    monkeypatch.setattr(python_packages, "STAMP", tmp_path / "venv" / "stamp")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{free_port()}/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(steps.SetupError) as told:
        python_packages.install_python_packages()
    assert "requirements.txt" in str(told.value) and "no network" in str(told.value)
    assert not (tmp_path / "venv" / "stamp").exists()


def test_a_taken_port_is_named_with_a_free_one_to_try():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(steps.SetupError, match=rf"127\.0\.0\.1:{port}.*\n.*PORT={port + 1}"):
            serve.refuse_taken_port("127.0.0.1", port)
    serve.refuse_taken_port("127.0.0.1", port)
    with pytest.raises(steps.SetupError, match="no port"):
        serve.refuse_taken_port("127.0.0.1", 99999)


# A supervisor over two children that write their process numbers; the worker's own child outlives nobody.
SUPERVISE = """
import sys, pathlib
from setup import serve
folder = pathlib.Path(sys.argv[2])
child = "import os,sys,time,pathlib; pathlib.Path(sys.argv[1]).write_text(str(os.getpid())); time.sleep(600)"
web = "import http.server as h,os,sys,pathlib; pathlib.Path(sys.argv[2]).write_text(str(os.getpid()));" \\
      "h.test(h.SimpleHTTPRequestHandler, h.ThreadingHTTPServer, port=int(sys.argv[1]), bind='127.0.0.1')"
(folder / "healthz").write_text("ok")
real = serve._start
def start(name, command):
    commands = {"web": [sys.executable, "-c", web, sys.argv[1], str(folder / "web")],
                "jobs": [sys.executable, "-c", child, str(folder / "jobs")]}
    return real(name, commands[name])
serve._start, serve.ROOT, serve.INSTANCE = start, folder, folder
serve._welcome = lambda host, port: print("up", flush=True)
sys.exit(serve.serve("127.0.0.1", int(sys.argv[1])))
"""


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_outlives_the_supervisor(tmp_path: Path, sign: signal.Signals):
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISE, str(free_port()), str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    with supervisor.stdout:
        assert supervisor.stdout.readline() == "up\n"
        deadline = time.monotonic() + 10
        jobs = tmp_path / "jobs"
        while not (jobs.exists() and jobs.read_text()) and time.monotonic() < deadline:  # it is there before it is full
            time.sleep(0.02)
        children = [int((tmp_path / name).read_text()) for name in ("web", "jobs")]
        supervisor.send_signal(sign)
        assert supervisor.wait(20) == (0 if sign != signal.SIGKILL else -signal.SIGKILL)
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{child}").exists() for child in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(Path(f"/proc/{child}").exists() for child in children)


def test_the_import_contracts_hold():
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(program)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
