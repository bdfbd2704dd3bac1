"""What a saved view may hold, and keeping it.  Who sees which is the database's to say: one's own, and the unit's."""

import re
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy.orm import Session

from app.audit.service import note
from app.db.named import sql
from app.desks import DESKS
from app.errors import Conflict, InvalidFilter, NotFound

#: So that a list stays a list; nobody finds anything among more.
MOST = 200
_PATHS = {desk.key: desk.path for desk in DESKS}
#: Of the reader and the moment, not of the view: who opens it keeps their own.
_NOT_KEPT = frozenset({"lang", "theme", "kiosk", "from", "record"})
_KEY = re.compile(r"[a-z][a-z0-9_-]{0,19}")
#: What codes, dates, numbers and lists of them are made of: no space, hence no words and no names of people.
_VALUE = re.compile(r"[A-Za-z0-9_.,:;|+*~-]{0,400}")
#: Control characters and those that turn the direction of their neighbours; a zero-width joiner is part of Urdu words.
_HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
#: A CNIC (five, seven and one digit) or a mobile number of Pakistan, however it is broken up.
_PERSONAL = re.compile(r"(?<!\w)(?:\d{5}[- ]?\d{7}[- ]?\d|(?:(?:\+|00)?92|0)[- ]?3\d{2}[- ]?\d{7})(?!\w)")


def listed(session: Session, desk: str | None) -> list[dict[str, Any]]:
    """Give the views that the reader may open, of one desk or of all.

    Raises
    ------
    InvalidFilter
        For a desk that there is not.
    """
    if desk is not None:
        path_of(desk)
    return [
        {
            "id": row.id,
            "desk": row.desk,
            "name": row.name,
            "path": f"{_PATHS[row.desk]}{'?' if row.query else ''}{row.query}",
            "team": row.is_team,
            "own": row.is_own,
            "owner": row.owner,
            "made_at": row.made_at.isoformat(),
        }
        for row in session.execute(sql("views.shown"), {"desk": desk})
        if row.desk in _PATHS
    ]


def add(session: Session, desk: str, name: str, query: str, team: bool) -> int:
    """Keep a view and give its id; commits.

    Raises
    ------
    InvalidFilter
        For a desk that there is not, an empty name, or an address that could hold a person's name or number.
    Conflict
        Where the reader keeps too many already.
    """
    path_of(desk)
    name = " ".join(name.split())
    if not name or _HIDDEN.search(name):
        raise InvalidFilter("Give the view a name of 1 to 80 letters.")
    if _PERSONAL.search(_latin(name)):
        raise InvalidFilter("The name looks like a CNIC or a phone number, which no view may hold.")
    query = clean(query)
    session.execute(sql("views.forget"))
    if session.execute(sql("views.count")).scalar_one() >= MOST:
        raise Conflict("You keep %(most)s views already; delete one first.", most=MOST)
    values = {"desk": desk, "name": name, "query": query, "is_team": team}
    view_id = int(session.execute(sql("views.add"), values).scalar_one())
    if team:  # what others see is written down
        note(session, "view.share", "view", view_id, detail={"desk": desk, "query": query})
    session.commit()
    return view_id


def set_deleted(session: Session, view_id: int, deleted: bool) -> None:
    """Delete a view of the reader's, or take that back within a day; commits.

    Raises
    ------
    NotFound
        If it is not the reader's, or is not in that state.
    """
    values = {"id": view_id, "deleted": deleted}
    if view_id >= 1 << 63 or session.execute(sql("views.set_deleted"), values).scalar() is None:
        raise NotFound
    session.commit()


def path_of(desk: str) -> str:
    """Give the address of a desk.

    Raises
    ------
    InvalidFilter
    """
    if desk not in _PATHS:
        raise InvalidFilter("There is no desk named %(value)s.", value=desk[:30])
    return _PATHS[desk]


def clean(query: str) -> str:
    """Give the part of an address's query that belongs to a view, in its order.

    Raises
    ------
    InvalidFilter
        If a key or a value could hold more than codes, dates and numbers: a name, a CNIC, a phone number.
    """
    kept = []
    try:
        pairs = parse_qsl(query.removeprefix("?"), keep_blank_values=False, max_num_fields=60)
    except ValueError:
        raise InvalidFilter("A view's address has at most 60 parts.") from None
    for key, value in pairs:
        if key in _NOT_KEPT:
            continue
        if not _KEY.fullmatch(key) or not _VALUE.fullmatch(value) or _PERSONAL.search(value):
            raise InvalidFilter("%(key)s holds more than codes, dates and numbers: no view keeps that.", key=key[:30])
        kept.append(f"{key}={value.replace('+', '%2B').replace('|', '%7C')}")
    return "&".join(kept)


def _latin(words: str) -> str:
    """Give a text with every digit in 0-9."""
    return "".join(str(int(letter)) if letter.isdecimal() else letter for letter in words)
