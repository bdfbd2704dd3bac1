"""The file of an export in each form, written row by row and batch by batch, so that no export is held in memory.

A whole file is made before its first byte is sent: an export is complete or there is none, and a slow reader keeps no
connection to the database.
"""

import csv
import json
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

import numpy as np
import pyogrio.raw
import shapely
from openpyxl import Workbook

from app.exports.service import BATCH, Export

#: What makes a spreadsheet read a text as a formula, or hide what follows (ASVS 1.2.10).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def harmless(value: Any) -> Any:
    """Give a value that no spreadsheet runs: a text that could be read as a formula is led by an apostrophe."""
    if not isinstance(value, str):
        return value
    value = value.replace("\0", "")
    return f"'{value}" if value.startswith(_FORMULA) or value.lstrip().startswith(_FORMULA) else value


def as_csv(export: Export, path: Path) -> None:
    """Write the head in lines that start with `#`, the columns' names, and the rows.

    UTF-8 with a mark at the start, without which spreadsheets garble Urdu.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        for name, words in export.head.lines():
            writer.writerow([f"# {name}: {' '.join(words.split())}"])
        writer.writerow(export.columns)
        for row, _ in export.rows():
            writer.writerow([harmless(row[name]) for name in export.columns])


def as_geojson(export: Export, path: Path) -> None:
    """Write an RFC 7946 FeatureCollection whose member `naqsha` is the head."""
    with path.open("w", encoding="utf-8") as file:
        head = json.dumps(export.head.as_json(), ensure_ascii=False)
        file.write(f'{{"type": "FeatureCollection", "naqsha": {head}, "features": [')
        between = "\n"
        for row, shape in export.rows():
            geometry = None if shape is None else json.loads(shapely.to_geojson(shape))
            feature = {"type": "Feature", "geometry": geometry, "properties": row}
            file.write(between + json.dumps(feature, ensure_ascii=False))
            between = ",\n"
        file.write("\n]}\n")


def as_xlsx(export: Export, path: Path) -> None:
    """Write a sheet of rows and a sheet `About` with the head."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(export.head.what.capitalize())
    sheet.freeze_panes = "A2"
    sheet.append(list(export.columns))
    for row, _ in export.rows():
        sheet.append([_printable(harmless(row[name])) for name in export.columns])
    about = book.create_sheet("About")
    for name, words in export.head.lines():
        about.append([name, _printable(harmless(words))])
    book.save(path)


def _printable(value: Any) -> Any:
    """Give a value without the control characters that XML cannot hold."""
    if not isinstance(value, str):
        return value
    return "".join(letter for letter in value if letter in "\t\n" or ord(letter) >= 32)


def as_gpkg(export: Export, path: Path) -> None:
    """Write a layer of the rows, and the head as the metadata of the layer and of the whole."""
    about = dict(export.head.lines())
    rows = export.rows()
    first = True
    while True:
        batch = list(islice(rows, BATCH))
        if not batch and not first:
            return
        columns = [_column(name, [row[name] for row, _ in batch]) for name in export.columns]
        pyogrio.raw.write(
            path,
            geometry=np.array([None if shape is None else shapely.to_wkb(shape) for _, shape in batch], dtype=object),
            field_data=columns,
            # `id` would be taken for the table's own key, and is a record's number.
            fields=np.array(["record" if name == "id" else name for name in export.columns]),
            driver="GPKG",
            layer=export.head.what,
            geometry_type=export.geometry,
            crs="EPSG:4326",
            append=not first,
            **({"dataset_metadata": about, "layer_metadata": about} if first else {}),
        )
        first = False


_TYPES: dict[str, Any] = {
    "id": np.int64, "resolution": np.float64, "accuracy_m": np.float64, "lat": np.float64, "lon": np.float64,
    "mass": np.float64, "synthetic": np.bool_,
}  # fmt: skip


def _column(name: str, values: list[Any]) -> Any:
    """Give a column of one type in every batch, missing numbers as NaN, which GDAL writes as NULL."""
    kind = _TYPES.get(name)
    if kind is np.float64:
        return np.array([np.nan if value is None else value for value in values], dtype=kind)
    if kind is not None:
        return np.array(values, dtype=kind)
    return np.array(values, dtype=object)


FORMS: dict[str, Callable[[Export, Path], None]] = {
    "csv": as_csv,
    "geojson": as_geojson,
    "gpkg": as_gpkg,
    "xlsx": as_xlsx,
}


def written(export: Export, form: str) -> IO[bytes]:
    """Give the file of an export, open at its start and already without a name: it is gone when it is closed."""
    with TemporaryDirectory(prefix="naqsha-export-") as folder:
        path = Path(folder) / f"export.{form}"
        FORMS[form](export, path)
        return path.open("rb")
