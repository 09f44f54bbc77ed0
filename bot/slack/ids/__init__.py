"""Every id that Slack echoes back: actions, inputs, modals – and what their values say.

Whatever comes back may be years old or made up: decoding gives None where it is not ours.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.rules.change import Change
from bot.rules.deputies import DelegationId
from bot.rules.freezing import FreezeId
from bot.rules.terms import ChangeId, DeploymentId, PersonId, Phase, Role, ServiceName
from bot.rules.verdict import Field

COMMAND: Final = "/deploy"
DEPLOYMENTS: Final = "deployments"
"""What follows `/deploy list` to list deployments in place of changes."""


class Press(StrEnum):
    """The `action_id` of every button, in lists followed by `:` and what tells one line's from another's.

    Each one's value is a `Ref`, but OPEN_CARD's, REQUEST's, DECLARE_HOTFIX's, DELEGATE's and TRY_AGAIN's, which have none,
    RUN's, which is a command's text, LIFT_FREEZE's and END_DELEGATION's, which `decode_freeze` and `decode_delegation`
    read, NEWER's and OLDER's, which `turns.decode_turn` reads, GRANT_WAIVER's and REFUSE_WAIVER's, which `decode_waiver` reads,
    SNOOZE's, which `decode_snooze` reads, and CONFIRM_VERBAL's and DISPUTE_VERBAL's, which `decode_spoken` reads.
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
    REPORT = "report"
    RECORD_BASELINE = "record_baseline"
    START_ROLLBACK = "start_rollback"
    ROLLBACK_SUCCEEDED = "rollback_succeeded"
    ROLLBACK_FAILED = "rollback_failed"
    NOT_THE_CAUSE = "not_the_cause"
    SETTLE = "settle"
    REVISE = "revise"
    RESUBMIT = "resubmit"
    RECORD_EVIDENCE = "record_evidence"
    WHY = "why"
    REQUEST = "request"
    OPEN_CARD = "open_card"
    """A link: Slack opens it by itself and tells us all the same; it is only to be acknowledged."""
    SHOW = "show"
    RUN = "run"
    LIFT_FREEZE = "lift_freeze"
    EXCEPT_FROM_FREEZE = "except_from_freeze"
    DELEGATE = "delegate"
    END_DELEGATION = "end_delegation"
    NEWER = "newer"
    OLDER = "older"
    GRANT_WAIVER = "grant_waiver"
    REFUSE_WAIVER = "refuse_waiver"
    ASK_FOR_WAIVER = "ask_for_waiver"
    BRING_BACK = "bring_back"
    SNOOZE = "snooze"
    DECLARE_HOTFIX = "declare_hotfix"
    RECORD_VERBAL = "record_verbal"
    START_IN_BREACH = "start_in_breach"
    CONFIRM_VERBAL = "confirm_verbal"
    DISPUTE_VERBAL = "dispute_verbal"
    RATIFY_BREACH = "ratify_breach"
    REFUSE_BREACH = "refuse_breach"
    DRAFT_REVIEW = "draft_review"
    SUBMIT_REVIEW = "submit_review"
    READ_REVIEW = "read_review"
    RETURN_REVIEW = "return_review"
    EXTEND_REVIEW = "extend_review"
    SNOOZE_REVIEW = "snooze_review"
    TIMELINE = "timeline"
    TRY_AGAIN = "try_again"

    @property
    def pattern(self) -> re.Pattern[str]:
        """What every `action_id` of this button fits, with or without what follows it in lists."""
        return re.compile(rf"\A{re.escape(self.value)}(?::[\w.-]+)?\Z")


class Shortcut(StrEnum):
    """The `callback_id` of every shortcut."""

    REQUEST_DEPLOYMENT = "request_deployment"
    STATUS_OF_MESSAGE = "status_of_message"
    DECLARE_HOTFIX = "declare_hotfix"
    HOTFIX_OF_MESSAGE = "hotfix_of_message"
    ADD_TO_TIMELINE = "add_to_timeline"


class Event(StrEnum):
    """The events that the bot listens to."""

    HOME_OPENED = "app_home_opened"
    MESSAGE = "message"
    GROUP_CHANGED = "subteam_updated"
    GROUP_MEMBERS_CHANGED = "subteam_members_changed"
    USER_CHANGED = "user_change"


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
    REPORT = "report"
    RECORD_BASELINE = "record_baseline"
    WITHDRAW = "withdraw"
    ASK_FOR_WAIVER = "ask_for_waiver"
    TAKE_BACK = "take_back"
    REVISE_ISSUE = "revise_issue"
    START_IN_BREACH = "start_in_breach"
    TURN_INTO_STANDARD = "turn_into_standard"
    MORE = "more"
    """What found no room in the menu."""


class Modal(StrEnum):
    """The `callback_id` of every modal.

    Its `private_metadata` is a `Ref`, where no `encode_…` below makes it; REQUEST's, FREEZE's and DELEGATE's are empty,
    and ADD_TO_TIMELINE's is a `Quotation` of its form.
    """

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
    REPORT = "report"
    RECORD_BASELINE = "record_baseline"
    ROLLBACK_FAILED = "rollback_failed"
    NOT_THE_CAUSE = "not_the_cause"
    SETTLE = "settle"
    WITHDRAW = "withdraw"
    FREEZE = "freeze"
    LIFT_FREEZE = "lift_freeze"
    EXCEPT_FROM_FREEZE = "except_from_freeze"
    DELEGATE = "delegate"
    ASK_FOR_WAIVER = "ask_for_waiver"
    REFUSE_WAIVER = "refuse_waiver"
    TAKE_BACK = "take_back"
    DECLARE_HOTFIX = "declare_hotfix"
    RECORD_VERBAL = "record_verbal"
    START_IN_BREACH = "start_in_breach"
    TURN_INTO_STANDARD = "turn_into_standard"
    REVISE_ISSUE = "revise_issue"
    REVISE_HOTFIX = "revise_hotfix"
    MORE = "more"
    DISPUTE_VERBAL = "dispute_verbal"
    REFUSE_BREACH = "refuse_breach"
    REVIEW = "review"
    SIGN_REVIEW = "sign_review"
    RETURN_REVIEW = "return_review"
    EXTEND_REVIEW = "extend_review"
    ADD_TO_TIMELINE = "add_to_timeline"


AFRESH: Final = ":"
"""Follows a field's name in a `block_id` where Slack must not keep what was typed into the one before."""
INPUTS: Final = tuple(field.value for field in Field)
"""An input's `block_id` and `action_id` are both the value of its `Field`."""

ATTESTED: Final = "attested"
"""The value of the checkbox by which the requester attests the deployment to development."""
PRETESTED: Final = "pretested"
HAND_IN: Final = "hand_in"
"""The value of the checkbox by which an author hands a review in with what they save."""
NO_PRETEST: Final = "no_pretest"

NOT_APPLICABLE: Final = "n/a"
"""What a person writes, before the reason, where a piece of evidence does not exist."""

VERSION_MOST: Final = 100
"""How long a version may be, in characters."""

ALL_REPORTS: Final = "all"
"""The option that stands for every report; one of them is its number."""
ALL_SERVICES: Final = "all"
"""The option that stands for every service; `encode_service` makes that of one."""
_DELEGATION: Final = re.compile(r"delegation/([1-9][0-9]{0,17})")
_SERVICE: Final = "service/"
_WAIVER: Final = "waiver/"
_SNOOZE: Final = "snooze/"
_SPOKEN: Final = "spoken/"
_REVIEW: Final = "review/"
_ROOM: Final = "room/"
_SPEAKER: Final = re.compile(r"([a-z_]+)/([A-Za-z0-9]{2,30})")
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}")
_FREEZE: Final = re.compile(r"freeze/([1-9][0-9]{0,17})")
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


def encode_freeze(freeze: FreezeId) -> str:
    """The value of a button, option or modal about a freeze: `freeze/7`."""
    return f"freeze/{freeze}"


def decode_freeze(text: str | None) -> FreezeId | None:
    """What `encode_freeze` made, or None."""
    found = _FREEZE.fullmatch(text or "")
    return FreezeId(int(found[1])) if found else None


def encode_delegation(delegation: DelegationId) -> str:
    """The value of a button about a delegation: `delegation/7`."""
    return f"delegation/{delegation}"


def decode_delegation(text: str | None) -> DelegationId | None:
    """What `encode_delegation` made, or None."""
    found = _DELEGATION.fullmatch(text or "")
    return DelegationId(int(found[1])) if found else None


def encode_waiver(number: int, ref: Ref) -> str:
    """The value of a button or modal about a waiver of a change: `waiver/2/142:3:`."""
    return f"{_WAIVER}{number}/{ref.encode()}"


def decode_waiver(text: str | None) -> tuple[int, Ref] | None:
    """What `encode_waiver` made, or None."""
    number, _, rest = (text or "").removeprefix(_WAIVER).partition("/")
    ref = Ref.decode(rest)
    if ref is None or not _NUMBER.fullmatch(number) or not (text or "").startswith(_WAIVER):
        return None
    return int(number), ref


def encode_snooze(phase: Phase, ref: Ref) -> str:
    """The value of a button that puts off the reminders of one asking: `snooze/code/142:3:`."""
    return f"{_SNOOZE}{phase}/{ref.encode()}"


def decode_snooze(text: str | None) -> tuple[Phase, Ref] | None:
    """What `encode_snooze` made, or None."""
    phase, _, rest = (text or "").removeprefix(_SNOOZE).partition("/")
    ref = Ref.decode(rest)
    if ref is None or phase not in set(Phase) or not (text or "").startswith(_SNOOZE):
        return None
    return Phase(phase), ref


def encode_spoken(newest: int, ref: Ref) -> str:
    """The value of a button or modal about spoken approvals, up to the newest that was shown: `spoken/3/142:3:`."""
    return f"{_SPOKEN}{newest}/{ref.encode()}"


def decode_spoken(text: str | None) -> tuple[int, Ref] | None:
    """What `encode_spoken` made, or None."""
    number, _, rest = (text or "").removeprefix(_SPOKEN).partition("/")
    ref = Ref.decode(rest)
    if ref is None or not _NUMBER.fullmatch(number) or not (text or "").startswith(_SPOKEN):
        return None
    return int(number), ref


def encode_room(channel: str) -> str:
    """The metadata of the form that declares a hotfix: its incident's channel; empty where one is to be opened."""
    return f"{_ROOM}{channel}" if channel else ""


def decode_room(text: str | None) -> str | None:
    """What `encode_room` was given, or None."""
    return (text or "").removeprefix(_ROOM) if (text or "").startswith(_ROOM) else None


def encode_speaker(person: PersonId, role: Role) -> str:
    """The value of an option that means a person who said yes in a role: `product_manager/U0PAUL`."""
    return f"{role}/{person}"


def decode_speaker(text: str | None) -> tuple[PersonId, Role] | None:
    """What `encode_speaker` was given, or None."""
    found = _SPEAKER.fullmatch(text or "")
    return (PersonId(found[2]), Role(found[1])) if found and found[1] in set(Role) else None


def encode_review(round_: int, ref: Ref) -> str:
    """The metadata of a modal in which a review is read: which handing-in of it was shown: `review/1/142:3:`."""
    return f"{_REVIEW}{round_}/{ref.encode()}"


def decode_review(text: str | None) -> tuple[int, Ref] | None:
    """What `encode_review` made, or None."""
    number, _, rest = (text or "").removeprefix(_REVIEW).partition("/")
    ref = Ref.decode(rest)
    if ref is None or not _NUMBER.fullmatch(number) or not (text or "").startswith(_REVIEW):
        return None
    return int(number), ref


def encode_service(service: ServiceName) -> str:
    """The value of an option that means one service: `service/payments`."""
    return f"{_SERVICE}{service}"


def decode_service(text: str | None) -> ServiceName | None:
    """What `encode_service` made, or None."""
    name = (text or "").removeprefix(_SERVICE)
    return ServiceName(name) if text and text != name and name else None


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
