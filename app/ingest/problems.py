"""What can be wrong with a row or a file: a code, the column and the values that the sentence in messages.py needs."""

from typing import Any


class BadValue(Exception):
    """A value of a row cannot be used; the row goes to quarantine."""

    def __init__(self, code: str, column: str | None = None, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.column = column
        self.params = params


class FileRefused(Exception):
    """A file cannot be read at all; nothing of it was taken."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
