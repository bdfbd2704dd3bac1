"""Lines of a text file with their bytes as they came: shared by the CSV and the JSON lines reader."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from app.ingest.problems import BadValue
from app.ingest.rows import MOST_BYTES


class Line(NamedTuple):
    """One physical line: its number from 1, its text with its end, and whether it was cut for its length.

    The text of an 8-bit encoding is Latin-1, so that each character is one byte as it came.
    """

    number: int
    text: str
    cut: bool


def lines(path: Path, encoding: str) -> Iterator[Line]:
    """Give every line, its end kept; ends may be mixed.  A line beyond a mebibyte is cut, its rest skipped."""
    wide = encoding.startswith("utf-16")
    number = 0
    # Latin-1 maps every byte to one character, so universal line ends cost no bytes; newline="" keeps them.
    with path.open(
        encoding=encoding if wide else "latin-1", errors="surrogatepass" if wide else "strict", newline=""
    ) as file:
        while text := file.readline(MOST_BYTES):
            number += 1
            cut = len(text) >= MOST_BYTES and not text.endswith(("\n", "\r"))
            if cut:
                while (rest := file.readline(MOST_BYTES)) and not rest.endswith(("\n", "\r")):
                    pass
            if number == 1:
                text = text.removeprefix("\ufeff").removeprefix("ï»¿")
            yield Line(number, text, cut)


def raw_bytes(text: str, encoding: str) -> bytes:
    """Give the bytes as they came."""
    return text.encode(encoding, "surrogatepass") if encoding.startswith("utf-16") else text.encode("latin-1")


def decoded(text: str, encoding: str) -> str:
    """Give the text that the bytes of a row mean.

    Raises
    ------
    BadValue
        ``bytes_encoding`` if they are not text in the file's encoding, ``bytes_nul`` if one is NUL.
    """
    if "\0" in text:
        raise BadValue("bytes_nul")
    if text.isascii():
        return text
    try:
        if encoding.startswith("utf-16"):
            text.encode("utf-8")  # refuses lone surrogates
            return text
        return text.encode("latin-1").decode(encoding)
    except UnicodeError:
        raise BadValue("bytes_encoding", encoding=encoding.upper()) from None
