"""Briefings: made, kept under a number, read back, and taken as a file or a print by somebody who is written down."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from app.audit.service import note
from app.db.named import sql
from app.db.session import worker_session
from app.errors import InvalidFilter, NotFound
from app.printing import pdf as printed
from app.records.service import iso
from app.weekly import drawing, figures, file, weeks
from app.weekly.areas import Top, top_of
from spatial import shifts

#: The clock makes a briefing of each of these that learned of a FIR in the week.
LEVELS = ("province", "region", "district", "circle")
#: Rows of each table in print, so that a briefing stays a page or two.
PRINTED_ROWS = 10


class NoSuchArea(NotFound):
    """There is no province, region, district or circle with this code whose records you see as a whole."""


class NoSuchBriefing(NotFound):
    """No briefing of this week is kept under this number."""


class NoAreaChosen(InvalidFilter):
    """Choose a province, region, district or circle: a briefing is made for one of these."""


def top_for_reader(session: Session, code: str | None, own: tuple[str, ...]) -> Top:
    """Give the jurisdiction of a code, which the reader's scope must hold wholly; without one, the reader's own.

    Raises
    ------
    NoSuchArea
    NoAreaChosen
        If none is named, and the reader's own is the whole country or a station.
    """
    asked = (code or "").strip()
    wanted = asked or (own[0] if own else "")
    row = session.execute(sql("weekly.top"), {"code": wanted}).mappings().one_or_none()
    if row is None and not asked:
        raise NoAreaChosen
    if row is None or not session.execute(sql("weekly.is_seen"), {"id": row["id"]}).scalar():
        raise NoSuchArea
    return top_of(session, row)


def week_of(name: str | None, now: datetime | None = None) -> int:
    """Give the week of a name, the usual one without; never one that has not begun.

    Raises
    ------
    InvalidFilter
    """
    moment = now or datetime.now(UTC)
    week = weeks.parse(name) if name else weeks.usual(moment)
    if shifts.week_start(week) > moment:
        raise InvalidFilter("The week %(value)s has not begun.", value=name)
    return week


def make(session: Session, top: Top, week: int, account: int | None, now: datetime | None = None) -> None:
    """Make a briefing and keep it under the next number of its jurisdiction and week; the caller commits."""
    found = figures.figures(session, top, week, now or datetime.now(UTC))
    text = json.dumps(found, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    session.execute(sql("weekly.lock"), {"top": top.id})
    values = {"top": top.id, "week": week, "figures": text, "synthetic": found["synthetic"], "account": account}
    session.execute(sql("weekly.add"), values | {"sha256": hashlib.sha256(text.encode()).hexdigest()})
    note(session, "briefing_made", "jurisdiction", top.id, detail={"week": weeks.name_of(week)})


def kept_or_made(session: Session, top: Top, week: int, account: int, number: int | None = None) -> RowMapping:
    """Give the briefing of a week with a number, or the newest, made now where there is none; commits what it makes.

    Raises
    ------
    NoSuchBriefing
    """
    asked = {"top": top.id, "week": week, "number": number}
    row = session.execute(sql("weekly.latest"), asked).mappings().one_or_none()
    if row is None and number is not None:
        raise NoSuchBriefing
    if row is None:
        make(session, top, week, account)
        session.commit()
        row = session.execute(sql("weekly.latest"), asked).mappings().one()
    return row


def listed(session: Session, top: Top) -> list[dict[str, Any]]:
    """Give the briefings of a jurisdiction, newest first."""
    return [
        {
            "week": weeks.name_of(row["week"]),
            "number": row["number"],
            "made_at": iso(row["made_at"]),
            "made_by": row["made_by"],
            "copies": row["copies"],
        }
        for row in session.execute(sql("weekly.kept"), {"top": top.id}).mappings()
    ]


def taken_by(session: Session, report: int) -> list[dict[str, Any]]:
    """Give who took a briefing, the last first."""
    return [
        {
            "copy": row["id"],
            "form": row["form"],
            "language": row["language"],
            "officer": row["officer"],
            "taken_at": iso(row["taken_at"]),
        }
        for row in session.execute(sql("weekly.copies"), {"report": report}).mappings()
    ]


def values(row: RowMapping, language: str, copy: dict[str, Any] | None = None) -> dict[str, Any]:
    """Give what the templates of page, file and print take; within the language's locale."""
    found = row["figures"]
    return {
        "f": found,
        "report": {
            "id": row["id"],
            "number": row["number"],
            "made_at": local(row["made_at"]),
            "made_by": row["made_by"],
            "sha256": row["sha256"],
        },
        "drawing": drawing.drawing(found),
        "heads_said": _(", ").join(_in(head, "name", language) for head in (found["risk"] or {"heads": ()})["heads"]),
        "areas_said": _(", ").join(_in(area, "name", language) for area in (found["risk"] or {"areas": ()})["areas"]),
        "language": language,
        "with_drawing": True,
        "rows_shown": figures.MOST_STATIONS,
        "copy": copy,
        "said": lambda thing, key="name": _in(thing, key, language),
        "is_sure": figures.is_sure,
        "day": lambda iso_day: f"{datetime.fromisoformat(iso_day):%d-%m-%Y}",
        "moment": lambda iso_moment: f"{datetime.fromisoformat(iso_moment):%d-%m-%Y %H:%M}",
        "words": {"place": _("Place"), "expected": _("Expected"), "interval": _("Nine times in ten between")},
    }


def _in(thing: dict[str, Any] | str, key: str, language: str) -> str:
    if isinstance(thing, str):  # an area in a briefing kept before areas had names
        return thing
    first, other = thing.get(f"{key}_ur"), thing.get(key)
    return str((first or other) if language == "ur" else (other or first) or "")


def local(moment: datetime) -> str:
    """Give a moment in local time, to the minute."""
    return f"{moment.astimezone(shifts.ZONE):%d-%m-%Y %H:%M}"


def take(session: Session, row: RowMapping, form: str, language: str, account: int, officer: str) -> bytes:
    """Give the file or the print, marked with who takes it; that is written down and committed first.

    Nobody keeps a connection while a print is made, and a copy whose print failed after all counts as taken.
    """
    asked = {"report": row["id"], "top": row["jurisdiction_id"], "form": form, "language": language, "account": account}
    number = session.execute(sql("weekly.take"), asked).scalar_one()
    name = row["figures"]["week"]
    note(session, "briefing_taken", "weekly_report", row["id"], detail={"copy": number, "form": form, "week": name})
    copy = {"number": number, "officer": officer, "taken_at": local(datetime.now(UTC))}
    session.commit()
    with force_locale(language):
        if form == "html":
            return file.page(row["figures"], values(row, language, copy) | {"with_drawing": False}, language).encode()
        shown = values(row, language, copy) | {"rows_shown": PRINTED_ROWS}
        document = render_template("weekly/print.html", **shown)
        styles = ["weekly-body.css", "weekly-print.css"]
        return printed(document, styles=styles, language=language, title=f"{_('Weekly briefing')} {name}")


def make_all(week: int | None = None, code: str | None = None, now: datetime | None = None) -> list[str]:
    """Make the briefing of every jurisdiction that learned of a FIR in a week, or of one, and give their codes."""
    moment = now or datetime.now(UTC)
    chosen = weeks.usual(moment) if week is None else week
    span = {"start": shifts.week_start(chosen), "stop": shifts.week_start(chosen + 1)}
    with worker_session() as session:
        asked = span | {"of_levels": list(LEVELS)}
        codes = [code] if code else list(session.execute(sql("weekly.with_data"), asked).scalars())
    for each in codes:
        # One transaction a jurisdiction: a worker that is stopped has kept what it made.
        with worker_session() as session:
            row = session.execute(sql("weekly.top"), {"code": each}).mappings().one_or_none()
            if row is None:
                raise NoSuchArea
            make(session, top_of(session, row), chosen, None, moment)
    return codes
