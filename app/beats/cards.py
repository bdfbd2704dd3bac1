"""Beat cards: one page a patrol, in English or Urdu, with places in words and a sketch, for the pocket.

Every card says that a forecast is no ground to stop, search or arrest anyone (trust.md F15).
"""

from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from app.beats import planning, sketch
from app.beats.areas import area_of
from app.printing import pdf
from app.records.service import is_synthetic
from spatial import shifts


def document(session: Session, number: int, language: str) -> str:
    """Give the cards of a plan as one document; `printed` makes a PDF of it and needs no database.

    Raises
    ------
    planning.NoSuchPlan
    app.beats.areas.NoSuchArea
        If the reader sees some of its places only: the cards are printed by who holds the whole area.
    """
    plan = planning.document(session, number)
    area = area_of(session, plan["jurisdiction"], ())
    start, unit = area.start()
    week = datetime.fromisoformat(plan["week_start"])
    cards = []
    for patrol, own in groupby(plan["places"], key=lambda place: place["patrol"]):
        places = list(own)
        points = [(place["lat"], place["lon"]) for place in places]
        drawing = sketch.sketch(session, area, start, points, float(plan["settings"]["reach_m"]))
        cards.append({"patrol": patrol, "places": places, "sketch": drawing})
    with force_locale(language):
        values: dict[str, Any] = {
            "plan": plan,
            "cards": cards,
            "language": language,
            "area_name": _name(plan["jurisdiction_name"], plan["jurisdiction_name_ur"], language),
            "start_name": _name(unit.station_name, unit.station_name_ur, language),
            "week_from": f"{week:%d-%m-%Y}",
            "week_to": f"{week + timedelta(days=6):%d-%m-%Y}",
            "hours": {"night": "00–08", "day": "08–16", "evening": "16–24", None: "00–24"}[plan["shift"]],
            "printed_at": f"{datetime.now(shifts.ZONE):%d-%m-%Y %H:%M}",
            "printed_by": current_user.display_name or current_user.name,
            "synthetic": is_synthetic(session, tuple(plan["kinds"])),
            "said": lambda place: _name(place["name"], place["name_ur"], language),
            "head_of": lambda part: _name(part["head_name"], part["head_name_ur"], language),
            "why": lambda part: part["driver"]["text_ur" if language == "ur" else "text"] if part["driver"] else "",
        }
        return render_template("beats/cards.html", **values)


def printed(document: str, language: str) -> bytes:
    """Give the PDF of such a document."""
    with force_locale(language):
        return pdf(document, styles=["beats-card.css"], language=language, title=_("Beat cards"))


def _name(name: str | None, name_ur: str | None, language: str) -> str:
    first, other = (name_ur, name) if language == "ur" else (name, name_ur)
    return first or other or ""
