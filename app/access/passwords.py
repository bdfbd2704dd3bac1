"""Passphrases: argon2id hashes, the rule for a new one, and made ones.

The rule follows NIST and ASVS 6.2: long, any characters, no forced change (trust.md 2.1 says why not CJIS's 90 days).
"""

import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.errors import BadRequest

SHORTEST = 15
LONGEST = 1024  # beyond it a hash would be a way to keep the machine busy

# Above OWASP's least (19 MiB, 2 rounds); eight at once still fit a station's machine.
_hasher = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)
# A hash that no passphrase meets: an unknown name costs as much time as a known one.
_NOBODY = _hasher.hash(secrets.token_urlsafe(32))


class WeakPassphrase(BadRequest):
    """Choose a passphrase of at least 15 characters that does not hold the account's name."""


def check(passphrase: str, name: str) -> None:
    """Refuse a passphrase that is too short, too long or built on the account's name.

    Raises
    ------
    WeakPassphrase
    """
    plain = _plain(passphrase)
    if not SHORTEST <= len(plain) <= LONGEST or name.casefold() in plain.casefold() or len(set(plain)) < 5:
        raise WeakPassphrase


def hash_of(passphrase: str) -> str:
    """Give the argon2id hash of a passphrase."""
    return _hasher.hash(_plain(passphrase))


def verify(stored: str | None, passphrase: str) -> bool:
    """Say whether a passphrase meets a stored hash; without one, a hash is verified all the same in vain."""
    plain = _plain(passphrase)
    too_long = len(plain) > LONGEST
    try:
        _hasher.verify(stored or _NOBODY, "" if too_long else plain)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None and not too_long


def made() -> str:
    """Give a new passphrase that can be read out: six groups of two syllables, about 73 bits."""
    syllables = [c + v for c in "bdfghjklmnprstvz" for v in "aeiou"]
    return "-".join("".join(secrets.choice(syllables) for _ in range(2)) for _ in range(6))


def _plain(passphrase: str) -> str:
    # The same Urdu letters come composed from one keyboard and in parts from another.
    return unicodedata.normalize("NFKC", passphrase)
