"""How late something is told, in small print: whoever reads it must know that the clock ran without the bot."""

from datetime import datetime, timedelta
from typing import Final

from bot.rules.words import span

PUNCTUAL: Final = timedelta(minutes=2)


def late_words(minutes: int) -> str:
    """`3 h 12 min late: the bot was not running.`; empty for nothing."""
    return f"{span(timedelta(minutes=minutes))} late: the bot was not running." if minutes > 0 else ""


def minutes_late(due_at: datetime, at: datetime) -> int:
    """By how many minutes something that came `at` was late; zero while that is not worth saying."""
    late = at - due_at
    return int(late.total_seconds()) // 60 if late > PUNCTUAL else 0
