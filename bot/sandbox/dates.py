"""Slack's date tokens, read in somebody's zone. Nothing is relative: a date is never "today".

Slack leaves the year out of a long date less than half a year away; here, where stories last weeks, it is always left out.
"""

import re
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TEENS: Final = range(11, 14)
_SUFFIXES: Final = {1: "st", 2: "nd", 3: "rd"}


def read_date(token: str, zone: str) -> tuple[str, str]:
    """A token such as `!date^1796828400^{date_short} {time}^https://…|fallback`: its text and its link, if any.

    A token that Slack cannot read shows its fallback.
    """
    token, _, fallback = token.partition("|")
    parts = token.split("^")
    link = parts[3] if len(parts) > 3 else ""  # noqa: PLR2004 – the fourth part is the link
    try:
        at = datetime.fromtimestamp(int(parts[1]), UTC).astimezone(ZoneInfo(zone))
        return _formatted(parts[2], at), link
    except (IndexError, KeyError, ValueError, OverflowError):
        return fallback, link


def _formatted(pattern: str, at: datetime) -> str:
    month, day = _MONTHS[at.month - 1], _DAYS[at.weekday()]
    date = f"{month} {_ordinal(at.day)}, {at.year}"
    short = f"{month[:3]} {at.day}, {at.year}"
    known = {
        "date_num": f"{at:%Y-%m-%d}",
        "date_slash": f"{at:%d/%m/%Y}",
        "date": date,
        "date_pretty": date,
        "date_short": short,
        "date_short_pretty": short,
        "date_long": f"{day}, {month} {_ordinal(at.day)}",
        "date_long_pretty": f"{day}, {month} {_ordinal(at.day)}",
        "time": f"{at:%H:%M}",
        "time_secs": f"{at:%H:%M:%S}",
        "ago": short,
    }
    return re.sub(r"\{(\w+)\}", lambda found: known[found[1]], pattern)


def _ordinal(day: int) -> str:
    return f"{day}{'th' if day in _TEENS else _SUFFIXES.get(day % 10, 'th')}"
