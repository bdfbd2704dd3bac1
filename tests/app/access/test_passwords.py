"""Passphrases: long, whole, hashed by argon2id, and made ones that can be read out."""

import pytest

from app.access import passwords


@pytest.mark.parametrize("weak", ["", "short", "fourteen chars", "a" * 20, "x" * 1025, "my name is officer.khan!"])
def test_a_weak_passphrase_is_refused(weak: str) -> None:
    with pytest.raises(passwords.WeakPassphrase):
        passwords.check(weak, "officer.khan")


@pytest.mark.parametrize("good", ["fifteen letters", "لاہور میں بارش ہو رہی ہے", "correct horse battery staple"])
def test_a_long_one_is_taken_whole(good: str) -> None:
    passwords.check(good, "officer.khan")
    stored = passwords.hash_of(good)
    assert stored.startswith("$argon2id$")
    assert passwords.verify(stored, good)
    assert not passwords.verify(stored, good[:-1]) and not passwords.verify(stored, good.upper() + " ")


def test_the_same_letters_from_another_keyboard_are_the_same() -> None:
    composed, in_parts = "caf\u00e9 of the old city", "cafe\u0301 of the old city"
    assert passwords.verify(passwords.hash_of(composed), in_parts)


def test_nothing_meets_a_missing_or_broken_hash() -> None:
    assert not passwords.verify(None, "")
    assert not passwords.verify("not a hash", "not a hash")
    assert not passwords.verify(passwords._NOBODY, "x" * 2000)


def test_made_ones_are_strong_enough_and_never_the_same() -> None:
    made = {passwords.made() for _ in range(50)}
    assert len(made) == 50
    for one in made:
        passwords.check(one, "station")
