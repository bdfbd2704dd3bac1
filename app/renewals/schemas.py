"""The shapes of the room's requests and answers, as /openapi.json describes them."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field, field_validator

from app.forecasts.planning import near_today


class RenewalBody(BaseModel):
    """Cells that may be listed for four weeks more, from which week on, and why."""

    model_config = ConfigDict(extra="forbid")

    cells: list[str] = Field(
        description="H3 indexes of resolution 8, or of 6 and 7 that a run has", min_length=1, max_length=500
    )
    week: date = Field(description="a day of the first of the four weeks")
    reason: str = Field(description="why, in a few words: it stays with the officer's name", max_length=500)

    @field_validator("week")
    @classmethod
    def _near_today(cls, week: date) -> date:
        near_today(week)
        return week


class Renewed(BaseModel):
    """The cells that were renewed, and from which week on."""

    renewed: list[str]
    week_start: str
