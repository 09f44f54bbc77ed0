"""Named calendars of holidays, as whoever reads an organization's file is given them: what they hold is not the rules' to know."""

from collections.abc import Container
from datetime import date
from typing import Protocol


class Calendars(Protocol):
    """Knows calendars by name, such as "DE-BE"."""

    def find(self, name: str) -> Container[date] | None:
        """The days of a calendar, of whatever year; None where there is none by that name."""

    def nearest(self, name: str) -> str | None:
        """The known name that was probably meant."""


class NoCalendars:
    """Knows none: for where only the dates that stand in the file count."""

    def find(self, _name: str) -> Container[date] | None:
        """None."""
        return None

    def nearest(self, _name: str) -> str | None:
        """None."""
        return None
