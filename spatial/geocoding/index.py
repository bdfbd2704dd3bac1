"""The index of all named places of the country: which places a text's terms may mean, found by postings.

Every name and every address line of a place is one *line*: a short list of terms as
:func:`spatial.addresses.parse.parts` gives them. A posting says in which lines of which district a term stands, so
that a text of a few terms touches a few hundred lines and not the country. Words are found by their spelling, by
their sound across scripts and, failing both, with one slip in the sound.

The index is a handful of flat arrays and one blob of text, written as they stand: a process maps the file and
answers at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
import shapely
from numpy.typing import NDArray

from spatial.addresses.normal import normalise
from spatial.errors import InvalidGazetteer
from spatial.geocoding.gazetteer import LANDMARK_KINDS, Entry, Place
from spatial.geocoding.index_layout import ADDRESS, ARRAYS, DISTRICTS, TEXTS, VERSION
from spatial.geocoding.memory import Memory
from spatial.geocoding.ragged import starts_of
from spatial.geocoding.variants import Pair, Variants

_MOST_ANSWERS: Final = 4_096
_THINNING: Final = 0.04
"""By how much a line loses for its own weight: of two that hold the same words, the shorter is meant."""


class PlaceIndex:
    """Places by the terms of their names and addresses; made by :meth:`build`, kept by :meth:`save`.

    Places are numbered from 0; :meth:`place` gives the same object for the same number every time.
    """

    def __init__(self, arrays: dict[str, NDArray[Any]], texts: dict[str, list[str]], label: str = "") -> None:
        self.arrays = arrays
        self.label = label
        self._texts = texts
        self._refs, self._names, self._strings, self.terms, romans, sounds = (texts[name] for name in TEXTS)
        self._places: dict[int, Place] = {}
        #: What texts came to, for whoever resolves them: it is true for as long as the index is.
        self.answers: Memory[Any, Any] = Memory(_MOST_ANSWERS)
        self._variants = Variants(self.terms, romans, sounds, arrays)
        self._number_of_string = {string: number for number, string in enumerate(self._strings)}
        self._district_names = [self._strings[string] for string in arrays["district_of"].tolist()]
        self.districts: dict[str, int] = {normalise(name): number for number, name in enumerate(self._district_names)}
        self._ranked = {
            column: arrays[f"place_{column}"][arrays[f"by_{column}"]].astype(np.int64)
            for column in ("city", "district")
        }
        # 0 a word, 1 a word of kind, 2 a number.
        self.term_flags: NDArray[np.int8] = arrays["term_flags"]
        lines_of = np.bincount(arrays["place_district"][arrays["line_place"]], minlength=max(1, len(self.districts)))
        self._lines_of = lines_of
        # Postings lie in runs of one term and district, those of a term one after the other.
        key = arrays["post_key"]
        self.district_of_run: NDArray[np.int64] = key % DISTRICTS
        runs = np.bincount(key // DISTRICTS, minlength=len(self.terms))
        self.runs_of_term: NDArray[np.int64] = np.concatenate([[0], np.cumsum(runs)])
        self.line_thinness: NDArray[np.float64] = 1.0 / np.sqrt(1.0 + _THINNING * arrays["line_weight"])

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
        # Only the making of an index needs what it is made with: reading one must not load it.
        from spatial.geocoding.index_builder import Builder

        return PlaceIndex(*Builder().add(entries).laid_out(), label)

    def save(self, path: Path) -> None:
        """Write the index to one file, whole or not at all."""
        blobs = {
            f"text_{name}": np.frombuffer("\n".join(texts).encode(), dtype=np.uint8)
            for name, texts in self._texts.items()
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
                texts = {name: file[f"text_{name}"].tobytes().decode().split("\n") for name in TEXTS}
                return PlaceIndex({name: file[name] for name in ARRAYS}, texts, label)
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

    def name_of(self, number: int) -> str:
        """Give the name of a place without making the place."""
        return self._names[number]

    def ref_of(self, number: int) -> str:
        """Give the reference of a place without making the place."""
        return self._refs[number]

    def district_of(self, number: int) -> str:
        """Give the district of a place without making the place, empty if it is not known."""
        return self._district_names[self.arrays["place_district"][number]]

    def is_settled(self, number: int) -> bool:
        """Say whether a place is one where people live: neither a point of interest nor a street."""
        kind = self._strings[self.arrays["place_kind"][number]]
        return kind not in LANDMARK_KINDS and kind != "street"

    def places(self) -> Iterator[Place]:
        """Give every place in order."""
        return (self.place(number) for number in range(len(self)))

    def places_of(self, column: str, number: int) -> NDArray[np.int64]:
        """Give the places of a city or district (``"city"`` or ``"district"``) by its number, in order."""
        order = self.arrays[f"by_{column}"]
        ranked = self._ranked[column]
        first, last = np.searchsorted(ranked, [number, number + 1])
        return np.asarray(order[first:last].astype(np.int64))

    def district_name(self, number: int) -> str | None:
        """Give the name of a district in one spelling, None for places that lie in none."""
        return normalise(self._strings[int(self.arrays["district_of"][number])]) or None

    def cities(self) -> list[str]:
        """Give the names of the cities that places lie in."""
        starts = starts_of(self._ranked["city"])
        return [name for number in self._ranked["city"][starts].tolist() if (name := self._strings[number])]

    @property
    def number_of_term(self) -> dict[str, int]:
        """Give the number of every term."""
        return self._variants.number_of_term

    def variants_of(self, terms: Iterable[str]) -> list[Pair]:
        """Give for each term of a text the terms of the index that it may be, with how like they are, 0 to 1."""
        return self._variants.of(terms)

    def are_addresses(self, lines: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say of lines whether they are the address of something and not its name; -1 is none."""
        kinds = self.arrays["line_kind"]
        return np.asarray((lines >= 0) & (kinds[lines] == ADDRESS)) if len(kinds) else np.zeros_like(lines, np.bool_)

    def is_address(self, line: int) -> bool:
        """Say whether a line is the address of something and not its name."""
        return line >= 0 and int(self.arrays["line_kind"][line]) == ADDRESS

    def own_terms(self, line: int) -> list[str]:
        """Give the terms of a line, without the joined words by which it is also found."""
        start = int(self.arrays["line_start"][line])
        own = self.arrays["line_terms"][start : start + int(self.arrays["line_own"][line])]
        return [self.terms[term] for term in own.tolist()]

    def kind_numbers(self, kinds: tuple[str, ...]) -> list[int]:
        """Give the numbers under which kinds of place are kept, -1 for one that no place has."""
        return [self._number_of_string.get(kind, -1) for kind in kinds]

    def are_of_kinds(self, kinds: tuple[str, ...]) -> NDArray[np.bool_]:
        """Give a table that says of every number under which something is kept whether it is one of some kinds."""
        table = np.zeros(len(self._strings), dtype=np.bool_)
        table[[number for number in self.kind_numbers(kinds) if number >= 0]] = True
        return table

    def lines_with(self, term: int) -> NDArray[np.int64]:
        """Give the lines of the whole country that have a term."""
        key, start = self.arrays["post_key"], self.arrays["post_start"]
        first, last = np.searchsorted(key, [term * DISTRICTS, (term + 1) * DISTRICTS])
        return np.asarray(self.arrays["post_line"][start[first] : start[last]].astype(np.int64))

    def lines_of(self, scope: NDArray[np.int64] | None) -> int:
        """Give the number of lines in some districts, or in all."""
        return int(self._lines_of.sum() if scope is None else self._lines_of[scope].sum())

    def scope(self, district: str | None) -> NDArray[np.int64] | None:
        """Give the number of a district and then of those that touch it; None if there is no such district."""
        own = self.districts.get(normalise(district or ""), -1)
        if own < 0 or not district:
            return None
        pairs = self.arrays["neighbours"]
        beside = pairs[pairs[:, 0] == own, 1].astype(np.int64)
        return np.concatenate([[own], beside]).astype(np.int64)

    def string_number(self, text: str) -> int:
        """Give the number under which a kind, city or category is kept, -1 if none is."""
        return self._number_of_string.get(text, -1)
