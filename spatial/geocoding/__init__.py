"""From what a record says of its place to weighted cells: the gazetteer's promise, regions, the ladder."""

from spatial.geocoding.candidates import Candidate, candidates
from spatial.geocoding.gazetteer import Beat, Entry, Place, StationArea
from spatial.geocoding.index import PlaceIndex
from spatial.geocoding.query import Query
from spatial.geocoding.reference import Gazetteer, InMemoryGazetteer
from spatial.geocoding.resolve import resolve, resolve_all

__all__ = [
    "Beat",
    "Candidate",
    "candidates",
    "Entry",
    "Gazetteer",
    "InMemoryGazetteer",
    "Place",
    "PlaceIndex",
    "Query",
    "StationArea",
    "resolve",
    "resolve_all",
]
