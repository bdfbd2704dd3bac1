"""The search box: what a typed text may mean, in three scripts, and what is found."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.reference import lookup
from tests import factories
from tests.reference_set import CITY, CLIFTON, GULBERG


@pytest.mark.parametrize(
    ("words", "pair"),
    [
        ("31.52, 74.35", (31.52, 74.35)),
        ("31.52 74.35", (31.52, 74.35)),
        ("31.52,74.35", (31.52, 74.35)),
        ("31.52N 74.35E", (31.52, 74.35)),
        ("74.35E, 31.52N", (31.52, 74.35)),
        ("74.35, 31.52", (31.52, 74.35)),  # the wrong way round for Pakistan
        ("۳۱٫۵۲، ۷۴٫۳۵", (31.52, 74.35)),
        ("٣١.٥٢ ٧٤.٣٥", (31.52, 74.35)),
        ("31°31'12\"N 74°21'E", (31.52, 74.35)),
        ("31° 31′ 12″ N, 74° 21′ E", (31.52, 74.35)),
        ("91, 10", None),
        ("31.52", None),
        ("Block 31, 74", None),
        ("31.52, 74.35, 3", None),
        ("1e999, nan", None),
        ("", None),
    ],
)
def test_coordinates_are_read(words: str, pair: tuple[float, float] | None) -> None:
    assert lookup.coordinates(words) == (pytest.approx(pair) if pair else None)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("604/23", (604, 2023)),
        ("604/2023", (604, 2023)),
        ("604-23", (604, 2023)),
        ("۶۰۴/۲۳", (604, 2023)),
        ("٦٠٤/٢٣", (604, 2023)),
        ("FIR No. 604/23", (604, 2023)),
        ("fir 604 / 23", (604, 2023)),
        ("مقدمہ نمبر ۶۰۴/۲۳", (604, 2023)),
        ("ایف آئی آر 604", (604, None)),
        ("604", (604, None)),
        ("F-7/2", None),
        ("G-9/4", None),
        ("Block 12", None),
        ("9/4", None),
        ("1234567/23", None),
        ("", None),
    ],
)
def test_a_firs_number_is_read(words: str, number: tuple[int, int | None] | None) -> None:
    assert lookup.fir_number(words) == number


@pytest.mark.parametrize(
    ("words", "key"),
    [("PS Gulberg", "gulberg"), ("Thana Gulberg", "gulberg"), ("تھانہ گلبرگ", "گلبرگ"), ("thana", "thana")],
)
def test_the_word_for_a_thana_is_left_out(words: str, key: str) -> None:
    assert lookup.name_key(words) == key


def found(client: FlaskClient, words: str) -> list[dict]:
    answer = client.get("/api/search", query_string={"q": words})
    assert answer.status_code == 200, answer.text
    return answer.get_json()["results"]


@pytest.mark.parametrize("words", ["Gulberg", "thana gulberg", "PS GULBERG", "گلبرگ", "تھانہ گلبرگ", GULBERG])
def test_a_station_is_found_in_every_script(client: FlaskClient, sign_in, words: str) -> None:
    sign_in(client, "analyst")
    assert GULBERG in [each["code"] for each in found(client, words)]


def test_a_name_that_is_nearly_right_is_found(client: FlaskClient, sign_in) -> None:
    sign_in(client, "analyst")
    assert CLIFTON in [each["code"] for each in found(client, "Cliftan")]
    # An Arabic keyboard's kaf.
    assert CLIFTON in [each["code"] for each in found(client, "تھانہ كلفٹن")]
    assert found(client, "zzzzqqqq") == []


def test_a_jurisdiction_that_has_ended_is_not_found(client: FlaskClient, sign_in, owner: Session) -> None:
    sign_in(client, "analyst")
    end = text("UPDATE jurisdiction SET valid_until = :until WHERE code = :code")
    assert CITY in [each["code"] for each in found(client, "PS City")]
    owner.execute(end, {"until": "2026-01-01", "code": CITY})
    owner.commit()
    try:
        assert CITY not in [each.get("code") for each in found(client, "PS City")]
        assert CITY not in [each.get("code") for each in found(client, "Cjty")]
    finally:
        owner.execute(end, {"until": None, "code": CITY})
        owner.commit()


def test_a_fir_is_found_by_its_number_in_ones_own_area_only(app, client: FlaskClient, sign_in, worker: Session) -> None:
    record = factories.record(worker, "fir", GULBERG)
    number = worker.execute(text("SELECT number FROM fir WHERE record_id = :id"), {"id": record}).scalar_one()
    worker.commit()
    urdu = "".join("۰۱۲۳۴۵۶۷۸۹"[int(digit)] for digit in str(number)) + "/۲۶"
    sign_in(client, "station", GULBERG)
    for words in (f"{number}/26", f"{number}/2026", f"FIR {number}", urdu):
        assert record in [each.get("id") for each in found(client, words) if each["type"] == "record"], words
    assert not [each for each in found(client, f"{number}/25") if each["type"] == "record"]
    other = app.test_client()
    sign_in(other, "station", CLIFTON)
    assert not [each for each in found(other, f"{number}/26") if each["type"] == "record"]


@pytest.mark.parametrize("words", ["%", "_", "\\", "100%", "' OR 1=1 --", "۰", "ـ" * 50, "<script>"])
def test_no_sign_means_anything_but_itself(client: FlaskClient, sign_in, words: str) -> None:
    sign_in(client, "analyst")
    assert not [each for each in found(client, words) if each["type"] == "jurisdiction"]


def test_a_cell_and_a_place_on_the_ground(client: FlaskClient, sign_in) -> None:
    sign_in(client, "analyst")
    (cell,) = found(client, "893C0C4A4CFFFFF") or [{}]
    assert cell.get("type") == "cell" and cell["cell"] == "893c0c4a4cfffff"
    (point,) = found(client, "31.52 74.35")
    assert point == {"type": "coordinates", "name": "31.52000, 74.35000", "lat": 31.52, "lon": 74.35}
