"""Where a deployment left the guide's plain way: by leave, by failing, or unasked. For the log, in words and as codes.

A deviation is no accusation: a waiver is the guide's own exception. Everything is told from what is recorded and by the
guide as it reads now. In which order merge and code review happened is not told: no record says when a merge was.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from bot.rules.change import Change, Deployment, Outcome, Verification, Window
from bot.rules.clauses import Clause
from bot.rules.deviation import Deviation, DeviationCode
from bot.rules.deviations_hotfix import hotfix_deviations, words_since
from bot.rules.freezing import FreezeException
from bot.rules.guide import Guide
from bot.rules.logged import (
    approvals_for,
    exceptions_for,
    rollbacks_of,
    verifications_for,
    waivers_used,
    window_of,
)
from bot.rules.setting import Policy
from bot.rules.terms import HourClass, PersonId, Role, deployment_label
from bot.rules.waivers import Waiver
from bot.rules.windows import notice_given
from bot.rules.words import Part, Quote, When, Who, join_names, say, span


def deviations(change: Change, deployment: Deployment, policy: Policy) -> tuple[Deviation, ...]:
    """Every deviation of one deployment: how it came about first, then how it went."""
    return tuple(
        chain(
            _attested(deployment),
            (_waived(waiver) for waiver in waivers_used(change, deployment, policy.guide)),
            _about_window(window_of(change, deployment), change, policy),
            (_excepted(each) for each in exceptions_for(change, deployment, policy.guide)),
            _deputies(change, deployment, policy.guide),
            hotfix_deviations(change, deployment, policy),
            _course(change, deployment, policy.guide),
            _watch(change, deployment, policy.guide),
        )
    )


def deviates(change: Change, deployment: Deployment, policy: Policy, codes: frozenset[DeviationCode]) -> bool:
    """Whether a deployment has a deviation of one of these kinds."""
    return any(each.code in codes for each in deviations(change, deployment, policy))


def deviations_so_far(change: Change, policy: Policy) -> tuple[Deviation, ...]:
    """Those of all its deployments and, before its start in production, of what it was given or asks for on the way there."""
    found = (deviations(change, deployment, policy) for deployment in change.deployments)
    return tuple(chain(chain.from_iterable(found), _ahead(change, policy)))


def _ahead(change: Change, policy: Policy) -> Iterator[Deviation]:
    yield from words_since(change, policy.guide)
    if change.latest_in(policy.guide.production) is not None:
        return
    for environment in policy.guide.environments:
        waiver = change.waived(environment)
        if waiver is not None:
            yield _waived(waiver)
    yield from _about_window(change.window, change, policy)
    yield from (_excepted(each) for each in change.exceptions)


def _attested(deployment: Deployment) -> Iterator[Deviation]:
    if deployment.attested:
        said = say(
            Who((deployment.started_by,)),
            f" attested the deployment to {deployment.environment}; nothing reported it.",
        )
        yield Deviation(DeviationCode.ATTESTED, Clause.ENV_1, said)


def _waived(waiver: Waiver) -> Deviation:
    by: tuple[Part, ...] = ()
    if waiver.granted_by is not None:
        by = (" by ", Who((waiver.granted_by,)), *_for(waiver.deputy_for))
    said = say(
        f"{waiver.environment} was waived",
        *by,
        " until ",
        When(waiver.expires_at),
        ": ",
        Quote(waiver.reason),
        ".",
    )
    return Deviation(DeviationCode.WAIVER, Clause.ENV_2, said)


def _for(principal: PersonId | None) -> tuple[Part, ...]:
    return () if principal is None else (" for ", Who((principal,)))


def _about_window(window: Window | None, change: Change, policy: Policy) -> Iterator[Deviation]:
    if window is None:
        return
    if HourClass.AFTER in policy.hour_classes(window.span):
        because: tuple[Part, ...] = (": ", Quote(window.reason)) if window.reason else ()
        said = say("The window is not within business hours", *because, ".")
        yield Deviation(DeviationCode.AFTER_HOURS, Clause.APP_4, said)
    given, needed = notice_given(window.submitted_at, window.span.start), policy.guide.notice[change.type]
    if given < needed:
        said = say(f"The notice was {span(given)} instead of {span(needed)}.")
        yield Deviation(DeviationCode.SHORT_NOTICE, Clause.STD_7, said)


def _excepted(exception: FreezeException) -> Deviation:
    said = say(
        Who((exception.by,)),
        *_for(exception.deputy_for),
        f" excepted it from freeze {exception.freeze}: ",
        Quote(exception.reason),
        ".",
    )
    return Deviation(DeviationCode.FREEZE_EXCEPTION, Clause.STD_8, said)


def _deputies(change: Change, deployment: Deployment, guide: Guide) -> Iterator[Deviation]:
    for approval in approvals_for(change, deployment, guide):
        for each in approval.deputizing:
            yield _deputy(approval.person, "approved", each.role, each.principal, approval.row)
    for verification in verifications_for(change, deployment, guide):
        if verification.deputy_for is not None:
            yield _verifying_deputy(verification, verification.deputy_for)


def _verifying_deputy(verification: Verification, principal: PersonId) -> Deviation:
    did = "let it pass" if verification.passed else "did not let it pass"
    return _deputy(verification.person, did, verification.role, principal, Clause.STD_6)


def _deputy(person: PersonId, did: str, role: Role, principal: PersonId | None, clause: Clause) -> Deviation:
    whose = _for(principal) or (", a role without a holder",)
    return Deviation(
        DeviationCode.DEPUTY, clause, say(Who((person,)), f" {did} as {role.label}", *whose, ".")
    )


def _course(change: Change, deployment: Deployment, guide: Guide) -> Iterator[Deviation]:
    """How it went, up to its end and beyond."""
    ended = deployment.window_end
    if ended is not None and (deployment.overran_at or _is_after(deployment.finished_at, ended)):
        said = say("It was still running when its window ended on ", When(ended), ".")
        yield Deviation(DeviationCode.OVERRUN, Clause.STD_8, said)
    clause = _clause_of(change, deployment, guide)
    if deployment.outcome in {Outcome.FAILED, Outcome.FAILED_UNTOUCHED}:
        untouched = deployment.outcome is Outcome.FAILED_UNTOUCHED
        said = say(
            f"It failed, and {deployment.environment} was left as it was." if untouched else "It failed."
        )
        yield Deviation(DeviationCode.FAILED, clause, said)
    for rollback in rollbacks_of(change, deployment):
        said = say(
            f"{deployment_label(rollback.id)} rolled it back."
            if rollback.outcome is Outcome.SUCCEEDED
            else f"{deployment_label(rollback.id)} was to roll it back."
        )
        yield Deviation(DeviationCode.ROLLED_BACK, _criterion(change, deployment), said)
    if deployment.settled:
        settled = deployment.settled
        said = say(
            Who((settled.by,)),
            " settled its rollback by a fix instead, ",
            Quote(settled.fix),
            ": ",
            Quote(settled.reason),
            ".",
        )
        yield Deviation(DeviationCode.SETTLED_BY_FIX, _criterion(change, deployment), said)


def _is_after(at: datetime | None, limit: datetime) -> bool:
    return at is not None and at > limit


def _clause_of(change: Change, deployment: Deployment, guide: Guide) -> Clause:
    """What a deployment there is asked for by."""
    if deployment.rolls_back is not None:
        return Clause.RB_2
    if deployment.environment == guide.production:
        return Clause.HOT_3 if guide.follows_hotfix(change.type) else Clause.STD_8
    return Clause.STD_5 if deployment.environment in guide.staging_environments else Clause.ENV_1


def _criterion(change: Change, deployment: Deployment) -> Clause:
    """The rollback criterion that was met first; a person's word where nothing was reported (G-RB-2)."""
    return next((each.problem.clause for each in change.alarms_about(deployment)), Clause.RB_2)


def _watch(change: Change, deployment: Deployment, guide: Guide) -> Iterator[Deviation]:
    """G-STD-9, G-HOT-4: confirmed late, or escalated and not confirmed at all. What is still being watched is no deviation."""
    finished, monitoring = deployment.finished_at, guide.monitoring
    if finished is None or deployment.environment != guide.production:
        return
    late = finished + monitoring.lasts + monitoring.escalate_after
    told = join_names([role.label for role in monitoring.escalates_to], "and")
    clause = Clause.HOT_4 if guide.follows_hotfix(change.type) else Clause.STD_9
    if deployment.healthy_by is not None and deployment.healthy_at is not None:
        if deployment.escalated_at or deployment.healthy_at > late:
            escalated = f", after it had gone to the {told}" if deployment.escalated_at else ""
            said = say(
                Who((deployment.healthy_by,)),
                " confirmed it as healthy only on ",
                When(deployment.healthy_at),
                f"{escalated}.",
            )
            yield Deviation(DeviationCode.LATE_CONFIRMATION, clause, said)
    elif deployment.escalated_at:
        said = say(
            "Nobody confirmed it as healthy by ", When(deployment.escalated_at), f"; it went to the {told}."
        )
        yield Deviation(DeviationCode.UNCONFIRMED, clause, said)
