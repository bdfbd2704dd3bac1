"""Which fixes are weak: those that an officer's pin would help.  The queue of them belongs to the room of pins.

A fix is *weak* if nothing closer than the station's area is known, if nothing is known at all, or if its score is below
``WEAK_SCORE``; what an officer has said is never weak.
"""

from __future__ import annotations

from typing import Final

from spatial.model import Fix, Method

#: The same number stands in geocode.weak and in the index fix_weak: a test compares them.
WEAK_SCORE: Final = 0.5
_VAGUE: Final = (Method.STATION_AREA, Method.UNPLACED)


def is_weak(fix: Fix) -> bool:
    """Say whether an officer should pin a fix."""
    return fix.method is not Method.PIN and (fix.method in _VAGUE or fix.score < WEAK_SCORE)
