"""Deliveries, quarantine, records with a detail table a kind, hotels, and the persons of records."""

from datetime import date, datetime

from geoalchemy2 import WKBElement
from sqlalchemy import ForeignKey, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import DISCOVERY, KIND, Base, Discovery, Json, Key, Kind, Real, Small, Whole, geometry

_ZERO = text("0")
_EMPTY = text("''")


class Delivery(Base):
    """One file or API call received from a source: received = accepted + duplicate + quarantined."""

    __tablename__ = "delivery"

    id: Mapped[Key]
    source_id: Mapped[Small] = mapped_column(ForeignKey("source.id"))
    kind: Mapped[Kind] = mapped_column(KIND)
    filename: Mapped[str]
    sha256: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=text("'receiving'"))
    received: Mapped[int] = mapped_column(server_default=_ZERO)
    accepted: Mapped[int] = mapped_column(server_default=_ZERO)
    duplicate: Mapped[int] = mapped_column(server_default=_ZERO)
    quarantined: Mapped[int] = mapped_column(server_default=_ZERO)
    placed: Mapped[int] = mapped_column(server_default=_ZERO)
    unplaced: Mapped[int] = mapped_column(server_default=_ZERO)
    rows_done: Mapped[int] = mapped_column(server_default=_ZERO)
    data_to: Mapped[datetime | None]
    error: Mapped[str | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("access.account.id"))
    started_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    finished_at: Mapped[datetime | None]


class Quarantine(Base):
    """A row that could not be read, with its bytes as they came and the reason."""

    __tablename__ = "quarantine"

    id: Mapped[Key]
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"))
    line: Mapped[int]
    raw: Mapped[bytes]
    column_name: Mapped[str | None]
    reason: Mapped[str]
    params: Mapped[Json] = mapped_column(server_default=text("'{}'::jsonb"))
    state: Mapped[str] = mapped_column(server_default=text("'open'"))
    replayed_in: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"))
    made_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class Hotel(Base):
    """A hotel, with the fix that each of its stays takes."""

    __tablename__ = "hotel"

    id: Mapped[Key]
    source_id: Mapped[Small] = mapped_column(ForeignKey("source.id"))
    key: Mapped[str]
    name: Mapped[str]
    address: Mapped[str] = mapped_column(server_default=_EMPTY)
    district_id: Mapped[int | None] = mapped_column(ForeignKey("jurisdiction.id"))
    station_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    method: Mapped[str]
    score: Mapped[Real]
    accuracy_m: Mapped[Real | None]
    point: Mapped[WKBElement | None] = mapped_column(geometry("POINT"))
    resolution: Mapped[Small]
    cells: Mapped[list[int]]
    cell_upto: Mapped[list[Whole]]
    matched: Mapped[str | None]
    reasons: Mapped[Json] = mapped_column(server_default=text("'[]'::jsonb"))


class Record(Base):
    """One FIR, complaint, stay or incident, as its source gave it: the spine of all."""

    __tablename__ = "record"

    id: Mapped[Key]
    source_id: Mapped[Small] = mapped_column(ForeignKey("source.id"))
    key: Mapped[str]
    kind: Mapped[Kind] = mapped_column(KIND)
    version: Mapped[Whole] = mapped_column(server_default=text("1"))
    station_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    head_id: Mapped[Small] = mapped_column(ForeignKey("crime_head.id"))
    discovery: Mapped[Discovery] = mapped_column(DISCOVERY)
    protected: Mapped[bool]
    cancelled: Mapped[bool] = mapped_column(server_default=text("false"))
    occurred: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    reported_at: Mapped[datetime | None]
    known_at: Mapped[datetime]
    place_text: Mapped[str] = mapped_column(server_default=_EMPTY)
    given: Mapped[WKBElement | None] = mapped_column(geometry("POINT"))
    digest: Mapped[bytes]
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"))
    line: Mapped[int]
    place_asked: Mapped[Json | None]
    made_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class RecordVersion(Base):
    """What a record said before a later delivery changed it."""

    __tablename__ = "record_version"

    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), primary_key=True)
    version: Mapped[Whole] = mapped_column(primary_key=True)
    content: Mapped[Json]
    digest: Mapped[bytes]
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"))
    known_from: Mapped[datetime]
    known_until: Mapped[datetime]


class Fir(Base):
    """What only a FIR has."""

    __tablename__ = "fir"

    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), primary_key=True)
    year: Mapped[Small]
    number: Mapped[Whole]
    e_tag: Mapped[str | None]
    sections: Mapped[str]
    property: Mapped[str | None]
    distance_m: Mapped[Real | None]
    direction: Mapped[str | None]
    status: Mapped[str | None]
    narrative: Mapped[str] = mapped_column(server_default=_EMPTY)
    rule_version: Mapped[str]
    diary_at: Mapped[datetime | None]
    despatched_at: Mapped[datetime | None]
    arrested_at: Mapped[datetime | None]
    delay_reason: Mapped[str] = mapped_column(server_default=_EMPTY)


class FirSection(Base):
    """A section of law under which a FIR was lodged, or which was taken from it later."""

    __tablename__ = "fir_section"

    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), primary_key=True)
    position: Mapped[Small] = mapped_column(primary_key=True)
    law: Mapped[str]
    section: Mapped[str]
    action: Mapped[str] = mapped_column(server_default=text("'added'"))
    action_date: Mapped[date | None]


class Complaint(Base):
    """What only a complaint has."""

    __tablename__ = "complaint"

    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), primary_key=True)
    tag: Mapped[str]
    category: Mapped[str]
    status: Mapped[str | None]
    fir: Mapped[str | None]
    fir_id: Mapped[int | None] = mapped_column(ForeignKey("record.id"))
    narrative: Mapped[str] = mapped_column(server_default=_EMPTY)


class Stay(Base):
    """What only a hotel check-in has."""

    __tablename__ = "stay"

    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), primary_key=True)
    hotel_id: Mapped[int] = mapped_column(ForeignKey("hotel.id"))
    check_in: Mapped[datetime]
    check_out: Mapped[datetime | None]
    room: Mapped[str | None]
    purpose: Mapped[str | None]


class Incident(Base):
    """What only an incident of another system has."""

    __tablename__ = "incident"

    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), primary_key=True)
    external_id: Mapped[str]
    category: Mapped[str]
    narrative: Mapped[str] = mapped_column(server_default=_EMPTY)


class Party(Base):
    """A person of a record: name, CNIC and phone encrypted, the CNIC found by its keyed hash."""

    __tablename__ = "party"
    __table_args__ = {"schema": "person"}

    id: Mapped[Key]
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"))
    role: Mapped[str]
    name: Mapped[bytes | None]
    cnic: Mapped[bytes | None]
    cnic_hash: Mapped[bytes | None]
    phone: Mapped[bytes | None]
