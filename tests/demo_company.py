"""The demo company's organization, read from its file."""

from importlib.resources import files

import bot.rules
import bot.sandbox
from bot.people.calendars import NamedCalendars
from bot.rules.organization import Organization
from bot.rules.organization_reading import parse_organization


def harbor() -> Organization:
    """Harbor, with the guide as it comes."""
    return parse_organization(
        files(bot.sandbox).joinpath("harbor.toml").read_text("utf-8"),
        source="harbor.toml",
        default_guide_text=files(bot.rules).joinpath("guide.toml").read_text("utf-8"),
        calendars=NamedCalendars(),
    )
