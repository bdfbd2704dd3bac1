"""How often a sign-in may fail: five times a name in a quarter of an hour, and a hundred times an address.

The counts stand in a table, so they survive a restart and are the same for every process.  The limit of an address
is the higher one: one attacker in a station's network must not lock out the station's officers.
"""

from sqlalchemy.orm import Session

from app.db.named import sql
from app.errors import TooManyAttempts

FAILURES_A_NAME = 5
FAILURES_AN_ADDRESS = 100


def begin_attempt(session: Session, name: str, address: str | None) -> None:
    """Count an attempt as failed before it is tried, so that attempts at the same time count one another; commits.

    Raises
    ------
    TooManyAttempts
        If the name or the address has failed too often.
    """
    attempt = session.execute(sql("access.begin_attempt"), {"name": name, "address": address}).scalar_one()
    session.commit()
    by_name, by_address = session.execute(
        sql("access.failures_before"), {"attempt": attempt, "name": name, "address": address}
    ).one()
    if by_name >= FAILURES_A_NAME or by_address >= FAILURES_AN_ADDRESS:
        raise TooManyAttempts


def forgive(session: Session, name: str, address: str | None = None) -> None:
    """Write a success, from which the failures of a name are counted anew: it signed in, or was released."""
    session.execute(sql("access.succeed"), {"name": name, "address": address})
