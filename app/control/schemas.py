"""The shapes of the control room's answers."""

from typing import Any

from pydantic import BaseModel, Field

from app.records.filters import FilterQuery


class IncomingQuery(FilterQuery):
    """The filter's kinds, heads and jurisdiction; its window and shift are not used."""

    after: int = Field(0, ge=0, lt=1 << 62, description="the newest id that is known already")
    limit: int = Field(40, ge=1, le=200)


class Incoming(BaseModel):
    """The records that came in, the newest first."""

    records: list[dict[str, Any]]
    newest: int


class Feeds(BaseModel):
    """How fresh each source is."""

    feeds: list[dict[str, Any]]
    data_to: str | None


class Alerts(BaseModel):
    """What exceeds its usual number, and the rule that found it."""

    alerts: list[dict[str, Any]]
    rule: dict[str, Any]
    series: dict[str, list[Any]]
    from_: str | None = Field(None, alias="from")
    until: str | None = None
    data_to: str | None = None

    model_config = {"populate_by_name": True}


class Layers(BaseModel):
    """The layers of points that the reader may see."""

    layers: list[dict[str, Any]]


class Loaded(BaseModel):
    """A layer that was loaded, deleted or taken back."""

    id: int
    points: int | None = None


class LayerPoints(BaseModel):
    """A GeoJSON FeatureCollection."""

    type: str
    features: list[dict[str, Any]]
