"""The shapes of the room's requests and answers, as /openapi.json describes them."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["fir", "complaint", "stay", "incident"]


class DeliveryQuery(BaseModel):
    """What is delivered, and by which system."""

    model_config = ConfigDict(extra="ignore")

    kind: Kind = Field(description="what the rows are")
    source: str | None = Field(
        None, description="key of a source that is known; the usual one of the kind if missing", max_length=60
    )


class PageQuery(BaseModel):
    """Which page of a list."""

    model_config = ConfigDict(extra="ignore")

    cursor: int | None = Field(None, ge=0, le=(1 << 63) - 1, description="`next` of the page before")


class Counts(BaseModel):
    """received = accepted + duplicate + quarantined; accepted = placed + unplaced."""

    delivery: int
    received: int
    accepted: int = Field(description="new records, and changed versions of known ones")
    duplicate: int
    quarantined: int
    placed: int
    unplaced: int


class Delivery(Counts):
    """One delivery."""

    kind: Kind
    source: str
    source_name: str
    synthetic: bool
    filename: str
    sha256: str
    state: Literal["waiting", "receiving", "done", "failed"]
    error: str | None = Field(description="why a file could not be read (further)")
    started_at: str
    finished_at: str | None


class Deliveries(BaseModel):
    """Deliveries, newest first."""

    deliveries: list[Delivery]
    next: int | None


class QuarantineRow(BaseModel):
    """A row put aside: where it stands in the file, why, and what to do."""

    line: int
    column: str | None
    reason: str
    message: str
    message_ur: str


class Quarantine(BaseModel):
    """Rows of a delivery that wait to be mended, in the order of the file."""

    rows: list[QuarantineRow]
    next: int | None


class Upload(BaseModel):
    """The answer to a delivery: its counts, or only its id where it is read later."""

    model_config = ConfigDict(extra="allow")

    delivery: int
    state: str = "done"


def delivery_of(row: Any) -> dict[str, Any]:
    """Give a delivery's row as the API tells it."""
    from app.ingest.messages import say

    return {
        "delivery": row["id"],
        **{name: row[name] for name in ("received", "accepted", "duplicate", "quarantined", "placed", "unplaced")},
        **{name: row[name] for name in ("kind", "source", "source_name", "filename", "sha256", "state")},
        "synthetic": row["is_synthetic"],
        "error": say(row["error"], {"name": row["filename"]}) if row["error"] else None,
        "started_at": row["started_at"].isoformat(),
        "finished_at": row["finished_at"].isoformat() if row["finished_at"] else None,
    }
