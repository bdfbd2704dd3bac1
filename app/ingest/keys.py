"""Natural keys in every written form: FIR numbers, CNICs, tags; a spelling is never part of a key."""

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

from app.ingest.dates import OLDEST_YEAR, western
from app.ingest.problems import BadValue

MOST_TAG: Final = 120
_PREFIX: Final = re.compile(
    r"(?:f\s*\.?\s*i\s*\.?\s*r\b\.?|crime|case|fir|no\b\.?|number|ایف\s*[.۔]?\s*آئی\s*[.۔]?\s*آر|مقدمہ|علت|نمبر|[#:.\s،,۔-])+",
    re.I,
)
_NUMBER: Final = re.compile(r"0*(\d{1,6})(?:\.0+)?(?:\s*(?:[/\\|-]|of|سال|بابت)\s*(\d{4}|\d{2}))?", re.I)
_YEAR: Final = re.compile(r"(\d{4}|\d{2})(?:\.0+)?")
_DATE_LIKE: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}.*|\d{1,2}-(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*(?:-\d+)?", re.I
)
_PASSPORT: Final = re.compile(r"[A-Z]{1,3}\d{5,9}")


class FirNumber(NamedTuple):
    """The serial number of a FIR in its station's register of one year."""

    year: int
    number: int


@lru_cache(maxsize=16_384)
def parse_fir_number(number: str, year: str, latest_year: int) -> FirNumber:
    """Give year and number of a FIR: ``604`` with its year, ``604/25``, ``FIR No. 604/2025``, ``مقدمہ نمبر ۶۰۴/۲۵``.

    Raises
    ------
    BadValue
        ``missing``, ``number_unreadable``, ``number_became_date``, ``year_missing``, ``year_unreadable``,
        ``year_conflict``, ``year_impossible``.
    """
    written = western(number)
    if not written:
        raise BadValue("missing", "number")
    if _DATE_LIKE.fullmatch(written):
        raise BadValue("number_became_date", "number", value=number[:60])
    found = _NUMBER.fullmatch(_PREFIX.sub("", written, count=1) if _PREFIX.match(written) else written)
    if not found or int(found[1]) == 0:
        raise BadValue("number_unreadable", "number", value=number[:60])
    within = _full_year(found[2], latest_year) if found[2] else None
    given = None
    if year.strip():
        of_year = _YEAR.fullmatch(western(year))
        if not of_year:
            raise BadValue("year_unreadable", "year", value=year[:60])
        given = _full_year(of_year[1], latest_year)
    if within is None and given is None:
        raise BadValue("year_missing", "year")
    if within is not None and given is not None and within != given:
        raise BadValue("year_conflict", "year", number=number[:60], year=year[:60])
    register = given if given is not None else within
    if register is None or not OLDEST_YEAR <= register <= latest_year:
        raise BadValue("year_impossible", "year", value=str(register))
    return FirNumber(register, int(found[1]))


def _full_year(text: str, latest_year: int) -> int:
    year = int(text)
    if len(text) == 2:
        year += 2000
        if year > latest_year:
            year -= 100
    return year


@lru_cache(maxsize=4_096)
def parse_cnic(text: str, passports: bool = False) -> str | None:
    """Give the thirteen digits of a CNIC, None for a blank; by structure only, there is no public check digit.

    Raises
    ------
    BadValue
        ``cnic_masked``, ``cnic_old``, ``cnic_length``, ``cnic_letters``, ``cnic_province``, ``cnic_repeated``.  None of
        them carries the value: a CNIC is never shown or logged.
    """
    written = re.sub(r"[\s\-–—‐‑.]", "", western(unicodedata.normalize("NFKC", text)))
    if not written:
        return None
    if re.search(r"[xX*#•_?]{2,}", written):
        raise BadValue("cnic_masked")
    if passports and _PASSPORT.fullmatch(written.upper()):
        return written.upper()
    if not (written.isascii() and written.isdigit()):
        raise BadValue("cnic_letters")
    if len(written) == 11:
        raise BadValue("cnic_old")
    if len(written) != 13:
        raise BadValue("cnic_length", digits=len(written))
    if len(set(written)) == 1:
        raise BadValue("cnic_repeated")
    if written[0] not in "12345678":
        raise BadValue("cnic_province", digit=written[0])
    return written


def parse_tag(text: str, column: str) -> str:
    """Give a source's own identifier, trimmed, in Western digits and single spaces.

    Raises
    ------
    BadValue
        ``missing`` or ``too_long``.
    """
    written = " ".join(western(text).split())
    if not written:
        raise BadValue("missing", column)
    if len(written) > MOST_TAG:
        raise BadValue("too_long", column, longest=MOST_TAG)
    return written


def parse_number(text: str, column: str) -> float | None:
    """Give a finite number, None for a blank.

    Raises
    ------
    BadValue
        ``number_needed``.
    """
    written = western(text)
    if not written:
        return None
    try:
        value = float(written)
    except ValueError:
        raise BadValue("number_needed", column, value=text[:60]) from None
    if value != value or value in (float("inf"), float("-inf")):
        raise BadValue("number_needed", column, value=text[:60])
    return value


def parse_point(lat_text: str, lon_text: str) -> tuple[float, float] | None:
    """Give latitude and longitude as delivered, None where both are blank.

    Only what no map could hold is refused here; a swapped pair, 0,0 or a point outside Pakistan is kept as given,
    and the ladder of fixes says why it did not use it.

    Raises
    ------
    BadValue
        ``coordinates_half``, ``coordinates_range`` or ``number_needed``.
    """
    lat, lon = parse_number(lat_text, "lat"), parse_number(lon_text, "lon")
    if lat is None and lon is None:
        return None
    if lat is None or lon is None:
        raise BadValue("coordinates_half", "lat" if lat is None else "lon")
    if not (-180.0 <= lat <= 180.0 and -180.0 <= lon <= 180.0):
        raise BadValue(
            "coordinates_range", "lat" if abs(lat) > 180 else "lon", value=f"{lat_text[:30]}, {lon_text[:30]}"
        )
    return lat, lon
