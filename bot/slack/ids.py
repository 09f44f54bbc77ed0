"""Every id that Slack echoes back: actions, inputs, modals – and what their values say.

Whatever comes back may be years old or made up: decoding gives None where it is not ours.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.rules.change import Change
from bot.rules.terms import ChangeId, DeploymentId
from bot.rules.verdict import Field

COMMAND: Final = "/deploy"


class Press(StrEnum):
    """The `action_id` of every button, in lists followed by `:` and what tells one line's from another's.

    Each one's value is a `Ref`, but OPEN_CARD's and REQUEST's, which have none, RUN's, which is a command's text, and
    NEWER's and OLDER's, which are decoded by `decode_turn`.
    """

    APPROVE = "approve"
    REJECT = "reject"
    START_STAGING = "start_staging"
    STAGING_SUCCEEDED = "staging_succeeded"
    STAGING_FAILED = "staging_failed"
    PASS = "pass"  # noqa: S105 - a verdict of QA, no password
    FAIL = "fail"
    PROPOSE_WINDOW = "propose_window"
    ACCEPT_COUNTER = "accept_counter"
    MOVE_WINDOW = "move_window"
    START_PRODUCTION = "start_production"
    PRODUCTION_SUCCEEDED = "production_succeeded"
    PRODUCTION_FAILED = "production_failed"
    HEALTHY = "healthy"
    REVISE = "revise"
    RESUBMIT = "resubmit"
    RECORD_EVIDENCE = "record_evidence"
    WHY = "why"
    REQUEST = "request"
    OPEN_CARD = "open_card"
    """A link: Slack opens it by itself and tells us all the same; it is only to be acknowledged."""
    SHOW = "show"
    RUN = "run"
    NEWER = "newer"
    OLDER = "older"

    @property
    def pattern(self) -> re.Pattern[str]:
        """What every `action_id` of this button fits, with or without what follows it in lists."""
        return re.compile(rf"\A{re.escape(self.value)}(?::[\w.-]+)?\Z")


class Shortcut(StrEnum):
    """The `callback_id` of every shortcut."""

    REQUEST_DEPLOYMENT = "request_deployment"
    STATUS_OF_MESSAGE = "status_of_message"


class Event(StrEnum):
    """The events that the bot listens to."""

    HOME_OPENED = "app_home_opened"
    MESSAGE = "message"


MORE: Final = "more"
"""The `action_id` of the ⋯ menu; the chosen option's value is decoded by `decode_choice`."""


class Choice(StrEnum):
    """What the ⋯ menu offers."""

    REVISE = "revise"
    RECORD_EVIDENCE = "record_evidence"
    MOVE_WINDOW = "move_window"
    START_STAGING = "start_staging"
    FAIL = "fail"
    TAKE_OVER = "take_over"
    WITHDRAW = "withdraw"


class Modal(StrEnum):
    """The `callback_id` of every modal. Its `private_metadata` is a `Ref`, but REQUEST's, which is empty."""

    REQUEST = "request"
    REVISE = "revise"
    REVISE_AND_RESUBMIT = "revise_and_resubmit"
    RECORD_EVIDENCE = "record_evidence"
    REJECT = "reject"
    REJECT_WINDOW = "reject_window"
    FAIL_VERIFICATION = "fail_verification"
    PROPOSE_WINDOW = "propose_window"
    MOVE_WINDOW = "move_window"
    STAGING_FAILED = "staging_failed"
    PRODUCTION_FAILED = "production_failed"
    WITHDRAW = "withdraw"


INPUTS: Final = tuple(field.value for field in Field)
"""An input's `block_id` and `action_id` are both the value of its `Field`."""

ATTESTED: Final = "attested"
"""The value of the checkbox by which the requester attests the deployment to development."""
PRETESTED: Final = "pretested"
NO_PRETEST: Final = "no_pretest"

NOT_APPLICABLE: Final = "n/a"
"""What a person writes, before the reason, where a piece of evidence does not exist."""

VERSION_MOST: Final = 100
"""How long a version may be, in characters."""

_REF: Final = re.compile(r"([1-9][0-9]{0,17}):([0-9]{0,9}):([1-9][0-9]{0,17})?")


@dataclass(frozen=True, slots=True)
class Ref:
    """What a button is about: a change, and the revision and deployment that its presser was shown."""

    change: ChangeId
    revision: int | None = None
    deployment: DeploymentId | None = None

    def encode(self) -> str:
        """The value of a button, or a modal's metadata: `142:3:311`."""
        revision = "" if self.revision is None else self.revision
        return f"{self.change}:{revision}:{self.deployment or ''}"

    @classmethod
    def decode(cls, text: str | None) -> "Ref | None":
        """What `encode` made, or None."""
        found = _REF.fullmatch(text or "")
        if found is None:
            return None
        change, revision, deployment = found.groups()
        return cls(
            ChangeId(int(change)),
            int(revision) if revision else None,
            DeploymentId(int(deployment)) if deployment else None,
        )

    @classmethod
    def of(cls, change: Change, deployment: DeploymentId | None = None) -> "Ref":
        """A change as it is now; the deployment is the running one where none is named."""
        running = change.running.id if change.running else None
        return cls(change.id, change.revision, deployment or running)


def encode_choice(choice: Choice, ref: Ref) -> str:
    """The value of an option of the ⋯ menu: `withdraw/142:3:`."""
    return f"{choice}/{ref.encode()}"


def decode_choice(text: str | None) -> tuple[Choice, Ref] | None:
    """What `encode_choice` made, or None."""
    name, _, rest = (text or "").partition("/")
    ref = Ref.decode(rest)
    if ref is None or name not in set(Choice):
        return None
    return Choice(name), ref


TURN_WORDS_MOST: Final = 1500
_TURN: Final = re.compile(rf"(newer|older):([1-9][0-9]{{0,17}}) ?(.{{0,{TURN_WORDS_MOST}}})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Turn:
    """Turning a list's page: beside which change the next one begins, on which side, and the words that narrow it."""

    beside: ChangeId
    newer: bool
    words: str

    def encode(self) -> str:
        """The value of the button: `older:132 payments mine`."""
        return f"{'newer' if self.newer else 'older'}:{self.beside} {self.words[:TURN_WORDS_MOST]}"


def decode_turn(text: str | None) -> Turn | None:
    """What `Turn.encode` made, or None."""
    found = _TURN.fullmatch(text or "")
    if found is None:
        return None
    side, beside, words = found.groups()
    return Turn(ChangeId(int(beside)), side == "newer", words)
