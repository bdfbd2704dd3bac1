"""What stands in the sentences about a fix: stations by name, distances in kilometres, directions in words."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

NOTHING: Final = "–"
#: The sixteen points, clockwise from north.
_POINTS: Final = (
    ("north", "شمال"), ("north-north-east", "شمال شمال مشرق"), ("north-east", "شمال مشرق"),
    ("east-north-east", "مشرق شمال مشرق"), ("east", "مشرق"), ("east-south-east", "مشرق جنوب مشرق"),
    ("south-east", "جنوب مشرق"), ("south-south-east", "جنوب جنوب مشرق"), ("south", "جنوب"),
    ("south-south-west", "جنوب جنوب مغرب"), ("south-west", "جنوب مغرب"), ("west-south-west", "مغرب جنوب مغرب"),
    ("west", "مغرب"), ("west-north-west", "مغرب شمال مغرب"), ("north-west", "شمال مغرب"),
    ("north-north-west", "شمال شمال مغرب"),
)  # fmt: skip
_POINT_DEG: Final = 22.5
_IS_STATION: Final = re.compile(r"(?i)^(?:ps|p\.s\.|police station|thana)\b\s*")
_THANA: Final = "تھانہ"


@dataclass(frozen=True, slots=True)
class Names:
    """What codes are called.

    Parameters
    ----------
    stations : mapping of str to (str, str or None)
        By the code of a station its English and its Urdu name.
    districts : mapping of str to str
        Urdu names of districts by their English ones.
    places : mapping of str to str
        Urdu names of places by their references.
    """

    stations: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)
    districts: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)


NO_NAMES: Final = Names()


@dataclass(frozen=True, slots=True)
class Values:
    """The values of one sentence in one language; what a reason lacks reads as a dash, since old fixes may lack it.

    Parameters
    ----------
    params : mapping
        Of the reason.
    is_urdu : bool
    names : Names
    """

    params: Mapping[str, Any]
    is_urdu: bool
    names: Names = NO_NAMES

    def __getitem__(self, key: str) -> str:
        made = _MADE.get(key)
        if made is not None:
            return made(self)
        value = self.params.get(key)
        return NOTHING if value is None or value == "" else written(value)


def written(value: Any) -> str:
    """Give a value in words: of a number no more than six digits behind the point."""
    return f"{round(value, 6):.12g}" if isinstance(value, float) else str(value)


def length(metres: float, is_urdu: bool) -> str:
    """Give a distance as people say it: in kilometres, below one in metres."""
    if metres < 999.5:
        return f"{round(metres):d} {'میٹر' if is_urdu else 'm'}"
    return f"{_kilometres(metres)} {'کلومیٹر' if is_urdu else 'km'}"


def _kilometres(metres: float) -> str:
    kilometres = metres / 1_000.0
    return f"{round(kilometres, 2 if kilometres < 10.0 else 1 if kilometres < 100.0 else 0):.12g}"


def point_of(degrees: float, is_urdu: bool) -> str | None:
    """Give the name of a direction among the sixteen points, None if it is on none of them."""
    turns = degrees % 360.0 / _POINT_DEG
    if abs(turns - round(turns)) > 0.01:
        return None
    return _POINTS[round(turns) % 16][is_urdu]


def _number(values: Values, key: str) -> float | None:
    value = values.params.get(key)
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _distance(values: Values) -> str:
    metres = _number(values, "distance_m")
    return NOTHING if metres is None else length(metres, values.is_urdu)


def _accuracy(values: Values) -> str:
    metres = _number(values, "accuracy_m")
    return NOTHING if metres is None else length(metres, values.is_urdu)


def _away(values: Values) -> str:
    """Give how far and which way from something: ``3 km north of``, ``سے 3 کلومیٹر شمال``."""
    metres, low, high = (_number(values, key) for key in ("distance_m", "low_m", "high_m"))
    degrees = _number(values, "direction_deg")
    point = None if degrees is None else point_of(degrees, values.is_urdu) or f"{degrees:g}°"
    if metres is None:
        far = NOTHING
    elif metres <= 0.0:
        return _within(high or 1_000.0, point, values.is_urdu)
    elif low and high and low < high:
        far = _between(low, high, values.is_urdu)
    else:
        far = length(metres, values.is_urdu)
    if values.is_urdu:
        return f"سے {far}" if point is None else f"سے {far} {point}{' کی سمت' if point.endswith('°') else ''}"
    if point is None:
        return f"{far} from"
    return f"{far} at {point} from" if point.endswith("°") else f"{far} {point} of"


def _between(low: float, high: float, is_urdu: bool) -> str:
    """Give a range: the unit stands once where both ends have it."""
    one, _, unit = length(low, is_urdu).partition(" ")
    other, _, same = length(high, is_urdu).partition(" ")
    first = one if unit == same else f"{one} {unit}"
    return f"{first} تا {other} {same}" if is_urdu else f"{first} to {other} {same}"


def _within(metres: float, point: str | None, is_urdu: bool) -> str:
    far = ("ایک کلومیٹر" if is_urdu else "a kilometre") if metres == 1_000.0 else length(metres, is_urdu)
    if is_urdu:
        return f"سے {f'{point} کی طرف ' if point else ''}تقریباً {far} کے اندر"
    return f"within about {far} {f'{point} ' if point else ''}of"


def _station(values: Values) -> str:
    code = values.params.get("station")
    if not code:
        return f"{_THANA} {NOTHING}" if values.is_urdu else f"station {NOTHING}"
    name, name_ur = values.names.stations.get(str(code), (None, None))
    if not values.is_urdu:
        return f"station {code}" if not name else name if _IS_STATION.match(name) else f"PS {name}"
    if not name_ur:
        return f"{_THANA} {_IS_STATION.sub('', name) or name if name else code}"
    return name_ur if name_ur.startswith(_THANA) else f"{_THANA} {name_ur}"


def _name(values: Values) -> str:
    """Give the name of a place, with its district and how far it lies from the one taken where the reason has them."""
    ref, name = values.params.get("ref"), values.params.get("name")
    said = str(name) if name else "ایک بے نام جگہ" if values.is_urdu else "a place without a name"
    comma = "، " if values.is_urdu else ", "
    if values.is_urdu and ref:
        said = values.names.places.get(str(ref), said)
    district, apart_m = values.params.get("district"), _number(values, "apart_m")
    if district:
        said += comma + (values.names.districts.get(str(district), str(district)) if values.is_urdu else str(district))
    if apart_m is not None:
        said += comma + length(apart_m, values.is_urdu) + (" دور" if values.is_urdu else " away")
    return said


def _words(values: Values) -> str:
    """Give an address as it is compared, in brackets; of another script only its sound was kept, which nobody reads."""
    words = str(values.params.get("words") or "")
    return f" ({words})" if words and words.isascii() else ""


def _meant(values: Values) -> str:
    said = str(values.params.get("meant") or NOTHING)
    return said.replace(";", "؛").replace(",", "،") if values.is_urdu else said


def _listed(values: Values, key: str) -> str:
    said = str(values.params.get(key) or NOTHING)
    return said.replace(", ", "، ") if values.is_urdu else said


_MADE: Final[dict[str, Callable[[Values], str]]] = {
    "accuracy": _accuracy,
    "away": _away,
    "distance": _distance,
    "meant": _meant,
    "name": _name,
    "parts": lambda values: _listed(values, "parts"),
    "rest": lambda values: _listed(values, "rest"),
    "station": _station,
    "words": _words,
}
