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
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
import shapely
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from spatial.addresses.normal import normalise
from spatial.addresses.phonetic import phonetic, romanised
from spatial.errors import InvalidGazetteer
from spatial.geocoding.gazetteer import Entry, Place
from spatial.geocoding.index_layout import ARRAYS, DISTRICTS, TEXTS, VERSION, code_of

MOST_VARIANTS: Final = 24
_LENGTHS_APART: Final = 4
_SURELY_ALIKE: Final = 0.93
"""Where a spelling of the same sound is less alike than this, a slip is as likely."""
_ONE: Final = np.zeros(1, dtype=np.int64)
_SURE: Final = np.ones(1)


class PlaceIndex:
    """Places by the terms of their names and addresses; made by :meth:`build`, kept by :meth:`save`.

    Places are numbered from 0; :meth:`place` gives the same object for the same number every time.
    """

    def __init__(self, arrays: dict[str, NDArray[Any]], texts: dict[str, list[str]], label: str = "") -> None:
        self.arrays = arrays
        self.label = label
        self._refs, self._names, self._strings, self.terms, self._sounds = (texts[name] for name in TEXTS)
        self._places: dict[int, Place] = {}
        self.number_of_term = {term: number for number, term in enumerate(self.terms)}
        self._written = np.array([term if term.isascii() else romanised(term) for term in self.terms], dtype=object)
        self._ascii = np.array([term.isascii() for term in self.terms], dtype=np.bool_)
        self._lengths = np.array([len(term) for term in self.terms], dtype=np.int64)
        self._number_of_string = {string: number for number, string in enumerate(self._strings)}
        self._number_of_sound = {sound: number for number, sound in enumerate(self._sounds)}
        self.districts: dict[str, int] = {
            normalise(self._strings[string]): number for number, string in enumerate(arrays["district_of"].tolist())
        }
        self._ranked = {
            column: arrays[f"place_{column}"][arrays[f"by_{column}"]].astype(np.int64)
            for column in ("city", "district")
        }
        # 0 a word, 1 a word of kind, 2 a number.
        self.term_flags: NDArray[np.int8] = arrays["term_flags"]
        lines_of = np.bincount(arrays["place_district"][arrays["line_place"]], minlength=max(1, len(self.districts)))
        self._lines_of = lines_of
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
        # Only the making of an index needs what it is made with: reading one must not load it.
        from spatial.geocoding.index_builder import Builder

        return PlaceIndex(*Builder().add(entries).laid_out(), label)

    def save(self, path: Path) -> None:
        """Write the index to one file, whole or not at all."""
        blobs = {
            f"text_{name}": np.frombuffer("\n".join(texts).encode(), dtype=np.uint8)
            for name, texts in zip(
                TEXTS, (self._refs, self._names, self._strings, self.terms, self._sounds), strict=True
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

    def places(self) -> Iterator[Place]:
        """Give every place in order."""
        return (self.place(number) for number in range(len(self)))

    def places_of(self, column: str, number: int) -> NDArray[np.int64]:
        """Give the places of a city or district (``"city"`` or ``"district"``) by its number, in order."""
        order = self.arrays[f"by_{column}"]
        ranked = self._ranked[column]
        first, last = np.searchsorted(ranked, [number, number + 1])
        return np.asarray(order[first:last].astype(np.int64))

    def kind_numbers(self, kinds: tuple[str, ...]) -> list[int]:
        """Give the numbers under which kinds of place are kept, -1 for one that no place has."""
        return [self._number_of_string.get(kind, -1) for kind in kinds]

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

    def _variants(self, term: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Give the terms of the index that a term of a text may be, with how like they are, 0 to 1."""
        exact = self.number_of_term.get(term, -1)
        if not term[:1].isalpha() or len(term) < 2:
            return (_ONE[:0], _SURE[:0]) if exact < 0 else (np.array([exact]), _SURE)
        key = phonetic(term)
        numbers, like = self._alike(term, self._of_sounds([self._number_of_sound.get(key, -1)]), len(key))
        if exact >= 0:
            kept = numbers != exact
            return np.append(numbers[kept], exact), np.append(like[kept], 1.0)
        if len(key) >= 3 and len(term) >= 5 and like.max(initial=0.0) < _SURELY_ALIKE:
            slipped, how = self._alike(term, self._of_sounds(self._slipped(key)), 0)
            near = (how >= 0.8) & ~np.isin(slipped, numbers)
            return np.append(numbers, slipped[near]), np.append(like, 0.9 * how[near])
        return numbers, like

    def _of_sounds(self, sounds: Iterable[int]) -> NDArray[np.int64]:
        """Give the terms that have one of some sounds, by the sounds' numbers."""
        start, terms = self.arrays["sound_start"], self.arrays["sound_terms"]
        found = [terms[start[sound] : start[sound + 1]] for sound in sounds if sound >= 0]
        return np.concatenate(found).astype(np.int64) if found else _ONE[:0]

    def _slipped(self, key: str) -> set[int]:
        """Give the sounds that differ from one by a single letter dropped, added or changed."""
        dropped = [key[:at] + key[at + 1 :] for at in range(len(key))]
        near = {self._number_of_sound[form] for form in dropped if form in self._number_of_sound}
        forms = np.array([code_of(form) for form in {key, *dropped}], dtype=np.int64)
        codes, sounds = self.arrays["slip_code"], self.arrays["slip_sound"]
        for first, last in zip(np.searchsorted(codes, forms), np.searchsorted(codes, forms, "right"), strict=True):
            near.update(sounds[first:last].tolist())
        return near

    def _alike(
        self, term: str, numbers: NDArray[np.int64], length: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Give those of some terms that are spelled much like one, and how much: vowels decide, sounds being equal."""
        near = np.abs(self._lengths[numbers] - len(term)) <= (_LENGTHS_APART if length else 2)
        numbers = numbers[near]
        if not len(numbers):
            return numbers, _SURE[:0]
        written = self._written[numbers].tolist()
        ratios = process.cdist([romanised(term)], written, scorer=fuzz.ratio, dtype=np.float64)[0] / 100.0
        crossed = self._ascii[numbers] != term.isascii()
        # Between scripts the short vowels are missing from one: four fifths alike is as good as it gets.
        like = np.minimum(1.0, ratios + 0.2 * crossed)
        kept = np.flatnonzero(like >= (0.6 if length >= 3 else 0.75))
        if len(kept) > MOST_VARIANTS:
            kept = kept[np.argsort(-like[kept], kind="stable")[:MOST_VARIANTS]]
        return numbers[kept], 0.5 + 0.48 * like[kept]
