"""Debian packages: what Naqsha needs from the operating system, and only what is missing of it."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from setup.steps import VENV_PYTHON, SetupError, failure, run

SERVER_PACKAGES = ("postgresql-15", "postgresql-15-postgis-3")
# WeasyPrint shapes the words of a print by Pango, and cuts its fonts by HarfBuzz; no font of Debian's is used.
PRINT_PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
# LightGBM's wheel runs its loops on GCC's OpenMP, which it does not carry.
LEARNING_PACKAGES = ("libgomp1",)
# Playwright's own Node is linked against libatomic, which no package of Debian's brings along
TEST_PACKAGES = ("chromium", "libatomic1")
# Debian's postgresql packages make and start a cluster of their own on TCP port 5432. Naqsha keeps a private
# one, so this drop-in forbids it for the length of our installation, and goes again after it.
NO_MAIN_CLUSTER = Path("/etc/postgresql-common/createcluster.d/naqsha-setup.conf")


def is_installed(package: str) -> bool:
    """Tell whether dpkg has the package wholly installed."""
    answer = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${db:Status-Abbrev}", package],
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout.startswith("ii")


def missing_packages(*, for_tests: bool) -> list[str]:
    """Give the packages that are still to be installed, in order."""
    wanted = list(SERVER_PACKAGES)
    if os.environ.get("NAQSHA_DATABASE_URL"):
        wanted = []  # the database is someone else's server
    wanted += PRINT_PACKAGES + LEARNING_PACKAGES
    if for_tests:
        wanted += [package for package in SERVER_PACKAGES if package not in wanted]
        wanted += TEST_PACKAGES
        if os.geteuid() != 0:
            wanted.append("chromium-sandbox")  # root's Chromium runs without one, an ordinary user's need not
    if not VENV_PYTHON.exists() and importlib.util.find_spec("ensurepip") is None:
        # Debian splits ensurepip off its Python; without it a virtual environment comes without pip
        wanted.append(f"python3.{sys.version_info.minor}-venv")
    return [package for package in wanted if not is_installed(package)]


def administrator_prefix() -> list[str] | None:
    """Give the words that make a command run as root, or None where this user may not."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    if subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0:
        return ["sudo", "-n"]
    if sys.stdin.isatty():
        print("\n  Debian packages are missing; sudo asks for your password.", flush=True)
        if subprocess.run(["sudo", "-v"], check=False).returncode == 0:
            return ["sudo", "-n"]
    return None


def install_missing(*, for_tests: bool) -> str:
    """Install what is missing and say what that was."""
    if shutil.which("dpkg-query") is None or shutil.which("apt-get") is None:
        every = SERVER_PACKAGES + PRINT_PACKAGES + LEARNING_PACKAGES + TEST_PACKAGES
        raise SetupError(
            "Naqsha's set-up knows Debian 12 only: here is no apt-get.\n"
            f"It needs the equal of: {' '.join(every)} python3-venv"
        )
    missing = missing_packages(for_tests=for_tests)
    if not missing:
        return "all there"
    names = " ".join(missing)
    by_hand = f"apt-get update && apt-get install --no-install-recommends {names}"
    if any(name.startswith("postgresql") for name in missing):
        by_hand = (
            f"mkdir -p {NO_MAIN_CLUSTER.parent} && echo 'create_main_cluster = false' > {NO_MAIN_CLUSTER} && " + by_hand
        )
    prefix = administrator_prefix()
    if prefix is None:
        raise SetupError(
            f"Missing: the Debian packages {names}\n"
            "This user may not install them (not root, and sudo does not let it). An administrator runs:\n\n"
            f'    sudo sh -c "{by_hand}"\n\nand then `make` goes on from here.'
        )
    _install(prefix, missing, by_hand)
    return "installed " + names


def _install(prefix: list[str], missing: list[str], by_hand: str) -> None:
    """Run apt-get for the missing packages, with Debian's own cluster held off."""
    # sudo drops the environment, so the words that keep dpkg from asking are given on the command line
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8"]
    wanted = f"the Debian packages {' '.join(missing)}"
    code, output = run([*prefix, *quiet, "apt-get", "update"])
    if code != 0:
        raise failure(wanted, by_hand, output)
    brings_server = any(name.startswith("postgresql") for name in missing)
    hold_off = brings_server and not is_installed("postgresql-15")
    if hold_off:
        line = f"mkdir -p {NO_MAIN_CLUSTER.parent} && echo 'create_main_cluster = false' > {NO_MAIN_CLUSTER}"
        run([*prefix, "sh", "-c", line])
    try:
        code, output = run([*prefix, *quiet, "apt-get", "install", "-y", "--no-install-recommends", *missing])
    finally:
        if hold_off:
            run([*prefix, "rm", "-f", str(NO_MAIN_CLUSTER)])
    if code != 0:
        raise failure(wanted, by_hand, output)
