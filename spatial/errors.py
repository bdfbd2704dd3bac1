"""Everything that the spatial wing refuses, each error with its own sentence.

The docstring of an error is its default message, so none can be raised without words. What the web answers
to each of them stands in one table of the application, not here.
"""

from __future__ import annotations

import inspect


class SpatialError(ValueError):
    """The spatial input cannot be used."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or inspect.getdoc(type(self)) or "")


class InvalidCell(SpatialError):
    """This is not a valid H3 cell."""


class MixedResolutions(SpatialError):
    """The cells are of more than one resolution, where one is required."""


class InvalidTile(SpatialError):
    """There is no such map tile."""


class InvalidCoordinates(SpatialError):
    """The coordinates are not a latitude in -90..90 and a longitude in -180..180 degrees."""


class InvalidGeometry(SpatialError):
    """The geometry is empty or is not a polygon."""


class InvalidMass(SpatialError):
    """The masses are negative, or do not add up to the whole that they divide."""


class InvalidFix(SpatialError):
    """The parts of this fix contradict each other."""


class InvalidGazetteer(SpatialError):
    """The places cannot be indexed, or the index cannot be read."""


class NaiveTime(SpatialError):
    """The time has no time zone."""


class InvalidSpan(SpatialError):
    """The span of time ends before it begins, or is longer than ten years."""


class InvalidTest(SpatialError):
    """The statistic cannot be computed from this input."""
