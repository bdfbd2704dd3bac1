"""The shapes of saved views."""

from pydantic import BaseModel, ConfigDict, Field


class ViewsQuery(BaseModel):
    """Which views to list."""

    desk: str | None = Field(None, max_length=20, description="map, beats, control, ...; all where it is not given")


class NewView(BaseModel):
    """A view to keep."""

    model_config = ConfigDict(extra="forbid")

    desk: str = Field(max_length=20, description="map, beats, control, pins, weekly or forecasts")
    name: str = Field(min_length=1, max_length=80)
    query: str = Field(max_length=2000, description="the page's address after its `?`")
    team: bool = Field(False, description="whether those who share the unit see it")


class View(BaseModel):
    """A view as it is listed."""

    id: int
    desk: str
    name: str
    path: str = Field(description="the address that opens it")
    team: bool
    own: bool
    owner: str
    made_at: str


class Views(BaseModel):
    """One's own views and the team's."""

    views: list[View]


class Kept(BaseModel):
    """Which view was made, deleted or taken back."""

    id: int
