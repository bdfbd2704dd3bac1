"""Tests of the lexicons: an officer's addition is taken, a slip is found, and no text of the judges is among them."""

from __future__ import annotations

import csv
import hashlib
import json
import tomllib
from pathlib import Path

from spatial.addresses import normalise, parse
from spatial.addresses.words import LONGEST_PHRASE, words

ROOT = Path(__file__).resolve().parents[3]
LEXICONS = ROOT / "spatial" / "addresses" / "lexicons"
DEVELOPMENT = ROOT / "data" / "evaluation" / "geocoding-dev.csv"
ROLES = {"number", "unit", "suffix", "prefix", "landmark", "admin"}


def test_every_kind_has_a_role_and_words_that_say_something() -> None:
    kinds = tomllib.loads((LEXICONS / "kinds.toml").read_text("utf-8"))
    for name, table in kinds.items():
        assert table["role"] in ROLES, name
        assert table["words"] and all(normalise(word) for word in table["words"]), name


def test_no_word_is_of_two_kinds() -> None:
    kinds = tomllib.loads((LEXICONS / "kinds.toml").read_text("utf-8"))
    owner: dict[str, str] = {}
    for name, table in kinds.items():
        for word in {normalise(word) for word in table["words"]}:
            assert owner.setdefault(word, name) == name, word


def test_phrases_are_no_longer_than_is_read() -> None:
    assert max(words().longest.values()) <= LONGEST_PHRASE


def test_every_word_of_kind_is_read_as_its_kind() -> None:
    for name, kind in words().kinds.items():
        if kind.role in {"suffix", "landmark"}:
            (part,) = parse(f"Zzyzx {name}").parts
            assert f"~{name}" in part.terms, name


def test_no_text_of_the_development_set_is_in_a_lexicon() -> None:
    with DEVELOPMENT.open(encoding="utf-8", newline="") as file:
        texts = {normalise(row["address"]) for row in csv.DictReader(file)}
    assert len(texts) > 1_000
    phrases = {" ".join(phrase) for table in words().phrases.values() for phrase in table}
    # Names of one or two words that everybody knows ("Murree Road") may be both.
    assert {text for text in texts & phrases if len(text.split()) > 3} == set()


def test_the_calibration_was_fitted_on_the_development_set_that_is_shipped() -> None:
    said = json.loads((ROOT / "spatial" / "geocoding" / "calibration.json").read_text("utf-8"))
    assert said["digest"] == hashlib.sha256(DEVELOPMENT.read_bytes()).hexdigest()
    assert len(said["made"]) == 10
