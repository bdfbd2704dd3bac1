"""Writing and reading the audit log.  The chain that proves it stands in chain.py.

A line is written in the transaction of the deed: where it cannot be written the deed is undone too, so nothing
sensitive is read unlogged.  It holds ids, counts and filters, never a name, CNIC or phone.
"""

import json
from typing import Any

from sqlalchemy.orm import Session

from app.db.named import sql

PAGE = 100


def note(
    session: Session,
    action: str,
    object: str = "",  # noqa: A002  (the word of the log's own column)
    object_id: int | None = None,
    reason: str = "",
    detail: dict[str, Any] | None = None,
) -> int:
    """Write one line and give its id; the account is the session's open scope, the caller commits."""
    values = {
        "action": action,
        "object": object,
        "object_id": object_id,
        "reason": reason,
        "detail": json.dumps(detail or {}),
    }
    return int(session.execute(sql("audit.note"), values).scalar_one())


def entries(
    session: Session,
    *,
    before: int | None = None,
    account: int | None = None,
    object: str | None = None,  # noqa: A002
    object_id: int | None = None,
) -> tuple[list[dict[str, Any]], int | None]:
    """Give a page of lines, the newest first, and the cursor of the next page; None after the last."""
    values = {"before": before, "account": account, "object": object, "object_id": object_id, "limit": PAGE + 1}
    rows = [dict(row) for row in session.execute(sql("audit.entries"), values).mappings()]
    following = rows[PAGE - 1]["id"] if len(rows) > PAGE else None
    return rows[:PAGE], following
