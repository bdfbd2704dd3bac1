"""Reference data: jurisdictions, places, what is drawn under the data, crime heads, rules, sources, cells' shapes."""

from datetime import date, datetime

from geoalchemy2 import WKBElement
from sqlalchemy import ForeignKey, Identity, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import DISCOVERY, KIND, LEVEL, Base, Discovery, Key, Kind, Level, Ltree, Real, Small, geometry


class Jurisdiction(Base):
    """A node of the tree country > province > region > district > division > circle > station > beat."""

    __tablename__ = "jurisdiction"

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(unique=True)
    level: Mapped[Level] = mapped_column(LEVEL)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("jurisdiction.id"))
    path: Mapped[str] = mapped_column(Ltree, unique=True)
    name: Mapped[str]
    name_ur: Mapped[str | None]
    area: Mapped[WKBElement | None] = mapped_column(geometry("MULTIPOLYGON"))
    seat: Mapped[WKBElement | None] = mapped_column(geometry("POINT"))
    area_cells: Mapped[list[int] | None]
    derived: Mapped[bool] = mapped_column(server_default=text("false"))
    source: Mapped[str]
    population: Mapped[int | None]
    valid_from: Mapped[date] = mapped_column(server_default=text("'1947-08-14'::date"))
    valid_until: Mapped[date | None]


class Place(Base):
    """A named place of the gazetteer: a locality, neighbourhood, landmark, street, area or station."""

    __tablename__ = "place"

    id: Mapped[Key]
    ref: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    category: Mapped[str | None]
    name: Mapped[str]
    name_ur: Mapped[str | None]
    point: Mapped[WKBElement] = mapped_column(geometry("POINT"))
    extent: Mapped[WKBElement | None] = mapped_column(geometry("MULTIPOLYGON"))
    radius_m: Mapped[Real]
    population: Mapped[int] = mapped_column(server_default=text("0"))
    rank: Mapped[Small] = mapped_column(server_default=text("9"))
    district_id: Mapped[int | None] = mapped_column(ForeignKey("jurisdiction.id"))
    city: Mapped[str | None]
    licence: Mapped[str]


class PlaceName(Base):
    """One of a place's names, by its normalised key."""

    __tablename__ = "place_name"

    key: Mapped[str] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id", ondelete="CASCADE"), primary_key=True)
    district_id: Mapped[int | None] = mapped_column(ForeignKey("jurisdiction.id"))


class Ground(Base):
    """What is drawn under the data: an outline, a footprint, a road."""

    __tablename__ = "ground"

    id: Mapped[Key]
    kind: Mapped[str]
    name: Mapped[str | None]
    name_ur: Mapped[str | None]
    road_class: Mapped[str | None] = mapped_column("class")
    shape: Mapped[WKBElement] = mapped_column(geometry("GEOMETRY", 3857))
    min_zoom: Mapped[Small] = mapped_column(server_default=text("0"))
    licence: Mapped[str]


class CrimeHead(Base):
    """A crime head; its id is stable, since rollups hold it in their slots."""

    __tablename__ = "crime_head"

    id: Mapped[Small] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_ur: Mapped[str]
    part: Mapped[str]
    gravity: Mapped[Small]
    protected: Mapped[bool] = mapped_column(server_default=text("false"))
    discovery: Mapped[Discovery] = mapped_column(DISCOVERY)


class SectionRule(Base):
    """Which head a section of a law gives, in one version of the rules."""

    __tablename__ = "section_rule"

    id: Mapped[Key]
    rule_version: Mapped[str]
    law: Mapped[str]
    section: Mapped[str]
    property: Mapped[str | None]
    head_id: Mapped[Small | None] = mapped_column(ForeignKey("crime_head.id"))
    is_companion: Mapped[bool] = mapped_column(server_default=text("false"))
    discovery: Mapped[Discovery | None] = mapped_column(DISCOVERY)


class CategoryRule(Base):
    """Which head a category of a complaint or incident gives, in one version of the rules."""

    __tablename__ = "category_rule"

    id: Mapped[Key]
    rule_version: Mapped[str]
    kind: Mapped[Kind] = mapped_column(KIND)
    category: Mapped[str]
    head_id: Mapped[Small] = mapped_column(ForeignKey("crime_head.id"))
    discovery: Mapped[Discovery] = mapped_column(DISCOVERY)


class Source(Base):
    """A system that sends records, with the force that owns the data."""

    __tablename__ = "source"

    id: Mapped[Small] = mapped_column(SmallInteger, Identity(always=True), primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    owner_force: Mapped[str] = mapped_column(server_default=text("''"))
    is_synthetic: Mapped[bool] = mapped_column(server_default=text("false"))
    attribution: Mapped[str] = mapped_column(server_default=text("''"))
    licence: Mapped[str] = mapped_column(server_default=text("''"))
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class ReferenceLoad(Base):
    """Which version of a reference file is loaded, by its digest."""

    __tablename__ = "reference_load"

    name: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    rows: Mapped[int]
    loaded_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class Cell(Base):
    """The shape of an H3 cell that has been used."""

    __tablename__ = "cell"

    cell: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    resolution: Mapped[Small]
    centre: Mapped[WKBElement] = mapped_column(geometry("POINT"))
    shape: Mapped[WKBElement] = mapped_column(geometry("POLYGON", 3857))
