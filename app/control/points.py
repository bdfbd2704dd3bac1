"""Reading a file of points, CSV or GeoJSON: every point or none, and what is wrong said by line.

What does not belong here: storing them (service.py).
"""

import csv
import io
import json
from typing import Any, NamedTuple

from app.errors import BadRequest, InvalidFilter
from spatial.addresses import normalise

MOST_POINTS = 20_000
MOST_BYTES = 8 * 1024 * 1024
_MOST_WRONG = 10
_LAT = {"lat", "latitude", "y", "عرض بلد"}
_LON = {"lon", "lng", "long", "longitude", "x", "طول بلد"}
_NAME = {"name", "title", "label", "camera", "post", "id", "نام"}
_WEST, _SOUTH, _EAST, _NORTH = 60.0, 23.0, 78.0, 38.0
_MOST_LETTERS = 300


class Point(NamedTuple):
    """A point in degrees with its name and the file's other columns, as texts."""

    lon: float
    lat: float
    name: str
    detail: dict[str, str]


class BadPoints(InvalidFilter):
    """The file has points that cannot be used; nothing was loaded."""


def read(data: bytes, filename: str) -> list[Point]:
    """Give the points of a file.

    Parameters
    ----------
    data : bytes
        CSV with a header (lat and lon, or latitude and longitude), or a GeoJSON FeatureCollection of Points in degrees.

    Raises
    ------
    BadRequest
        If the file is empty, too large, or neither of the two.
    BadPoints
        With the first ten lines that are wrong and why.
    """
    if len(data) > MOST_BYTES:
        raise BadRequest("The file is larger than 8 MB. Load a smaller area, or fewer columns.")
    try:
        words = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadRequest("The file is not in UTF-8. Save it as CSV UTF-8 and load it again.") from None
    if not words.strip():
        raise BadRequest("The file is empty.")
    if "\0" in words:
        raise BadRequest("The file is neither CSV nor GeoJSON.")
    is_json = words.lstrip().startswith("{") or filename.lower().endswith((".geojson", ".json"))
    found = _from_geojson(words) if is_json else _from_csv(words)
    if not found:
        raise BadRequest("The file has no points.")
    return found


class _Collected:
    """The points of a file, and what is wrong with the others."""

    def __init__(self, unit: str) -> None:
        self.points: list[Point] = []
        self.wrong: list[str] = []
        self.unit = unit

    def add(self, number: int, lon: Any, lat: Any, name: str, detail: dict[str, str]) -> None:
        """Take a point in, or note what is wrong with it."""
        if len(self.points) >= MOST_POINTS:
            raise BadRequest("The file has more than %(most)s points. Load a smaller area.", most=f"{MOST_POINTS:,}")
        reason = None
        try:
            x, y = _degrees(lon), _degrees(lat)
        except ValueError:
            reason = f"{str(lat)[:20]!r}, {str(lon)[:20]!r} are no numbers of degrees"
        else:
            if not (_WEST <= x <= _EAST and _SOUTH <= y <= _NORTH):
                turned = _WEST <= y <= _EAST and _SOUTH <= x <= _NORTH
                reason = "latitude and longitude are swapped" if turned else f"{y:g}, {x:g} is not in Pakistan"
        if reason is None:
            self.points.append(Point(x, y, _text(name), {_text(key): _text(value) for key, value in detail.items()}))
        else:
            self.wrong.append(f"{self.unit} {number}: {reason}")
            if len(self.wrong) >= _MOST_WRONG:
                self.done()

    def done(self) -> list[Point]:
        """Give the points.

        Raises
        ------
        BadPoints
        """
        if self.wrong:
            raise BadPoints("Nothing was loaded. %(wrong)s.", wrong="; ".join(self.wrong))
        return self.points


def _degrees(value: Any) -> float:
    if isinstance(value, bool) or value is None:
        raise ValueError
    if isinstance(value, str):
        value = "".join(str(int(letter)) if letter.isdecimal() else letter for letter in value.strip())
        value = value.replace("٫", ".")
    found = float(value)
    if found != found or found in (float("inf"), float("-inf")):
        raise ValueError
    return found


def _text(value: Any) -> str:
    words = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) if value is not None else ""
    return "".join(letter for letter in words if ord(letter) >= 32)[:_MOST_LETTERS].strip()


def _from_csv(words: str) -> list[Point]:
    first = words.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    try:
        rows = csv.reader(io.StringIO(words, newline=""), delimiter=mark, strict=True)
        header = next(rows)
        names = {normalise(name): at for at, name in enumerate(header)}
        lat, lon, name = (next((names[key] for key in keys if key in names), None) for keys in (_LAT, _LON, _NAME))
        if lat is None or lon is None:
            raise BadRequest("The file needs columns named lat and lon (or latitude and longitude), in degrees.")
        own = {lat, lon, name}
        collected = _Collected("line")
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            cells = [*row, *[""] * (len(header) - len(row))]
            detail = {header[at]: cells[at] for at in range(len(header)) if at not in own and cells[at].strip()}
            title = cells[name] if name is not None else ""
            collected.add(rows.line_num, cells[lon], cells[lat], title, dict(list(detail.items())[:20]))
    except csv.Error as error:
        raise BadRequest("The file cannot be read as CSV: %(error)s.", error=str(error)) from None
    return collected.done()


def _from_geojson(words: str) -> list[Point]:
    try:
        found = json.loads(words)
    except (ValueError, RecursionError):
        found = None
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list):
        raise BadRequest("The file is not a GeoJSON FeatureCollection.")
    collected = _Collected("feature")
    for number, feature in enumerate(features, 1):
        shape = feature.get("geometry") if isinstance(feature, dict) else None
        place = shape.get("coordinates") if isinstance(shape, dict) and shape.get("type") == "Point" else None
        if not isinstance(place, list):
            collected.wrong.append(f"feature {number}: not a Point")
            if len(collected.wrong) >= _MOST_WRONG:
                collected.done()
            continue
        lon, lat, *_ = [*place, None, None]
        properties = feature.get("properties") if isinstance(feature.get("properties"), dict) else {}
        keys = {normalise(str(key)): key for key in properties}
        title = next((properties[keys[key]] for key in ("name", "title", "label", "id", "نام") if key in keys), "")
        detail = {str(key): value for key, value in list(properties.items())[:20] if value not in (None, "", title)}
        collected.add(number, lon, lat, title, detail)
    return collected.done()
