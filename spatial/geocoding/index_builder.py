"""The making of an index of places: lines, postings, sounds and neighbours, gathered one place at a time."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from spatial.addresses.parse import parts
from spatial.addresses.phonetic import phonetic, romanised
from spatial.errors import InvalidGazetteer
from spatial.geocoding.gazetteer import Entry
from spatial.geocoding.index_layout import ADDRESS, ARRAYS, DISTRICTS, NAME, code_of, joined_terms, letters_of

_NEIGHBOUR_KM: Final = 4.0
_FEWEST_NEIGHBOURS: Final = 2


class Builder:
    """What :meth:`PlaceIndex.build` gathers, one place at a time."""

    def __init__(self) -> None:
        self.refs: list[str] = []
        self.names: list[str] = []
        self.strings: dict[str, int] = {"": 0}
        self.terms: dict[str, int] = {}
        self.districts: dict[str, int] = {}
        self.columns: dict[str, list[Any]] = {name: [] for name in ARRAYS if name.startswith("place_")}
        self.extent_of: list[int] = []
        self.extents: list[bytes] = []
        self.lines: list[tuple[int, int, list[int], list[int]]] = []

    def add(self, entries: Iterable[Entry]) -> Builder:
        """Take places in."""
        for entry in entries:
            self._add(entry)
        return self

    def _add(self, entry: Entry) -> None:
        place, number = entry.place, len(self.refs)
        self.refs.append(place.ref)
        self.names.append(place.name.replace("\n", " "))
        district = self.districts.setdefault(place.district or "", len(self.districts))
        if len(self.districts) >= DISTRICTS:
            raise InvalidGazetteer("A gazetteer has fewer than 1,024 districts.")
        extent = -1
        if place.extent is not None and not place.extent.is_empty:
            extent = len(self.extents)
            self.extents.append(shapely.to_wkb(place.extent))
        self.extent_of.append(extent)
        values = (
            self._string(place.kind), place.lat, place.lon, place.radius_m or 0.0, district,
            self._string(place.city or ""), place.population, self._string(place.category or ""),
        )  # fmt: skip
        for column, value in zip(self.columns.values(), values, strict=True):
            column.append(value)
        seen: set[tuple[str, ...]] = set()
        for name in (place.name, *entry.names):
            self._line(number, NAME, name, seen)
        if entry.address:
            self._line(number, ADDRESS, ", ".join(entry.address), seen)

    def _string(self, text: str) -> int:
        return self.strings.setdefault(text, len(self.strings))

    def _line(self, place: int, kind: int, text: str, seen: set[tuple[str, ...]]) -> None:
        read = parts(text)
        terms = tuple(dict.fromkeys(term for part in read for term in part.terms))
        if not terms or terms in seen:
            return
        seen.add(terms)
        own = [self.terms.setdefault(term, len(self.terms)) for term in terms]
        joined = [self.terms.setdefault(term, len(self.terms)) for term, _ in joined_terms(read)]
        self.lines.append((place, kind, own, joined))

    def laid_out(self) -> tuple[dict[str, NDArray[Any]], dict[str, list[str]]]:
        """Give the arrays and texts of an index of what was taken in."""
        lines = self.lines
        counts = np.array([len(own) + len(joined) for _, _, own, joined in lines], dtype=np.int64)
        line_terms = np.array([term for _, _, own, joined in lines for term in (*own, *joined)], dtype=np.int32)
        line_place = np.array([place for place, _, _, _ in lines], dtype=np.int32)
        place_district = np.array(self.columns["place_district"], dtype=np.int16)
        # Postings: terms of lines, with the joined words by which a line is also found, by term and then district.
        post_term = line_terms.astype(np.int64)
        post_line = np.repeat(np.arange(len(lines), dtype=np.int32), counts)
        keys = post_term * DISTRICTS + (place_district[line_place[post_line]] if len(lines) else 0)
        order = np.lexsort((post_line, keys))
        post_key, first = np.unique(keys[order], return_index=True)
        held = np.bincount(post_term, minlength=len(self.terms)).astype(np.float64) if len(lines) else np.empty(0)
        weight = np.log1p(len(lines) / np.maximum(1.0, held)).astype(np.float32)
        line_of_term = np.repeat(np.arange(len(lines)), counts)
        flags = np.array([1 if term[0] == "~" else 2 if term[0] == "=" else 0 for term in self.terms], dtype=np.int8)
        own = np.array([len(own) for _, _, own, _ in lines], dtype=np.int16)
        position = np.arange(len(line_terms)) - np.repeat(np.cumsum(counts) - counts, counts)
        counted = np.where(position < np.repeat(own, counts), weight[line_terms], 0.0)
        line_weight = np.bincount(line_of_term, weights=counted, minlength=len(lines))
        extents = b"".join(self.extents)
        points = np.column_stack([self.columns["place_lat"], self.columns["place_lon"]]).reshape(-1, 2)
        district_of = np.array([self._string(name) for name in self.districts], dtype=np.int32)
        sounds: dict[str, list[int]] = {}
        for number, term in enumerate(self.terms):
            if term[0].isalpha() and len(term) > 1:
                sounds.setdefault(phonetic(term), []).append(number)
        slips = np.array(
            [
                (code_of(form), number)
                for number, sound in enumerate(sounds)
                if len(sound) >= 3
                for form in {sound[:at] + sound[at + 1 :] for at in range(len(sound))}
            ],
            dtype=np.int64,
        ).reshape(-1, 2)
        order_of_slips = np.lexsort((slips[:, 1], slips[:, 0]))
        arrays: dict[str, NDArray[Any]] = {
            "place_kind": np.array(self.columns["place_kind"], dtype=np.int32),
            "place_lat": np.array(self.columns["place_lat"], dtype=np.float64),
            "place_lon": np.array(self.columns["place_lon"], dtype=np.float64),
            "place_radius": np.array(self.columns["place_radius"], dtype=np.float32),
            "place_district": place_district,
            "place_city": np.array(self.columns["place_city"], dtype=np.int32),
            "place_population": np.array(self.columns["place_population"], dtype=np.int64),
            "place_category": np.array(self.columns["place_category"], dtype=np.int32),
            "extent_of": np.array(self.extent_of, dtype=np.int32),
            "extent_start": np.cumsum([0, *map(len, self.extents)], dtype=np.int64),
            "extents": np.frombuffer(extents, dtype=np.uint8),
            "line_place": line_place,
            "line_kind": np.array([kind for _, kind, _, _ in lines], dtype=np.int8),
            "line_start": np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            "line_own": own,
            "line_terms": line_terms,
            "line_weight": np.array(line_weight, dtype=np.float32),
            "post_key": post_key,
            "post_start": np.append(first, len(order)).astype(np.int64),
            "post_line": post_line[order],
            "term_weight": weight,
            "term_flags": flags,
            "term_length": np.array([len(term) for term in self.terms], dtype=np.int16),
            "roman_length": np.array([len(romanised(term)) for term in self.terms], dtype=np.int16),
            "roman_letters": np.array([letters_of(romanised(term)) for term in self.terms], dtype=np.uint32),
            "term_latin": np.array([term.isascii() for term in self.terms], dtype=np.bool_),
            "sound_start": np.cumsum([0, *map(len, sounds.values())], dtype=np.int64),
            "sound_terms": np.array([number for row in sounds.values() for number in row], dtype=np.int32),
            "lines_of_place": np.bincount(line_place, minlength=len(self.refs)).astype(np.int32),
            "slip_code": slips[order_of_slips, 0],
            "slip_sound": slips[order_of_slips, 1].astype(np.int32),
            "by_city": np.argsort(self.columns["place_city"], kind="stable").astype(np.int32),
            "by_district": np.argsort(place_district, kind="stable").astype(np.int32),
            "neighbours": _neighbours(points, place_district.astype(np.int64), len(self.districts)),
            "district_of": district_of,
        }
        texts = {
            "refs": self.refs,
            "names": self.names,
            "strings": list(self.strings),
            "terms": list(self.terms),
            # Nothing for what is Latin already, a space for what has no Latin spelling.
            "romans": ["" if term.isascii() else romanised(term) or " " for term in self.terms],
            "sounds": list(sounds),
        }
        return arrays, texts


def _neighbours(points: NDArray[np.float64], district: NDArray[np.int64], count: int) -> NDArray[np.int16]:
    """Give the pairs of districts that touch: places of both lie within a few kilometres, more than once."""
    # Slow to import, and needed only while an index is built: the first answer of a cold process is due in two seconds.
    from scipy.spatial import cKDTree

    if len(points) < 2:
        return np.empty((0, 2), dtype=np.int16)
    squeezed = np.column_stack([points[:, 0] * 111.0, points[:, 1] * 111.0 * math.cos(math.radians(30.0))])
    pairs = cKDTree(squeezed).query(squeezed, k=min(4, len(points)), distance_upper_bound=_NEIGHBOUR_KM)
    other = np.where(np.isfinite(pairs[0]), pairs[1], np.arange(len(points))[:, None])
    key = district[:, None] * count + district[other]
    found, times = np.unique(key[district[:, None] != district[other]], return_counts=True)
    near = found[times >= _FEWEST_NEIGHBOURS]
    return np.column_stack([near // count, near % count]).astype(np.int16)
