"""Accounts, sessions and API tokens in the database.  The caller commits; every change leaves an audit line.

Tokens are given out once and stored only as their hash, so a copy of the database signs nobody in.
"""

import hashlib
import re
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import demo_accounts, passwords
from app.audit.service import note
from app.db import models
from app.db.named import sql
from app.errors import BadRequest, Conflict, Forbidden, NotFound
from app.policy import ROLES

COOKIE = "naqsha_session"
TOKEN_PREFIX = "nq_"  # noqa: S105  (it tells an API token from a session's; it opens nothing)
TOKEN_DAYS = 90
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")


class Account(NamedTuple):
    """An account just made; the passphrase only where it was made for it."""

    id: int
    name: str
    passphrase: str | None


def is_name(name: str) -> bool:
    """Say whether a text can be an account's name."""
    return _NAME.fullmatch(name) is not None


def hash_of(token: str) -> bytes:
    """Give the hash under which a token is stored.  A token is random, so a plain hash cannot be searched."""
    return hashlib.sha256(token.encode()).digest()


def create_account(
    session: Session,
    name: str,
    role: str,
    jurisdiction_codes: Iterable[str],
    password: str | None = None,
    is_demo: bool = False,
    display_name: str = "",
) -> Account:
    """Give a new account; without a password it signs in by token only, a demonstration account by a made passphrase.

    A demonstration account that is there already is given as it is, with its passphrase of the instance folder.

    Raises
    ------
    Forbidden
        For a demonstration account in production.
    BadRequest, Conflict, NotFound
        For a name that cannot be, is taken, a role or a jurisdiction that is not known.
    WeakPassphrase
    """
    codes = sorted(set(jurisdiction_codes))
    if not is_name(name):
        raise BadRequest("A name has 2 to 64 small letters, digits, dots or hyphens; it starts with a letter or digit.")
    if role not in ROLES:
        raise BadRequest("The role %(role)s is not known.", role=role)
    if not codes:
        raise BadRequest("An account needs a jurisdiction.")
    if is_demo and current_app.extensions["naqsha.settings"].env == "production":
        raise Forbidden("In production there are no demonstration accounts.")
    found = _account_of(session, name)
    if found is not None and found.is_demo and is_demo:
        return _known_demo_account(session, found, codes)
    if is_demo:
        password = passwords.made()
    elif password is not None:
        passwords.check(password, name)
    values = {
        "name": name,
        "display_name": display_name,
        "role": role,
        "hash": None if password is None else passwords.hash_of(password),
        "is_demo": is_demo,
    }
    account_id = session.execute(sql("access.make_account"), values).scalar()
    if account_id is None:
        raise Conflict("There is an account of the name %(name)s already.", name=name)
    known = session.execute(sql("access.set_jurisdictions"), {"account": account_id, "codes": codes}).scalars().all()
    if missing := sorted(set(codes) - set(known)):
        raise NotFound("There is no jurisdiction %(codes)s.", codes=", ".join(missing))
    note(session, "account_made", "account", account_id, detail={"role": role, "jurisdictions": codes})
    if is_demo and password is not None:
        demo_accounts.keep(name, role, codes[0], password)
    return Account(account_id, name, password if is_demo else None)


def _account_of(session: Session, name: str) -> models.Account | None:
    return session.scalars(select(models.Account).where(models.Account.name == name)).one_or_none()


def _known_demo_account(session: Session, found: models.Account, codes: list[str]) -> Account:
    passphrase = demo_accounts.kept().get(found.name, {}).get("passphrase")
    if passphrase is None:  # the instance folder was made anew
        passphrase = passwords.made()
        set_password(session, found.id, passphrase, found.name)
        demo_accounts.keep(found.name, found.role, codes[0], passphrase)
    return Account(found.id, found.name, passphrase)


def account_id(session: Session, name: str) -> int:
    """Give the id of the account of a name.

    Raises
    ------
    NotFound
    """
    found = _account_of(session, name)
    if found is None:
        raise NotFound("There is no account %(name)s.", name=name)
    return found.id


def set_password(session: Session, account: int, password: str, name: str) -> None:
    """Set a passphrase and end every session of the account: whoever knew the old one is out.

    Raises
    ------
    WeakPassphrase
    """
    passwords.check(password, name)
    session.get_one(models.Account, account).password_hash = passwords.hash_of(password)
    session.execute(sql("access.end_sessions"), {"account": account})
    note(session, "password_set", "account", account)


def disable_account(session: Session, account: int) -> None:
    """Disable an account, as the worker; its sessions and tokens end with the commit, live ones included."""
    session.execute(sql("access.disable"), {"account": account})
    session.execute(sql("access.end_sessions"), {"account": account})
    session.execute(sql("access.end_tokens"), {"account": account})
    note(session, "account_disabled", "account", account)


def open_session(session: Session, account: int, hours: int) -> str:
    """Give the token of a new session."""
    token = secrets.token_urlsafe(32)
    session.execute(sql("access.open_session"), {"hash": hash_of(token), "account": account, "hours": hours})
    return token


def end_session(session: Session, token: str) -> int | None:
    """End the session of a token and give whose it was; None where it had ended."""
    ended: int | None = session.execute(sql("access.end_session"), {"hash": hash_of(token)}).scalar()
    return ended


def make_token(session: Session, account: int, days: int = TOKEN_DAYS) -> str:
    """Give a new API token of an account."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    expires_at = datetime.now(UTC) + timedelta(days=days)
    session.add(models.ApiToken(token_hash=hash_of(token), account_id=account, expires_at=expires_at))
    session.flush()
    note(session, "token_made", "account", account, detail={"days": days})
    return token
