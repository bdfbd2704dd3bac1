"""What is kept of a run so that a stranger can repeat it: hashes, versions, expiry, canonical JSON."""

import hashlib
import json
import math
import platform
from collections.abc import Mapping
from datetime import date, timedelta
from importlib.metadata import version

import numpy as np

#: A method may be shown this long after the last week on which it was scored (trust.md F20).
VALID_DAYS = 90
_LIBRARIES = ("numpy", "scipy", "scikit-learn", "h3")


def canonical_json(value: object) -> str:
    """One text for one value: keys sorted, no spare space, no nan (null), a line end at the end."""
    return json.dumps(_plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"


def json_hash(value: object) -> str:
    """SHA-256 of the canonical JSON, as 64 hex digits."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that make the numbers."""
    return {"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}}


def expires_on(scored_until: date) -> date:
    """The day after which a forecast must not be shown without a fresh backtest."""
    return scored_until + timedelta(days=VALID_DAYS)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, date):
        return value.isoformat()
    return value
