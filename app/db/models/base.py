"""What every model stands on: the metadata, the PostgreSQL types, and the names of the schema's enums.

The migrations own the schema.  The models say its columns, types, nullability, defaults and foreign keys; indexes,
checks, policies and rights stand in the migrations alone, and a test compares the two.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, Boolean, Double, Enum, Identity, Integer, LargeBinary, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, REAL, TIMESTAMP, base
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import UserDefinedType


class Ltree(UserDefinedType[str]):
    """A path of labels, from the country down to the beat."""

    cache_ok = True

    def get_col_spec(self, **_options: Any) -> str:
        """Give the type's name in DDL."""
        return "LTREE"


class TransactionId(UserDefinedType[int]):
    """A transaction's number that never wraps around (xid8)."""

    cache_ok = True

    def get_col_spec(self, **_options: Any) -> str:
        """Give the type's name in DDL."""
        return "XID8"


# SQLAlchemy would read these columns of a live database as of no type, with a warning.
base.ischema_names.setdefault("ltree", Ltree)
base.ischema_names.setdefault("xid8", TransactionId)

Kind = Literal["fir", "complaint", "stay", "incident"]
Discovery = Literal["reported", "discovered", "accident", "unknown"]
Level = Literal["country", "province", "region", "district", "division", "circle", "station", "beat"]

KIND = Enum("fir", "complaint", "stay", "incident", name="record_kind")
DISCOVERY = Enum("reported", "discovered", "accident", "unknown", name="discovery")
LEVEL = Enum(
    "country", "province", "region", "district", "division", "circle", "station", "beat", name="jurisdiction_level"
)

# The numbers tell one from another: the widths in bits.
Small = Annotated[int, 16]
Whole = Annotated[int, 32]
Real = Annotated[float, 32]
Json = Annotated[Any, 0]
#: A surrogate key that the database gives.
Key = Annotated[int, mapped_column(BigInteger, Identity(always=True), primary_key=True)]


class Base(DeclarativeBase):
    """The base of every model; `Base.metadata` is the whole schema but the queue's."""

    type_annotation_map = {
        int: BigInteger,
        Small: SmallInteger,
        Whole: Integer,
        float: Double,
        Real: REAL,
        str: Text,
        bool: Boolean,
        bytes: LargeBinary,
        datetime: TIMESTAMP(timezone=True),
        Json: JSONB,
        list[int]: ARRAY(BigInteger),
        list[Whole]: ARRAY(Integer),
        list[Small]: ARRAY(SmallInteger),
        list[float]: ARRAY(Double),
    }


def geometry(shape: str, srid: int = 4326) -> Geometry:
    """Give the type of a geometry column; its index, where it has one, belongs to the migrations."""
    return Geometry(shape, srid=srid, spatial_index=False)
