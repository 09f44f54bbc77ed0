"""What people see of messages that Slack does not take: the list for administrators, and a requester's card by direct message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.rules.scene import Scene
from bot.rules.undelivered import Trouble, cause_of, contents, counted_messages, mend
from bot.rules.words import Sentence
from bot.slack.ids import Press
from bot.slack.views.card import card
from bot.slack.views.kit import (
    Message,
    actions,
    button,
    card_link,
    dots,
    lines,
    message,
    section,
    small,
)
from bot.slack.views.speech import Speech
from bot.slack.views.standing import label, subject
from bot.slack.views.text import typed

TROUBLES_SHOWN: Final = 12
MEND_MOST: Final = 400
CONTENTS_MOST: Final = 600
AGAIN_BY_ITSELF: Final = (
    "The bot tries again once an hour, for a week; whoever holds a role can have it try at once."
)
FOR_DIRECTORS: Final = "You read this as Engineering Director, since the admin channel cannot show it."


@dataclass(frozen=True, slots=True)
class Told:
    """What a telling of undelivered messages says beside them: since when, and how many of how many got through."""

    since: datetime
    through: int
    count: int


def undelivered_message(
    found: Sequence[Trouble], told: Told, speech: Speech, *, to_director: bool = False
) -> Message:
    """What did not reach Slack, the trouble that keeps most first, and what to do about each; `found` is not empty."""
    count = sum(len(each.messages) for each in found)
    did = f"{counted_messages(count)} did not reach Slack" if len(found) > 1 else _what(found[0], speech)
    got = f"{told.through} of {told.count} got through" if told.through else ""
    return message(
        f"⛔ {did}{f': {typed(found[0].cause.why)}' if len(found) == 1 else ''}.",
        section(f"⛔ *{did}*") if len(found) > 1 else None,
        *(
            section(_trouble(each, speech, "" if len(found) > 1 else "⛔ "))
            for each in found[:TROUBLES_SHOWN]
        ),
        _left_out(found[TROUBLES_SHOWN:]),
        actions(button(Press.TRY_AGAIN, "Try again", style="primary")),
        small(
            lines(
                dots(f"Since {speech.when(told.since)}", got, AGAIN_BY_ITSELF),
                FOR_DIRECTORS if to_director else "",
            )
        ),
    )


def delivered_message(count: int, at: datetime, speech: Speech) -> Message:
    """What becomes of it once all of them got through, the last one at `at`."""
    what = (
        "The message that could not be shown"
        if count == 1
        else f"All {counted_messages(count)} that could not be shown"
    )
    by = f"on {speech.when(at)}" if count == 1 else f"the last on {speech.when(at)}"
    return message(f"✅ {what} got through.", section(f"✅ *{what} got through*, {by}."))


def fallback_message(scene: Scene, problem: str, where: Sentence) -> Message:
    """The card for its requester, while the place where it belongs cannot show it; `problem` is Slack's word."""
    speech = Speech.of(scene)
    shown = card(scene)
    lead = (
        f"The card of {subject(scene)} cannot be shown {speech.say(where)}: {typed(cause_of(problem).why)}."
    )
    return message(
        f"⛔ {lead}",
        section(lines(f"⛔ {lead}", "The change goes on: here is its card, with its buttons.")),
        {"type": "divider"},
        *shown.blocks,
    )


def card_is_back_message(scene: Scene, where: Sentence, link: str | None) -> Message:
    """What becomes of that card once its own place shows it again."""
    said = f"The card of {subject(scene)} ({label(scene)}) is shown {Speech.of(scene).say(where)} again."
    return message(said, section(f"✅ {said}"), actions(card_link(link)))


def _what(trouble: Trouble, speech: Speech) -> str:
    """`2 messages cannot be shown in the channel of payments`; of one it says which."""
    count = len(trouble.messages)
    which = contents(trouble.messages) if count == 1 else counted_messages(count)
    return f"{typed(which[:1].upper() + which[1:])} cannot be shown {speech.say(trouble.where)}"


def _trouble(trouble: Trouble, speech: Speech, sign: str) -> str:
    """`*2 messages cannot be shown in the channel of payments:* the channel is archived. …`."""
    several = len(trouble.messages) > 1
    return lines(
        f"{sign}*{_what(trouble, speech)}:* {typed(trouble.cause.why)}.",
        typed(mend(trouble), MEND_MOST),
        f"• {typed(contents(trouble.messages), CONTENTS_MOST)}" if several else "",
    )


def _left_out(troubles: Sequence[Trouble]) -> dict[str, object] | None:
    if not troubles:
        return None
    count = sum(len(each.messages) for each in troubles)
    return section(
        f"and {counted_messages(count)} more, elsewhere. On the bot's machine,"
        " countersign undelivered lists all of them."
    )
