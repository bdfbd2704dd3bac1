"""Person data at rest: encrypted with AES-256-GCM, and a CNIC's keyed hash by which it is found.

The two keys are derived from the machine's one data key, so that a leaked hash key opens no name.  What does not belong
here: who may read a person (app/policy.py and the database's policies).
"""

import hashlib
import hmac
import os
import unicodedata
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

_VERSION = b"\x01"
_NONCE_BYTES = 12
_CNIC_DIGITS = 13


class CannotDecrypt(Exception):
    """The bytes were not encrypted with this machine's data key, or were changed since."""


class Sealer:
    """Encrypts and hashes under one data key; needs no application, so a loader's process can hold it."""

    def __init__(self, data_key: bytes) -> None:
        self._cipher = AESGCM(hmac.digest(data_key, b"naqsha person encryption", "sha256"))
        self._hash_key = hmac.digest(data_key, b"naqsha cnic hash", "sha256")

    def encrypt(self, text: str) -> bytes:
        """Give a text encrypted; the same text gives other bytes each time."""
        nonce = os.urandom(_NONCE_BYTES)
        return _VERSION + nonce + self._cipher.encrypt(nonce, text.encode(), _VERSION)

    def decrypt(self, sealed: bytes) -> str:
        """Give back an encrypted text.

        Raises
        ------
        CannotDecrypt
        """
        sealed = bytes(sealed)
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, body, sealed[:1]).decode()
        except (InvalidTag, ValueError):
            raise CannotDecrypt from None

    def cnic_hash(self, text: str) -> bytes | None:
        """Give the keyed hash (HMAC-SHA256) of a CNIC however it is written; None where it is none."""
        cnic = normal_cnic(text)
        return None if cnic is None else hmac.digest(self._hash_key, cnic.encode(), hashlib.sha256)


def normal_cnic(text: str) -> str | None:
    """Give a CNIC's thirteen Western digits, in whatever digits and hyphens it is written; None for no CNIC."""
    kept = [c for c in text if unicodedata.category(c) not in {"Zs", "Pd", "Cf", "Cc"}]
    if len(kept) != _CNIC_DIGITS or not all(c.isdecimal() for c in kept):
        return None
    return "".join(str(unicodedata.decimal(c)) for c in kept)


@lru_cache(maxsize=4)
def _sealer(data_key: bytes) -> Sealer:
    return Sealer(data_key)


def sealer() -> Sealer:
    """Give the running application's sealer."""
    return _sealer(current_app.extensions["naqsha.keys"].data)


def encrypt(text: str) -> bytes:
    """Give a text encrypted with the running application's key."""
    return sealer().encrypt(text)


def decrypt(sealed: bytes) -> str:
    """Give back a text encrypted with the running application's key.

    Raises
    ------
    CannotDecrypt
    """
    return sealer().decrypt(sealed)


def cnic_hash(text: str) -> bytes | None:
    """Give the keyed hash of a CNIC under the running application's key; None where the text is no CNIC."""
    return sealer().cnic_hash(text)
