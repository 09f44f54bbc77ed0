"""Named calendars of holidays, from the `holidays` package (https://holidays.readthedocs.io): countries, regions, markets.

"DE" is a country by its ISO 3166 code, "DE-BE" a region of it, "XECB" or "NYSE" a financial market. What the package
knows of a year is looked up when a day of it is asked for, and kept. Most files name no calendar, and every start would pay
for the package: it is imported when one is named.
"""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from typing import Final

BETWEEN: Final = "-"


@dataclass(frozen=True, slots=True)
class NamedCalendar:
    """The holidays of one calendar. Equal to another one by its name; two threads may ask at once."""

    name: str

    def __contains__(self, day: object) -> bool:
        """Whether a day is a holiday. Days of years that the package knows nothing of are none."""
        return isinstance(day, date) and (day.year, day.month, day.day) in _days(self.name, day.year)


@dataclass(frozen=True, slots=True)
class NamedCalendars:
    """All calendars that the package knows."""

    def find(self, name: str) -> Container[date] | None:
        """The days of a calendar; None where there is none by that name."""
        return NamedCalendar(name) if name in _names() else None

    def nearest(self, name: str) -> str | None:
        """The known name that was probably meant, whatever its case."""
        by_folded = {known.casefold(): known for known in sorted(_names())}
        near = get_close_matches(name.strip().replace("_", BETWEEN).casefold(), by_folded, n=1)
        return by_folded[near[0]] if near else None


@cache
def _names() -> frozenset[str]:
    import holidays  # noqa: PLC0415

    countries = holidays.list_supported_countries(include_aliases=False)
    regions = (f"{country}{BETWEEN}{region}" for country in countries for region in countries[country])
    return frozenset((*countries, *regions, *holidays.list_supported_financial(include_aliases=True)))


@cache
def _days(name: str, year: int) -> frozenset[tuple[int, int, int]]:
    import holidays  # noqa: PLC0415

    country, _, region = name.partition(BETWEEN)
    if name in holidays.list_supported_financial(include_aliases=True):
        found = holidays.financial_holidays(name, years=year)
    else:
        found = holidays.country_holidays(country, subdiv=region or None, years=year)
    return frozenset((day.year, day.month, day.day) for day in found)
