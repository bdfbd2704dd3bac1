"""One row of a FIR file: station, year and number are its key; its gravest section decides its head."""

from functools import lru_cache

from app.ingest.dates import iso
from app.ingest.keys import parse_fir_number
from app.ingest.problems import BadValue
from app.ingest.reading import (
    Reading,
    Record,
    digest_of,
    is_cancelled,
    place_query,
    read_person,
    read_point,
    read_times,
    text_of,
)
from app.ingest.rows import Row
from app.reference.rules import current_rules, head_of, is_protected, parse_sections
from spatial.addresses import parse_bearing, parse_direction, parse_distance

Sections = tuple[tuple[str, str, str | None], ...]


@lru_cache(maxsize=16_384)
def read_sections(text: str, property_kind: str) -> tuple[int, str, str, bool, Sections]:
    """Give head, discovery, rule version, whether it is protected, and the sections as (law, section, date added).

    Raises
    ------
    BadValue
        ``sections_unreadable`` where there is text but no section in it.
    """
    rules = current_rules()
    try:
        sections = parse_sections(text, rules) if text else []
    except ValueError:
        sections = []
    if text and not sections:
        raise BadValue("sections_unreadable", "sections", value=text[:60])
    head, discovery, version = head_of(sections, property_kind or None, rules)
    written = tuple(
        (
            s.law,
            f"{s.number}{'-' + s.suffix if s.suffix else ''}{'(' + s.sub + ')' if s.sub else ''}",
            s.added.isoformat() if s.added else None,
        )
        for s in sections
    )
    return head, discovery, version, is_protected(sections, property_kind or None, rules), written


@lru_cache(maxsize=16_384)
def read_bearing(distance: str, direction: str) -> tuple[float | None, float | None]:
    """Give metres and degrees from the station.

    Raises
    ------
    BadValue
        ``distance_unreadable`` or ``direction_unreadable``.
    """
    if not distance and not direction:
        return None, None
    metres, degrees = parse_distance(distance) if distance else None, parse_direction(direction) if direction else None
    if distance and (metres is None or degrees is None):
        said = parse_bearing(f"{distance} {direction}")
        if said is not None:
            metres = said.distance_m if metres is None else metres
            degrees = said.direction_deg if degrees is None else degrees
    if distance and metres is None:
        raise BadValue("distance_unreadable", "distance", value=distance[:60])
    if direction and degrees is None:
        raise BadValue("direction_unreadable", "direction", value=direction[:60])
    return metres, degrees


#: When else something was done about a FIR: dates that its form and the check of its order of events use.
STEPS = ("diary_at", "despatched_at", "arrested_at")


def read_steps(values: dict[str, str], reading: Reading) -> dict[str, str | None]:
    """Give the dates of a FIR's further steps, in ISO 8601.

    One that cannot be (an arrest before the FIR) is kept: the check of the order of events names it, and a FIR is
    never put aside for what was written wrong about it later.

    Raises
    ------
    BadValue
        Where a date cannot be read.
    """
    found = {name: reading.moment(values, name) for name in STEPS}
    return {name: iso(moment.start) if moment is not None else None for name, moment in found.items()}


def read_fir(row: Row, values: dict[str, str], reading: Reading) -> Record:
    """Give the record of a FIR's row.

    Raises
    ------
    BadValue
    """
    station = reading.station(values)
    number = parse_fir_number(values.get("number", ""), values.get("year", ""), reading.now.year + 1)
    times = read_times(values, reading)
    sections_text, property_kind = text_of(values, "sections"), text_of(values, "property").casefold()
    head, discovery, version, protected, sections = read_sections(sections_text, property_kind)
    given, accuracy, says_place = read_point(values)
    distance_text, direction_text = text_of(values, "distance"), text_of(values, "direction")
    distance, direction = read_bearing(distance_text, direction_text)
    place, status, narrative, e_tag = (text_of(values, name) for name in ("place", "status", "narrative", "e_tag"))
    person = read_person(values, "complainant")
    steps = read_steps(values, reading) | {"delay_reason": text_of(values, "delay_reason")}
    return Record(
        line=row.line,
        raw=row.raw,
        key=f"{station.code}/{number.year}/{number.number}",
        station=station,
        head_id=head,
        discovery=discovery,
        protected=protected,
        cancelled=is_cancelled(status),
        occurred=times.occurred,
        reported_at=times.reported_at,
        known_at=times.known_at,
        place_text=place,
        given=given,
        query=place_query(place, (given, accuracy, says_place), station, (distance, direction)),
        detail={
            "year": number.year,
            "number": number.number,
            "e_tag": e_tag or None,
            "sections": sections_text,
            "property": property_kind or None,
            "distance_m": distance,
            "direction": direction_text or None,
            "status": status or None,
            "narrative": narrative,
            "rule_version": version,
            **steps,
        },
        sections=sections,
        person=person,
        digest=digest_of(
            station.code, *number, times.content, sections_text, property_kind, given, accuracy, distance, direction,
            place, status, narrative, e_tag, person and reading.mark(person.name, person.cnic or "", person.phone),
            # only where there are any: records that never had them stay what they were
            *((steps,) if any(steps.values()) else ()),
        ),
    )  # fmt: skip
