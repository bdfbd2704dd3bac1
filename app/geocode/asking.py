"""One text placed for a reader who asks: the fix, its cells, its reasons in his language, the candidates behind it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session

from app.db.session import database
from app.errors import InvalidFilter
from app.geocode.called import called
from app.geocode.saying import say, sentence
from app.geocode.schemas import GeocodeQuery
from app.geocode.service import NodeGazetteer, gazetteer
from app.geocode.units import UnitNotFound
from app.geocode.values import Names
from app.geocode.weak import is_weak
from app.records.service import in_records
from spatial import cells as h3cells
from spatial.geocoding import Candidate, Query, candidates
from spatial.model import Fix, Reason


def answer(session: Session, asked: GeocodeQuery, language: str, sees_protected: bool) -> dict[str, Any]:
    """Give the fix of a text for whoever asks.

    Parameters
    ----------
    session : Session
        The request's: local names are those of the reader's own stations.
    language : {"en", "ur"}

    Raises
    ------
    InvalidFilter
        If the station or the district is not known, with the names that may have been meant.
    """

    places = _places(session, sees_protected)
    query = _query(asked, places)
    (fix,) = places.resolve_all([query])
    listed = candidates(query, places)
    reasons = [*fix.reasons, *(reason for one in listed for reason in one.reasons)]
    names = called(session, [reason.params for reason in reasons])
    return _shown(fix, language, names) | {"candidates": [_candidate(one, language, names) for one in listed]}


def candidates_of(
    session: Session, text: str, station: str | None, district: str | None, sees_protected: bool
) -> list[dict[str, Any]]:
    """Give the places that a record's words may mean, likeliest first, each with its reasons in both languages.

    Parameters
    ----------
    station : str or None
        Code of the recording station, whose local names count.
    district : str or None
        Name of the district.
    """
    if not text.strip():
        return []
    found = candidates(Query(text=text, station=station, district=district), _places(session, sees_protected))
    names = called(session, [reason.params for one in found for reason in one.reasons])
    return [
        _candidate(one, "en", names) | {
            "radius_m": one.place.radius_m,
            "reasons": [say(reason.code, reason.params, names) for reason in one.reasons],
        }
        for one in found
    ]  # fmt: skip


def _places(session: Session, sees_protected: bool) -> NodeGazetteer:
    """Give the gazetteer with the local names of the reader's own stations."""

    @contextmanager
    def own() -> Iterator[Session]:
        yield session

    return gazetteer(database().engine("app"), own, sees_protected=sees_protected)


def _query(asked: GeocodeQuery, places: NodeGazetteer) -> Query:
    if (asked.near_lat is None) != (asked.near_lon is None):
        raise InvalidFilter("Give near_lat and near_lon together, or neither.")
    district = station = None
    try:
        if asked.district:
            district = places.units.area(asked.district).district_name
        if asked.station:
            unit = places.units.station(asked.station, asked.district or "")
            station, district = unit.code, district or unit.district_name
    except UnitNotFound as error:
        meant = "; ".join(error.candidates[:3])
        if not meant:
            raise InvalidFilter("No station or area is called %(name)s.", name=error.name) from error
        raise InvalidFilter(
            "No one station or area is called %(name)s; perhaps meant: %(meant)s.", name=error.name, meant=meant
        ) from error
    return Query(
        text=asked.text,
        station=station,
        district=district,
        city=asked.city or None,
        near_lat=asked.near_lat,
        near_lon=asked.near_lon,
    )


def _shown(fix: Fix, language: str, names: Names) -> dict[str, Any]:
    return {
        "method": fix.method.value,
        "score": fix.score,
        "weak": is_weak(fix),
        "accuracy_m": fix.accuracy_m,
        "point": {"lat": fix.point.lat, "lon": fix.point.lon} if fix.point else None,
        "resolution": fix.resolution,
        "cells": [
            {"cell": h3cells.to_hex(cell), "mass": in_records(mass)}
            for cell, mass in zip(fix.cells, fix.masses, strict=True)
        ],
        "matched": fix.matched,
        "language": language,
        "reasons": [_words(reason, language, names) for reason in fix.reasons],
    }


def _candidate(one: Candidate, language: str, names: Names) -> dict[str, Any]:
    return {
        "ref": one.place.ref,
        "kind": one.place.kind,
        "name": one.place.name,
        "district": one.place.district,
        "lat": one.lat,
        "lon": one.lon,
        "score": one.score,
        "reasons": [_words(reason, language, names) for reason in one.reasons],
    }


def _words(reason: Reason, language: str, names: Names) -> dict[str, str]:
    return {"code": reason.code, "text": sentence(reason.code, reason.params, language, names)}
