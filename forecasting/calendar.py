"""Days that move a city's records: Ramzan, the two Eids, the first ten days of Muharram, and pay-days.

The Islamic dates are those of the tabular calendar (thirty-year cycle with eleven leap years, civil epoch: Reingold and
Dershowitz, "Calendrical Calculations", chapter 7). The moon that Pakistan's committee sights is a day or two
later or earlier; over weeks that does not matter. A place's calendar only: nothing is known of anybody.
"""

from datetime import date, timedelta

import numpy as np

from forecasting.incidents import Calendar
from forecasting.model import Floats, Integers

#: Kinds of day, in the order of the columns.
DAYS = ("ramzan", "eid_ul_fitr", "eid_ul_azha", "muharram", "pay_day")
#: Last day of the month on which what was paid on the first is still in the pocket.
LAST_PAY_DAY = 5
_EPOCH = date(622, 7, 19).toordinal()  # 1 Muharram of the year 1, as Python counts days (16 July, Julian)
_CYCLE_DAYS, _CYCLE_YEARS = 10_631, 30


def islamic_date(day: date) -> tuple[int, int, int]:
    """Year, month and day of the tabular Islamic calendar."""
    since = day.toordinal() - _EPOCH
    year = (_CYCLE_YEARS * since + _CYCLE_DAYS + 15) // _CYCLE_DAYS
    within = since - _days_before(year)
    month = min((11 * within + 330) // 325, 12)
    return year, month, within - _days_in_months_before(month) + 1


def _days_before(year: int) -> int:
    """Days before the first of a year: leap years (355 days) are 2, 5, 7, 10, 13, 16, 18, 21, 24, 26, 29 of thirty."""
    return (year - 1) * 354 + (3 + 11 * year) // _CYCLE_YEARS


def _days_in_months_before(month: int) -> int:
    return 29 * (month - 1) + month // 2


def kinds_of(day: date) -> set[str]:
    """The kinds of day that a day is."""
    _, month, of_month = islamic_date(day)
    kinds = {
        "ramzan": month == 9,
        "eid_ul_fitr": month == 10 and of_month <= 3,
        "eid_ul_azha": month == 12 and 10 <= of_month <= 12,
        "muharram": month == 1 and of_month <= 10,
        "pay_day": day.day <= LAST_PAY_DAY,
    }
    return {kind for kind, is_one in kinds.items() if is_one}


def days_of_weeks(weeks: Integers, weekday: int = 0) -> Floats:
    """Share of each kind of day in weeks that start on a weekday, shape (w, k), 0..1."""
    calendar = Calendar(weekday)
    shares = np.zeros((len(weeks), len(DAYS)))
    for row, week in enumerate(weeks):
        start = calendar.start(int(week))
        for step in range(7):
            for kind in kinds_of(start + timedelta(days=step)):
                shares[row, DAYS.index(kind)] += 1 / 7
    return shares
