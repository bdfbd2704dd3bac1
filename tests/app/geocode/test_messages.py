"""Every reason that the ladder can give has its sentence in both languages."""

import re
from pathlib import Path

from app.geocode.messages import SENTENCES, say

LADDER = Path(__file__).resolve().parents[3] / "spatial" / "geocoding" / "resolve.py"


def test_every_code_of_the_ladder_has_its_sentence() -> None:
    text = LADDER.read_text(encoding="utf-8")
    codes = set(re.findall(r'Reason\(\s*"([a-z_]+)"', text)) | set(re.findall(r'return "([a-z_]+)"', text))
    codes |= set(re.findall(r'"([a-z_]+)" if [^)]* else "', text)) & {"landmark_matched", "bearing"}
    assert len(codes) > 20
    assert codes <= set(SENTENCES)


def test_sentences_take_their_values() -> None:
    said = say("bearing", {"distance_m": 3000.0, "direction_deg": 45.0, "station": "PK-PB-LHR-CITY"})
    assert said["text"].startswith("3000 m towards 45°")
    assert "PK-PB-LHR-CITY" in said["text_ur"]


def test_a_missing_value_is_no_error() -> None:
    assert "–" in say("bearing", {})["text"]
    assert say("never_heard_of")["text"] == "never_heard_of"


def test_both_languages_ask_for_the_same_values() -> None:
    for code, (english, urdu) in SENTENCES.items():
        assert set(re.findall(r"{(\w+)}", english)) == set(re.findall(r"{(\w+)}", urdu)), code
