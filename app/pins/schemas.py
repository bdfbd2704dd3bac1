"""The shapes of the pin desk's answers, as /openapi.json describes them."""

from typing import Any, Literal

from pydantic import BaseModel, Field


class FlagOut(BaseModel):
    """One thing that cannot be in the order of a FIR's events."""

    code: str
    text: str
    text_ur: str


class RecordOrder(BaseModel):
    """What cannot be in one FIR's order of events; empty where nothing is out of order."""

    flags: list[FlagOut]


class OutOfOrder(BaseModel):
    """A FIR with something out of order."""

    id: int
    title: str
    station: dict[str, Any]
    head: str | None = Field(description="absent where it is protected from the reader")
    known_at: str
    flags: list[FlagOut]


class Order(BaseModel):
    """The check of the order of events over the FIRs entered since a day."""

    since: str
    checked: int = Field(description="FIRs that were checked")
    by_code: dict[str, int] = Field(description="how many FIRs have each flag")
    records: list[OutOfOrder] = Field(description="newest first, at most `most`")
    most: int


class QueueQuery(BaseModel):
    """What of the queue is wanted."""

    jurisdiction: str | None = Field(
        None, description="a jurisdiction's code; the reader's own if missing", max_length=100
    )
    show: str = Field("all", description="all, unplaced, station_area, bearing, name or coordinates", max_length=40)
    kinds: str | None = Field(None, description="fir, complaint, incident", max_length=40)
    cursor: str | None = Field(None, description="`next` of the page before", max_length=200)


class Queue(BaseModel):
    """Records whose place the geocoder is unsure of, the gravest and weakest first."""

    records: list[dict[str, Any]]
    next: str | None


class Progress(BaseModel):
    """How the records of each station are placed."""

    since: str = Field(description="`lately` counts from here")
    total: dict[str, int]
    stations: list[dict[str, Any]]


class Waiting(BaseModel):
    """One record of the queue with all that a decision needs."""

    record: dict[str, Any]
    fix: dict[str, Any] | None
    cells: list[dict[str, Any]]
    candidates: list[dict[str, Any]]
    station: dict[str, Any]


class Decision(BaseModel):
    """What an officer says of a record's place."""

    action: Literal["point", "candidate", "scene", "area", "nowhere"]
    lat: float | None = Field(None, ge=-90, le=90, allow_inf_nan=False)
    lon: float | None = Field(None, ge=-180, le=180, allow_inf_nan=False)
    accuracy_m: float | None = Field(
        None, gt=0, le=20_000, allow_inf_nan=False, description="metres about the point that hold the place"
    )
    area: list[tuple[float, float]] | None = Field(
        None, max_length=1000, description="corners as [longitude, latitude], not closed"
    )
    matched: str | None = Field(None, max_length=120, description="the candidate that was accepted")
    local_name: str | None = Field(None, max_length=200, description="by what name people there call the place")
    reason: str = Field("", max_length=500)


class Decided(BaseModel):
    """The record's new fix."""

    id: int
    fix: int
    local_name: int | None
    cells: list[str]
    reasons: list[dict[str, str]]


class Undone(BaseModel):
    """The fix that holds again."""

    id: int
    fix: int


class Suspicions(BaseModel):
    """What looks wrong with the coordinates of stations."""

    piles: list[dict[str, Any]] = Field(description="more coordinates on one spot than chance makes, the largest first")
    flags: list[dict[str, Any]] = Field(description="how many current fixes of a station have which flag")
