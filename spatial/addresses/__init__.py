"""Place text: one spelling to match by, distances with directions, and the names in a phrase.

The words are data files under ``lexicons/``, which an officer can correct; the code knows only their roles.
"""

from spatial.addresses.bearings import (
    Bearing,
    parse_bearing,
    parse_direction,
    parse_distance,
    read_distance,
    unread_distance,
    without_bearing,
)
from spatial.addresses.beats import beat_of
from spatial.addresses.normal import normalise
from spatial.addresses.parse import parse
from spatial.addresses.phonetic import phonetic
from spatial.addresses.place import ParsedPlace, Part
from spatial.addresses.ties import Tie, from_station, is_in_house, tied

__all__ = [
    "Bearing",
    "ParsedPlace",
    "Part",
    "Tie",
    "beat_of",
    "from_station",
    "is_in_house",
    "normalise",
    "parse",
    "parse_bearing",
    "parse_direction",
    "parse_distance",
    "phonetic",
    "read_distance",
    "tied",
    "unread_distance",
    "without_bearing",
]
