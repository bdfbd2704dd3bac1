"""What the names in a text come to: its candidates, the point among them, how sure it is, and which were refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from spatial.addresses.place import Part
from spatial.geocoding.gazetteer import Place
from spatial.geocoding.index import PlaceIndex
from spatial.geocoding.match import Found
from spatial.geocoding.score import MEASURES, Measured
from spatial.geocoding.terms import KIND, Terms

LUMP_SHARE: Final = 0.15
"""A candidate elsewhere with so much of the belief keeps a lump of mass of its own."""
_BORNE_OUT: Final = 0.3
"""A part counts as used where so much of it is borne out."""
_PRODUCT: Final = MEASURES.index("product")


@dataclass(slots=True, eq=False)
class LookUp:
    """What a text's names come to.

    Parameters
    ----------
    index : PlaceIndex
    terms : Terms
    found : Found
    measured : Measured
        The lines and candidates of all texts that were looked up with it, of which ``row`` are its own.
    weight : ndarray of float64, shape (N,)
        Each candidate's share of belief, 1 in all.
    lat, lon : float
        The point, in degrees.
    best : int
        The candidate that carries it.
    score : float
        The chance that the point is right.
    fifty_m, ninety_m : float
        The metres about the point that hold the truth every second time, and nine times of ten.
    swayed : bool
        Whether the station's area changed which candidate is best.
    is_core : bool
        Whether nothing more particular than the town was found.
    in_town : bool
        Whether the town or the district is known, from the question or from its text.
    rivals : list of (int, float)
        The likeliest candidates elsewhere, each place once, with their shares of belief.
    """

    index: PlaceIndex
    terms: Terms
    found: Found
    measured: Measured
    row: int
    weight: NDArray[np.float64]
    lat: float
    lon: float
    best: int
    score: float
    fifty_m: float
    ninety_m: float
    swayed: bool
    is_core: bool
    in_town: bool
    rivals: list[tuple[int, float]]

    def line(self, candidate: int) -> int:
        """Give the line by which a candidate was found, -1 for the middle of the town."""
        return int(self.measured.lines[self.row, candidate])

    def place_of(self, candidate: int) -> int:
        """Give the number of a candidate's place."""
        return int(self.measured.places[self.row, candidate])

    @property
    def is_address(self) -> bool:
        """Whether the best candidate is the address of something that stands there, and not its name."""
        return self.index.is_address(self.line(self.best))

    @property
    def place(self) -> Place:
        """The best candidate."""
        return self.index.place(self.place_of(self.best))

    @property
    def product(self) -> float:
        """How much of the text the best candidate holds, times how much of itself the text says: 1 for its name."""
        return self.product_of(self.best)

    def product_of(self, candidate: int) -> float:
        """Give the same of any candidate."""
        return float(self.measured.measures[self.row, candidate, _PRODUCT])

    @property
    def fullest(self) -> Place:
        """The candidate that holds most of the text and says least beside it, likeliest or not."""
        product = np.where(self.measured.is_there[self.row], self.measured.measures[self.row, :, _PRODUCT], -1.0)
        return self.index.place(self.place_of(int(product.argmax())))

    def words(self, candidate: int) -> str:
        """Give the line by which a candidate was found, as it is compared."""
        line = self.line(candidate)
        return readable(self.index.own_terms(line)) if line >= 0 else ""

    def relation(self, candidate: int) -> str:
        """Give how the text says the place lies to a candidate: of the part that it holds best."""
        terms = self.terms
        if not any(part.relation for part in terms.parts):
            return "in"
        held = self.found.like[self.row, :, candidate] * self.found.weight[self.row]
        return terms.parts[terms.part[int(held.argmax())]].relation or "in"

    def used(self, candidate: int) -> list[Part]:
        """Give the parts of the text that a candidate rests on; of a town alone none."""
        if self.is_core and candidate == self.best:
            return []
        terms = self.terms
        best: dict[int, float] = {}
        held = self.measured.evidence[self.row, : terms.own, candidate].tolist()
        for part, flag, share in zip(terms.part, terms.flags, held, strict=False):
            if flag != KIND or len(terms.parts[part].terms) == 1:
                best[part] = max(best.get(part, 0.0), share)
        return [terms.parts[number] for number, share in best.items() if share > _BORNE_OUT]

    def lumps(self) -> list[tuple[float, float, float]]:
        """Give latitude, longitude and share of the candidates elsewhere that may as well be meant."""
        lat, lon = self.measured.lat, self.measured.lon
        return [
            (float(lat[self.row, one]), float(lon[self.row, one]), share)
            for one, share in self.rivals
            if share >= LUMP_SHARE
        ]


def readable(terms: Sequence[str]) -> str:
    """Give terms as words: ``("=block:5", "clifton", "~road")`` is "block 5 clifton road"."""
    said = []
    for term in terms:
        if term[0] == "~":
            said.append(term[1:])
        elif term[0] == "=":
            kind, _, number = term[1:].partition(":")
            said.append(f"{kind} {number}".strip())
        else:
            said.append(term)
    return " ".join(said)
