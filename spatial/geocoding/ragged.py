"""Rows of unequal length in flat arrays: many small lists handled in a few operations on one long one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def spread(first: Ints, sizes: Ints) -> tuple[Ints, Ints]:
    """Give the positions of slices of a flat array one after the other, and for each the slice it is of.

    Parameters
    ----------
    first, sizes : ndarray of int64, shape (S,)
        Where each slice begins, and how long it is.

    Returns
    -------
    position, owner : ndarray of int64, shape (sizes.sum(),)
    """
    return slices(first, sizes), np.repeat(np.arange(len(sizes)), sizes)


def slices(first: Ints, sizes: Ints) -> Ints:
    """Give the positions alone."""
    position = np.repeat(first - (np.cumsum(sizes) - sizes), sizes)
    position += np.arange(len(position))
    return position


def starts_of(groups: NDArray[Any]) -> Ints:
    """Give where each run of equal values begins in a sorted array."""
    is_first = np.ones(len(groups), dtype=np.bool_)
    np.not_equal(groups[1:], groups[:-1], out=is_first[1:])
    return np.flatnonzero(is_first)


def distinct(values: NDArray[Any]) -> tuple[NDArray[Any], Ints]:
    """Give the values that there are, in order, and how often each stands there.

    As numpy's ``unique``, which loads its masked arrays first: that takes longer than the first answer may.
    """
    ranked = np.sort(values)
    starts = starts_of(ranked)
    return ranked[starts], np.diff(starts, append=len(ranked))


def are_among(values: Ints, others: Ints) -> NDArray[np.bool_]:
    """Say of each value whether it is among others; numpy's own way takes longer to load than to answer."""
    if not len(others):
        return np.zeros(len(values), dtype=np.bool_)
    ranked = np.sort(others)
    return np.asarray(ranked[np.minimum(np.searchsorted(ranked, values), len(ranked) - 1)] == values)


def sums(groups: Ints, values: NDArray[Any], count: int) -> NDArray[np.float64]:
    """Give the sum of the values of each group, 0 to ``count - 1``."""
    return np.bincount(groups, weights=values, minlength=count).astype(np.float64, copy=False)


def places_in(groups: Ints, starts: Ints) -> Ints:
    """Give for each element of a sorted array its place within its run, 0 first."""
    sizes = np.diff(starts, append=len(groups))
    return np.arange(len(groups)) - np.repeat(starts, sizes)
