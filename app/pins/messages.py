"""The flags of the check of a FIR's order of events in words, English and Urdu: one table, one row a code.

The Urdu is *unreviewed*: no native officer has read it yet.
"""

from datetime import date, datetime
from typing import Any, Final

from app.pins.chronology import ZONE, Flag

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "arrest_before_fir": (
        "The first arrest ({first}) lies before the FIR ({second}).",
        "پہلی گرفتاری ({first}) ایف آئی آر ({second}) سے پہلے کی ہے۔",
    ),
    "arrest_before_occurrence": (
        "The first arrest ({first}) lies before the offence ({second}).",
        "پہلی گرفتاری ({first}) وقوعہ ({second}) سے پہلے کی ہے۔",
    ),
    "report_before_occurrence": (
        "The report ({first}) lies before the offence ({second}).",
        "رپورٹ ({first}) وقوعہ ({second}) سے پہلے کی ہے۔",
    ),
    "fir_before_diary": (
        "The FIR was entered ({first}) before its entry in the daily diary ({second}).",
        "ایف آئی آر ({first}) روزنامچہ کے اندراج ({second}) سے پہلے درج ہوئی۔",
    ),
    "entered_before_report": (
        "The FIR was entered ({first}) before it was reported ({second}).",
        "ایف آئی آر ({first}) رپورٹ ({second}) سے پہلے درج ہوئی۔",
    ),
    "despatch_before_report": (
        "The FIR was despatched ({first}) before it was reported ({second}).",
        "ایف آئی آر کی روانگی ({first}) رپورٹ ({second}) سے پہلے کی ہے۔",
    ),
    "fir_before_complaint": (
        "The complaint that led to this FIR ({second}) came after it ({first}).",
        "جس شکایت پر یہ ایف آئی آر درج ہوئی ({second}) وہ اس کے بعد آئی ({first})۔",
    ),
    "section_before_occurrence": (
        "A section was added ({first}) before the offence ({second}).",
        "ایک دفعہ ({first}) وقوعہ ({second}) سے پہلے شامل کی گئی۔",
    ),
    "number_of_another_year": (
        "The number is of {year}, but the FIR was reported on {second}.",
        "نمبر سال {year} کا ہے، مگر رپورٹ {second} کی ہے۔",
    ),
    "entered_after_later_number": (
        "It was entered ({second}) after number {number}, which is of {first}.",
        "یہ ({second}) نمبر {number} کے بعد درج ہوئی، جو {first} کا ہے۔",
    ),
    "e_tag_out_of_order": (
        "Its e-tag {e_tag} is later than {other} of number {number}, which follows it.",
        "اس کا ای ٹیگ {e_tag} اگلے نمبر {number} کے ای ٹیگ {other} سے بعد کا ہے۔",
    ),
}


def say(flag: Flag) -> dict[str, str]:
    """Give a flag's code and its sentence in both languages."""
    values = {name: _written(value) for name, value in flag.params.items()}
    english, urdu = SENTENCES[flag.code]
    return {"code": flag.code, "text": english.format(**values), "text_ur": urdu.format(**values)}


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(ZONE):%Y-%m-%d %H:%M}"
    return value.isoformat() if isinstance(value, date) else str(value)
