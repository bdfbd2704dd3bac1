"""One row of a complaint file: the tag is its key, the category decides its head."""

from functools import lru_cache

from app.ingest.keys import parse_tag
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
from app.ingest.rows_fir import read_bearing
from app.reference.rules import head_of_category

category_head = lru_cache(maxsize=16_384)(head_of_category)


def read_complaint(row: Row, values: dict[str, str], reading: Reading) -> Record:
    """Give the record of a complaint's row.

    Raises
    ------
    BadValue
    """
    tag = parse_tag(values.get("tag", ""), "tag")
    station = reading.station(values)
    times = read_times(values, reading)
    category = text_of(values, "category")
    head, discovery, _ = category_head("complaint", category)
    given, accuracy, says_place = read_point(values)
    distance, direction = read_bearing(text_of(values, "distance"), text_of(values, "direction"))
    place, status, fir, narrative = (text_of(values, name) for name in ("place", "status", "fir", "narrative"))
    person = read_person(values, "complainant")
    return Record(
        line=row.line,
        raw=row.raw,
        key=tag,
        station=station,
        head_id=head,
        discovery=discovery,
        protected=head in reading.protected_heads,
        cancelled=is_cancelled(status),
        occurred=times.occurred,
        reported_at=times.reported_at,
        known_at=times.known_at,
        place_text=place,
        given=given,
        query=place_query(place, (given, accuracy, says_place), station, (distance, direction)),
        detail={"tag": tag, "category": category, "status": status or None, "fir": fir or None, "narrative": narrative},
        person=person,
        digest=digest_of(
            tag, station.code, times.content, category, given, accuracy, distance, direction, place, status, fir,
            narrative,
            person and reading.mark(person.name, person.cnic or "", person.phone),
        ),
    )  # fmt: skip
