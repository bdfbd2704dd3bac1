"""Words of distance and direction that are no part of a name; what they come to is the bearings' business."""

from __future__ import annotations

from typing import Final

KILOMETRES: Final = frozenset({"km", "kms", "kilometer", "kilometre", "kilometers", "kilometres", "کلومیٹر"})
MEASURES: Final = KILOMETRES.union(
    ("m", "meter", "metre", "meters", "metres", "mile", "miles", "میٹر", "میل", "furlong", "فرلانگ")
)
DIRECTIONS: Final = frozenset(
    ("north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest")
    + ("شمال", "جنوب", "مشرق", "مغرب", "shumal", "janoob", "mashriq", "maghrib")
)
