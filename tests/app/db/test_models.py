"""The models say what the migrations made: compared by Alembic's own autogenerate, and tried on one row a schema."""

from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from geoalchemy2.shape import from_shape, to_shape
from shapely import Point
from sqlalchemy import BigInteger, Column, MetaData, Table, Text, inspect, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from app.db.models import Account, Base, Delivery, FixRow, Jurisdiction, Mass, Record, Source
from spatial.mass import UNIT
from tests import factories
from tests.reference_set import GULBERG

#: Schemas whose tables have models; the queue's are procrastinate's own.
SCHEMAS = {None, "access", "person", "audit"}
#: PostGIS's own tables.
FOREIGN = {"spatial_ref_sys", "geography_columns", "geometry_columns"}


def _named(name: str | None, kind: str, _parents: object) -> bool:
    """Say whether autogenerate looks at a name: indexes and unique constraints belong to the migrations alone."""
    if kind == "schema":
        return name in SCHEMAS
    return kind not in ("index", "unique_constraint") and name not in FOREIGN


def _considered(_object: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:
    return kind not in ("index", "unique_constraint") and name not in FOREIGN


def differences(session: Session, metadata: MetaData) -> list[object]:
    """Give what autogenerate would change to make the database like the models."""
    context = MigrationContext.configure(
        session.connection(),
        opts={
            "include_schemas": True,
            "include_name": _named,
            "include_object": _considered,
            "compare_type": True,
            "compare_server_default": True,
        },
    )
    return compare_metadata(context, metadata)


def test_models_match_the_migrated_schema(owner: Session) -> None:
    assert differences(owner, Base.metadata) == []


@pytest.mark.parametrize("change", ["column", "type", "nullable", "table"])
def test_a_difference_is_seen(owner: Session, change: str) -> None:
    """The negative control: a model that drifts is found."""
    drifted = MetaData()
    for table in Base.metadata.tables.values():
        table.to_metadata(drifted)
    source = drifted.tables["source"]
    if change == "column":
        source.append_column(Column("colour", Text))
    elif change == "type":
        source.c.key.type = BigInteger()
    elif change == "nullable":
        source.c.licence.nullable = True
    else:
        Table("stranger", drifted, Column("id", BigInteger, primary_key=True))
    assert differences(owner, drifted)


def test_every_geometry_says_its_kind_and_system(owner: Session) -> None:
    """Alembic compares geometries by their name only: their kind and system are compared here."""
    found = {}
    for row in owner.connection().exec_driver_sql(
        "SELECT f_table_name, f_geometry_column, type, srid FROM geometry_columns"
    ):
        found[row[0], row[1]] = (row[2], row[3])
    said = {
        (table.name, column.name): (column.type.geometry_type, column.type.srid)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if hasattr(column.type, "geometry_type")
    }
    assert said == found


def test_unique_columns_are_unique(owner: Session) -> None:
    reader = inspect(owner.connection())
    for table in Base.metadata.tables.values():
        held = {
            tuple(constraint["column_names"])
            for constraint in reader.get_unique_constraints(table.name, schema=table.schema)
        }
        for column in table.columns:
            assert not column.unique or (column.name,) in held, f"{table.name}.{column.name}"


def test_one_row_of_each_schema_is_written_and_read(worker: Session) -> None:
    jurisdiction = worker.scalars(select(Jurisdiction).where(Jurisdiction.code == GULBERG)).one()
    assert jurisdiction.level == "station" and jurisdiction.path.count(".") > 0
    source = Source(key="models", name="Models")
    worker.add(source)
    worker.add(Account(name="models", role="analyst"))
    worker.flush()
    assert source.id and source.created_at.tzinfo is not None and source.owner_force == ""
    delivery = Delivery(source_id=source.id, kind="fir", filename="models.csv", sha256="0" * 64)
    worker.add(delivery)
    worker.flush()
    moment = datetime(2026, 11, 2, 12, tzinfo=UTC)
    record = Record(
        source_id=source.id, key="models/1", kind="fir", station_id=jurisdiction.id, protected=False, line=2,
        head_id=factories.head_id(worker, "robbery"), discovery="reported", known_at=moment, digest=b"\0" * 32,
        occurred=Range(moment, moment, bounds="[]"), delivery_id=delivery.id,
        given=from_shape(Point(74.34, 31.51), 4326),
    )  # fmt: skip
    worker.add(record)
    worker.flush()
    worker.expire_all()
    again = worker.get_one(Record, record.id)
    assert (again.kind, again.version, again.cancelled, delivery.state) == ("fir", 1, False, "receiving")
    assert again.occurred.lower == again.occurred.upper == moment
    assert again.given is not None and to_shape(again.given).equals(Point(74.34, 31.51))


def test_a_record_s_mass_reads_as_whole_numbers(worker: Session) -> None:
    record_id = factories.record(worker)
    fix = worker.scalars(select(FixRow).where(FixRow.record_id == record_id)).one()
    mass = worker.scalars(select(Mass).where(Mass.record_id == record_id)).one()
    assert mass.fix_id == fix.id and mass.kind == "fir"
    assert mass.cell_upto[-1] == UNIT and sum(mass.shift_mass) == UNIT
    assert isinstance(mass.cells[0], int)
    assert (mass.shifts.upper or 0) - (mass.shifts.lower or 0) == len(mass.shift_mass)
