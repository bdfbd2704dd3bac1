"""Who reads, what the role may do, and the state of the data: what every page starts from, and /api/session answers."""

from typing import Any

from flask import current_app
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from app.db.named import sql
from app.db.session import db_session
from app.policy import permissions_of


def reader() -> dict[str, Any]:
    """Give who is signed in, as pages and /api/session say it; no token of the sign-in is in it."""
    session = db_session()
    place = session.execute(sql("access.jurisdiction"), {"codes": list(current_user.jurisdictions)}).mappings().first()
    state = session.execute(sql("access.data_state")).one()
    jurisdiction = None
    if place is not None:
        box = [place[side] for side in ("west", "south", "east", "north")]
        jurisdiction = {key: place[key] for key in ("code", "name", "name_ur", "level")}
        jurisdiction["bbox"] = None if None in box else box
    return {
        "user": {
            "id": current_user.id,
            "name": current_user.name,
            "display_name": current_user.display_name,
            "role": current_user.role,
            "jurisdiction": jurisdiction,
            "jurisdictions": list(current_user.jurisdictions),
        },
        "permissions": sorted(permissions_of(current_user.role)),
        "csrf_token": generate_csrf() if current_user.is_browser else None,
        "synthetic": state.synthetic,
        "data_to": state.data_to.isoformat() if state.data_to else None,
        "forecasting": current_app.extensions["naqsha.settings"].forecasting,
    }
