"""The shapes of the room's questions and answers, as /openapi.json describes them."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """An answer that may gain members: a reader ignores what it does not know."""

    model_config = ConfigDict(extra="allow")


class GeocodeQuery(BaseModel):
    """A place text with what is known beside it."""

    text: str = Field(min_length=1, max_length=1000, description="place of occurrence in any script")
    station: str | None = Field(None, max_length=120, description="code or name of the recording station")
    district: str | None = Field(None, max_length=120, description="code or name of the district")
    city: str | None = Field(None, max_length=120)
    near_lat: float | None = Field(None, ge=-90, le=90, allow_inf_nan=False)
    near_lon: float | None = Field(None, ge=-180, le=180, allow_inf_nan=False)


class PlacedCell(BaseModel):
    """One cell and its mass."""

    cell: str = Field(description="H3 index, 15 hexadecimal digits")
    mass: float


class Geocoded(Answer):
    """A fix with its cells, its reasons in words, and the candidates that it was chosen from."""

    method: str
    score: float = Field(description="the share of such fixes that are right")
    weak: bool = Field(description="an officer should pin it")
    accuracy_m: float | None = Field(description="the radius about the point that holds nine tenths of the mass")
    point: dict[str, float] | None
    resolution: int | None
    cells: list[PlacedCell]
    matched: str | None
    reasons: list[dict[str, str]]
    candidates: list[dict[str, Any]]


class RedoAsked(BaseModel):
    """Which records to place anew."""

    jurisdiction: str | None = Field(None, max_length=120, description="code; your whole area if not given")
    methods: list[str] = Field(
        default_factory=list, max_length=10, description="only fixes made by these; all if empty"
    )
    dry_run: bool = Field(True, description="count what would change, and change nothing")
    after: int | None = Field(
        None, ge=1, le=2**63 - 1, description="to change something: your finished dry run of the same question"
    )


class RedoQueued(BaseModel):
    """The run and its job: /api/jobs/<job> tells how far it is and cancels it."""

    run: int
    job: int


class RedoShown(Answer):
    """What a run changed, or would change."""

    run: int
    dry_run: bool
    state: str
    total: int
    counts: dict[str, int]
    examples: list[dict[str, Any]]


class NearestQuery(BaseModel):
    """A point and how many names near it."""

    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    limit: int = Field(10, ge=1, le=50)


class Nearest(Answer):
    """What is near a point: named places with distance and direction, and the units whose areas hold it."""

    places: list[dict[str, Any]]
    station: dict[str, Any] | None
    beat: dict[str, Any] | None
    district: dict[str, Any] | None
    cell: str


class LocalNamesQuery(BaseModel):
    """Which local names to list."""

    station: str | None = Field(
        None, max_length=120, description="code of the station; all that the reader sees if not"
    )
    withdrawn: bool = False
    cursor: int | None = Field(None, ge=1, le=2**63 - 1, description="the `next` of the page before")


class LocalNameShown(Answer):
    """A name that people of a station's area use, and where the pins of officers put it."""

    id: int
    name: str
    station: str
    lat: float
    lon: float
    radius_m: float
    pins: int
    withdrawn_at: str | None


class LocalNames(BaseModel):
    """A page of local names."""

    local_names: list[LocalNameShown]
    next: int | None


class Withdrawal(BaseModel):
    """Why a local name is used no more."""

    reason: str = Field(min_length=1, max_length=500)
