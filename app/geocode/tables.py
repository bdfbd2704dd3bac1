"""Tables of texts for `flask geocode`: read strictly, written whole or not at all, safe to open in a spreadsheet.

What does not belong here: what a text means.  No database, no index.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from app.geocode import foreign
from spatial.addresses.normal import fold

#: Columns that are understood; the first name of each is the one that errors and documents use.
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "id": ("id", "نمبر", "نمبر شمار"),
    "text": ("text", "address", "متن", "پتہ", "پتا"),
    "city": ("city", "شہر"),
    "district": ("district", "ضلع"),
    "station": ("station", "تھانہ"),
    "near_lat": ("near_lat",),
    "near_lon": ("near_lon",),
    "true_lat": ("true_lat",),
    "true_lon": ("true_lon",),
    "kind": ("kind",),
    "tolerance_km": ("tolerance_km",),
}
REQUIRED: Final = ("id", "text")
ADDED: Final = ("lat", "lon", "accuracy_m", "method", "matched", "score")
#: A column of the input that has the name of an added one is carried through under this prefix.
PREFIX: Final = "in_"
_DELIMITERS: Final = ",;\t|"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_LONGEST: Final = 100_000
#: Excel says by such a first line what parts the cells.
_SEPARATOR: Final = re.compile(r'\ufeff?"?sep=(.)"?[\s,;]*$', re.IGNORECASE)
STANDARD_OUTPUT: Final = Path("-")


class TableRefused(Exception):
    """A table cannot be read or written; the words say what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its line in the file, its cells in the file's order, and those that are understood."""

    number: int
    cells: list[str]
    values: dict[str, str]


class Table:
    """A CSV file of texts, open for one reading.

    Parameters
    ----------
    file : text file
    name : str
        For the words of an error.
    truth : bool
        Whether the true points are needed; ``lat`` and ``lon`` then stand for ``true_lat`` and ``true_lon``.

    Raises
    ------
    TableRefused
        If the header cannot be used.
    """

    def __init__(self, file: IO[str], name: str, *, truth: bool = False) -> None:
        self._name = name
        first = file.readline()
        told = _SEPARATOR.match(first.rstrip("\r\n"))
        #: How many lines stand before those that the reader counts.
        self._before = 1 if told else 0
        begin = file.tell() if told else 0
        if told:
            first = file.readline()
        if not first.strip("\r\n\t ,;|"):
            raise TableRefused(f"{name} is empty: its first line must name the columns, such as id,text,district.")
        if "\0" in first:
            raise self._nul(1)
        if foreign.is_json(first):
            raise TableRefused(f"{name} is JSON, not CSV: give a table whose first line is, say, id,text,district.")
        file.seek(begin)
        self._delimiter = told[1] if told else max(_DELIMITERS, key=first.count)
        self._lines: list[str] = []
        self._rows = csv.reader(self._kept(file), delimiter=self._delimiter, strict=True)
        try:
            # Excel and some exporters leave a mark before the first column's name.
            self.header = [column.strip().removeprefix("\ufeff") for column in next(self._rows)]
        except (csv.Error, StopIteration) as error:
            raise TableRefused(f"{name}: the line of the columns' names cannot be read: {error}.") from error
        self._lines.clear()
        self.places = self._understood(truth)

    def _understood(self, truth: bool) -> dict[str, int]:
        # Of Urdu letters there are two sets in use, which look the same.
        folded = [column.casefold() if column.isascii() else fold(column) for column in self.header]
        doubled = sorted({column for column in folded if column and folded.count(column) > 1})
        if doubled:
            raise TableRefused(
                f"{self._name} names the column {', '.join(doubled)} more than once: rename or drop the others."
            )
        names = {name: tuple(map(fold, spellings)) for name, spellings in COLUMNS.items()}
        if truth:
            names |= {"true_lat": ("true_lat", "lat"), "true_lon": ("true_lon", "lon")}
        found = {
            name: next(folded.index(written) for written in spellings if written in folded)
            for name, spellings in names.items()
            if any(written in folded for written in spellings)
        }
        missing = [name for name in (*REQUIRED, *(("true_lat", "true_lon") if truth else ())) if name not in found]
        if missing:
            hint = " To --evaluate, name the true point true_lat,true_lon." if "true_lat" in missing else ""
            raise TableRefused(
                f"{self._name} has no column {', '.join(missing)}; it has {', '.join(self.header)[:200]}.{hint}"
            )
        for one, other in (("near_lat", "near_lon"), ("true_lat", "true_lon")):
            if (one in found) != (other in found):
                there, gone = (one, other) if one in found else (other, one)
                raise TableRefused(f"{self._name} has {there} but not {gone}: give both or neither.")
        return found

    @property
    def carried(self) -> list[str]:
        """The input's columns as the output names them."""
        return [PREFIX + column if column.casefold() in ADDED else column for column in self.header]

    @property
    def renamed(self) -> list[str]:
        """Those columns of the input that the output renames."""
        return [column for column in self.header if column.casefold() in ADDED]

    def __iter__(self) -> Iterator[Line]:
        width = len(self.header)
        while True:
            try:
                cells = next(self._rows)
            except StopIteration:
                return
            except csv.Error as error:
                # Not the module's own limit: it is the process's, and loading records raises it.
                if sum(map(len, self._lines)) > _LONGEST:
                    raise self._too_long() from error
                at = self._before + self._rows.line_num
                raise TableRefused(f"{self._name}, line {at}: {error}. Check the quotation marks there.") from error
            number = self._before + self._rows.line_num
            if not cells:
                self._lines.clear()
                continue
            if max(map(len, cells)) > _LONGEST:
                raise self._too_long(cells)
            self._lines.clear()
            if any("\0" in cell for cell in cells):
                raise self._nul(number)
            if len(cells) != width:
                raise TableRefused(
                    f"{self._name}, line {number} has {len(cells)} cells where the header has {width}: "
                    "a text with a comma must stand in quotation marks."
                )
            yield Line(number, cells, {name: cells[place].strip() for name, place in self.places.items()})

    def _kept(self, file: IO[str]) -> Iterator[str]:
        """Give the lines of a file, and keep those of the row that is being read."""
        for line in file:
            self._lines.append(line)
            yield line

    def _too_long(self, cells: Sequence[str] | None = None) -> TableRefused:
        """Say which cell is too long: one of a row that was read, or the first such of a row that cannot be."""
        lines = len(self._lines)
        if cells is None:
            cells = foreign.cells_of("".join(self._lines), self._delimiter)
        place = max(range(len(cells)), key=lambda place: len(cells[place]))
        column = self.header[place] if place < len(self.header) else f"{place + 1}"
        return TableRefused(
            f"{self._name}, line {self._before + self._rows.line_num - lines + 1}, column {column}: the cell has over "
            f"{_LONGEST:,} signs. Shorten it, or close the quotation mark with which it begins."
        )

    def _nul(self, number: int) -> TableRefused:
        return TableRefused(f"{self._name}, line {number} holds a NUL byte: this is no CSV file, or a damaged one.")


@contextmanager
def opened(path: Path, *, truth: bool = False) -> Iterator[Table]:
    """Give a CSV file as a table.

    Raises
    ------
    TableRefused
        If the file cannot be read as CSV in UTF-8 with the columns that are needed.
    """
    other = foreign.kind_of(path)
    if other is not None:
        raise TableRefused(f"{path.name} is {other}.")
    with path.open("rb") as raw:
        for number, line in enumerate(raw, start=1):
            try:
                line.decode()
            except UnicodeDecodeError:
                raise TableRefused(
                    f"{path.name}, line {number}, is not UTF-8: save it as “CSV UTF-8” and give that file."
                ) from None
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield Table(file, path.name, truth=truth)


@contextmanager
def written(path: Path, header: Sequence[str]) -> Iterator[Any]:
    """Give a CSV writer whose file takes the path's name only when everything is written.

    A dash is the standard output, which gets everything at the end or nothing.

    Raises
    ------
    TableRefused
        If the path is there but no ordinary file, or nothing can be written there.
    """
    if path == STANDARD_OUTPUT:
        with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as file:
            yield _begun(file, path, header)
            file.seek(0)
            shutil.copyfileobj(file, sys.stdout)
            sys.stdout.flush()
        return
    if path.exists() and not path.is_file():
        raise TableRefused(f"{path} is no ordinary file: give the name of a file to write.")
    try:
        handle, half = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            yield _begun(file, path, header)
            _Guarded(file, path).flush()
        try:
            os.chmod(half, 0o644 & ~_umask())
            os.replace(half, path)
        except OSError as error:
            raise _unwritable(path, error) from error
    except BaseException:
        Path(half).unlink(missing_ok=True)
        raise


class _Guarded:
    """A file that says by the name which a person gave it what went wrong: its own name is one for the time being."""

    def __init__(self, file: IO[str], path: Path) -> None:
        self._file, self._path = file, path

    def write(self, text: str) -> int:
        """Write a text."""
        try:
            return self._file.write(text)
        except OSError as error:
            raise _unwritable(self._path, error) from error

    def flush(self) -> None:
        """Write what is left."""
        try:
            self._file.flush()
        except OSError as error:
            raise _unwritable(self._path, error) from error


def _begun(file: IO[str], path: Path, header: Sequence[str]) -> Any:
    writer = csv.writer(_Guarded(file, path))
    writer.writerow([safe(cell) for cell in header])
    return writer


def _unwritable(path: Path, error: OSError) -> TableRefused:
    return TableRefused(f"{path} cannot be written ({error.strerror}): nothing was changed there.")


def safe(cell: str) -> str:
    """Give a cell that no spreadsheet runs as a formula: a quotation mark before what is not a number."""
    if not cell.startswith(_FORMULA):
        return cell
    try:
        float(cell)
    except ValueError:
        return "'" + cell
    return cell


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
