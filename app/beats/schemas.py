"""The shapes of what the room takes and gives, as /openapi.json describes them.  Masses are in records."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.forecasts.planning import coming_week, near_today, week_of_date
from app.records.filters import FilterQuery
from app.records.schemas import Answer
from spatial import shifts
from spatial.coverage import Pace


class AreaQuery(BaseModel):
    """Which area: a district, circle or station of one's own scope."""

    jurisdiction: str | None = Field(None, max_length=100)


class PlansQuery(AreaQuery):
    """Which area's plans, of which week."""

    week: date | None = Field(None, description="any day of the week")


class HeatQuery(FilterQuery):
    """The filters of the table of beats."""


class Interval(BaseModel):
    """A number with the interval that holds it nine times in ten; null where it has no bound."""

    value: float | None
    low: float | None
    high: float | None


class BeatRow(Answer):
    """One beat: records of the window, usual, change (0.2 is a fifth more), and what is expected in the coming week."""

    code: str
    name: str
    mass: float
    usual: Interval | None
    change: Interval | None
    forecast: Interval | None


class Heat(Answer):
    """The table of beats; total = mass + outside + coarse + unplaced + held_back."""

    units: list[BeatRow]
    mass: float
    outside: float = Field(description="placed beyond every beat of the area")
    coarse: float
    unplaced: float
    held_back: float
    total: float
    synthetic: bool


class Outlines(Answer):
    """The beats' outlines: a GeoJSON feature collection whose ids are places in the table."""

    type: str
    features: list[dict[str, Any]]


class ProposalBody(BaseModel):
    """What patrols there are, how they move, and what the places are weighed by."""

    model_config = ConfigDict(extra="ignore")

    jurisdiction: str | None = Field(None, max_length=100)
    window: str | None = Field(None, max_length=80)
    heads: str | None = Field(None, max_length=1000)
    kinds: str | None = Field(None, max_length=100)
    shift: str | None = Field(None, max_length=10)
    week: date | None = Field(None, description="any day of the week to plan; the coming week unless told")
    weigh: Literal["forecast", "window"] = "forecast"
    patrols: int = Field(2, ge=1, le=12)
    minutes: int = Field(180, ge=15, le=720, description="of each patrol, the ways included")
    minutes_a_place: float = Field(15, ge=5, le=60, allow_inf_nan=False)
    speed_kmh: float = Field(20, ge=2, le=80, allow_inf_nan=False)
    road_factor: float = Field(1.3, ge=1, le=3, allow_inf_nan=False, description="road over straight line")
    reach_m: float = Field(450, ge=300, le=2000, allow_inf_nan=False, description="what a visit covers")
    locked: list[str] = Field(default_factory=list, max_length=60)
    excluded: list[str] = Field(default_factory=list, max_length=300)

    def pace(self) -> Pace:
        """Give how the patrols move."""
        return Pace(self.speed_kmh, self.minutes_a_place, self.road_factor)

    def week_number(self) -> int:
        """Give the week to plan."""
        if self.week is None:
            return coming_week(datetime.now(shifts.ZONE))
        return week_of_date(self.week)

    def settings(self) -> dict[str, Any]:
        """Give what a plan keeps of its making."""
        names = ("minutes_a_place", "speed_kmh", "road_factor", "reach_m", "window")
        return {name: getattr(self, name) for name in names}

    @model_validator(mode="after")
    def _near_today(self) -> "ProposalBody":
        if self.week is not None:
            near_today(self.week)
        return self


class ChosenPlace(BaseModel):
    """A place that the planner keeps: as proposed, moved, or added."""

    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    patrol: int = Field(0, ge=0, le=12, description="0: share the places anew")
    decision: Literal["accepted", "moved", "added"] = "accepted"
    locked: bool = False
    reason: str = Field("", max_length=500)


class RefusedPlace(BaseModel):
    """A proposed place that the planner refused."""

    cell: str = Field(max_length=15)
    reason: str = Field("", max_length=500)


class PlanBody(ProposalBody):
    """A plan as the planner decided it."""

    places: list[ChosenPlace] = Field(default_factory=list, max_length=60)
    refused: list[RefusedPlace] = Field(default_factory=list, max_length=60)


class Proposal(Answer):
    """Places in tours, and what they cover of the whole."""

    places: list[dict[str, Any]]
    tours: list[dict[str, Any]]
    covered: float
    left_out: float
    total: float
    weighed_by: str


class PlanSummary(Answer):
    """A plan without its places."""

    id: int
    week_start: str
    covered: float
    total: float


class Plan(PlanSummary):
    """A plan with its places."""

    places: list[dict[str, Any]]


class Plans(BaseModel):
    """Plans of an area, newest week first."""

    plans: list[PlanSummary]


class Outcome(Plan):
    """What was planned, visited and happened: happened = near + beyond + unplaced."""

    happened: float
    happened_near: float
    happened_beyond: float
    happened_unplaced: float


class Weeks(BaseModel):
    """Week by week."""

    weeks: list[dict[str, Any]]


class Stand(BaseModel):
    """Where a phone stands, if its holder gives it."""

    lat: float | None = Field(None, ge=-90, le=90, allow_inf_nan=False)
    lon: float | None = Field(None, ge=-180, le=180, allow_inf_nan=False)
    accuracy_m: float | None = Field(None, ge=0, le=100_000, allow_inf_nan=False)


class VisitBody(Stand):
    """A visit that starts now; with minutes, one that has ended already."""

    minutes: float | None = Field(None, gt=0, le=720, allow_inf_nan=False)


class Visit(Answer):
    """A visit."""

    id: int
    place: int
    minutes: float | None


class UnderWay(BaseModel):
    """The visit of the reader that is under way."""

    visit: dict[str, Any] | None


class Withdrawn(BaseModel):
    """The number of a plan that counts no more."""

    id: int
    withdrawn: bool
