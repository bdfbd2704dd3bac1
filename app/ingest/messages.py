"""What each reason of quarantine, and each refusal of a file, says in English and Urdu: what to do about it."""

from collections.abc import Mapping
from typing import Any

from flask_babel import get_locale

#: Of a row: it waits in quarantine until it is mended and replayed.
ROWS: dict[str, tuple[str, str]] = {
    "missing": ("This column must not be empty: fill it in.", "یہ خانہ خالی نہیں ہو سکتا: اسے پُر کریں۔"),
    "too_long": ("Longer than %(longest)s characters: shorten it.", "%(longest)s حروف سے لمبا ہے: مختصر کریں۔"),
    "row_too_long": (
        "The row is longer than %(longest)s bytes: a quote or line end before it is missing.",
        "سطر %(longest)s بائٹ سے لمبی ہے: اس سے پہلے کوئی واوین یا سطر کا اختتام رہ گیا ہے۔",
    ),
    "bytes_nul": ("The row holds a NUL byte: export the file anew.", "سطر میں NUL بائٹ ہے: فائل دوبارہ نکالیں۔"),
    "bytes_encoding": (
        "The row is not %(encoding)s text as the rest of the file: export it as CSV UTF-8.",
        "سطر باقی فائل کی طرح %(encoding)s متن نہیں: اسے CSV UTF-8 میں نکالیں۔",
    ),
    "quote_unclosed": (
        "A quote opens here and never closes: close it, or write it twice.",
        "یہاں واوین کھلتی ہے اور بند نہیں ہوتی: اسے بند کریں یا دو بار لکھیں۔",
    ),
    "fields_many": (
        "%(found)s fields where the heading has %(expected)s: put a text that holds the separator into quotes.",
        "سرخی میں %(expected)s خانے ہیں، یہاں %(found)s: جس متن میں فاصل ہو اسے واوین میں لکھیں۔",
    ),
    "fields_few": (
        "%(found)s fields where the heading has %(expected)s: a line end inside a text needs quotes.",
        "سرخی میں %(expected)s خانے ہیں، یہاں %(found)s: متن کے اندر نئی سطر ہو تو واوین لگائیں۔",
    ),
    "json_unreadable": ("This line is not JSON.", "یہ سطر JSON نہیں ہے۔"),
    "json_not_object": ("Each line must be one JSON object.", "ہر سطر ایک JSON آبجیکٹ ہونی چاہیے۔"),
    "json_nested": (
        "This member must be a text or a number, not a list or an object.",
        "یہ متن یا عدد ہونا چاہیے، فہرست یا آبجیکٹ نہیں۔",
    ),
    "column_twice_in_row": ("The column stands twice in this row.", "یہ خانہ اس سطر میں دو بار ہے۔"),
    "date_unreadable": (
        "%(value)s is no date that is known here: write 2026-11-02 14:30 or 02/11/2026 14:30.",
        "%(value)s کوئی جانی پہچانی تاریخ نہیں: 2026-11-02 14:30 یا 02/11/2026 14:30 لکھیں۔",
    ),
    "date_impossible": ("There is no such day as %(value)s.", "%(value)s نام کا کوئی دن نہیں۔"),
    "date_month_first": (
        '%(value)s has the month first: write the day first, or say date_order = "mdy" in the mapping file.',
        '%(value)s میں مہینہ پہلے ہے: دن پہلے لکھیں، یا میپنگ فائل میں date_order = "mdy" لکھیں۔',
    ),
    "date_without_year": ("%(value)s has no year: add it.", "%(value)s میں سال نہیں: سال لکھیں۔"),
    "date_hijri": (
        "%(value)s looks like a Hijri date: write the day of the common calendar.",
        "%(value)s ہجری تاریخ معلوم ہوتی ہے: عیسوی تاریخ لکھیں۔",
    ),
    "date_too_old": ("%(value)s is before 1947.", "%(value)s 1947 سے پہلے ہے۔"),
    "time_without_date": (
        "%(value)s is a time without a date: add the date.",
        "%(value)s میں تاریخ نہیں: تاریخ لکھیں۔",
    ),
    "time_impossible": (
        "The time in %(value)s cannot be read: write 14:30.",
        "%(value)s کا وقت نہیں پڑھا جا سکتا: 14:30 لکھیں۔",
    ),
    "future": (
        "%(value)s lies in the future: correct it, or the clock of the machine that exported it.",
        "%(value)s مستقبل میں ہے: اسے یا فائل نکالنے والی مشین کی گھڑی درست کریں۔",
    ),
    "occurred_to_before": (
        "The end %(value)s is before the beginning %(start)s.",
        "اختتام %(value)s آغاز %(start)s سے پہلے ہے۔",
    ),
    "reported_before": (
        "It was reported (%(value)s) before it happened (%(start)s): correct one of the two.",
        "رپورٹ (%(value)s) وقوعہ (%(start)s) سے پہلے ہے: ایک کو درست کریں۔",
    ),
    "entered_before": (
        "It was entered (%(value)s) before it happened (%(start)s): correct one of the two.",
        "اندراج (%(value)s) وقوعہ (%(start)s) سے پہلے ہے: ایک کو درست کریں۔",
    ),
    "check_out_before": ("The guest left (%(value)s) before arriving.", "روانگی (%(value)s) آمد سے پہلے ہے۔"),
    "span_too_long": (
        "From beginning to end are more than ten years: correct the dates.",
        "آغاز سے اختتام تک دس سال سے زیادہ ہیں: تاریخیں درست کریں۔",
    ),
    "number_unreadable": (
        "%(value)s is no FIR number: write 604/2026, or 604 with the year in its own column.",
        "%(value)s ایف آئی آر نمبر نہیں: 604/2026 لکھیں، یا 604 اور سال الگ خانے میں۔",
    ),
    "number_became_date": (
        "Excel has turned the number into the date %(value)s: format the column as text and type it anew.",
        "ایکسل نے نمبر کو تاریخ %(value)s بنا دیا: خانے کو متن بنائیں اور نمبر دوبارہ لکھیں۔",
    ),
    "year_missing": (
        "The number has no year: write 604/2026 or fill in the year.",
        "نمبر میں سال نہیں: 604/2026 لکھیں یا سال پُر کریں۔",
    ),
    "year_unreadable": ("%(value)s is no year.", "%(value)s کوئی سال نہیں۔"),
    "year_conflict": (
        "The number %(number)s and the year %(year)s disagree: correct one.",
        "نمبر %(number)s اور سال %(year)s میں اختلاف ہے: ایک درست کریں۔",
    ),
    "year_impossible": ("No register is of the year %(value)s.", "سال %(value)s کا کوئی رجسٹر نہیں۔"),
    "number_needed": ("%(value)s is no number.", "%(value)s کوئی عدد نہیں۔"),
    "coordinates_half": (
        "Only one of latitude and longitude is given: give both or neither.",
        "عرض بلد اور طول بلد میں سے ایک ہے: دونوں دیں یا کوئی نہیں۔",
    ),
    "coordinates_range": (
        "%(value)s are no degrees: they look like metres of another grid. Export degrees (WGS 84).",
        "%(value)s درجے نہیں، کسی اور گرڈ کے میٹر معلوم ہوتے ہیں۔ درجے (WGS 84) نکالیں۔",
    ),
    "accuracy_range": ("An accuracy of %(value)s m cannot be.", "%(value)s میٹر کی درستی ممکن نہیں۔"),
    "distance_unreadable": (
        "The distance %(value)s cannot be read: write 3 km.",
        "فاصلہ %(value)s نہیں پڑھا جا سکتا: 3 کلومیٹر لکھیں۔",
    ),
    "direction_unreadable": (
        "The direction %(value)s cannot be read: write north-east or شمال مشرق.",
        "سمت %(value)s نہیں پڑھی جا سکتی: شمال مشرق لکھیں۔",
    ),
    "sections_unreadable": (
        "No section of a law can be read in %(value)s: write 392 PPC.",
        "%(value)s میں کوئی دفعہ نہیں پڑھی گئی: 392 ت پ لکھیں۔",
    ),
    "station_unknown": (
        "No police station answers to %(name)s here. Meant perhaps: %(candidates)s.",
        "%(name)s نام کا کوئی تھانہ نہیں۔ شاید مراد ہے: %(candidates)s۔",
    ),
    "station_unknown_alone": (
        "No police station answers to %(name)s here, and none has a name like it: give its code.",
        "%(name)s نام کا کوئی تھانہ نہیں، نہ اس سے ملتا جلتا: تھانے کا کوڈ دیں۔",
    ),
    "station_ambiguous": (
        "Several police stations are named %(name)s: give the district or one of the codes: %(candidates)s.",
        "%(name)s نام کے کئی تھانے ہیں: ضلع یا کوڈ دیں: %(candidates)s۔",
    ),
    "district_unknown": (
        "There is no district %(name)s. Meant perhaps: %(candidates)s.",
        "ضلع %(name)s موجود نہیں۔ شاید مراد ہے: %(candidates)s۔",
    ),
    "district_unknown_alone": (
        "There is no district %(name)s, and none has a name like it: give its code.",
        "ضلع %(name)s موجود نہیں، نہ اس سے ملتا جلتا: ضلع کا کوڈ دیں۔",
    ),
    "district_ambiguous": (
        "Several districts are named %(name)s: give the code: %(candidates)s.",
        "%(name)s نام کے کئی ضلعے ہیں: کوڈ دیں: %(candidates)s۔",
    ),
    "outside_jurisdiction": (
        "%(station)s is outside the jurisdiction of the account that sent this: it must come from an account of its own.",  # noqa: E501
        "%(station)s بھیجنے والے اکاؤنٹ کی حدود سے باہر ہے: اسے اپنے اکاؤنٹ سے آنا چاہیے۔",
    ),
    "key_elsewhere": (
        "%(key)s stands already for a record that this account cannot change: ask its source for one number per record.",  # noqa: E501
        "%(key)s پہلے سے ایسے ریکارڈ کا نمبر ہے جسے یہ اکاؤنٹ نہیں بدل سکتا: ماخذ سے الگ نمبر لیں۔",
    ),
    "hotel_unknown": (
        "The hotel %(hotel)s is not in the register: give its station or district.",
        "ہوٹل %(hotel)s رجسٹر میں نہیں: اس کا تھانہ یا ضلع دیں۔",
    ),
    "stay_too_old": (
        "Check-in %(value)s is before %(oldest)s: stays are not kept that long.",
        "آمد %(value)s، %(oldest)s سے پہلے ہے: قیام اتنی دیر نہیں رکھے جاتے۔",
    ),
    "cnic_length": (
        "A CNIC has 13 digits, this one %(digits)s: correct it, or leave it empty.",
        "شناختی کارڈ کے 13 ہندسے ہوتے ہیں، یہاں %(digits)s ہیں: درست کریں یا خالی چھوڑیں۔",
    ),
    "cnic_letters": ("The CNIC holds other signs than digits.", "شناختی کارڈ نمبر میں ہندسوں کے سوا کچھ ہے۔"),
    "cnic_masked": (
        "The CNIC is masked: give it whole, or leave it empty.",
        "شناختی کارڈ نمبر چھپا ہوا ہے: پورا دیں یا خالی چھوڑیں۔",
    ),
    "cnic_old": (
        "This is an old NIC of 11 digits: give the CNIC of 13, or leave it empty.",
        "یہ 11 ہندسوں کا پرانا کارڈ ہے: 13 ہندسوں والا دیں یا خالی چھوڑیں۔",
    ),
    "cnic_province": ("No CNIC begins with %(digit)s.", "کوئی شناختی کارڈ %(digit)s سے شروع نہیں ہوتا۔"),
    "cnic_repeated": ("The CNIC is one digit repeated: a filler.", "شناختی کارڈ نمبر ایک ہی ہندسہ ہے: بھرتی کا۔"),
    "database_refused": (
        "The database refused this row: send it to your administrator.",
        "ڈیٹابیس نے یہ سطر قبول نہیں کی: اسے منتظم کو بھیجیں۔",
    ),
}

#: Of a whole file: nothing more of it is taken.
FILES: dict[str, tuple[str, str]] = {
    "file_missing": ("There is no file %(name)s.", "فائل %(name)s موجود نہیں۔"),
    "file_empty": ("The file is empty.", "فائل خالی ہے۔"),
    "file_format": ("This is no CSV, JSON lines or XLSX file.", "یہ CSV، JSON lines یا XLSX فائل نہیں۔"),
    "file_old_excel": (
        "This is an Excel file of before 2007, or one with a password: save it as .xlsx or CSV UTF-8.",
        "یہ 2007 سے پہلے کی یا پاس ورڈ والی ایکسل فائل ہے: اسے xlsx یا CSV UTF-8 میں محفوظ کریں۔",
    ),
    "file_broken": ("%(name)s is damaged or cut short: export it anew.", "%(name)s خراب یا نامکمل ہے: دوبارہ نکالیں۔"),
    "file_bomb": (
        "%(name)s would unpack to far more than a table holds, and is not opened.",
        "%(name)s کھلنے پر کسی بھی جدول سے کہیں بڑی ہو جائے گی، اس لیے نہیں کھولی گئی۔",
    ),
    "file_no_header": ("The file has no heading that can be read.", "فائل میں پڑھنے کے قابل سرخی نہیں۔"),
    "file_json_array": (
        "The file is one JSON list: write one object a line instead.",
        "فائل ایک JSON فہرست ہے: ہر سطر پر ایک آبجیکٹ لکھیں۔",
    ),
    "column_missing": (
        "The heading lacks %(columns)s. It has: %(found)s. A mapping file can say what is called how.",
        "سرخی میں %(columns)s نہیں۔ موجود: %(found)s۔ میپنگ فائل بتا سکتی ہے کہ کس کا کیا نام ہے۔",
    ),
    "column_twice": (
        "Two columns of the heading stand for the same: %(columns)s.",
        "سرخی کے دو خانے ایک ہی چیز ہیں: %(columns)s۔",
    ),
    "replay_row": (
        "Row %(line)s of the mended file cannot be read: mend it there.",
        "درست کی گئی فائل کی سطر %(line)s نہیں پڑھی جا سکتی۔",
    ),
    "replay_other": (
        "The mended file belongs to delivery %(delivery)s.",
        "درست کی گئی فائل ترسیل %(delivery)s کی ہے۔",
    ),
    "mapping_unreadable": ("The mapping file %(name)s cannot be read: %(why)s.", "میپنگ فائل %(name)s نہیں پڑھی جا سکتی: %(why)s۔"),  # noqa: E501
    "mapping_column": (
        "The mapping file %(name)s names the column %(column)s; ours are: %(columns)s.",
        "میپنگ فائل %(name)s میں خانہ %(column)s ہے؛ ہمارے خانے: %(columns)s۔",
    ),
}  # fmt: skip


def sentences(code: str, params: Mapping[str, Any]) -> tuple[str, str]:
    """Give the sentence of a code in English and in Urdu; a code that is not known stands for itself."""
    if not params.get("candidates"):
        code = f"{code}_alone" if f"{code}_alone" in ROWS else code  # nothing to propose is another sentence
    english, urdu = ROWS.get(code) or FILES.get(code) or (code, code)
    shown = {name: value if value != "" else "–" for name, value in params.items()}
    try:
        return english % shown, urdu % shown
    except (KeyError, TypeError, ValueError):
        return code, code


def say(code: str, params: Mapping[str, Any]) -> str:
    """Give the sentence of a code in the reader's language; in English where nobody is asking."""
    english, urdu = sentences(code, params)
    return urdu if str(get_locale() or "en").startswith("ur") else english
