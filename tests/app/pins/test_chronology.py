"""The check of a FIR's order of events: each case that auditors found is named, and a sound FIR has none."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pins.chronology import CODES, Events, Neighbour, check, sequence
from app.pins.messages import SENTENCES, say

T = datetime(2026, 11, 2, 7, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOUND = Events(
    year=2026, number=10, occurred_from=T, reported_at=T + HOUR, diary_at=T + HOUR, known_at=T + 2 * HOUR,
    despatched_at=T + 5 * HOUR, arrested_at=T + 6 * HOUR, e_tag="LHR-261102-000010", section_dates=(date(2026, 11, 2),),
    complained_at=T + HOUR / 2, following=Neighbour(11, T + 3 * HOUR, "LHR-261102-000011"),
)  # fmt: skip
# Each changes one thing of the sound FIR; what else must follow from it stands beside it.
CASES = {
    "arrest_before_fir": {"arrested_at": T + HOUR / 2},
    "arrest_before_occurrence": {"arrested_at": T - DAY},
    "report_before_occurrence": {"reported_at": T - HOUR},
    "fir_before_diary": {"diary_at": T + DAY},
    "entered_before_report": {"reported_at": T + 3 * HOUR},
    "despatch_before_report": {"despatched_at": T + HOUR / 4},
    "fir_before_complaint": {"complained_at": T + 9 * DAY},
    "section_before_occurrence": {"section_dates": (date(2026, 11, 1),)},
    "number_of_another_year": {"year": 2025},
    "entered_after_later_number": {"following": Neighbour(11, T - DAY, None)},
    "e_tag_out_of_order": {"e_tag": "LHR-261102-000012"},
}


def codes(events: Events) -> list[str]:
    return [flag.code for flag in check(events)]


def test_a_sound_fir_has_no_flag() -> None:
    assert codes(SOUND) == []


@pytest.mark.parametrize("code", CODES)
def test_each_rule_names_its_case(code: str) -> None:
    found = codes(replace(SOUND, **CASES[code]))
    assert code in found
    also = {"arrest_before_occurrence": {"arrest_before_fir"}}.get(code, set())
    assert set(found) == {code} | also


def test_every_code_has_both_languages() -> None:
    assert set(SENTENCES) == set(CODES) == set(CASES)
    for code in CODES:
        flags = check(replace(SOUND, **CASES[code]))
        said = say(next(flag for flag in flags if flag.code == code))
        assert "{" not in said["text"] + said["text_ur"]
        assert any("\u0600" <= letter <= "\u06ff" for letter in said["text_ur"])


def test_what_a_source_does_not_keep_is_no_flag() -> None:
    assert codes(Events(year=2026, number=1, occurred_from=T, known_at=T + HOUR)) == []


def test_new_years_eve_may_be_numbered_either_way() -> None:
    eve = datetime(2026, 12, 31, 18, tzinfo=UTC)  # 23:00 in Karachi
    night = Events(year=2026, number=900, occurred_from=eve, reported_at=eve, known_at=eve + 3 * HOUR)
    assert codes(night) == [] == codes(replace(night, year=2027))
    assert codes(replace(night, year=2025)) == ["number_of_another_year"]


def test_tags_of_different_series_are_not_compared() -> None:
    assert codes(replace(SOUND, e_tag="KHI-261102-000099")) == []
    assert sequence("LHR-261102-000012") == ("LHR--", 12)
    assert sequence("no number") is None


@given(st.text(max_size=40) | st.none())
def test_no_tag_breaks_the_check(e_tag: str | None) -> None:
    check(replace(SOUND, e_tag=e_tag))
