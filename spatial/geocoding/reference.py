"""What the geocoder asks of a gazetteer, and one that keeps its places in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, runtime_checkable

from spatial.geocoding.gazetteer import Entry, Place, StationArea
from spatial.geocoding.index import PlaceIndex


@runtime_checkable
class Gazetteer(Protocol):
    """What the geocoder needs to know about names and stations.

    Give the same objects for the same places on every call: regions are cached by object.
    """

    @property
    def index(self) -> PlaceIndex:
        """Every named place of the country; districts of queries go by the words of its places."""

    def station(self, code: str) -> StationArea | None:
        """Give the station of a code, None if there is none."""

    def local_names(self, station: str) -> Sequence[Place]:
        """Give the places that officers' pins taught within a station, under the names that people there use."""


class InMemoryGazetteer:
    """A gazetteer of places that are given, for tests and small sets.

    Parameters
    ----------
    places : iterable of (Place, iterable of str)
        Each place with its further names, in any script; its own name need not be among them.
    stations : iterable of StationArea
    local : mapping of str to sequence of Place, optional
        Local names by the code of their station.
    """

    def __init__(
        self,
        places: Iterable[tuple[Place, Iterable[str]]] = (),
        stations: Iterable[StationArea] = (),
        local: Mapping[str, Sequence[Place]] | None = None,
    ) -> None:
        self.index = PlaceIndex.build(Entry(place, tuple(names)) for place, names in places)
        self._stations = {station.code: station for station in stations}
        self._local = local or {}

    def station(self, code: str) -> StationArea | None:
        """Give the station of a code, None if there is none."""
        return self._stations.get(code)

    def local_names(self, station: str) -> Sequence[Place]:
        """Give the places of a station's local names."""
        return self._local.get(station, ())
