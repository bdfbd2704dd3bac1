"""Person data is sealed: nothing readable is left, nothing changed opens, and a CNIC is found however it is written."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access.crypto import CannotDecrypt, Sealer, normal_cnic

SEALER = Sealer(os.urandom(32))
CNIC = "3520212345671"


@given(st.text())
def test_what_is_sealed_opens_again_and_shows_nothing(text: str) -> None:
    sealed = SEALER.encrypt(text)
    assert SEALER.decrypt(sealed) == text
    assert len(text.encode()) < 4 or text.encode() not in sealed
    assert SEALER.encrypt(text) != sealed


@given(st.text(min_size=1), st.data())
def test_a_changed_byte_does_not_open(text: str, data: st.DataObject) -> None:
    sealed = bytearray(SEALER.encrypt(text))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(CannotDecrypt):
        SEALER.decrypt(bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + b"0" * 12, b"plain name"])
def test_what_was_never_sealed_does_not_open(sealed: bytes) -> None:
    with pytest.raises(CannotDecrypt):
        SEALER.decrypt(sealed)


def test_another_machines_key_opens_nothing_and_hashes_otherwise() -> None:
    other = Sealer(os.urandom(32))
    with pytest.raises(CannotDecrypt):
        other.decrypt(SEALER.encrypt("Ayesha"))
    assert other.cnic_hash(CNIC) != SEALER.cnic_hash(CNIC)


@pytest.mark.parametrize(
    "written", [CNIC, "35202-1234567-1", " 35202 1234567 1", "۳۵۲۰۲-۱۲۳۴۵۶۷-۱", "٣٥٢٠٢١٢٣٤٥٦٧١", "35202–1234567–1"]
)
def test_one_cnic_in_every_spelling_has_one_hash(written: str) -> None:
    assert normal_cnic(written) == CNIC
    assert SEALER.cnic_hash(written) == SEALER.cnic_hash(CNIC)


@pytest.mark.parametrize(
    "written", ["", "352021234567", "35202123456712", "35202-1234567-X", "AB1234567", "½520212345671"]
)
def test_what_is_no_cnic_has_no_hash(written: str) -> None:
    assert SEALER.cnic_hash(written) is None
