"""One row as a reader gives it, and the limits that keep reading in bounded memory."""

from dataclasses import dataclass, field
from typing import Any, Final

from app.ingest.problems import BadValue

MOST_BYTES: Final = 1 << 20
"""A row longer than this is refused; its first bytes are kept."""
MOST_LINES: Final = 2_000
"""A quoted field that is still open after so many lines was never closed."""


@dataclass(slots=True)
class Row:
    """A row of a file: its first line from 1, its bytes as they came, and its values by our column names.

    ``problem`` says why the reader could not take it apart; ``values`` is then empty.
    """

    line: int
    raw: bytes
    values: dict[str, str] = field(default_factory=dict)
    problem: BadValue | None = None
    layout: dict[str, Any] | None = None  # how its bytes come apart, kept with a row that is put aside
