"""The arithmetic of windows: business hours, notice, and both changes of the clocks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.guide import BusinessHours
from bot.rules.terms import HourClass
from bot.rules.windows import end_of_business, first_legal_start, first_legal_window, notice_given, touches
from bot.rules.words import span

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
ZONES = [BERLIN, NEW_YORK]
HOURS = BusinessHours(frozenset(range(5)), time(9), time(17))
NOTICE = timedelta(hours=48)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
BUSINESS, AFTER = HourClass.BUSINESS, HourClass.AFTER


def at(day: int, clock: str, month: int = 12, zone: ZoneInfo = BERLIN, year: int = 2026) -> datetime:
    """What clocks of the zone show, as an instant in UTC."""
    return datetime.combine(date(year, month, day), time.fromisoformat(clock), zone).astimezone(UTC)


@pytest.mark.clause("G-APP-3")
@pytest.mark.clause("G-APP-4")
@pytest.mark.parametrize(
    ("start", "end", "touched"),
    [
        pytest.param(at(2, "14:00"), at(2, "15:00"), {BUSINESS}, id="in the afternoon"),
        pytest.param(at(2, "09:00"), at(2, "17:00"), {BUSINESS}, id="the whole day"),
        pytest.param(at(2, "16:00"), at(2, "17:00"), {BUSINESS}, id="until 17:00 sharp"),
        pytest.param(at(2, "16:00"), at(2, "17:01"), {BUSINESS, AFTER}, id="over 17:00"),
        pytest.param(at(2, "17:00"), at(2, "18:00"), {AFTER}, id="from 17:00"),
        pytest.param(at(2, "08:00"), at(2, "09:00"), {AFTER}, id="early in the morning"),
        pytest.param(at(2, "08:59"), at(2, "09:30"), {BUSINESS, AFTER}, id="from before 09:00"),
        pytest.param(at(2, "18:00"), at(3, "08:00"), {AFTER}, id="a night"),
        pytest.param(at(2, "16:00"), at(3, "10:00"), {BUSINESS, AFTER}, id="over a night"),
        pytest.param(at(2, "17:00"), at(3, "09:01"), {BUSINESS, AFTER}, id="into the morning"),
        pytest.param(at(5, "10:00"), at(5, "11:00"), {AFTER}, id="on Saturday"),
        pytest.param(at(4, "17:00"), at(7, "09:00"), {AFTER}, id="a weekend"),
        pytest.param(at(4, "12:00"), at(8, "12:00"), {BUSINESS, AFTER}, id="several days"),
        pytest.param(at(2, "14:00"), at(2, "14:00"), {BUSINESS}, id="an instant in the afternoon"),
        pytest.param(at(2, "17:00"), at(2, "17:00"), {AFTER}, id="the instant 17:00"),
    ],
)
def test_a_window_touches_the_hours_that_it_lies_in(
    start: datetime, end: datetime, touched: set[HourClass]
) -> None:
    assert touches(start, end, HOURS, BERLIN) == touched


@pytest.mark.clause("G-APP-4")
def test_the_hours_are_those_of_the_organizations_zone() -> None:
    start = at(2, "10:00")

    assert touches(start, start + HOUR, HOURS, BERLIN) == {BUSINESS}
    assert touches(start, start + HOUR, HOURS, NEW_YORK) == {AFTER}


@pytest.mark.clause("G-APP-4")
def test_a_holiday_counts_like_a_weekend() -> None:
    hours = BusinessHours(HOURS.days, HOURS.start, HOURS.end, frozenset({date(2026, 12, 25)}))

    assert touches(at(25, "10:00"), at(25, "11:00"), HOURS, BERLIN) == {BUSINESS}
    assert touches(at(25, "10:00"), at(25, "11:00"), hours, BERLIN) == {AFTER}


@pytest.mark.clause("G-APP-4")
@pytest.mark.parametrize(
    ("year", "month", "day", "zone"),
    [
        (2026, 3, 29, BERLIN),
        (2026, 10, 25, BERLIN),
        (2027, 3, 28, BERLIN),
        (2027, 10, 31, BERLIN),
        (2026, 3, 8, NEW_YORK),
        (2026, 11, 1, NEW_YORK),
        (2027, 3, 14, NEW_YORK),
        (2027, 11, 7, NEW_YORK),
    ],
)
def test_a_weekend_on_which_the_clocks_change_is_after_hours_up_to_nine_on_monday(
    year: int, month: int, day: int, zone: ZoneInfo
) -> None:
    sunday = date(year, month, day)
    friday_close = datetime.combine(sunday - timedelta(days=2), time(17), zone)
    monday_open = datetime.combine(sunday + timedelta(days=1), time(9), zone)

    assert monday_open.astimezone(UTC) - friday_close.astimezone(UTC) != timedelta(hours=64)
    assert touches(friday_close, monday_open, HOURS, zone) == {AFTER}
    assert touches(friday_close, monday_open + MINUTE, HOURS, zone) == {BUSINESS, AFTER}
    assert touches(friday_close - MINUTE, monday_open, HOURS, zone) == {BUSINESS, AFTER}


CLOCK_CHANGES = [
    datetime(2026, 3, 29, tzinfo=UTC),
    datetime(2026, 11, 1, tzinfo=UTC),
    datetime(2027, 3, 14, tzinfo=UTC),
]
minutes_near_a_change = st.builds(
    lambda change, minutes: change + minutes * MINUTE,
    st.sampled_from(CLOCK_CHANGES),
    st.integers(-8 * 24 * 60, 8 * 24 * 60),
)


def opening_hours(
    opens: int, open_for: int, days: frozenset[int], holidays: frozenset[date]
) -> BusinessHours:
    """Both in minutes; from 04:00 on, since no clock of these zones changes after that hour."""
    return BusinessHours(days, time(*divmod(opens, 60)), time(*divmod(opens + open_for, 60)), holidays)


def touched_minute_by_minute(
    start: datetime, end: datetime, hours: BusinessHours, zone: ZoneInfo
) -> set[HourClass]:
    touched = set()
    for minute in range((end - start) // MINUTE):
        local = (start + minute * MINUTE).astimezone(zone)
        works = local.weekday() in hours.days and local.date() not in hours.holidays
        touched.add(BUSINESS if works and hours.start <= local.time() < hours.end else AFTER)
    return touched


@pytest.mark.clause("G-APP-3")
@pytest.mark.clause("G-APP-4")
@given(
    start=minutes_near_a_change,
    minutes=st.integers(1, 4 * 24 * 60),
    zone=st.sampled_from(ZONES),
    hours=st.builds(
        opening_hours,
        st.integers(4 * 60, 12 * 60),
        st.integers(1, 11 * 60),
        st.frozensets(st.integers(0, 6), min_size=1),
        st.frozensets(st.dates(date(2026, 3, 25), date(2026, 4, 2)), max_size=2),
    ),
)
def test_a_window_touches_what_its_minutes_touch(
    start: datetime, minutes: int, zone: ZoneInfo, hours: BusinessHours
) -> None:
    end = start + minutes * MINUTE

    assert touches(start, end, hours, zone) == touched_minute_by_minute(start, end, hours, zone)


@pytest.mark.parametrize(
    ("instant", "end"),
    [
        (at(2, "16:30"), at(2, "17:00")),
        (at(2, "09:00"), at(2, "17:00")),
        (at(2, "17:00"), None),
        (at(2, "08:59"), None),
        (at(5, "12:00"), None),
    ],
)
def test_business_ends_at_the_end_of_the_day_that_is_open(instant: datetime, end: datetime | None) -> None:
    assert end_of_business(instant, HOURS, BERLIN) == end


@pytest.mark.clause("G-STD-7")
def test_the_storys_window_has_46_hours_and_35_minutes_of_48() -> None:
    submitted = at(30, "11:25", month=11)

    assert span(notice_given(submitted, at(2, "10:00"))) == "46 h 35 min"
    assert first_legal_start(submitted, NOTICE) == at(2, "11:25")
    assert notice_given(submitted, at(2, "11:25")) == NOTICE


@pytest.mark.clause("G-STD-7")
def test_the_first_legal_start_is_a_whole_minute_that_keeps_the_notice() -> None:
    submitted = at(30, "11:25", month=11) + timedelta(seconds=1)

    assert first_legal_start(submitted, NOTICE) == at(2, "11:26")


@pytest.mark.clause("G-STD-7")
@pytest.mark.parametrize(
    ("month", "day", "zone", "shown"),
    [
        (3, 28, BERLIN, "13:00"),
        (10, 24, BERLIN, "11:00"),
        (3, 7, NEW_YORK, "13:00"),
        (10, 31, NEW_YORK, "11:00"),
    ],
)
def test_48_hours_over_a_change_of_the_clocks_are_48_hours_elapsed(
    month: int, day: int, zone: ZoneInfo, shown: str
) -> None:
    submitted = at(day, "12:00", month, zone)

    assert f"{first_legal_start(submitted, NOTICE).astimezone(zone):%H:%M}" == shown


@pytest.mark.clause("G-STD-7")
@given(
    submitted=minutes_near_a_change,
    seconds=st.integers(0, 59),
    hours=st.integers(0, 200),
    zone=st.sampled_from(ZONES),
)
def test_no_change_of_the_clocks_shortens_or_lengthens_a_notice(
    submitted: datetime, seconds: int, hours: int, zone: ZoneInfo
) -> None:
    local = (submitted + timedelta(seconds=seconds)).astimezone(zone)
    start = first_legal_start(local, hours * HOUR)

    assert hours * HOUR <= notice_given(local, start.astimezone(zone)) < hours * HOUR + MINUTE


@pytest.mark.clause("G-STD-7")
@pytest.mark.parametrize(
    ("submitted", "start"),
    [
        pytest.param(at(30, "11:25", month=11), at(2, "11:30"), id="rounded up to the half hour"),
        pytest.param(at(30, "11:30", month=11), at(2, "11:30"), id="already at the half hour"),
        pytest.param(at(30, "16:00", month=11), at(2, "16:00"), id="ends with business"),
        pytest.param(at(30, "16:01", month=11), at(3, "09:00"), id="too late for that day"),
        pytest.param(at(30, "03:00", month=11), at(2, "09:00"), id="before business"),
        pytest.param(at(3, "10:00"), at(7, "09:00"), id="over a weekend"),
    ],
)
def test_the_first_legal_window_is_an_hour_of_business_that_keeps_the_notice(
    submitted: datetime, start: datetime
) -> None:
    assert first_legal_window(submitted, NOTICE, HOURS, BERLIN) == (start, start + HOUR)


@pytest.mark.clause("G-STD-7")
@given(submitted=minutes_near_a_change, zone=st.sampled_from([*ZONES, ZoneInfo("Asia/Kathmandu")]))
def test_the_first_legal_window_is_legal_inside_business_hours_and_on_a_half_hour(
    submitted: datetime, zone: ZoneInfo
) -> None:
    found = first_legal_window(submitted, NOTICE, HOURS, zone)

    assert found is not None
    assert notice_given(submitted, found[0]) >= NOTICE
    assert touches(*found, HOURS, zone) == {BUSINESS}
    assert found[0].astimezone(zone).minute % 30 == 0


def test_there_is_no_legal_window_where_no_business_day_is_long_enough() -> None:
    assert first_legal_window(at(1, "10:00"), NOTICE, HOURS, BERLIN, timedelta(hours=9)) is None
