"""Where the private cluster lies and which operating system user runs it.

PostgreSQL refuses to run as root, a socket's path has at most 107 bytes, and a clone may lie where the
server's user cannot enter. This module decides the place; `app.db.cluster` makes and runs the cluster there.
"""

import contextlib
import hashlib
import json
import os
import pwd
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

INSTANCE = Path(os.environ.get("NAQSHA_INSTANCE") or Path(__file__).resolve().parents[2] / "instance")
SYSTEM_USER = "naqsha-db"
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 107
_ROOM_FOR_ALL = Path("/var/lib/naqsha")
_RUN_FOR_ALL = Path("/run/naqsha")


class ClusterError(Exception):
    """The private PostgreSQL cluster cannot do what was asked; the message says what to do."""


@dataclass(frozen=True)
class Place:
    """The cluster's folders, its operating system user, and why it lies there."""

    base: Path
    socket: Path
    user: str
    reason: str

    @property
    def data(self) -> Path:
        """The data directory, made by initdb."""
        return self.base / "data"

    @property
    def log(self) -> Path:
        """The folder of the server's own logs."""
        return self.base / "log"


def cluster_user() -> str:
    """Give the user that the cluster runs as: this one, or for root one of its own, made when missing."""
    if os.geteuid() != 0:
        return own_name()
    try:
        return pwd.getpwnam(SYSTEM_USER).pw_name
    except KeyError:
        pass
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd:
        options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        done = subprocess.run(
            [useradd, *options, "--shell", "/usr/sbin/nologin", SYSTEM_USER], capture_output=True, check=False
        )
        if done.returncode in (0, 9):  # 9: another start made it in between
            return SYSTEM_USER
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        raise ClusterError(
            f"PostgreSQL does not run as root, and the user {SYSTEM_USER} could not be made. "
            f"Run: useradd --system --no-create-home {SYSTEM_USER}"
        ) from None


def own_name() -> str:
    """Give the name of this process's operating system user."""
    return pwd.getpwuid(os.geteuid()).pw_name


def as_user(user: str) -> dict[str, object]:
    """Give the subprocess arguments that make a command run as ``user`` and as nothing more."""
    entry = pwd.getpwnam(user)
    if os.geteuid() != 0:
        return {}
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def may_write(folder: Path, user: str) -> bool:
    """Tell whether ``user`` can really go into the folder and write there; tried, not computed from modes."""
    probe = 'cd "$1" && : > .naqsha-probe && rm .naqsha-probe'
    done = subprocess.run(
        ["/bin/sh", "-c", probe, "probe", str(folder)],
        capture_output=True,
        cwd="/",
        check=False,
        **as_user(user),  # type: ignore[call-overload]
    )
    return done.returncode == 0


def short_hash(instance: Path) -> str:
    """Give the name that tells this clone's places outside the clone from another clone's."""
    return hashlib.sha256(os.fsencode(instance.resolve())).hexdigest()[:12]


def own(folder: Path, user: str, mode: int) -> Path:
    """Make the folder as ``user``'s own; refuse one that someone else laid there before."""
    entry = pwd.getpwnam(user)
    folder.mkdir(parents=True, exist_ok=True)
    if folder.is_symlink():
        raise ClusterError(f"{folder} is a symbolic link; the cluster does not follow it. Remove it.")
    if os.geteuid() == 0:
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    elif folder.stat().st_uid != entry.pw_uid:
        raise ClusterError(f"{folder} belongs to another user; the cluster of {user} cannot use it.")
    os.chmod(folder, mode)
    return folder


def own_file(path: Path, user: str) -> None:
    """Give the file to the cluster's user, readable by nobody else."""
    os.chmod(path, 0o600)
    if os.geteuid() == 0:
        entry = pwd.getpwnam(user)
        os.chown(path, entry.pw_uid, entry.pw_gid)


def choose(instance: Path) -> Place:
    """Give the place for this clone's cluster: the recorded one where it still holds, else a new one."""
    known = recorded(instance)
    if known is not None and known.data.exists() and not _is_anothers(known, instance):
        if os.geteuid() not in (0, pwd.getpwnam(known.user).pw_uid):
            return known  # this user can look and connect, no more
        socket, _ = _choose_socket(instance, known.base, known.user)
        return Place(known.base, socket, known.user, known.reason)
    left = instance / "pg" / "data"
    # a clone that lost its cluster.json keeps its data, and the data its user
    user = left.owner() if left.exists() and os.geteuid() == 0 else cluster_user()
    base, why_base = _choose_base(instance, user)
    socket, why_socket = _choose_socket(instance, base, user)
    return Place(base, socket, user, "; ".join(filter(None, (why_base, why_socket))) or "in the clone")


def _choose_base(instance: Path, user: str) -> tuple[Path, str]:
    """Give the folder for data and logs, and why where it is not in the clone."""
    inside = instance / "pg"
    own(inside, user, 0o711)
    if may_write(inside, user):
        return inside, ""
    with contextlib.suppress(OSError):
        inside.rmdir()
    if os.geteuid() == 0:
        outside = _ROOM_FOR_ALL / short_hash(instance)
    else:
        outside = Path.home() / ".local" / "share" / "naqsha" / short_hash(instance)
    own(outside, user, 0o711)
    if not may_write(outside, user):
        raise ClusterError(f"{user} can write neither in {inside} nor in {outside}.")
    return outside, f"the user {user} cannot enter {instance}"


def _choose_socket(instance: Path, base: Path, user: str) -> tuple[Path, str]:
    """Give the folder for the socket, and why where it is not beside the data."""
    beside = base / "socket"
    if _fits(beside):
        return own(beside, user, 0o711), ""
    if os.geteuid() == 0:
        short = _RUN_FOR_ALL / short_hash(instance)
    else:
        short = Path.home() / ".local" / "share" / "naqsha" / short_hash(instance) / "socket"
        if not _fits(short):
            # `own` refuses a folder or link that someone else laid there first
            short = Path("/tmp") / f"naqsha-{os.geteuid()}-{short_hash(instance)}"  # noqa: S108
    if not _fits(short):
        raise ClusterError(f"No folder with a path short enough for a socket: {short}")
    return own(short, user, 0o711), f"the socket's path would have more than {LONGEST_SOCKET_PATH} bytes"


def _fits(folder: Path) -> bool:
    """Tell whether the socket's path in this folder stays within what the operating system takes."""
    return len(os.fsencode(folder / SOCKET_NAME)) <= LONGEST_SOCKET_PATH


def _is_anothers(place: Place, instance: Path) -> bool:
    """Tell whether the recorded place lies outside and belongs to the clone that this one was copied from."""
    if place.base.is_relative_to(instance):
        return False
    try:
        first = Path((place.base / "clone").read_text().strip())
    except OSError:
        return False
    return first != instance.resolve() and (first / "cluster.json").exists()


def record(instance: Path, place: Place) -> None:
    """Write the place to instance/cluster.json; paths inside the clone relative, so that it can be moved."""

    def portable(path: Path) -> str:
        return str(path.relative_to(instance)) if path.is_relative_to(instance) else str(path)

    kept = asdict(place) | {"base": portable(place.base), "socket": portable(place.socket)}
    half = instance / "cluster.json.half"
    half.write_text(json.dumps(kept, indent=2) + "\n")
    os.replace(half, instance / "cluster.json")
    if not place.base.is_relative_to(instance):
        (place.base / "clone").write_text(f"{instance.resolve()}\n")


def recorded(instance: Path) -> Place | None:
    """Give the place that instance/cluster.json names, or None where there is none yet."""
    try:
        kept = json.loads((instance / "cluster.json").read_text())
    except (OSError, ValueError):
        return None
    return Place(instance / kept["base"], instance / kept["socket"], kept["user"], kept["reason"])
