"""Messages that were given up because Slack does not take them: why, what to do about it, and who may have them tried again.

The words are those of Slack's Web API (https://docs.slack.dev/reference/methods/chat.postMessage#errors), or the bot's own
where Slack did not say one.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.rules.clauses import Clause
from bot.rules.terms import ChangeId, Role, change_label
from bot.rules.verdict import Refused, refuse
from bot.rules.words import Sentence, join_names, say

ELSEWHERE: Final = "name another channel in the organization's file"
OUR_FAULT: Final = (
    "The fault is the bot's. Bring it up to date, and tell its makers the line that the log has for"
)


@dataclass(frozen=True, slots=True)
class Cause:
    """Why messages are not taken, as the end of a sentence, and what to do about it, as a sentence.

    With `ours` the bot itself is at fault, and whoever reads it needs a line's key to find it in the log.
    """

    why: str
    mend: str
    ours: bool = False


OURS: Final = Cause("the bot made something that Slack does not take", OUR_FAULT, ours=True)
STUMBLED: Final = Cause("the bot stumbled while it made them", OUR_FAULT, ours=True)
_NOT_ALLOWED: Final = Cause(
    "the bot is not allowed to post there",
    f"Let it post in that channel's settings (Posting permissions), or {ELSEWHERE}.",
)
_NOBODY: Final = Cause(
    "Slack shows the bot no such person",
    "Correct their id, or name somebody else, in the organization's file.",
)
_LOCKED_OUT: Final = Cause(
    "Slack does not let the bot in", "Install the app again, and give the bot its new SLACK_BOT_TOKEN."
)
_SILENT: Final = Cause(
    "Slack did not answer, however often it was asked",
    "Look at slack-status.com, and whether the bot's machine reaches slack.com; then try again.",
)
_OF_WORDS: Final[tuple[tuple[tuple[str, ...], Cause], ...]] = (
    (
        ("is_archived", "is_inactive"),
        Cause("the channel is archived", f"Unarchive it in Slack, or {ELSEWHERE}."),
    ),
    (
        ("not_in_channel",),
        Cause("the bot is not in that channel", f"Invite it there with /invite, or {ELSEWHERE}."),
    ),
    (
        ("channel_not_found",),
        Cause(
            "Slack shows the bot no such channel",
            f"If it is private, invite the bot there with /invite; if it is gone, {ELSEWHERE}.",
        ),
    ),
    (
        (
            "restricted_action",
            "restricted_action_read_only_channel",
            "restricted_action_thread_only_channel",
            "restricted_action_non_threadable_channel",
            "restricted_action_thread_locked",
            "no_permission",
            "method_not_supported_for_channel_type",
        ),
        _NOT_ALLOWED,
    ),
    (
        ("missing_scope", "not_allowed_token_type"),
        Cause(
            "the app lacks a scope: chat:write for messages, im:write for direct ones",
            "Install the app again from its manifest, which countersign manifest prints, so that it has all its scopes.",
        ),
    ),
    (("user_not_found", "users_not_found", "user_not_visible"), _NOBODY),
    (
        ("user_disabled",),
        Cause(
            "that account is deactivated",
            "Name somebody else for the role in the organization's file; of a requester's change, somebody takes over.",
        ),
    ),
    (
        ("cannot_dm_bot",),
        Cause("that id belongs to an app, not to a person", "Correct the id in the organization's file."),
    ),
    (
        ("not_enabled",),
        Cause("the app has no Home", "Turn its Home Tab on at api.slack.com/apps, under App Home."),
    ),
    (
        (
            "blocks_too_long",
            "cannot_reply_to_message",
            "invalid_arguments",
            "invalid_blocks",
            "invalid_blocks_format",
            "invalid_metadata_format",
            "metadata_too_large",
            "msg_blocks_too_long",
            "msg_too_long",
            "no_text",
            "view_too_large",
        ),
        OURS,
    ),
    (
        ("ratelimited", "rate_limited"),
        Cause("Slack asked the bot to slow down for too long", "Try again in a while."),
    ),
    (
        (
            "invalid_auth",
            "not_authed",
            "account_inactive",
            "token_revoked",
            "token_expired",
            "team_access_not_granted",
            "org_login_required",
            "two_factor_setup_required",
            "ekm_access_denied",
        ),
        _LOCKED_OUT,
    ),
    (
        ("its card is not in Slack", "its incident's message is not in Slack"),
        Cause(
            "what they belong beneath is not in Slack",
            "Mend that first; then try again.",
        ),
    ),
)
CAUSES: Final[Mapping[str, Cause]] = {word: cause for words, cause in _OF_WORDS for word in words}
"""What to do about each word that is known."""
_SILENCE: Final = ("no answer:", "Slack's own trouble:", "the answer was not Slack's")
_SLACKS_WORD: Final = re.compile(r"[a-z0-9_.]{1,80}")


def cause_of(problem: str) -> Cause:
    """What stands in a message's way; `problem` is as the outbox has it."""
    known = CAUSES.get(problem)
    if known:
        return known
    if problem.startswith(_SILENCE):
        return _SILENT
    if _SLACKS_WORD.fullmatch(problem):
        return Cause(
            f"Slack refuses them with the word {problem}",
            "Look the word up at docs.slack.dev, mend what it names, and try again.",
        )
    return STUMBLED


@dataclass(frozen=True, slots=True)
class Undelivered:
    """One message that was given up: `one` and `many` name its kind, `where` follows "cannot be shown".

    `key` is what the log calls it, `since` when it was given up (aware).
    """

    key: str
    one: str
    many: str
    change: ChangeId | None
    where: Sentence
    problem: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Trouble:
    """What one cause keeps from one place; never empty."""

    cause: Cause
    where: Sentence
    messages: tuple[Undelivered, ...]


def troubles(undelivered: Iterable[Undelivered]) -> tuple[Trouble, ...]:
    """All that was given up by cause and place, the trouble that keeps most first."""
    found: dict[tuple[Cause, Sentence], list[Undelivered]] = {}
    for each in undelivered:
        found.setdefault((cause_of(each.problem), each.where), []).append(each)
    by_size = sorted(found.items(), key=lambda item: -len(item[1]))
    return tuple(Trouble(cause, where, tuple(messages)) for (cause, where), messages in by_size)


CHANGES_NAMED: Final = 3


def contents(messages: Iterable[Undelivered]) -> str:
    """`the card of CHG-7, 2 notices of CHG-7 and CHG-8`."""
    kinds: dict[tuple[str, str], list[Undelivered]] = {}
    for each in messages:
        kinds.setdefault((each.one, each.many), []).append(each)
    return ", ".join(_counted(one, many, found) for (one, many), found in kinds.items())


def counted_messages(count: int) -> str:
    """`1 message`, `3 messages`."""
    return f"{count} message{'' if count == 1 else 's'}"


def mend(trouble: Trouble) -> str:
    """What to do about a trouble, as a sentence."""
    if trouble.cause.ours:
        return f"{trouble.cause.mend} {trouble.messages[0].key}."
    return trouble.cause.mend


def refused_to_try_again(roles: Collection[Role]) -> Refused | None:
    """Trying again is for whoever holds any role for any service, deputies included: it does nothing but what was decided."""
    if roles:
        return None
    why = say("Having messages tried again is for whoever holds a role for one of the services.")
    return refuse(Clause.LOG_1, why)


def _counted(one: str, many: str, found: list[Undelivered]) -> str:
    changes = sorted({each.change for each in found if each.change is not None})
    named = [change_label(change) for change in changes[:CHANGES_NAMED]]
    if len(changes) > CHANGES_NAMED:
        named.append(f"{len(changes) - CHANGES_NAMED} more")
    what = one if len(found) == 1 else f"{len(found)} {many}"
    return f"{what} of {join_names(named, 'and')}" if named else what
