"""Opening hours of public holidays and of their eves, learned from past ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from forecasting.calendars import Calendar
from forecasting.series import DAY, Series, weekday_of

WHOLE_DAY_SHARE = 0.75


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A coming public holiday, or the eve of one, on a weekday that is open as a rule.

    Parameters
    ----------
    day : datetime64[D]
    name : str
        Of the holiday.
    eve : bool
    precedents : int
        Past days that its hours are learned from.
    hours : ndarray of bool, shape (slots,), optional
        None where it is open as on any such weekday.
    """

    day: np.datetime64
    name: str
    eve: bool
    precedents: int
    hours: np.ndarray | None

    @property
    def closed(self) -> bool:
        return self.hours is not None and not self.hours.any()


def special_days(train: Series, calendar: Calendar, pattern: np.ndarray, days: np.ndarray) -> Iterator[SpecialDay]:
    """The holidays and eves among `days` and the hours that past ones give them.

    A holiday follows past holidays of its name, or else all of them; an eve follows past eves of that holiday, or
    else those of the same month, since 24 and 31 December are alike and other eves are not. The day is closed when
    most of them were, a Monday counting more than a quiet Saturday; it keeps the slots that half of the open ones
    had, when those are fewer than three quarters of its weekday's.

    Parameters
    ----------
    train : Series
    calendar : Calendar
    pattern : ndarray of bool, shape (7, slots)
        Hours of ordinary weekdays.
    days : ndarray of datetime64[D]
    """
    usually_open = pattern[weekday_of(days)].any(axis=1)
    for eve, special in ((False, calendar.is_holiday), (True, calendar.is_eve)):
        past = train.days[special(train.days) & pattern[train.weekdays].any(axis=1)]
        for day in days[special(days) & usually_open]:
            chosen = _precedents(calendar, past, day, eve)
            hours = _hours(train, chosen, pattern[weekday_of(day)]) if len(chosen) else None
            yield SpecialDay(day, calendar.holidays[day + DAY * eve], eve, len(chosen), hours)


def _precedents(calendar: Calendar, past: np.ndarray, day: np.datetime64, eve: bool) -> np.ndarray:
    names = np.array([calendar.holidays[one + DAY * eve] for one in past])
    same = past[names == calendar.holidays[day + DAY * eve]]
    if len(same):
        return same
    month_of_year = past.astype("datetime64[M]").astype(int) % 12
    return past[month_of_year == day.astype("datetime64[M]").astype(int) % 12] if eve else past


def _hours(train: Series, past: np.ndarray, usual: np.ndarray) -> np.ndarray | None:
    """Open slots of a special day, None where they are those of an ordinary one."""
    place = np.searchsorted(train.days, past)
    days_seen = np.bincount(train.weekdays[train.active], minlength=7)
    usual_calls = np.bincount(train.weekdays, np.nan_to_num(train.totals), minlength=7) / np.maximum(days_seen, 1)
    weight = 1e-9 + usual_calls[train.weekdays[place]]
    present = train.present[place]
    active = present.any(axis=1)
    if weight @ ~active > weight.sum() / 2:
        return np.zeros_like(usual)
    hours = usual & (weight[active] @ present[active] >= weight[active].sum() / 2)
    return hours if hours.sum() < WHOLE_DAY_SHARE * usual.sum() else None
