"""Arithmetic of windows: business hours and notice (G-APP-3, G-APP-4, G-STD-7).

Instants come in aware, in whatever zone, and go out in UTC. Lengths are elapsed time, so a daylight-saving change neither
shortens nor lengthens a notice; business hours are what clocks in the organization's zone show.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import count, takewhile
from typing import Final

from bot.rules.guide import BusinessHours
from bot.rules.terms import HourClass

HALF_HOUR: Final = timedelta(minutes=30)
_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_SEARCHED: Final = timedelta(days=366)


def touches(start: datetime, end: datetime, hours: BusinessHours, zone: tzinfo) -> frozenset[HourClass]:
    """Say what the half-open span from `start` to `end` touches: business hours, the time outside them, or both.

    A window that ends when business does is inside, one that starts then is outside. A span without length, as a hotfix's
    start is, counts as the instant `start`.
    """
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    end = max(end, start + timedelta.resolution)
    touched: set[HourClass] = set()
    reached = start
    for opens, closes in _business_days(start, hours, zone):
        if opens > reached:
            touched.add(HourClass.AFTER)
        if opens >= end or len(touched) == len(HourClass):
            break
        if closes > reached:
            touched.add(HourClass.BUSINESS)
            reached = closes
        if reached >= end:
            break
    else:
        touched.add(HourClass.AFTER)
    return frozenset(touched)


def end_of_business(at: datetime, hours: BusinessHours, zone: tzinfo) -> datetime | None:
    """When the business day closes that is open at `at`; None outside business hours."""
    at = at.astimezone(UTC)
    today = at.astimezone(zone).date()
    if not _is_business_day(today, hours):
        return None
    opens, closes = _bounds(today, hours, zone)
    return closes if opens <= at < closes else None


def notice_given(submitted_at: datetime, start: datetime) -> timedelta:
    """The elapsed time from a window's submission to its start; negative if it starts before (G-STD-7)."""
    return start.astimezone(UTC) - submitted_at.astimezone(UTC)


def first_legal_start(submitted_at: datetime, notice: timedelta) -> datetime:
    """The first whole minute at which a window submitted at `submitted_at` may start (G-STD-7)."""
    return _rounded_up(submitted_at.astimezone(UTC) + notice, _MINUTE)


def first_legal_window(
    submitted_at: datetime, notice: timedelta, hours: BusinessHours, zone: tzinfo, length: timedelta = _HOUR
) -> tuple[datetime, datetime] | None:
    """The first window of `length` inside business hours that keeps the notice, starting on a full or half hour there.

    None where business hours hold no such window within a year: the day is too short, or all are holidays.
    """
    earliest = first_legal_start(submitted_at, notice)
    for opens, closes in _business_days(earliest, hours, zone):
        start = _rounded_up(max(opens, earliest).astimezone(zone), HALF_HOUR).astimezone(UTC)
        if start + length <= closes:
            return start, start + length
    return None


def _business_days(
    since: datetime, hours: BusinessHours, zone: tzinfo
) -> Iterator[tuple[datetime, datetime]]:
    """The opening and closing (UTC) of the business day that holds `since`, and of those after it for a year."""
    first = since.astimezone(zone).date()
    days = takewhile(lambda day: day <= first + _SEARCHED, (first + number * _DAY for number in count()))
    return (_bounds(day, hours, zone) for day in days if _is_business_day(day, hours))


def _is_business_day(day: date, hours: BusinessHours) -> bool:
    return day.weekday() in hours.days and day not in hours.holidays and day not in hours.calendar


def _bounds(day: date, hours: BusinessHours, zone: tzinfo) -> tuple[datetime, datetime]:
    opens, closes = (datetime.combine(day, at, zone) for at in (hours.start, hours.end))
    return opens.astimezone(UTC), closes.astimezone(UTC)


def _rounded_up(at: datetime, step: timedelta) -> datetime:
    """The next multiple of `step` in an hour of the clock that `at` is read from; elapsed time is what is added."""
    past = timedelta(minutes=at.minute, seconds=at.second, microseconds=at.microsecond) % step
    return at.astimezone(UTC) + (step - past) if past else at.astimezone(UTC)
