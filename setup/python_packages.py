"""The Python environment: .venv with exactly what requirements.txt pins."""

import shutil
import sys

from setup.steps import (
    ROOT,
    VENV,
    VENV_PYTHON,
    failure,
    fingerprint,
    run,
    stamp_matches,
    write_stamp,
)

REQUIREMENTS = ROOT / "requirements.txt"
STAMP = VENV / "naqsha-requirements.stamp"


def install_python_packages() -> str:
    """Make .venv and install requirements.txt into it, unless both are so already."""
    expected = fingerprint([REQUIREMENTS], sys.implementation.cache_tag or "")
    works = VENV_PYTHON.exists() and run([str(VENV_PYTHON), "-c", "import pip"])[0] == 0
    if works and stamp_matches(STAMP, expected):
        return "all there"
    if not works:
        # a run that was killed while it made the environment leaves one without pip
        shutil.rmtree(VENV, ignore_errors=True)
        code, output = run([sys.executable, "-m", "venv", str(VENV)])
        if code != 0:
            raise failure("the Python environment .venv", f"{sys.executable} -m venv .venv", output)
    # Not compiled here: most modules are never imported, and those that are compile themselves at their first import.
    install = [str(VENV_PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-compile"]
    code, output = run([*install, "-r", "requirements.txt"])
    if code != 0:
        raise failure(
            "Python packages of requirements.txt",
            ".venv/bin/python -m pip install -r requirements.txt",
            output,
        )
    write_stamp(STAMP, expected)
    return "installed requirements.txt"
