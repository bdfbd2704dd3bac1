"""The shapes of the room's requests and answers, as /openapi.json describes them."""

from pydantic import BaseModel, ConfigDict, Field

from app.hotspots.running import MOST_WEEKS, WEEKS


class HotspotQuery(BaseModel):
    """Whose hotspots are wanted."""

    model_config = ConfigDict(extra="ignore")

    jurisdiction: str | None = Field(None, description="a jurisdiction's code", max_length=100)
    kinds: str | None = Field(None, description="fir, complaint, incident, with commas between; fir if not given")
    heads: str | None = Field(None, description="the heads of the test, with commas between; any if not given")


class HotspotRequest(BaseModel):
    """What to test; without a jurisdiction, every one that has data."""

    model_config = ConfigDict(extra="forbid")

    jurisdiction: str | None = Field(None, description="a jurisdiction's code", max_length=100)
    heads: list[str] | None = Field(None, description="crime heads' keys", min_length=1, max_length=30)
    kinds: list[str] | None = Field(None, description="fir, complaint, incident", min_length=1, max_length=3)
    mixed: bool = Field(False, description="test FIRs and complaints together, though they tell of one offence twice")
    weeks: int = Field(WEEKS, ge=1, le=MOST_WEEKS, description="whole weeks back from now")
    resolution: int | None = Field(None, ge=6, le=9, description="8 if not given; coarser where the area is large")


class HotspotRun(BaseModel):
    """A test: its data, seed and what it found."""

    model_config = ConfigDict(extra="allow")

    id: int
    state: str
    jurisdiction: str
    heads: list[str]
    kinds: list[str]
    window: str
    resolution: int
    seed: int
    permutations: int
    alpha: float = Field(description="the false-discovery rate that was kept")
    data_version: int
    data_hash: str
    hot: int
    cold: int
    cells: int = Field(description="cells that were tested")
    synthetic: bool


class HotspotCell(BaseModel):
    """A cell that is hot or cold."""

    cell: str = Field(description="H3 index, 15 hexadecimal digits")
    z: float
    p: float
    q: float = Field(description="Benjamini-Hochberg")
    kind: str


class Hotspots(BaseModel):
    """A run with its hot and cold cells, the surest first."""

    run: HotspotRun
    cells: list[HotspotCell]


class HotspotJob(BaseModel):
    """The job that was queued: see /api/jobs/<job>."""

    job: int


class Published(BaseModel):
    """A run that was published."""

    run: int
    state: str
