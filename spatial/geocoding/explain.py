"""Why a named place was taken and which others were refused, as reasons whose sentences the application has."""

from __future__ import annotations

from spatial.geocoding.gazetteer import StationArea
from spatial.geocoding.lookup import LookUp
from spatial.model import Reason


def how(found: LookUp, candidate: int) -> Reason:
    """Give by what a candidate was found."""
    line, place = found.line(candidate), found.index.place(found.place_of(candidate))
    if line < 0:
        return Reason("town_only", {"name": place.name})
    if found.index.is_address(line):
        # Some points of interest have an address and no name.
        return Reason("address_matched", {"name": place.name or place.ref, "words": found.words(candidate)})
    relation = found.relation(candidate)
    if place.is_landmark:
        return Reason("landmark_matched", {"name": place.name, "relation": relation})
    if place.kind == "street":
        return Reason("street_matched", {"name": place.name})
    return Reason("place_matched", {"name": place.name, "relation": relation})


def chosen(found: LookUp, station: StationArea | None) -> list[Reason]:
    """Give why the best candidate was taken: what it is, the words it rests on, and what was refused."""
    reasons: list[Reason] = []
    if found.swayed and station is not None:
        reasons.append(Reason("station_swayed", {"station": station.code}))
    reasons.append(how(found, found.best))
    used = found.used()
    if used:
        reasons.append(Reason("parts_used", {"parts": ", ".join(used)}))
    for rival, share in found.rivals:
        if share >= 0.01:
            name = found.index.name_of(found.place_of(rival)) or found.words(rival)
            reasons.append(Reason("candidate_refused", {"name": name, "share": round(100.0 * share)}))
    return reasons


def refused(found: LookUp) -> list[Reason]:
    """Give why no name was taken."""
    if found.is_core:
        return [Reason("name_unknown")]
    name = found.place.name
    return [Reason("name_weak", {"name": name, "share": round(100.0 * found.score)})]
