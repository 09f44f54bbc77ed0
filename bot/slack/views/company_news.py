"""What administrators of the bot read."""

from collections.abc import Sequence

from bot.slack.views.kit import Message, lines, message, section, small
from bot.slack.views.text import typed

PROBLEM_MOST = 300


def refused_file_message(problems: Sequence[str], count: int) -> Message:
    """That the organization's file changed and cannot be used; `problems` are the first of `count`."""
    lead = "The organization's file changed and cannot be used. The one before still counts."
    left_out = count - len(problems)
    return message(
        lead,
        section(
            lines(
                f"⛔ *{lead}*",
                *(f"• {typed(each, PROBLEM_MOST)}" for each in problems),
                f"and {left_out} more" if left_out > 0 else "",
            )
        ),
        small("Mend the file where it stands: the bot reads it again by itself within seconds."),
    )


def mended_file_message() -> Message:
    """What becomes of that message once the file can be used again."""
    said = "The organization's file could not be used for a while. It can be used again."
    return message(said, section(f"✅ {said}"))


def anchor_message(number: int, seal: str) -> Message:
    """A day's seal of the audit log, kept where the bot's database cannot reach it; `seal` is its hash, in hexadecimal."""
    lead = f"Seal {number} of the deployment log"
    return message(
        f"{lead}: {seal}",
        section(lines(f"🔏 *{lead}*", f"`{seal}`")),
        small(f"Whoever doubts the log: countersign audit verify --anchor {number}:{seal}"),
    )
