"""Why a named place was taken and which others were refused, as reasons whose sentences the application has."""

from __future__ import annotations

import math

from spatial.addresses.bearings import without_bearing
from spatial.addresses.normal import fold
from spatial.addresses.place import Part
from spatial.geocoding.context import sound
from spatial.geocoding.gazetteer import StationArea
from spatial.geocoding.lookup import LookUp
from spatial.geocoding.whereabouts import names_alone
from spatial.model import Reason

Params = dict[str, str | float]
_MARKS = " ,;:.،؛۔()[]'\"“”«»"


def how(found: LookUp, candidate: int, text: str) -> Reason:
    """Give by what a candidate was found.

    Parameters
    ----------
    found : LookUp
    candidate : int
    text : str
        What was looked up, as it was written.
    """
    line, place = found.line(candidate), found.index.place(found.place_of(candidate))
    params: Params = {"name": place.name, "ref": place.ref}
    if line < 0 or (found.is_core and candidate == found.best):
        rest = _not_of_town(found, candidate, text)
        if rest or line < 0:
            return Reason("town_only", params | {"rest": rest} if rest else params)
    # Some points of interest have an address and no name: whatever found them, they are told by it.
    if found.index.is_address(line) or not place.name:
        params |= {"words": found.words(candidate), "parts": _joined(found.used(candidate), text)}
        return Reason("address_matched", params)
    if place.kind == "street":
        return Reason("street_matched", params)
    params["relation"] = found.relation(candidate)
    return Reason("landmark_matched" if place.is_landmark else "place_matched", params)


def chosen(found: LookUp, station: StationArea | None, text: str) -> list[Reason]:
    """Give why the best candidate was taken: what it is, the words it rests on, and what was refused.

    Parameters
    ----------
    found : LookUp
    station : StationArea or None
        The recording station.
    text : str
        What was looked up, as it was written.
    """
    reasons: list[Reason] = []
    if found.swayed and station is not None:
        reasons.append(Reason("station_swayed", {"station": station.code}))
    best, others = how(found, found.best, text), _refused(found)
    if any("district" in other for other in others) and (district := found.place.district):
        best = Reason(best.code, {**best.params, "district": district})
    reasons.append(best)
    if best.code != "address_matched" and (used := _joined(found.used(found.best), text)):
        reasons.append(Reason("parts_used", {"parts": used}))
    reasons.extend(Reason("candidate_refused", other) for other in others)
    return reasons


def refused(found: LookUp) -> list[Reason]:
    """Give why no name was taken."""
    if found.is_core:
        return [Reason("name_unknown")]
    return [Reason("name_weak", _named(found, found.best) | {"share": round(100.0 * found.score)})]


def _refused(found: LookUp) -> list[Params]:
    """Give what there is to say of the candidates elsewhere: with the district where it is another than the best's.

    Namesakes of one district are told apart by how far from the best they lie.
    """
    index, own = found.index, found.place_of(found.best)
    rivals = [(rival, share) for rival, share in found.rivals if share >= 0.01]
    if not rivals:
        return []
    here = index.district_of(own)
    known = [(_named(found, rival), index.district_of(found.place_of(rival))) for rival, _ in rivals]
    called = [(index.name_of(own), here), *((params["name"], district) for params, district in known)]
    told = []
    for (rival, share), (params, district) in zip(rivals, known, strict=True):
        params["share"] = round(100.0 * share)
        if district and district != here:
            params["district"] = district
        if called.count((params["name"], district)) > 1:
            params["apart_m"] = round(_apart_m(found, rival))
        told.append(params)
    return told


def _named(found: LookUp, candidate: int) -> Params:
    """Give the name of a candidate, of one without a name the words by which it was found."""
    place = found.place_of(candidate)
    name = found.index.name_of(place)
    if name:
        return {"name": name, "ref": found.index.ref_of(place)}
    words = found.words(candidate)
    return {"name": words if words.isascii() else ""}  # of another script only its sound was kept


def _apart_m(found: LookUp, candidate: int) -> float:
    lat, lon = (float(each[found.row, candidate]) for each in (found.measured.lat, found.measured.lon))
    east = (lon - found.lon) * math.cos(math.radians(lat))
    return 111_320.0 * math.hypot(lat - found.lat, east)


def _not_of_town(found: LookUp, candidate: int, text: str) -> str:
    """Give what a text names besides a town, and the town's own city and district."""
    town = found.index.place(found.place_of(candidate))
    said = {sound(name) for name in (town.name, town.city, town.district) if name}
    parts = [part for part in found.terms.parts if sound(part.key) not in said]
    parts = [part for part in parts if names_alone(found.index, part.key) != (None, None)]  # a province
    # "Pull Fatehabad Sialkot" is one name to whoever reads it: its last word may still be the town.
    kept = [word for word in _joined(parts, text).split() if sound(word) not in said]
    return " ".join(kept).strip(_MARKS)


def _joined(parts: list[Part], text: str) -> str:
    """Give parts of a text as they were written in it."""
    if not parts:
        return ""
    read = without_bearing(text)
    words = (read[part.start : part.end] for part in parts)
    if read != text:
        # Beside a distance the text is read in one spelling, which is not the writer's.
        words = (written(text, word) for word in words)
    return ", ".join(word.strip(_MARKS) for word in words)


def written(text: str, words: str) -> str:
    """Give words of a text, which stand in the one spelling that all share, as they were written in it."""
    wanted, tokens = words.split(), text.split()
    for first in range(len(tokens) - len(wanted) + 1):
        there = " ".join(tokens[first : first + len(wanted)])
        if fold(there).strip(_MARKS) == words:
            return there
    return words
