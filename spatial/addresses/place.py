"""What a place text is read into: typed parts with their spans, and the distance and direction that it holds."""

from __future__ import annotations

from typing import NamedTuple

from spatial.addresses.bearings import Bearing


class Part(NamedTuple):
    """One part of a place text.

    Parameters
    ----------
    kind : str
        unit, street, gali, block, sector, phase, area, village, chak, landmark, tehsil, district, city, province,
        road_km (``number`` kilometres along the road of that name), postcode or name (nothing says which).
    key : str
        The name in its normal spelling, without the word of kind; may be empty where there is only a number.
    number : str or None
        ``13d``, ``f7/2``, ``4``, ``123gb``.
    relation : str or None
        near, opposite, behind, between, in, limits: how the place lies to the part.
    start, end : int
        Span in the text.
    terms : tuple of str
        What the part is compared by.
    """

    kind: str
    key: str
    number: str | None
    relation: str | None
    start: int
    end: int
    terms: tuple[str, ...]


class ParsedPlace(NamedTuple):
    """A place text with its parts in the order written, and the distance and direction that it holds."""

    text: str
    parts: tuple[Part, ...]
    bearing: Bearing | None
