"""What stations, districts and places are called in the reasons of a fix, from the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.db.named import sql
from app.geocode.values import NO_NAMES, Names


def called(session: Session, reasons: Iterable[Mapping[str, Any]]) -> Names:
    """Give the names that the sentences of reasons need, by one question.

    Parameters
    ----------
    session : Session
        Any role's: reference data only.
    reasons : iterable of mapping
        The params of each reason.
    """
    asked: dict[str, set[str]] = {"station": set(), "district": set(), "ref": set()}
    for params in reasons:
        for key, found in asked.items():
            if params.get(key):
                found.add(str(params[key]))
    if not any(asked.values()):
        return NO_NAMES
    wanted = {"stations": asked["station"], "districts": asked["district"], "places": asked["ref"]}
    rows = session.execute(sql("geocode.called"), {name: sorted(values) for name, values in wanted.items()}).all()
    return Names(
        {row.key: (row.name, row.name_ur) for row in rows if row.what == "station"},
        {row.key: row.name_ur for row in rows if row.what == "district"},
        {row.key: row.name_ur for row in rows if row.what == "place"},
    )
