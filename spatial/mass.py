"""The integer arithmetic of mass: apportioning a unit and joining cells with shifts.

Why integers, and why this rule of joining: ``docs/adr/0003-mass-is-integer.md``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from spatial.errors import InvalidMass

UNIT: Final = 1_000_000
"""One record's mass. Its square fits a signed 64-bit integer, as :func:`joint` and its SQL twin need."""


def apportion(
    weights: Sequence[float] | NDArray[np.floating] | NDArray[np.integer], total: int = UNIT
) -> tuple[int, ...]:
    """Give integer shares of ``total`` in proportion to ``weights``, by largest remainder.

    Parameters
    ----------
    weights : sequence of float or int, shape (n,)
        Non-negative and finite, at least one above zero. Any unit: only proportions matter.
    total : int
        The whole to divide, ``>= 0``.

    Returns
    -------
    tuple of int, length n
        Non-negative, summing to ``total`` exactly; each within one of its exact share (but for the rounding
        of floats). Equal remainders go to the earlier weight, so the answer depends on nothing but its input.

    Raises
    ------
    InvalidMass
        If a weight is negative or not finite, all are zero, there are none, or ``total`` is negative.
    """
    if total < 0:
        raise InvalidMass("The whole to divide is negative.")
    if len(weights) == 1 and weights[0] > 0 and math.isfinite(weights[0]):
        # Nearly every record has one cell and one shift: the road that ingest takes a million times.
        return (total,)
    values = [float(weight) for weight in weights]
    largest = max(values, default=0.0)
    if not values or min(values) < 0 or not all(map(math.isfinite, values)):
        raise InvalidMass("The weights must be non-negative numbers, and at least one of them.")
    if largest <= 0:
        raise InvalidMass("All weights are zero.")
    # Dividing by the largest first keeps sums of huge or denormal weights finite and above zero.
    scaled = [value / largest for value in values]
    whole = math.fsum(scaled)
    exact = [value * total / whole for value in scaled]
    shares = [math.floor(value) for value in exact]
    left = total - sum(shares)
    if left < 0:
        # Only where ``total`` is beyond the 53 bits of a float; take back from the largest shares.
        for index in sorted(range(len(shares)), key=lambda i: -shares[i]):
            taken = min(-left, shares[index])
            shares[index] -= taken
            left += taken
            if left == 0:
                break
    by_remainder = sorted(
        (index for index in range(len(values)) if values[index] > 0),
        key=lambda i: (shares[i] - exact[i], i),
    )
    extra, rest = divmod(left, len(by_remainder))
    for order, index in enumerate(by_remainder):
        shares[index] += extra + (1 if order < rest else 0)
    return tuple(shares)


def joint(
    cell_masses: Sequence[int] | NDArray[np.int64], shift_masses: Sequence[int] | NDArray[np.int64]
) -> NDArray[np.int64]:
    """Give a record's mass on every pair of cell and shift.

    With ``c`` the cumulative cell masses and ``s`` the shift masses, in micro-units::

        m[i, j] = floor(c[i] * s[j] / UNIT) - floor(c[i - 1] * s[j] / UNIT)

    so that each column sums to its shift's mass exactly and nothing is negative. SQL computes the same
    numbers with a window sum and integer division, in the stored order of the cells.

    Parameters
    ----------
    cell_masses : array of int, shape (c,)
        Non-negative, summing to ``UNIT``.
    shift_masses : array of int, shape (s,)
        Non-negative, summing to ``UNIT``.

    Returns
    -------
    ndarray of int64, shape (c, s)
        Micro-units, summing to ``UNIT``.

    Raises
    ------
    InvalidMass
        If either is negative anywhere or does not sum to ``UNIT``.
    """
    cells = checked(cell_masses)
    shifts = checked(shift_masses)
    upper = np.cumsum(cells)[:, None] * shifts[None, :] // UNIT
    return np.diff(upper, axis=0, prepend=np.int64(0))


def checked(masses: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the masses as int64, proven to be one whole unit.

    Raises
    ------
    InvalidMass
        If they are not integers, one is negative, or their sum is not ``UNIT``.
    """
    array = np.asarray(masses)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise InvalidMass("Masses are a row of integers.")
    array = array.astype(np.int64, copy=False)
    if (array < 0).any() or int(array.sum()) != UNIT:
        raise InvalidMass()
    return array
