"""The organization as its file says now. The file is read anew while the bot runs, so nobody keeps what they were given."""

from dataclasses import dataclass

from bot.rules.organization import Organization


@dataclass(slots=True)
class Current:
    """Holds the organization; assigning another one swaps it whole, for everybody at once."""

    organization: Organization
