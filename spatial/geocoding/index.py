"""The index of all named places of the country: which places a text's terms may mean, found by postings.

Every name and every address line of a place is one *line*: a short list of terms as
:func:`spatial.addresses.parse.parts` gives them. A posting says in which lines of which district a term stands, so
that a text of a few terms touches a few hundred lines and not the country. Words are found by their spelling, by
their sound across scripts and, failing both, with one slip in the sound.

The index is a handful of flat arrays and one blob of text, written as they stand: a process maps the file and
answers at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
import shapely
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from spatial.addresses.normal import normalise
from spatial.addresses.parse import parts
from spatial.addresses.phonetic import phonetic, romanised
from spatial.addresses.place import Part
from spatial.errors import InvalidGazetteer
from spatial.geocoding.gazetteer import Entry, Place

VERSION: Final = 1
"""Of the file's layout and of the reading of names: an index of another version is refused, and built anew."""
NAME, ADDRESS = 0, 1
"""Kinds of line: a name of the place, and words about where it stands."""
_DISTRICTS: Final = 1024
_NEIGHBOUR_KM: Final = 4.0
_FEWEST_NEIGHBOURS: Final = 2

_TEXTS: Final = ("refs", "names", "strings", "terms", "sounds")
_ARRAYS: Final = (
    "place_kind", "place_lat", "place_lon", "place_radius", "place_district", "place_city", "place_population",
    "place_category", "extent_of", "extent_start", "extents", "line_place", "line_kind", "line_start", "line_terms",
    "line_weight", "post_key", "post_start", "post_line", "term_weight", "sound_start", "sound_terms", "neighbours",
    "district_of",
)  # fmt: skip


class PlaceIndex:
    """Places by the terms of their names and addresses; made by :meth:`build`, kept by :meth:`save`.

    Places are numbered from 0; :meth:`place` gives the same object for the same number every time.
    """

    def __init__(self, arrays: dict[str, NDArray[Any]], texts: dict[str, list[str]], label: str = "") -> None:
        self.arrays = arrays
        self.label = label
        self._refs, self._names, self._strings, self.terms, self._sounds = (texts[name] for name in _TEXTS)
        self._places: dict[int, Place] = {}
        self.number_of_term = {term: number for number, term in enumerate(self.terms)}
        self._number_of_sound = {sound: number for number, sound in enumerate(self._sounds)}
        self._slips: dict[int, list[int]] | None = None
        self.districts: dict[str, int] = {
            normalise(self._strings[string]): number for number, string in enumerate(arrays["district_of"].tolist())
        }
        self.variants = lru_cache(maxsize=65_536)(self._variants)

    def __len__(self) -> int:
        return len(self.arrays["place_lat"])

    @staticmethod
    def build(entries: Iterable[Entry], label: str = "") -> PlaceIndex:
        """Give the index of places.

        Parameters
        ----------
        entries : iterable of Entry
        label : str
            Kept with the index: what it was built from, so that its maker can tell whether it is still true.
        """
        return _Builder(label).add(entries).index()

    def save(self, path: Path) -> None:
        """Write the index to one file, whole or not at all."""
        blobs = {
            f"text_{name}": np.frombuffer("\n".join(texts).encode(), dtype=np.uint8)
            for name, texts in zip(
                _TEXTS, (self._refs, self._names, self._strings, self.terms, self._sounds), strict=True
            )
        }
        label = np.frombuffer(f"{VERSION}\n{self.label}".encode(), dtype=np.uint8)
        half = path.with_name(path.name + ".part")
        with half.open("wb") as file:
            np.savez(file, allow_pickle=False, label=label, **blobs, **self.arrays)
        half.replace(path)

    @staticmethod
    def load(path: Path) -> PlaceIndex:
        """Read an index that :meth:`save` wrote.

        Raises
        ------
        InvalidGazetteer
            If the file is not such an index, or one of another version.
        OSError
            If it cannot be read.
        """
        try:
            # Opened here and not by numpy, which leaves a broken file open.
            with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                version, _, label = file["label"].tobytes().decode().partition("\n")
                if version != str(VERSION):
                    raise InvalidGazetteer("The place index is of another version: build it anew.")
                texts = {name: file[f"text_{name}"].tobytes().decode().split("\n") for name in _TEXTS}
                return PlaceIndex({name: file[name] for name in _ARRAYS}, texts, label)
        except (ValueError, KeyError, EOFError, TypeError, AttributeError, BadZipFile) as error:
            if isinstance(error, InvalidGazetteer):
                raise
            raise InvalidGazetteer("The file is not a place index: build it anew.") from error

    def place(self, number: int) -> Place:
        """Give the place of a number, always the same object."""
        found = self._places.get(number)
        if found is None:
            found = self._places[number] = self._place(number)
        return found

    def _place(self, number: int) -> Place:
        string = self._strings
        extent = int(self.arrays["extent_of"][number])
        shape = None
        if extent >= 0:
            start = self.arrays["extent_start"]
            shape = shapely.from_wkb(self.arrays["extents"][start[extent] : start[extent + 1]].tobytes())
        radius = float(self.arrays["place_radius"][number])
        district = int(self.arrays["place_district"][number])
        return Place(
            self._refs[number],
            self._names[number],
            string[self.arrays["place_kind"][number]],
            float(self.arrays["place_lat"][number]),
            float(self.arrays["place_lon"][number]),
            radius if radius > 0 else None,
            shape,
            string[self.arrays["district_of"][district]] or None,
            string[self.arrays["place_city"][number]] or None,
            int(self.arrays["place_population"][number]),
            string[self.arrays["place_category"][number]] or None,
        )

    def places(self) -> Iterator[Place]:
        """Give every place in order."""
        return (self.place(number) for number in range(len(self)))

    def string_number(self, text: str) -> int:
        """Give the number under which a kind, city or category is kept, -1 if none is."""
        try:
            return self._strings.index(text)
        except ValueError:
            return -1

    def _variants(self, term: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Give the terms of the index that a term of a text may be, with how like they are, 0 to 1."""
        exact = self.number_of_term.get(term)
        if not term[:1].isalpha() or len(term) < 2:
            found = {} if exact is None else {exact: 1.0}
        else:
            found = self._by_sound(term)
            if exact is not None:
                found[exact] = 1.0
            if not found:
                found = self._by_slip(term)
        numbers = np.fromiter(found, dtype=np.int64, count=len(found))
        return numbers, np.fromiter(found.values(), dtype=np.float32, count=len(found))

    def _by_sound(self, term: str) -> dict[int, float]:
        key = phonetic(term)
        return _likeness(term, key, self._spelled(self._number_of_sound.get(key, -1)))

    def _spelled(self, sound: int) -> list[tuple[int, str]]:
        """Give the terms of a sound by its number."""
        if sound < 0:
            return []
        first, last = self.arrays["sound_start"][sound : sound + 2].tolist()
        return [(number, self.terms[number]) for number in self.arrays["sound_terms"][first:last].tolist()]

    def _by_slip(self, term: str) -> dict[int, float]:
        """Give words whose sound differs by one letter dropped, added or changed."""
        key = phonetic(term)
        if len(key) < 3 or len(term) < 5:
            return {}
        near = set(self.slips.get(hash(key), ()))
        for at in range(len(key)):
            dropped = key[:at] + key[at + 1 :]
            near.update(self.slips.get(hash(dropped), ()))
            if dropped in self._number_of_sound:
                near.add(self._number_of_sound[dropped])
        known = [spelled for sound in near for spelled in self._spelled(sound)]
        return {number: 0.85 * like for number, like in _likeness(term, "", known).items() if like >= 0.8}

    @property
    def slips(self) -> dict[int, list[int]]:
        """The sounds by each of the forms that they take with one letter dropped; made when first asked for."""
        if self._slips is None:
            slips: dict[int, list[int]] = {}
            for number, sound in enumerate(self._sounds):
                if len(sound) >= 3:
                    for dropped in {sound[:at] + sound[at + 1 :] for at in range(len(sound))}:
                        slips.setdefault(hash(dropped), []).append(number)
            self._slips = slips
        return self._slips


def _likeness(term: str, key: str, known: Sequence[tuple[int, str]]) -> dict[int, float]:
    """Give how like spellings of one sound are: the vowels decide, the less the longer the sound."""
    if not known:
        return {}
    said = romanised(term)
    ratios = process.cdist([said], [romanised(word) for _, word in known], scorer=fuzz.ratio)[0]
    found: dict[int, float] = {}
    for (number, word), ratio in zip(known, ratios.tolist(), strict=True):
        crossed = word.isascii() != term.isascii()
        # Between scripts the short vowels are missing from one: three quarters alike is as good as it gets.
        like = min(1.0, ratio / 100.0 + (0.2 if crossed else 0.0))
        if like >= (0.6 if len(key) >= 3 else 0.75):
            found[number] = round(0.5 + 0.48 * like, 3) if like < 1.0 or crossed else 0.98
    return found


class _Builder:
    """What :meth:`PlaceIndex.build` gathers, one place at a time."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.refs: list[str] = []
        self.names: list[str] = []
        self.strings: dict[str, int] = {"": 0}
        self.terms: dict[str, int] = {}
        self.districts: dict[str, int] = {}
        self.columns: dict[str, list[Any]] = {name: [] for name in _ARRAYS if name.startswith("place_")}
        self.extent_of: list[int] = []
        self.extents: list[bytes] = []
        self.lines: list[tuple[int, int, list[int], list[int]]] = []

    def add(self, entries: Iterable[Entry]) -> _Builder:
        for entry in entries:
            self._add(entry)
        return self

    def _add(self, entry: Entry) -> None:
        place, number = entry.place, len(self.refs)
        self.refs.append(place.ref)
        self.names.append(place.name.replace("\n", " "))
        district = self.districts.setdefault(place.district or "", len(self.districts))
        if len(self.districts) >= _DISTRICTS:
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
        joined = [self.terms.setdefault(term, len(self.terms)) for term in joined_terms(read)]
        self.lines.append((place, kind, own, joined))

    def index(self) -> PlaceIndex:
        lines = self.lines
        counts = np.array([len(own) for _, _, own, _ in lines], dtype=np.int64)
        line_terms = np.array([term for _, _, own, _ in lines for term in own], dtype=np.int32)
        line_place = np.array([place for place, _, _, _ in lines], dtype=np.int32)
        place_district = np.array(self.columns["place_district"], dtype=np.int16)
        # Postings: terms of lines, with the joined words by which a line is also found, by term and then district.
        post_term = np.array([term for _, _, own, joined in lines for term in (*own, *joined)], dtype=np.int64)
        post_line = np.repeat(
            np.arange(len(lines), dtype=np.int32), [len(own) + len(joined) for _, _, own, joined in lines]
        )
        keys = post_term * _DISTRICTS + (place_district[line_place[post_line]] if len(lines) else 0)
        order = np.lexsort((post_line, keys))
        post_key, first = np.unique(keys[order], return_index=True)
        held = np.bincount(post_term, minlength=len(self.terms)).astype(np.float64) if len(lines) else np.empty(0)
        weight = np.log1p(len(lines) / np.maximum(1.0, held)).astype(np.float32)
        line_of_term = np.repeat(np.arange(len(lines)), counts)
        line_weight = np.bincount(line_of_term, weights=weight[line_terms], minlength=len(lines))
        extents = b"".join(self.extents)
        points = np.column_stack([self.columns["place_lat"], self.columns["place_lon"]]).reshape(-1, 2)
        district_of = np.array([self._string(name) for name in self.districts], dtype=np.int32)
        sounds: dict[str, list[int]] = {}
        for number, term in enumerate(self.terms):
            if term[0].isalpha() and len(term) > 1:
                sounds.setdefault(phonetic(term), []).append(number)
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
            "line_terms": line_terms,
            "line_weight": np.array(line_weight, dtype=np.float32),
            "post_key": post_key,
            "post_start": np.append(first, len(order)).astype(np.int64),
            "post_line": post_line[order],
            "term_weight": weight,
            "sound_start": np.cumsum([0, *map(len, sounds.values())], dtype=np.int64),
            "sound_terms": np.array([number for row in sounds.values() for number in row], dtype=np.int32),
            "neighbours": _neighbours(points, place_district.astype(np.int64), len(self.districts)),
            "district_of": district_of,
        }
        texts = {
            "refs": self.refs,
            "names": self.names,
            "strings": list(self.strings),
            "terms": list(self.terms),
            "sounds": list(sounds),
        }
        return PlaceIndex(arrays, texts, self.label)


def joined_terms(read: Sequence[Part]) -> list[str]:
    """Give the words of each part joined two and two: "Sher Shah" is also found by "Shershah"."""
    found: dict[str, None] = {}
    for part in read:
        plain = [term for term in part.terms if term[0] not in "~=" and len(term) > 1]
        for one, other in zip(plain, plain[1:], strict=False):
            if one.isascii() == other.isascii():
                found[one + other] = None
    return list(found)


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
