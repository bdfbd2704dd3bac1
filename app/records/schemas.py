"""The shapes of the room's answers, as /openapi.json describes them.  Masses are in records, with six decimals."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """An answer that may gain members: a reader ignores what it does not know."""

    model_config = ConfigDict(extra="allow")


class Summary(Answer):
    """The whole mass of a filter."""

    records: int = Field(description="records that have mass in the filter")
    total: float = Field(description="the filter's whole mass = placed + unplaced + held_back")
    placed: float
    unplaced: float
    held_back: float
    by_kind: dict[str, float]
    by_head: dict[str, float]
    by_week: dict[str, float] = Field(description="Monday's date to mass")
    data_to: str | None
    synthetic: bool


class CellMass(BaseModel):
    """One cell and its mass."""

    cell: str = Field(description="H3 index, 15 hexadecimal digits")
    mass: float


class Cells(Answer):
    """The cells of a filter; total = mass + coarse + unplaced + held_back."""

    cells: list[CellMass]
    mass: float
    coarse: float = Field(description="placed, but coarser than this map")
    unplaced: float
    held_back: float = Field(description="protected from this reader")
    total: float
    synthetic: bool


class CellRecords(Answer):
    """The records of a cell; over all pages their masses sum to the cell's."""

    cell: str
    mass: float
    records: list[dict[str, Any]]
    next: str | None


class Record(Answer):
    """One record, as far as its reader may see it."""

    id: int
    kind: str
    synthetic: bool


class RecordCells(Answer):
    """The cells of a record's current fix, which sum to one record (or to nothing, where it is unplaced)."""

    cells: list[CellMass]
    fix: dict[str, Any] | None
    synthetic: bool


class Pin(BaseModel):
    """Where an officer says that it happened."""

    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    reason: str = Field("", max_length=500)
    local_name: str | None = Field(
        None, max_length=120, description="what people there call the place; found from now on within the station"
    )


class Pinned(BaseModel):
    """The record, its new fix, and the local name that it taught."""

    id: int
    fix: int
    local_name: int | None
