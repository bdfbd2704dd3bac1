"""The addresses of the audit log: its page and what stands behind it."""

from typing import Any

from apiflask import APIBlueprint, APIFlask
from flask import render_template, request

from app.audit import service
from app.db.session import db_session
from app.errors import InvalidFilter
from app.policy import Permission, allows

bp = APIBlueprint("audit", __name__, tag="Audit")


def _number(name: str) -> int | None:
    value = request.args.get(name, "")
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and int(value) < 1 << 63):
        raise InvalidFilter("%(name)s must be a whole number.", name=name)
    return int(value)


@bp.get("/audit")
@bp.doc(hide=True)
@allows(Permission.SEE_AUDIT)
def show() -> str:
    """An auditor or administrator; the log's page, which asks the API."""
    return render_template("audit/audit.html")


@bp.get("/api/audit")
@allows(Permission.SEE_AUDIT)
def list_entries() -> dict[str, Any]:
    """An auditor or administrator; lines of the log, newest first, by account or by what they are about."""
    session = db_session()
    about = request.args.get("object") or None
    if about is not None and "\x00" in about:
        raise InvalidFilter("%(name)s holds a character that no text has.", name="object")
    cursor, account, object_id = _number("cursor"), _number("account"), _number("object_id")
    rows, following = service.entries(session, before=cursor, account=account, object=about, object_id=object_id)
    # Who reads the log is in the log.
    service.note(session, "audit_read", "audit", detail={"account": account, "object": about, "object_id": object_id})
    session.commit()
    for row in rows:
        row["at"] = row["at"].isoformat()
    return {"entries": rows, "next": None if following is None else str(following)}


def register(app: APIFlask) -> None:
    """Register the addresses."""
    app.register_blueprint(bp)
