"""The passphrases of the demonstration's accounts, kept in the instance folder to be printed again."""

import json
import os
from pathlib import Path

from flask import current_app


def _path() -> Path:
    return Path(current_app.extensions["naqsha.settings"].instance) / "demo-accounts.json"


def kept() -> dict[str, dict[str, str]]:
    """Give role, jurisdiction and passphrase by name; nothing where no demonstration was loaded."""
    try:
        found: dict[str, dict[str, str]] = json.loads(_path().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


def keep(name: str, role: str, jurisdiction: str, passphrase: str) -> None:
    """Keep the passphrase of an account, readable by the file's owner only."""
    listed = kept() | {name: {"role": role, "jurisdiction": jurisdiction, "passphrase": passphrase}}
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(listed, file, indent=2)
    os.replace(part, path)
