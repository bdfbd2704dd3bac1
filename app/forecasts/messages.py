"""The words of a forecast's drivers in both languages: codes of forecasting.model to sentences."""

from collections.abc import Mapping
from typing import Any

from forecasting.model import AREA_MEAN, LONG_RUN, NEAR_REPEAT, RECENCY, RELATED_HEADS, SURROUNDINGS

DRIVERS: dict[str, tuple[str, str]] = {
    RECENCY: (
        "Recorded in this cell in the last %(weeks)d weeks",
        "گزشتہ %(weeks)d ہفتوں میں اسی خانے میں درج واقعات",
    ),
    LONG_RUN: (
        "Recorded in this cell over the longer past",
        "اس خانے میں طویل عرصے سے درج ہونے والے واقعات",
    ),
    NEAR_REPEAT: (
        "Recorded in the cells around it, up to %(rings)d away",
        "اردگرد کے خانوں میں، %(rings)d خانے دور تک، درج واقعات",
    ),
    SURROUNDINGS: (
        "The usual level of the surroundings, up to %(rings)d cells away",
        "اردگرد کے علاقے کی عمومی سطح، %(rings)d خانے دور تک",
    ),
    RELATED_HEADS: (
        "Other crime recorded in and around this cell",
        "اس خانے میں اور اس کے اردگرد درج دیگر جرائم",
    ),
    AREA_MEAN: (
        "The usual level of the whole area",
        "پورے علاقے کی عمومی سطح",
    ),
}


#: What a run says of the data behind it: codes of notes to sentences.
NOTES: dict[str, tuple[str, str]] = {
    "shock.step_up": (
        "%(station)s has registered %(percent)d %% more than before for %(weeks)d weeks: taken as a new level of "
        "registration, not of crime.",
        "%(station)s میں %(weeks)d ہفتوں سے پہلے سے %(percent)d فیصد زیادہ اندراج ہو رہا ہے: "
        "اسے جرائم کی نہیں، اندراج کی نئی سطح مانا گیا۔",
    ),
    "shock.step_down": (
        "%(station)s has registered %(percent)d %% less than before for %(weeks)d weeks: taken as a new level of "
        "registration, not of crime.",
        "%(station)s میں %(weeks)d ہفتوں سے پہلے سے %(percent)d فیصد کم اندراج ہو رہا ہے: "
        "اسے جرائم کی نہیں، اندراج کی نئی سطح مانا گیا۔",
    ),
    "shock.burst": (
        "%(station)s registered %(percent)d %% more than usual for %(weeks)d weeks: those weeks count as usual ones.",
        "%(station)s میں %(weeks)d ہفتے معمول سے %(percent)d فیصد زیادہ اندراج ہوا: وہ ہفتے معمول کی سطح پر گنے گئے۔",
    ),
    "shock.dip": (
        "%(station)s registered %(percent)d %% less than usual for %(weeks)d weeks: those weeks count as usual ones.",
        "%(station)s میں %(weeks)d ہفتے معمول سے %(percent)d فیصد کم اندراج ہوا: وہ ہفتے معمول کی سطح پر گنے گئے۔",
    ),
    "shock.silent": (
        "%(station)s has registered nothing for %(weeks)d weeks: that is not known to be peace.",
        "%(station)s میں %(weeks)d ہفتوں سے کوئی اندراج نہیں ہوا: اسے امن نہیں سمجھا جا سکتا۔",
    ),
    "shock.bulk_late": (
        "%(station)s registered old cases in bulk over %(weeks)d weeks: they are left out.",
        "%(station)s میں %(weeks)d ہفتوں میں پرانے واقعات یکمشت درج ہوئے: انہیں شامل نہیں کیا گیا۔",
    ),
    "shock.area_up": (
        "All of %(station)s has registered %(percent)d %% more than usual for %(weeks)d weeks: whether that is crime "
        "or registration is not known.",
        "پورے %(station)s میں %(weeks)d ہفتوں سے معمول سے %(percent)d فیصد زیادہ اندراج ہو رہا ہے: "
        "معلوم نہیں کہ یہ جرائم ہیں یا اندراج۔",
    ),
    "shock.area_down": (
        "All of %(station)s has registered %(percent)d %% less than usual for %(weeks)d weeks: whether that is crime "
        "or registration is not known.",
        "پورے %(station)s میں %(weeks)d ہفتوں سے معمول سے %(percent)d فیصد کم اندراج ہو رہا ہے: "
        "معلوم نہیں کہ یہ جرائم ہیں یا اندراج۔",
    ),
    "shock.more": (
        "%(count)d more stations have changed how much they register.",
        "مزید %(count)d تھانوں میں اندراج کی مقدار بدلی ہے۔",
    ),
    "held_out": (
        "%(records)d records that were registered in bulk are left out of what the forecast learned from.",
        "یکمشت درج ہونے والے %(records)d ریکارڈ اس میں شامل نہیں جس سے پیش گوئی نے سیکھا۔",
    ),
    "paused.cells": (
        "No number is shown for %(cells)d cells of %(stations)d stations whose registration has left its usual level.",
        "%(stations)d تھانوں کے %(cells)d خانوں کا عدد نہیں دکھایا گیا کیونکہ وہاں اندراج معمول کی سطح پر نہیں رہا۔",
    ),
    "paused.run": (
        "Paused: where most records come from, registration has left its usual level.",
        "روک دی گئی: جہاں سے زیادہ تر ریکارڈ آتے ہیں وہاں اندراج معمول کی سطح پر نہیں رہا۔",
    ),
    "nowcast": (
        "Of the last four weeks %(known)d records are registered and about %(missing)d still to come. They are allowed "
        "for, which changes the forecast by %(percent)d %%.",
        "پچھلے چار ہفتوں کے %(known)d ریکارڈ درج ہو چکے اور تقریباً %(missing)d ابھی آنے ہیں۔ "
        "انہیں شامل رکھا گیا ہے، جس سے پیش گوئی %(percent)d فیصد بدلی۔",
    ),
    "renewal.area_full": (
        "%(cells)d more cells would be listed, but at most a quarter of the cells of one station may be.",
        "مزید %(cells)d خانے فہرست میں آتے، مگر کسی ایک تھانے کے ایک چوتھائی سے زیادہ خانے فہرست میں نہیں رکھے جاتے۔",
    ),
}
#: For a driver or note that an old run kept and that no method gives any more.
_UNKNOWN = ("A reason that is no longer in use", "ایک وجہ جو اب استعمال میں نہیں")


def say_note(note: Mapping[str, Any]) -> dict[str, Any]:
    """Give a kept note with its words."""
    english, urdu = NOTES.get(note["code"], _UNKNOWN)
    params = note.get("params", {})
    in_urdu = {**params, "station": params.get("station_ur") or params.get("station")}
    return {"code": note["code"], "params": params, "text": english % params, "text_ur": urdu % in_urdu}


def say(code: str, params: Mapping[str, Any]) -> tuple[str, str]:
    """Give a driver's sentence in English and in Urdu."""
    english, urdu = DRIVERS.get(code, _UNKNOWN)
    return english % params, urdu % params
