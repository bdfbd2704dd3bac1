"""The table of beats obeys the law of mass, and says usual, change and forecast with their intervals."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from spatial.mass import UNIT
from tests.app.beats.conftest import WINDOW
from tests.reference_set import CITY, CLIFTON, GULBERG

pytestmark = pytest.mark.usefixtures("filled")
CIRCLE = "PK-PB-LHR-C-GULBERG"


def micro(value: float) -> int:
    return round(value * UNIT)


def check_law(answer: dict) -> None:
    assert sum(micro(unit["mass"]) for unit in answer["units"]) == micro(answer["mass"])
    beside = sum(micro(answer[name]) for name in ("outside", "coarse", "unplaced", "held_back"))
    assert micro(answer["mass"]) + beside == micro(answer["total"])


@pytest.mark.parametrize("role", ["planner", "commander", "control"])
@pytest.mark.parametrize(
    "query", ["", "&heads=robbery", "&shift=day", "&shift=night", "&kinds=fir", "&heads=rape,theft"]
)
def test_the_beats_and_what_none_holds_are_all_records(client: FlaskClient, sign_in, role: str, query: str) -> None:
    sign_in(client, role, CIRCLE if role == "planner" else None)
    answer = client.get(f"/api/beats?jurisdiction={CIRCLE}&{WINDOW}{query}").get_json()
    check_law(answer)
    whole = client.get(f"/api/summary?jurisdiction={CIRCLE}&{WINDOW}{query}").get_json()
    assert micro(answer["total"]) == micro(whole["total"])


def test_each_place_is_counted_where_it_belongs(client: FlaskClient, sign_in) -> None:
    sign_in(client, "planner", CIRCLE)
    answer = client.get(f"/api/beats?{WINDOW}").get_json()
    units = {unit["code"]: micro(unit["mass"]) for unit in answer["units"]}
    assert set(units) == {GULBERG, CITY}
    # One plain robbery, two thirds of the one that was spread, the theft; and what City's square holds.
    assert units[GULBERG] == 2 * UNIT + 666_667 and units[CITY] == UNIT + 333_333
    assert (answer["outside"], answer["coarse"], answer["held_back"], answer["unplaced"]) == (1, 1, 1, 0)
    sign_in(client, "station", GULBERG)
    own = client.get(f"/api/beats?{WINDOW}").get_json()
    check_law(own)
    assert own["held_back"] == 0 and [unit["code"] for unit in own["units"]] == [GULBERG]
    assert micro(own["outside"]) == UNIT + 333_333, "what lies in City's square is outside Gulberg's"


def test_a_sum_that_forgets_what_lies_outside_is_seen(client: FlaskClient, sign_in) -> None:
    """The negative control of the law."""
    sign_in(client, "planner", CIRCLE)
    answer = client.get(f"/api/beats?{WINDOW}").get_json()
    with pytest.raises(AssertionError):
        check_law(answer | {"outside": 0.0})


def test_usual_and_change_are_of_the_weeks_before(client: FlaskClient, sign_in) -> None:
    sign_in(client, "planner", CIRCLE)
    answer = client.get(f"/api/beats?{WINDOW}&heads=robbery").get_json()
    assert answer["usual_weeks"] == 52 and answer["usual_from"] == "2025-11-10"
    city = next(unit for unit in answer["units"] if unit["code"] == CITY)
    assert city["usual"]["value"] == 1.0, "one robbery a week"
    assert city["change"]["low"] < city["change"]["value"] < city["change"]["high"]
    double = client.get("/api/beats?window=2026-11-02..2026-11-16&heads=robbery").get_json()
    assert next(unit for unit in double["units"] if unit["code"] == CITY)["usual"]["value"] == pytest.approx(2.0)


def test_an_area_of_others_is_not_there(client: FlaskClient, sign_in) -> None:
    sign_in(client, "station", GULBERG)
    for code in (CITY, CLIFTON, CIRCLE, "PK", "nowhere"):
        for path in ("/api/beats", "/api/beats/areas", "/api/beats/plans", "/api/beats/weeks"):
            answer = client.get(f"{path}?jurisdiction={code}")
            assert answer.status_code == 404, (code, path)
    assert client.get("/api/beats").status_code == 200, "the negative control: one's own is"


def test_the_whole_country_is_asked_to_choose(client: FlaskClient, sign_in) -> None:
    sign_in(client, "commander")
    answer = client.get("/api/beats")
    assert answer.status_code == 422 and "Choose a district" in answer.get_json()["detail"]


def test_outlines_have_the_rows_of_the_table(client: FlaskClient, sign_in) -> None:
    sign_in(client, "planner", CIRCLE)
    table = client.get(f"/api/beats?{WINDOW}").get_json()
    outlines = client.get("/api/beats/areas").get_json()
    assert [feature["properties"]["code"] for feature in outlines["features"]] == [
        unit["code"] for unit in table["units"]
    ]


def test_nobody_but_planners_opens_the_desk(client: FlaskClient, sign_in, worker: Session) -> None:
    for role, status in (("planner", 200), ("station", 200), ("control", 403), ("auditor", 403)):
        sign_in(client, role)
        assert client.get("/beats").status_code == status
