"""One row of a stay file: hotel, day of check-in and the guest are its key; the guest only as a keyed hash."""

from app.ingest.keys import parse_tag
from app.ingest.problems import BadValue
from app.ingest.reading import Reading, Record, digest_of, read_person, read_point, read_times, text_of
from app.ingest.rows import Row
from spatial.addresses import normalise
from spatial.geocoding import Query
from spatial.shifts import ZONE

NO_HEAD = 0
_HOTEL_COLUMNS = ("hotel_name", "station", "district")


def read_stay(row: Row, values: dict[str, str], reading: Reading) -> Record:
    """Give the record of a stay's row; its station and place come from its hotel.

    Raises
    ------
    BadValue
        Also ``stay_too_old``: no stay is kept longer than the settings allow.
    """
    hotel = parse_tag(values.get("hotel", ""), "hotel")
    times = read_times(values, reading, "check_in", None)
    check_in = times.occurred[0]
    if check_in < reading.oldest_stay:
        raise BadValue(
            "stay_too_old", "check_in", value=values["check_in"][:60], oldest=reading.oldest_stay.date().isoformat()
        )
    leaving = reading.moment(values, "check_out")
    if leaving is not None and leaving.end < check_in:
        raise BadValue("check_out_before", "check_out", value=values["check_out"][:60])
    guest = read_person(values, "guest")
    if guest is None or not (guest.cnic or guest.name):
        raise BadValue("missing", "guest_name")
    given, _, _ = read_point(values)
    room, purpose, place = (text_of(values, name) for name in ("room", "purpose", "place"))
    who = reading.mark("guest", guest.cnic) if guest.cnic else reading.mark("name", normalise(guest.name))
    day = check_in.astimezone(ZONE).date().isoformat()
    return Record(
        line=row.line,
        raw=row.raw,
        key=f"{hotel}/{day}/{who[:32]}",
        station=reading.units.root,  # until its hotel is known
        head_id=NO_HEAD,
        discovery="unknown",
        protected=False,
        cancelled=False,
        occurred=times.occurred,
        reported_at=times.reported_at,
        known_at=times.known_at,
        place_text="",
        given=None,
        query=Query(text=place or None, lat=given[0] if given else None, lon=given[1] if given else None),
        detail={
            "check_in": check_in.isoformat(),
            "check_out": None if leaving is None else leaving.start.isoformat(),
            "room": room or None,
            "purpose": purpose or None,
        },
        hotel_columns={name: values[name] for name in _HOTEL_COLUMNS if values.get(name)},
        person=guest,
        hotel=hotel,
        digest=digest_of(
            hotel, times.content, leaving and leaving.start.isoformat(), room, purpose,
            reading.mark(guest.name, guest.cnic or "", guest.phone),
        ),
    )  # fmt: skip
