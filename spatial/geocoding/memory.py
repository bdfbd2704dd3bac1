"""What was worked out before, up to a number of answers."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Memory(Generic[Key, Value]):
    """Answers by their question; of the two generations that it keeps, the older is forgotten when the younger is full.

    So what is asked often stays, and nothing is counted or moved on the way: threads may read and write at once.

    Parameters
    ----------
    most : int
        Answers of one generation.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._young: dict[Key, Value] = {}
        self._old: dict[Key, Value] = {}

    def get(self, key: Key) -> Value | None:
        """Give the answer to a question, None if it is not known."""
        found = self._young.get(key)
        if found is None:
            found = self._old.get(key)
            if found is not None:
                self._young[key] = found
        return found

    def update(self, answers: Iterable[tuple[Key, Value]]) -> None:
        """Remember answers."""
        young = self._young
        if len(young) >= self._most:
            self._old, self._young = young, {}
            young = self._young
        young.update(answers)
