"""The shapes of the pin desk's answers, as /openapi.json describes them."""

from typing import Any

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
