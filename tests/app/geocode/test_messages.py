"""Every reason that the geocoder can give has its sentence in both languages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.geocode.messages import SENTENCES
from app.geocode.saying import say
from app.geocode.values import Names, Values

ROOT = Path(__file__).resolve().parents[3]
#: Whoever makes reasons: the geocoder itself, and the rooms that add to what it said.
MAKERS = [
    *sorted((ROOT / "spatial" / "geocoding").glob("*.py")),
    *(ROOT / "app" / name for name in ("ingest/placing.py", "ingest/writing.py")),
    *sorted((ROOT / "app" / "geocode").glob("*.py")),
]
_CODE = re.compile(r"[a-z]+(?:_[a-z]+)*")


def codes_of(text: str) -> set[str]:
    """Give the codes that a module can put into a Reason: written there, chosen there, or returned to be put there."""
    tree = ast.parse(text)
    found: set[str] = set()
    by_name = False
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Reason" and node.args:
            words = set(_words(node.args[0]))
            found |= words
            by_name = by_name or not words
    if by_name:  # Reason(refused, ...): the code was returned, or bound to a name, elsewhere in the module
        for node in ast.walk(tree):
            if isinstance(node, ast.Return | ast.Assign | ast.NamedExpr) and node.value is not None:
                found |= {word for word in _words(node.value) if "_" in word}
    return found


def _words(node: ast.expr) -> Iterator[str]:
    parts = [node]
    if isinstance(node, ast.IfExp):
        parts = [node.body, node.orelse]
    for part in parts:
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and _CODE.fullmatch(part.value):
            yield part.value
        elif isinstance(part, ast.IfExp):
            yield from _words(part)


def test_every_code_of_the_geocoder_has_its_sentence() -> None:
    codes = {path.name: codes_of(path.read_text(encoding="utf-8")) for path in MAKERS}
    assert sum(map(len, codes.values())) >= 25
    assert {name: missing for name, own in codes.items() if (missing := own - set(SENTENCES))} == {}


def test_a_code_without_a_sentence_is_found() -> None:
    text = 'y = "by_name" if x else "or_not"\nfound = Reason(y), Reason("a_b" if x else "c"), Reason("d")'
    assert codes_of(text) == {"by_name", "or_not", "a_b", "c", "d"}


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_both_languages_say_it(code: str) -> None:
    english, urdu = SENTENCES[code]
    assert english and urdu
    said = english.format_map(Values({}, False)), urdu.format_map(Values({}, True))
    assert re.search(r"[A-Za-z]{3}", said[0]) and re.search("[\u0600-\u06ff]{3}", said[1])
    assert set(re.findall(r"{(\w+)}", english)) == set(re.findall(r"{(\w+)}", urdu)), "both ask for the same values"


def test_sentences_take_their_values() -> None:
    said = say("bearing", {"distance_m": 3000.0, "direction_deg": 45.0, "station": "PK-PB-LHR-CITY"})
    assert said["text"] == "3 km north-east of station PK-PB-LHR-CITY."
    assert said["text_ur"] == "تھانہ PK-PB-LHR-CITY سے 3 کلومیٹر شمال مشرق۔"


NAMES = Names(
    {
        "A": ("PS Johar Town", "تھانہ جوہر ٹاؤن"),
        "B": ("Khrick", None),
        "C": ("PS Khrick", None),
        "D": ("Gulberg", "گلبرگ"),
    }
)


@pytest.mark.parametrize(
    ("params", "english", "urdu"),
    [
        ({"distance_m": 3000.0, "direction_deg": 0.0, "station": "A"}, "3 km north of PS Johar Town.",
         "تھانہ جوہر ٹاؤن سے 3 کلومیٹر شمال۔"),
        ({"distance_m": 500, "direction_deg": 202.5, "station": "B"}, "500 m south-south-west of PS Khrick.",
         "تھانہ Khrick سے 500 میٹر جنوب جنوب مغرب۔"),
        ({"distance_m": 3218.688, "direction_deg": 37.0, "station": "C"}, "3.22 km at 37° from PS Khrick.",
         "تھانہ Khrick سے 3.22 کلومیٹر 37° کی سمت۔"),
        ({"distance_m": 2500.0, "direction_deg": 360.0, "low_m": 2000.0, "high_m": 3000.0, "station": "D"},
         "2 to 3 km north of PS Gulberg.", "تھانہ گلبرگ سے 2 تا 3 کلومیٹر شمال۔"),
        ({"distance_m": 750.0, "direction_deg": 90.0, "low_m": 500.0, "high_m": 1000.0, "station": "D"},
         "500 m to 1 km east of PS Gulberg.", "تھانہ گلبرگ سے 500 میٹر تا 1 کلومیٹر مشرق۔"),
        ({"distance_m": 0.0, "direction_deg": 270.0, "low_m": 0.0, "high_m": 1000.0, "station": "A"},
         "Within about a kilometre west of PS Johar Town.",
         "تھانہ جوہر ٹاؤن سے مغرب کی طرف تقریباً ایک کلومیٹر کے اندر۔"),
    ],
)  # fmt: skip
def test_distances_directions_and_stations_are_said_as_people_say_them(
    params: dict[str, float | str], english: str, urdu: str
) -> None:
    said = say("bearing", params, NAMES)
    assert (said["text"], said["text_ur"]) == (english, urdu)


def test_a_distance_without_direction() -> None:
    near = say("distance_only", {"distance_m": 0.0, "low_m": 0.0, "high_m": 1000.0, "station": "A"}, NAMES)
    assert near["text"] == "Within about a kilometre of PS Johar Town."
    assert near["text_ur"] == "تھانہ جوہر ٹاؤن سے تقریباً ایک کلومیٹر کے اندر۔"
    ring = say("distance_only", {"distance_m": 12345.0, "station": "A"}, NAMES)
    assert ring["text"] == "12.3 km from PS Johar Town, in a direction that was not given."


@pytest.mark.parametrize(
    ("code", "params", "english", "urdu"),
    [
        ("candidate_refused", {"name": "Gulberg", "share": 17, "district": "Lahore", "ref": "g"},
         "Less likely: Gulberg, Lahore (17 %).", "کم امکان: گلبرگ، لاہور (17 فیصد)۔"),
        ("candidate_refused", {"name": "Gulberg", "share": 5, "apart_m": 4321, "ref": "other"},
         "Less likely: Gulberg, 4.32 km away (5 %).", "کم امکان: Gulberg، 4.32 کلومیٹر دور (5 فیصد)۔"),
        ("landmark_matched", {"name": ""}, "A place without a name was found by its address.",
         "ایک بے نام جگہ اپنے پتے سے ملی۔"),
        ("address_matched", {"name": "Agha Tea Point", "parts": "Zainabia Rd", "words": "zainabia road"},
         "The words “Zainabia Rd” sound like the address of Agha Tea Point (zainabia road).",
         "متن کے الفاظ «Zainabia Rd» Agha Tea Point کے پتے (zainabia road) سے ملتے جلتے ہیں۔"),
        ("address_matched", {"name": "", "parts": "رائے ونڈ روڈ", "words": "رایے ونڈ road"},
         "The words “رائے ونڈ روڈ” sound like the address of a place without a name.",
         "متن کے الفاظ «رائے ونڈ روڈ» ایک بے نام جگہ کے پتے سے ملتے جلتے ہیں۔"),
        ("address_matched", {"name": "Shell", "words": "mall road"},
         "An address that sounds alike was found: that of Shell (mall road).",
         "ملتا جلتا پتہ ملا: Shell کا (mall road)۔"),
        ("town_only", {"name": "Lahore", "rest": "Hashtnagri phatak, Shop"},
         "“Hashtnagri phatak, Shop” was not found with enough certainty, so Lahore was taken as a whole.",
         "«Hashtnagri phatak، Shop» یقین کے ساتھ نہیں مل سکا، اس لیے پورا Lahore لیا گیا۔"),
        ("station_unknown_here", {"name": "X", "meant": ""}, "No station is called “X”, and none is called alike.",
         "«X» نام کا کوئی تھانہ نہیں، نہ اس سے ملتا جلتا کوئی نام ہے۔"),
        ("station_unknown_here", {"name": "X", "meant": "PS A, B; PS C, D"},
         "No station is called “X”; perhaps one of these was meant: PS A, B; PS C, D.",
         "«X» نام کا کوئی تھانہ نہیں؛ شاید ان میں سے کوئی مراد ہو: PS A، B؛ PS C، D۔"),
        ("coordinates_swapped", {"lat": 74.34361, "lon": 31.5, "offered_lat": 31.5, "offered_lon": 74.34361},
         "Latitude 74.34361 and longitude 31.5 look exchanged and were not used; turned they would be 31.5, 74.34361. "
         "The source should mend its export.",
         "عرض بلد 74.34361 اور طول بلد 31.5 آپس میں بدلے ہوئے لگتے ہیں، استعمال نہیں ہوئے؛ الٹ کر 31.5، 74.34361 بنتے "
         "ہیں۔ ماخذ اپنی فائل درست کرے۔"),
    ],
)  # fmt: skip
def test_sentences_read_as_they_should(code: str, params: dict[str, float | str], english: str, urdu: str) -> None:
    said = say(code, params, Names({}, {"Lahore": "لاہور"}, {"g": "گلبرگ"}))
    assert (said["text"], said["text_ur"]) == (english, urdu)


def test_no_sentence_knows_a_station_by_its_code_alone() -> None:
    """Only the value `station` is ever put into a sentence as the station; it has the name where there is one."""
    for code, (english, urdu) in SENTENCES.items():
        if "{station}" in english:
            said = say(code, {"station": "A", "name": "x"}, NAMES)
            assert "PS Johar Town" in said["text"] and "station PS" not in said["text"], code
            assert "تھانہ جوہر ٹاؤن" in said["text_ur"] and "تھانہ تھانہ" not in said["text_ur"], code
        assert "station {" not in english and "تھانہ {" not in urdu, code


def test_a_missing_value_is_no_error() -> None:
    assert "–" in say("bearing", {})["text"]
    assert say("never_heard_of")["text"] == "never_heard_of"
