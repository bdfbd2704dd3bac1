"""Bytes to numbered rows: which format a file is in, in which encoding, and the one function that opens it.

Every reader streams: memory does not grow with the file.  What does not belong here: what a value means.
"""

import codecs
import gzip
import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.ingest.problems import FileRefused
from app.ingest.read_csv import csv_rows
from app.ingest.read_jsonl import jsonl_rows
from app.ingest.read_xlsx import xlsx_rows
from app.ingest.rows import Row

_BLOCK: Final = 1 << 20
_MOST_UNPACKED: Final = 8 << 30
_MOST_RATIO: Final = 150
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What one pass over a file tells: its hash and size, its format and its encoding."""

    sha256: str
    size: int
    format: str  # csv, jsonl or xlsx
    encoding: str  # utf-8, cp1252, utf-16-le or utf-16-be; of an XLSX, empty


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Give a file as it is, or unpacked beside it for as long as it is read if it is gzip.

    Raises
    ------
    FileRefused
        ``file_bomb`` if it unpacks to far more than any table would; ``file_broken`` if it is cut short.
    """
    with path.open("rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
    if not is_packed:
        yield path
        return
    most = min(_MOST_UNPACKED, max(path.stat().st_size * _MOST_RATIO, _BLOCK))
    with tempfile.NamedTemporaryFile(prefix="naqsha-", suffix=path.with_suffix("").suffix) as plain:
        written = 0
        try:
            with gzip.open(path) as packed:
                while block := packed.read(_BLOCK):
                    written += len(block)
                    if written > most:
                        raise FileRefused("file_bomb", name=path.name)
                    plain.write(block)
        except (EOFError, gzip.BadGzipFile, OSError) as error:
            raise FileRefused("file_broken", name=path.name) from error
        plain.flush()
        yield Path(plain.name)


def sha256_of(path: Path) -> str:
    """Give the hash by which a delivery is known again."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def facts_of(path: Path) -> FileFacts:
    """Give format, encoding, size and hash of a file, in one pass.

    Raises
    ------
    FileRefused
        ``file_empty``, ``file_old_excel``, ``file_format``.
    """
    digest, size, first = hashlib.sha256(), 0, b""
    votes = _EncodingVotes()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            first = first or block[:64]
            digest.update(block)
            votes.add(block)
            size += len(block)
    if not size:
        raise FileRefused("file_empty")
    if first.startswith(b"PK\x03\x04") or first.startswith(b"PK\x05\x06"):
        return FileFacts(digest.hexdigest(), size, "xlsx", "")
    if first.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileRefused("file_old_excel")
    if first.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf")):
        raise FileRefused("file_format")
    encoding = _utf16(first) or votes.encoding(has_bom=first.startswith(codecs.BOM_UTF8))
    beginning = first.decode(encoding, errors="ignore").lstrip("\ufeff \t\r\n")
    return FileFacts(digest.hexdigest(), size, "jsonl" if beginning.startswith(("{", "[")) else "csv", encoding)


def _utf16(first: bytes) -> str | None:
    if first.startswith(_UTF16):
        return "utf-16-le" if first.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
    # Without a mark: a header in Latin letters has a zero in every other byte.
    head = first[:32]
    if len(head) >= 8 and not any(head[1::2]) and all(head[0::2]):
        return "utf-16-le"
    if len(head) >= 8 and not any(head[0::2]) and all(head[1::2]):
        return "utf-16-be"
    return None


class _EncodingVotes:
    """Counts lines that can and cannot be UTF-8: one broken line must not turn a whole Urdu file into CP1252."""

    def __init__(self) -> None:
        self.rest = b""
        self.good = 0
        self.bad = 0

    def add(self, block: bytes) -> None:
        block = self.rest + block
        cut = block.rfind(b"\n") + 1 if len(block) < 4 * _BLOCK else len(block)
        whole, self.rest = block[:cut], block[cut:]
        self._count(whole)

    def _count(self, whole: bytes) -> None:
        if whole.isascii():
            return
        try:
            whole.decode("utf-8")
        except UnicodeDecodeError:
            for line in whole.split(b"\n"):
                if not line.isascii():
                    try:
                        line.decode("utf-8")
                        self.good += 1
                    except UnicodeDecodeError:
                        self.bad += 1
        else:
            self.good += 1

    def encoding(self, *, has_bom: bool) -> str:
        self._count(self.rest)
        self.rest = b""
        return "cp1252" if self.bad > self.good and not has_bom else "utf-8"


def open_rows(
    path: Path, facts: FileFacts, name_of: Callable[[str], str | None], required: frozenset[str]
) -> Iterator[Row]:
    """Give the rows of a file, their values under our column names.

    Parameters
    ----------
    path : Path
    facts : FileFacts
        Of this file.
    name_of : callable
        Our name of a column of theirs, None for one that is not read.
    required : frozenset of str
        Columns of ours that the file must have.

    Raises
    ------
    FileRefused
        If it has no header, lacks a required column, names one twice, or is not what it seems.
    """
    if facts.format == "xlsx":
        return xlsx_rows(path, name_of, required)
    if facts.format == "jsonl":
        return jsonl_rows(path, facts.encoding, name_of)
    return csv_rows(path, facts.encoding, name_of, required)
