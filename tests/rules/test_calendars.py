"""Named calendars of holidays: days that count like weekends for a service (G-APP-3, G-APP-4)."""

from collections.abc import Container
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.people.calendars import NamedCalendars
from bot.rules.guide import BusinessHours
from bot.rules.organization import Organization
from bot.rules.organization_reading import BadOrganization, parse_organization
from bot.rules.terms import HourClass, ServiceName
from bot.rules.windows import first_legal_window, touches
from tests.acting import GUIDE_TEXT
from tests.workflows.test_freeze import SMALL

BERLIN = ZoneInfo("Europe/Berlin")
PAYMENTS, LEDGER = ServiceName("payments"), ServiceName("ledger")
CHRISTMAS, WOMEN_S_DAY = date(2026, 12, 25), date(2027, 3, 8)


def read(calendar: str, extra: str = "") -> Organization:
    text = SMALL.replace('channel = "C0PAYMENTS"', f'channel = "C0PAYMENTS", calendar = "{calendar}"{extra}')
    return parse_organization(
        text, source="small.toml", default_guide_text=GUIDE_TEXT, calendars=NamedCalendars()
    )


def named(name: str) -> Container[date]:
    found = NamedCalendars().find(name)
    assert found is not None
    return found


def problems(calendar: str) -> str:
    with pytest.raises(BadOrganization) as caught:
        read(calendar)
    return str(caught.value)


def on(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), BERLIN).astimezone(UTC)


@pytest.mark.clause("G-APP-4")
def test_a_regions_holiday_counts_like_a_weekend_for_the_service_that_names_it() -> None:
    organization = read("DE-BE")
    holiday = (on(WOMEN_S_DAY, 10), on(WOMEN_S_DAY, 11))
    assert touches(*holiday, organization.hours_of(PAYMENTS), BERLIN) == {HourClass.AFTER}
    assert touches(*holiday, organization.hours_of(LEDGER), BERLIN) == {HourClass.BUSINESS}


@pytest.mark.clause("G-APP-4")
def test_a_country_has_fewer_holidays_than_its_region_and_a_market_its_own() -> None:
    assert WOMEN_S_DAY in named("DE-BE")
    assert WOMEN_S_DAY not in named("DE")
    assert CHRISTMAS in named("DE")
    assert CHRISTMAS in named("XECB")
    assert WOMEN_S_DAY not in named("XECB")


@pytest.mark.clause("G-APP-4")
def test_listed_days_and_a_calendar_add_up() -> None:
    hours = read("DE-BE", ", holidays = [2026-12-24]").hours_of(PAYMENTS)
    for day in (24, 25):
        noon = on(date(2026, 12, day), 12)
        assert touches(noon, noon + timedelta(hours=1), hours, BERLIN) == {HourClass.AFTER}


@pytest.mark.clause("G-STD-7")
def test_the_first_legal_window_passes_over_holidays() -> None:
    hours = BusinessHours(frozenset(range(5)), time(9), time(17), calendar=named("DE-BE"))
    asked = on(date(2026, 12, 22), 16)
    found = first_legal_window(asked, timedelta(hours=48), hours, BERLIN)
    assert found == (on(date(2026, 12, 24), 16), on(date(2026, 12, 24), 17))
    found = first_legal_window(asked + timedelta(hours=1), timedelta(hours=48), hours, BERLIN)
    assert found == (on(date(2026, 12, 28), 9), on(date(2026, 12, 28), 10))


@pytest.mark.parametrize(("wrong", "meant"), [("de-be", "DE-BE"), ("DE_BE", "DE-BE"), ("US-CAL", "US-CA")])
def test_a_calendar_that_does_not_exist_is_refused_with_the_nearest(wrong: str, meant: str) -> None:
    said = problems(wrong)
    assert "small.toml" in said
    assert "services.payments.calendar" in said
    assert f'there is no "{wrong}", did you mean "{meant}"?' in said


def test_where_nothing_is_near_the_sentence_says_how_to_list_days() -> None:
    assert 'there is no "our own", list the days under holidays instead' in problems("our own")


def test_a_file_that_is_read_without_calendars_names_none() -> None:
    text = SMALL.replace('channel = "C0PAYMENTS"', 'channel = "C0PAYMENTS", calendar = "DE-BE"')
    with pytest.raises(BadOrganization, match='there is no "DE-BE"'):
        parse_organization(text, source="small.toml", default_guide_text=GUIDE_TEXT)


def test_without_a_calendar_no_day_is_a_holiday() -> None:
    organization = parse_organization(SMALL, source="small.toml", default_guide_text=GUIDE_TEXT)
    assert CHRISTMAS not in organization.hours_of(PAYMENTS).calendar


def test_a_calendar_is_the_same_by_its_name_and_knows_any_year() -> None:
    assert NamedCalendars().find("DE-BE") == NamedCalendars().find("DE-BE")
    assert NamedCalendars().find("DE-BE") != NamedCalendars().find("DE")
    for year in (1, 1500, 9999):
        assert (date(year, 6, 17) in named("DE-BE")) in {True, False}
    assert datetime(2026, 12, 25, 9, tzinfo=UTC) in named("DE")
    assert "2026-12-25" not in named("DE")
