"""The life of a change as data: its stages, the acts, and which act is possible at which stage.

What stands here is all there is: an act at a stage that is not in its row is refused with a sentence made from the row.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from bot.rules.approvals import missing_seats, standard_rows
from bot.rules.change import Change, Outcome
from bot.rules.clauses import Clause
from bot.rules.leaving_out import is_left_out, is_through, is_verified
from bot.rules.setting import Policy
from bot.rules.stages import (
    CLOSED,
    FINISHED,
    IN_PRODUCTION,
    LIVE,
    STAGE_LABELS,
    STANDARD,
    TIMED,
    UNSTARTED,
    WAIVABLE,
    WATCHED,
    WINDOWED,
    Act,
    Stage,
)
from bot.rules.terms import change_label
from bot.rules.verdict import Gate
from bot.rules.words import say

__all__ = [
    "CLOSED",
    "FINISHED",
    "IN_PRODUCTION",
    "LIVE",
    "STAGE_LABELS",
    "STANDARD",
    "TIMED",
    "TRANSITIONS",
    "UNSTARTED",
    "WAIVABLE",
    "WATCHED",
    "WINDOWED",
    "Act",
    "Stage",
    "Transition",
    "claims_version",
    "refuse_by_stage",
    "stage",
]

Moves = Mapping[Stage, AbstractSet[Stage]]
"""From each stage, where an act may lead; the same stage included where it can stay."""


@dataclass(frozen=True, slots=True)
class Transition:
    """A row of the table: from where to where an act leads, which clause it serves, how a refusal calls it."""

    act: Act
    clause: Clause
    doing: str
    """To follow "you can't", about the change."""
    moves: Moves
    stages: frozenset[Stage]
    """Where the act is possible."""
    to: frozenset[Stage]
    """Wherever it may lead from any of them."""


def _row(act: Act, clause: Clause, doing: str, *moves: Moves) -> Transition:
    leads: dict[Stage, frozenset[Stage]] = {}
    for each in moves:
        for start, ends in each.items():
            leads[start] = leads.get(start, frozenset()) | ends
    return Transition(act, clause, doing, leads, frozenset(leads), frozenset().union(*leads.values()))


def _stay(stages: AbstractSet[Stage]) -> Moves:
    return {each: {each} for each in stages}


def _all(stages: AbstractSet[Stage], *to: Stage) -> Moves:
    return {each: set(to) for each in stages}


_S = Stage
_ON = (_S.VERIFIED, _S.APPROVING)
_WAIVED = {**_all({_S.VERIFYING}, *_ON), **_all({_S.PREPARING}, _S.VERIFYING, *_ON)}
"""G-ENV-2: the act meets the last condition of a granted waiver; a drafted window submits itself."""
_RESUBMITTED: Moves = {_S.RETURNED: {_S.PREPARING, _S.VERIFYING, *_ON}}
_ASKED = STANDARD - {_S.RETURNED, _S.SCHEDULED}
_VOIDED: Moves = {_S.SCHEDULED: {_S.APPROVING}}
TRANSITIONS = {
    row.act: row
    for row in (
        Transition(
            Act.REQUEST_DEPLOYMENT, Clause.TYPE_1, "request", {}, frozenset(), frozenset({_S.PREPARING})
        ),
        _row(Act.RECORD_EVIDENCE, Clause.STD_2, "record evidence for", _stay(UNSTARTED), _WAIVED, _VOIDED),
        _row(Act.REVISE, Clause.STD_10, "revise", _stay(UNSTARTED), _VOIDED, _RESUBMITTED),
        _row(
            Act.REVISE_VERSION,
            Clause.TYPE_1,
            "change the version of",
            _all(STANDARD - {_S.STAGING}, _S.PREPARING),
            _stay({_S.DECLARED}),
        ),
        _row(Act.APPROVE, Clause.APP_1, "approve", _stay(UNSTARTED), _WAIVED, {_S.APPROVING: {_S.SCHEDULED}}),
        _row(
            Act.TAKE_BACK_APPROVAL,
            Clause.APP_1,
            "take back an approval of",
            _stay(UNSTARTED),
            _VOIDED,
        ),
        _row(Act.REJECT, Clause.APP_1, "reject", {_S.PREPARING: {_S.RETURNED}}, _all(WINDOWED, _S.VERIFIED)),
        _row(Act.RESUBMIT, Clause.APP_1, "resubmit", _RESUBMITTED),
        _row(
            Act.START_STAGING,
            Clause.STD_5,
            "start the staging deployment of",
            _all({_S.PREPARING, _S.VERIFYING}, _S.STAGING),
        ),
        _row(
            Act.FINISH_STAGING,
            Clause.STD_5,
            "finish the staging deployment of",
            {_S.STAGING: {_S.PREPARING, _S.VERIFYING, _S.VERIFIED, _S.APPROVING}},
            _stay({_S.SUPERSEDED}),
        ),
        _row(
            Act.VERIFY,
            Clause.STD_6,
            "verify",
            {_S.VERIFYING: {_S.VERIFYING, _S.VERIFIED, _S.APPROVING}},
            _all({_S.VERIFYING, _S.VERIFIED} | WINDOWED, _S.RETURNED),
        ),
        _row(Act.ASK_FOR_WAIVER, Clause.ENV_2, "ask for a waiver for", _stay(WAIVABLE)),
        _row(Act.GRANT_WAIVER, Clause.ENV_2, "grant a waiver to", _stay(WAIVABLE), _WAIVED),
        _row(Act.REFUSE_WAIVER, Clause.ENV_2, "refuse a waiver to", _stay(WAIVABLE)),
        _row(Act.PROPOSE_WINDOW, Clause.STD_7, "propose a window for", {_S.VERIFIED: {_S.APPROVING}}),
        _row(Act.ACCEPT_COUNTER_PROPOSAL, Clause.STD_7, "accept a window for", {_S.VERIFIED: {_S.APPROVING}}),
        _row(Act.MOVE_WINDOW, Clause.STD_7, "move the window of", _all(WINDOWED, *WINDOWED)),
        _row(Act.EXCEPT_FROM_FREEZE, Clause.STD_8, "except from a freeze", _stay(STANDARD)),
        _row(Act.RECORD_BASELINE, Clause.RB_1, "record a baseline for", _stay(UNSTARTED)),
        _row(
            Act.START_PRODUCTION,
            Clause.STD_8,
            "start",
            {_S.SCHEDULED: {_S.DEPLOYING}, _S.DECLARED: {_S.DEPLOYING}},
        ),
        _row(
            Act.FINISH_PRODUCTION,
            Clause.STD_8,
            "finish",
            {_S.DEPLOYING: {_S.MONITORING, _S.SCHEDULED, _S.VERIFIED, _S.DECLARED}},
            _all({_S.DEPLOYING, _S.ROLLBACK_REQUIRED}, _S.ROLLBACK_REQUIRED),
        ),
        _row(Act.TAKE_OVER, Clause.STD_8, "take over", _stay(LIVE)),
        _row(
            Act.CONFIRM_HEALTHY,
            Clause.STD_9,
            "close",
            {_S.MONITORING: {_S.DONE}, _S.RESTORED: {_S.ROLLED_BACK}},
        ),
        _row(
            Act.OBSERVE,
            Clause.RB_2,
            "report a problem with",
            _stay(IN_PRODUCTION),
            _all(IN_PRODUCTION - {_S.ROLLING_BACK}, _S.ROLLBACK_REQUIRED),
        ),
        _row(
            Act.WITHDRAW_OBSERVATION,
            Clause.RB_2,
            "withdraw a report about",
            {
                _S.ROLLBACK_REQUIRED: IN_PRODUCTION - {_S.ROLLING_BACK}
                | {_S.SCHEDULED, _S.VERIFIED, _S.DECLARED}
            },
        ),
        _row(
            Act.START_ROLLBACK,
            Clause.RB_2,
            "roll back",
            _all({_S.DEPLOYING, _S.MONITORING, _S.DONE, _S.ROLLBACK_REQUIRED}, _S.ROLLING_BACK),
        ),
        _row(
            Act.FINISH_ROLLBACK,
            Clause.RB_2,
            "finish the rollback of",
            {_S.ROLLING_BACK: {_S.RESTORED, _S.ROLLBACK_REQUIRED}},
        ),
        _row(Act.SETTLE_ROLLBACK, Clause.RB_2, "settle", {_S.ROLLBACK_REQUIRED: {_S.ROLLED_BACK}}),
        _row(Act.WITHDRAW, Clause.LOG_1, "withdraw", _all(UNSTARTED - {_S.STAGING}, _S.WITHDRAWN)),
        _row(Act.UNDO_SUPERSEDING, Clause.TYPE_1, "bring back", {_S.SUPERSEDED: STANDARD}),
        _row(Act.SNOOZE_REMINDER, Clause.APP_1, "snooze the reminders of", _stay(_ASKED)),
        Transition(Act.DECLARE_HOTFIX, Clause.HOT_1, "declare", {}, frozenset(), frozenset({_S.DECLARED})),
        _row(Act.RECORD_VERBAL, Clause.HOT_2, "record approvals for", _stay({_S.DECLARED})),
        _row(Act.CONFIRM_VERBAL, Clause.HOT_2, "confirm an approval of", _stay(frozenset(_S))),
        _row(Act.DISPUTE_VERBAL, Clause.HOT_2, "dispute an approval of", _stay(frozenset(_S))),
        _row(Act.START_IN_BREACH, Clause.HOT_3, "start in breach", {_S.DECLARED: {_S.DEPLOYING}}),
        _row(Act.RATIFY_BREACH, Clause.HOT_3, "ratify the start of", _stay(frozenset(_S))),
        _row(Act.REFUSE_BREACH, Clause.HOT_3, "refuse the start of", _stay(frozenset(_S))),
        _row(
            Act.TURN_INTO_STANDARD,
            Clause.TYPE_1,
            "turn into a standard change",
            {_S.DECLARED: {_S.PREPARING}},
        ),
        _row(Act.ADD_TO_TIMELINE, Clause.HOT_1, "add to the timeline of", _stay(frozenset(_S))),
        _row(Act.REVIEW_CODE, Clause.APP_1, "approve the code of", _stay(frozenset(_S) - UNSTARTED)),
        _row(Act.REVISE_ISSUE, Clause.HOT_1, "say more about", _stay(frozenset(_S))),
        _row(Act.DRAFT_REVIEW, Clause.HOT_5, "write the review of", _stay(frozenset(_S))),
        _row(Act.SUBMIT_REVIEW, Clause.HOT_5, "hand in the review of", _stay(frozenset(_S))),
        _row(Act.RETURN_REVIEW, Clause.HOT_5, "return the review of", _stay(frozenset(_S))),
        _row(Act.SIGN_REVIEW, Clause.HOT_5, "sign the review of", _stay(frozenset(_S))),
        _row(Act.EXTEND_REVIEW, Clause.HOT_5, "extend the review of", _stay(frozenset(_S))),
        _row(Act.SNOOZE_REVIEW, Clause.HOT_5, "snooze the review of", _stay(frozenset(_S))),
        _row(Act.LAPSE_WINDOW, Clause.STD_8, "lapse", _all(WINDOWED, _S.VERIFIED)),
        _row(Act.FLAG_OVERRUN, Clause.STD_8, "flag", _stay({_S.DEPLOYING, _S.ROLLBACK_REQUIRED})),
        _row(Act.NUDGE_MONITORING, Clause.STD_9, "nudge about", _stay(WATCHED)),
        _row(Act.ESCALATE_MONITORING, Clause.STD_9, "escalate", _stay(WATCHED)),
        _row(
            Act.REPEAT_ALARM,
            Clause.RB_2,
            "sound the alarm about",
            _stay({_S.ROLLBACK_REQUIRED, _S.ROLLING_BACK}),
        ),
        _row(
            Act.EXPIRE_WAIVER,
            Clause.ENV_2,
            "end a waiver of",
            _stay(STANDARD),
            _all({_S.VERIFYING, _S.VERIFIED} | WINDOWED, _S.PREPARING),
            _all({_S.VERIFIED} | WINDOWED, _S.VERIFYING),
        ),
        _row(Act.SUPERSEDE, Clause.TYPE_1, "supersede", _all(STANDARD, _S.SUPERSEDED)),
        _row(Act.REMIND_ASKED, Clause.APP_1, "remind about", _stay(_ASKED)),
        _row(
            Act.CHASE_VERBAL,
            Clause.HOT_2,
            "ask again about",
            _stay({_S.DECLARED, _S.WITHDRAWN} | IN_PRODUCTION),
        ),
        _row(Act.ASK_WHETHER_CONTAINED, Clause.TYPE_1, "ask about", _stay(STANDARD)),
        _row(Act.REMIND_REVIEW, Clause.HOT_5, "remind of the review of", _stay(frozenset(_S))),
    )
}


def stage(change: Change, policy: Policy) -> Stage:
    """Derive where a change is from what is recorded about it: the one place that says so."""
    if change.withdrawn:
        return Stage.WITHDRAWN
    if change.superseded:
        return Stage.SUPERSEDED
    after_start = _stage_in_production(change, policy)
    if after_start:
        return after_start
    if policy.guide.follows_hotfix(change.type):
        return Stage.DECLARED
    if change.returned:
        return Stage.RETURNED
    before_verification = _stage_before_verification(change, policy)
    if before_verification:
        return before_verification
    if change.window is None:
        return Stage.VERIFIED
    return (
        Stage.APPROVING if missing_seats(change, policy, standard_rows(change, policy)) else Stage.SCHEDULED
    )


def _stage_in_production(change: Change, policy: Policy) -> Stage | None:
    """The stage from the newest production deployment and its rollback, unless it left production untouched.

    An alarm outlives the word that nothing was touched, and one that comes after a settlement is another alarm.
    """
    latest = change.latest_in(policy.guide.production)
    attempt = change.attempt_in(policy.guide.production)
    if latest is None or attempt is None:
        return None
    rolled_back = attempt.rolls_back is not None
    if rolled_back and attempt.running:
        return Stage.ROLLING_BACK
    alarms, settled = change.alarms_about(attempt), attempt.settled
    if settled and not any(alarm.at > settled.at for alarm in alarms):
        return Stage.ROLLED_BACK
    if alarms or attempt.outcome is Outcome.FAILED:
        return Stage.ROLLBACK_REQUIRED
    if attempt.outcome is Outcome.FAILED_UNTOUCHED:
        return None
    if attempt.running:
        return Stage.DEPLOYING
    if rolled_back:
        return Stage.ROLLED_BACK if attempt.healthy_at else Stage.RESTORED
    return Stage.DONE if attempt.healthy_at else Stage.MONITORING


def _stage_before_verification(change: Change, policy: Policy) -> Stage | None:
    """PREPARING, STAGING or VERIFYING; None once QA and Product have both let the version pass, or it is waived.

    What runs goes on, also when the waiver of an environment before it ends meanwhile.
    """
    guide = policy.guide
    newest = [change.latest_in(environment) for environment in guide.staging_environments]
    if any(latest is not None and latest.running for latest in newest):
        return Stage.STAGING
    if not all(is_through(change, environment) for environment in guide.staging_environments):
        return Stage.PREPARING
    if is_left_out(change, guide.verified_in) or is_verified(change, guide):
        return None
    return Stage.VERIFYING


def claims_version(change: Change, policy: Policy) -> bool:
    """Whether no other change may take the version: this one is unfinished, and was never closed before."""
    was_closed = any(each.healthy_at or each.settled for each in change.deployments)
    return stage(change, policy) in LIVE and not was_closed


def refuse_by_stage(act: Act, change: Change, policy: Policy) -> Gate | None:
    """Say why an act is not possible at the change's stage; None when it is."""
    row = TRANSITIONS[act]
    now_at = stage(change, policy)
    if now_at in row.stages:
        return None
    return Gate(
        row.clause,
        met=False,
        why=say(f"You can't {row.doing} {change_label(change.id)} now: it is {now_at.label}."),
    )
