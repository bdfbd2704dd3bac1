"""The shapes of the room's requests and answers, as /openapi.json describes them."""

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class RunQuery(BaseModel):
    """Which run is wanted."""

    model_config = ConfigDict(extra="ignore")

    jurisdiction: str | None = Field(None, description="a jurisdiction's code", max_length=100)
    head: str | None = Field(None, description="a crime head's key", max_length=60)
    shift: str | None = Field(None, description="night, day or evening; the whole day if not given", max_length=10)


class RunRequest(BaseModel):
    """What to forecast; with nothing named, every jurisdiction that has data, the usual heads, the coming week."""

    model_config = ConfigDict(extra="forbid")

    jurisdiction: str | None = Field(None, description="a district's, region's or province's code", max_length=100)
    heads: list[str] | None = Field(None, description="crime heads' keys", min_length=1, max_length=30)
    shift: str | None = Field(
        None, description="night, day or evening alone; else the whole day, and shifts where the data carry them"
    )
    week: date | None = Field(None, description="a day of the week to forecast")


class Answer(BaseModel):
    """An answer that may gain members: a reader ignores what it does not know."""

    model_config = ConfigDict(extra="allow")


class Score(BaseModel):
    """How the run's method did on weeks that it had not seen; null where there was nothing to divide by."""

    hit_rate_5: float | None = Field(description="share of records in the best 5 % of the area")
    pai_5: float | None
    pei_5: float | None
    coverage_90: float | None = Field(
        description="share of cells inside the 90 % interval, randomised for small counts"
    )
    expected_over_observed: float | None
    weeks: int = Field(description="weeks that were scored")


class Interval(BaseModel):
    """A difference with its paired 90 % interval over weeks."""

    mean: float | None
    low: float | None
    high: float | None


class Versus(BaseModel):
    """Another method on the same weeks; the difference is the run's hit rate at 5 % minus its."""

    method: str
    hit_rate_5: float | None
    difference: Interval


class Note(BaseModel):
    """What is to be known of the data behind a run."""

    code: str
    params: dict[str, Any]
    text: str
    text_ur: str


class Run(Answer):
    """A run without its cells."""

    id: int
    method: str
    state: str
    made_at: str
    expires_at: str
    expired: bool
    week_start: str
    head: str
    shift: str | None = Field(description="null: the whole day")
    jurisdiction: str
    resolution: int
    methods: list[str] = Field(description="the methods among which it was chosen")
    paused: bool = Field(description="its data cannot carry a forecast: no cell of it is served")
    notes: list[Note]
    data_hash: str
    synthetic: bool = Field(description="whether synthetic records are among the data")
    score: Score
    versus: list[Versus]


class Driver(BaseModel):
    """One reason for a cell's rate; the shares of a cell's drivers add up to 1."""

    code: str
    share: float
    text: str
    text_ur: str


class Cell(BaseModel):
    """A cell's expected records in the week, with a 90 % interval; rank 1 is the highest, ties share a rank."""

    cell: str = Field(description="H3 index, 15 hexadecimal digits")
    rate: float
    low: float
    high: float
    rank: int
    marks: list[str] = Field(
        description="unstable: leaves the list if reporting differs by 30 %; unknown: too little is reported to say"
    )
    drivers: list[Driver]


class Sight(BaseModel):
    """What the watch of a station's registration, or of a circle's or district's, would see of a change."""

    station: str
    station_ur: str
    stations: int = Field(description="1, those of a place, or 0: the whole area, whose stations are not drawn")
    a_week: float = Field(description="records that it registers a week, of all heads")
    seen_of_100: int = Field(description="in so many of 100 cases a rise of 30 % is seen within two weeks")
    least_percent: int | None = Field(description="smallest rise seen within two weeks in 95 of 100 cases")


class CardSection(BaseModel):
    """A part of the model card in words."""

    title: str
    text: list[str]
    pairs: list[list[str]] = Field(description="label and value")


class Forecast(BaseModel):
    """A run with its best-ranked cells: a tenth of the area, at most 500."""

    run: Run
    cells: list[Cell]
    rested: list[Cell] = Field(description="listed four weeks on end, and left out until an officer renews them")
    paused: list[str] = Field(description="cells of stations whose registration changed: no number is shown")
    card_text: dict[str, list[CardSection]] = Field(description="the model card in words, by language: en, ur")
    card_hash: str = Field(description="SHA-256 of the card's canonical JSON")
    sight: list[Sight] = Field(description="by station and place, what change of registration would be seen in time")


class Runs(BaseModel):
    """Runs, newest week first."""

    runs: list[Run]


class ScoreQuery(RunQuery):
    """Which scores are wanted."""

    weeks: int = Field(52, ge=1, le=520, description="weeks back from now")


class MethodScore(BaseModel):
    """One method over some weeks; ratios of sums, null where there is nothing to divide by."""

    origin: str = Field(description="forecast: made before its week; backtest: after it, from what was known before")
    method: str = Field(description="a method, or `shown`: what each run showed")
    weeks: int
    scored_on: str
    records: float
    hit_rate_1: float | None
    hit_rate_5: float | None
    pai_5: float | None
    pei_5: float | None
    deviance: float | None = Field(description="Poisson deviance of a cell and week")
    log_score: float | None
    coverage_90: float | None
    coverage_90_top: float | None = Field(description="of the best-ranked 5 % of cells")
    expected_over_observed: float | None


class VersusRule(BaseModel):
    """Hit rate at 5 % of what was shown minus a plain rule's on the same weeks, with its paired 90 % interval."""

    rule: str
    difference: float
    low: float | None
    high: float | None
    weeks: int
    verdict: str = Field(description="better or worse beyond chance, unclear, or same")


class TotalScore(MethodScore):
    """A method over all weeks and series."""

    versus: list[VersusRule]


class WeekScores(MethodScore):
    """A method in one week."""

    week_start: str


class SeriesScores(BaseModel):
    """One area, head and part of the day."""

    jurisdiction: str
    jurisdiction_name: str
    jurisdiction_name_ur: str | None
    head: str
    head_name: str
    head_name_ur: str
    shift: str | None
    origin: str
    shown_method: str
    scores: list[MethodScore]
    versus: list[VersusRule]


class Scoreboard(BaseModel):
    """How forecasts did, beside the plain rules."""

    methods: list[str]
    rules: list[str]
    totals: list[TotalScore]
    weeks: list[WeekScores]
    series: list[SeriesScores]


class JobAsked(BaseModel):
    """The job that was queued: see /api/jobs/<job>."""

    job: int


class Job(Answer):
    """A long piece of work that the reader asked for."""

    job: int
    task: str
    state: str = Field(description="waiting, running, done, failed or cancelled")
    done: int
    total: int | None
    message: str
    result: Any
    cancel_asked: bool
