"""The keys of this machine: given by the environment, or outside production made once and kept."""

import base64
import json
import os
import secrets
from pathlib import Path
from typing import NamedTuple

from click import ClickException

from app.settings import Settings


class MissingSecret(ClickException):
    """A secret that production needs was not given; a command says so in one line."""


class Keys(NamedTuple):
    """The two keys: one signs CSRF tokens, one encrypts persons and keys the hashes by which a CNIC is found."""

    signing: str
    data: bytes


def _given(settings: Settings) -> dict[str, str]:
    return {
        name: value.get_secret_value()
        for name, value in (("secret_key", settings.secret_key), ("data_key", settings.data_key))
        if value is not None
    }


def _kept(path: Path) -> dict[str, str]:
    """Give the instance's own keys, made at the first call; readable by their owner only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = {
            "secret_key": secrets.token_urlsafe(32),
            "data_key": base64.b64encode(secrets.token_bytes(32)).decode(),
        }
        part = path.with_suffix(f".{os.getpid()}")
        part.touch(mode=0o600)
        part.write_text(json.dumps(made))
        try:
            os.link(part, path)  # the first of two processes wins; both then read the same keys
        except FileExistsError:
            pass
        finally:
            part.unlink()
    kept: dict[str, str] = json.loads(path.read_text())
    return kept


def keys(settings: Settings) -> Keys:
    """Give the keys of this process.

    Raises
    ------
    MissingSecret
        In production, if one is not given; anywhere, if the data key is not 32 bytes of base64.
    """
    given = _given(settings)
    if settings.env == "production":
        missing = [f"NAQSHA_{name.upper()}" for name in ("secret_key", "data_key") if name not in given]
        if missing:
            raise MissingSecret(f"Set {' and '.join(missing)}: in production no secret has a default.")
        found = given
    else:
        found = _kept(settings.instance / "keys.json") | given
    data = base64.b64decode(found["data_key"])
    if len(data) != 32:
        raise MissingSecret("NAQSHA_DATA_KEY must be 32 bytes in base64: `openssl rand -base64 32` makes one.")
    return Keys(found["secret_key"], data)
