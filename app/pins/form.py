"""A FIR in the form of Form 24.5(1) (Police Rules 1934, rule 24.5), to be printed.

The official wording of the Pakistani print could not be read from an official copy: column names follow the form as it
is commonly reproduced, and the page says so.  What the source does not keep is left as a line to write on, never
guessed.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.audit.service import note
from app.db.named import sql
from app.errors import NotFound
from app.pins import order
from app.records import opening
from spatial.shifts import ZONE


@dataclass(frozen=True, slots=True)
class Form:
    """What the template prints: the record as its page gives it, the form's own columns, and what cannot be."""

    record: dict[str, Any]
    columns: dict[str, Any]
    flags: list[dict[str, str]]
    printed_at: datetime


def form(session: Session, record_id: int, sees_protected: bool, sees_persons: bool, now: datetime) -> Form:
    """Give a FIR's form, and write down that it was printed.

    Raises
    ------
    NotFound
        If there is no such FIR in the reader's jurisdiction; other kinds of record have no such form.
    """
    columns = session.execute(sql("pins.form"), {"record": record_id}).mappings().first()
    if columns is None:
        raise NotFound
    record = opening.record(session, record_id, sees_protected, sees_persons)
    note(session, "record.print", "record", record_id)
    kept = {name: value.astimezone(ZONE) if isinstance(value, datetime) else value for name, value in columns.items()}
    if record["held_back"]:
        kept["delay_reason"] = ""
    return Form(record, kept, order.of_record(session, record_id), now.astimezone(ZONE))
