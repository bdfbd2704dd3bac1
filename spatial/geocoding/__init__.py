"""From what a record says of its place to weighted cells: the gazetteer's promise, regions, the ladder."""

from spatial.geocoding.gazetteer import Entry, Gazetteer, InMemoryGazetteer, Place, StationArea
from spatial.geocoding.index import PlaceIndex
from spatial.geocoding.resolve import Query, resolve

__all__ = ["Entry", "Gazetteer", "InMemoryGazetteer", "Place", "PlaceIndex", "Query", "StationArea", "resolve"]
