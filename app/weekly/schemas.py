"""The shapes of what the room takes and gives, as /openapi.json describes them."""

from typing import Any

from pydantic import BaseModel, Field


class WeeklyQuery(BaseModel):
    """Which jurisdiction's briefing, of which week."""

    jurisdiction: str | None = Field(None, max_length=100)
    week: str | None = Field(None, max_length=20, description="2026-W47, the week that it looks back on")
    number: int | None = Field(None, ge=1, le=2**31 - 1, description="which of those kept; the newest unless told")


class Briefings(BaseModel):
    """The briefings of a jurisdiction that were kept, newest first."""

    briefings: list[dict[str, Any]]


class Briefing(BaseModel):
    """One briefing: its number, its figures and their hash, and who took it."""

    week: str
    number: int
    sha256: str
    figures: dict[str, Any]
    taken: list[dict[str, Any]]
