"""One row of an incident file: a dated event of any other system, under its own identifier."""

from app.geocode.units import UnitNotFound
from app.ingest.keys import parse_tag
from app.ingest.reading import (
    Reading,
    Record,
    digest_of,
    is_cancelled,
    place_query,
    read_point,
    read_times,
    text_of,
    unit_problem,
)
from app.ingest.rows import Row
from app.ingest.rows_complaint import category_head


def read_incident(row: Row, values: dict[str, str], reading: Reading) -> Record:
    """Give the record of an incident's row.

    Raises
    ------
    BadValue
    """
    key = parse_tag(values.get("id", ""), "id")
    unit = reading.units.root
    if values.get("station"):
        unit = reading.station(values)
    elif values.get("district"):
        try:
            unit = reading.units.area(values["district"])
        except UnitNotFound as error:
            raise unit_problem(error) from None
    times = read_times(values, reading)
    category = text_of(values, "category")
    head, discovery, _ = category_head("incident", category)
    given, accuracy, says_place = read_point(values)
    place, narrative, status = (text_of(values, name) for name in ("place", "narrative", "status"))
    needs_unit = unit is reading.units.root and given is not None and says_place
    if not needs_unit:
        unit = reading.allowed(unit, "station" if values.get("station") else "district")
    return Record(
        line=row.line,
        raw=row.raw,
        key=key,
        station=unit,
        head_id=head,
        discovery=discovery,
        protected=head in reading.protected_heads,
        cancelled=is_cancelled(status),
        occurred=times.occurred,
        reported_at=times.reported_at,
        known_at=times.known_at,
        place_text=place,
        given=given,
        query=place_query(place, (given, accuracy, says_place), unit),
        detail={"external_id": key, "category": category, "narrative": narrative},
        digest=digest_of(
            key, unit.code, times.content, category, given, accuracy, says_place, place, narrative, status
        ),
        needs_unit=needs_unit,
    )
