"""Signing in by name and passphrase, and out.  Equal work for a known and an unknown name, a new token every time."""

from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy.orm import Session

from app.access import passwords, throttle
from app.access.service import end_session, is_name, open_session
from app.audit.service import note
from app.db.named import sql
from app.db.session import database
from app.errors import NaqshaError, TooManyAttempts


class WrongCredentials(NaqshaError):
    """The name or the password is wrong."""


def sign_in(name: str, password: str, address: str | None) -> str:
    """Give the token of a new session.

    Raises
    ------
    WrongCredentials
        Whatever was wrong: the name, the passphrase, a disabled account.
    TooManyAttempts
    """
    name = name.strip().lower()
    if not is_name(name):
        name = "?"  # no account can be called so; the hash is verified all the same
    settings = current_app.extensions["naqsha.settings"]
    with Session(database().engine("app")) as session:
        try:
            throttle.begin_attempt(session, name, address)
        except TooManyAttempts:
            note(session, "sign_in_refused", "account", _known(session, name), detail={"why": "throttle"})
            session.commit()
            raise
        row = session.execute(sql("access.credentials"), {"name": name}).mappings().first()
        met = passwords.verify(row["password_hash"] if row else None, password)
        if row is None or not met or row["is_disabled"] or (row["is_demo"] and settings.env == "production"):
            # The log holds no names: of an unknown name it says only that somebody tried.
            note(session, "sign_in_failed", "account", row["id"] if row else None)
            session.commit()
            raise WrongCredentials
        throttle.forgive(session, name, address)
        token = open_session(session, row["id"], settings.session_hours)
        session.execute(sql("access.open_scope"), {"token": token})
        note(session, "signed_in", "account", row["id"])
        session.commit()
        return token


def _known(session: Session, name: str) -> int | None:
    row = session.execute(sql("access.credentials"), {"name": name}).mappings().first()
    return row["id"] if row else None


def sign_out(token: str) -> None:
    """End the session of a token on the server."""
    with Session(database().engine("app")) as session, session.begin():
        session.execute(sql("access.open_scope"), {"token": token})
        account = end_session(session, token)
        if account is not None:
            note(session, "signed_out", "account", account)


def local_path(target: str | None) -> str | None:
    """Give a target back if it is a path of this application; None for anything that could lead elsewhere."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return None
    if "\\" in target or any(ord(c) < 32 or ord(c) == 127 for c in target):
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else target
