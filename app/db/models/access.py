"""Accounts, sign-ins, tokens and the scope of a transaction.

The application's role may read few of these columns, and opens its scope by a function: see the migrations' rights.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, text
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base, Key, TransactionId

SCHEMA = {"schema": "access"}


class Account(Base):
    """Who may sign in, with one role."""

    __tablename__ = "account"
    __table_args__ = SCHEMA

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str] = mapped_column(server_default=text("''"))
    role: Mapped[str]
    password_hash: Mapped[str | None]
    totp_secret: Mapped[bytes | None]
    is_demo: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    disabled_at: Mapped[datetime | None]
    language: Mapped[str | None]


class AccountJurisdiction(Base):
    """A jurisdiction that an account sees, with all below it."""

    __tablename__ = "account_jurisdiction"
    __table_args__ = SCHEMA

    account_id: Mapped[int] = mapped_column(ForeignKey("access.account.id", ondelete="CASCADE"), primary_key=True)
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id", ondelete="CASCADE"), primary_key=True)


class SignIn(Base):
    """A sign-in on the server (`access.session`), by the hash of its cookie's token."""

    __tablename__ = "session"
    __table_args__ = SCHEMA

    id: Mapped[Key]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("access.account.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    seen_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ApiToken(Base):
    """A token of a machine, by its hash."""

    __tablename__ = "api_token"
    __table_args__ = SCHEMA

    id: Mapped[Key]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("access.account.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class LoginAttempt(Base):
    """An attempt to sign in, for the throttle."""

    __tablename__ = "login_attempt"
    __table_args__ = SCHEMA

    id: Mapped[Key]
    at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    name: Mapped[str]
    address: Mapped[str | None] = mapped_column(INET)
    success: Mapped[bool]


class VisibleStation(Base):
    """A recording unit that an account may see; kept by triggers."""

    __tablename__ = "visible_station"
    __table_args__ = SCHEMA

    account_id: Mapped[int] = mapped_column(ForeignKey("access.account.id", ondelete="CASCADE"), primary_key=True)
    station_id: Mapped[int] = mapped_column(primary_key=True)


class Scope(Base):
    """Whose transaction a server process is in; written by `access.open_scope` alone."""

    __tablename__ = "scope"
    __table_args__ = SCHEMA

    pid: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    xid: Mapped[int] = mapped_column(TransactionId)
    account_id: Mapped[int]
    session_id: Mapped[int | None]
