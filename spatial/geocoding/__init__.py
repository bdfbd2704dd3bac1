"""From what a record says of its place to weighted cells: the gazetteer's promise, regions, the ladder."""

from spatial.geocoding.gazetteer import Gazetteer, InMemoryGazetteer, Place, StationArea
from spatial.geocoding.resolve import Query, resolve

__all__ = ["Gazetteer", "InMemoryGazetteer", "Place", "Query", "StationArea", "resolve"]
