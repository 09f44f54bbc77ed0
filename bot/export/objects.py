"""A deployment of the log as a JSON object. Its keys are a promise to whoever reads exports: `docs/log.md` names them all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Final

from bot.rules.change import Approval, Deployment, Verification, Window
from bot.rules.deputies import Deputizing
from bot.rules.deviation import Deviation
from bot.rules.deviations import deviations
from bot.rules.freezing import FreezeException
from bot.rules.hotfix import Breach, BreachAnswer, Review
from bot.rules.logged import (
    LoggedDeployment,
    approvals_for,
    breach_of,
    code_seats_open,
    exceptions_for,
    observations_of,
    reviewed_afterwards,
    rollbacks_of,
    verifications_for,
    waivers_for,
    window_of,
)
from bot.rules.production import Observation, Settled
from bot.rules.readings import Figure
from bot.rules.review import due_at
from bot.rules.setting import Policy
from bot.rules.terms import DeploymentId, PersonId, Role, change_label, deployment_label
from bot.rules.waivers import Waiver
from bot.rules.words import Part, Quote, Sentence, When, Who, join_names

Json = bool | int | float | str | list["Json"] | Mapping[str, "Json"] | None

RUNNING: Final = "running"
"""What stands for the outcome of a deployment that nobody has ended."""


@dataclass(frozen=True, slots=True)
class Exporting:
    """Makes objects; `name` is how a person is called, by their Slack id."""

    name: Callable[[PersonId], str]

    def object_of(self, logged: LoggedDeployment, policy: Policy) -> dict[str, Json]:
        """All that the log has about one deployment; `policy` is what it is judged by."""
        change, deployment, guide = logged.change, logged.deployment, policy.guide
        return {
            "deployment": deployment_label(deployment.id),
            "change": change_label(change.id),
            "service": change.service,
            "type": change.type.value,
            "version": deployment.version,
            "environment": deployment.environment,
            "what": logged.what.value,
            "outcome": deployment.outcome.value if deployment.outcome else RUNNING,
            "requested_by": self._person(change.requester),
            "started_by": self._person(deployment.started_by),
            "started_at": instant(deployment.started_at),
            "finished_by": self._person(logged.finished_by),
            "finished_at": instant(deployment.finished_at),
            "notes": logged.notes,
            "rolls_back": _label(deployment.rolls_back),
            "rolled_back_by": [_label(each.id) for each in rollbacks_of(change, deployment)],
            "window": _window(window_of(change, deployment)),
            "approvals": [self._approval(each) for each in approvals_for(change, deployment, guide)],
            "verifications": [
                self._verification(each) for each in verifications_for(change, deployment, guide)
            ],
            "waivers": [self._waiver(each) for each in waivers_for(change, deployment)],
            "freeze_exceptions": [
                self._exception(each) for each in exceptions_for(change, deployment, guide)
            ],
            "observations": [self._observation(each) for each in observations_of(change, deployment)],
            "watch": self._watch(deployment),
            "settled": self._settled(deployment.settled),
            "hotfix": self._hotfix(logged, policy),
            "deviations": [self._deviation(each) for each in deviations(change, deployment, policy)],
        }

    def _hotfix(self, logged: LoggedDeployment, policy: Policy) -> Json:
        """What there is beside, where the change was declared as a hotfix."""
        change, deployment = logged.change, logged.deployment
        if change.issue is None:
            return None
        afterwards = reviewed_afterwards(change, deployment, policy.guide)
        breach = breach_of(change, deployment)
        review = change.review
        return {
            "severity": change.issue.severity,
            "impact": change.issue.impact,
            "root_cause": change.issue.root_cause or None,
            "declared_at": instant(change.requested_at),
            "breach": None if breach is None else self._breach(breach),
            "code_reviews_afterwards": [self._approval(each) for each in afterwards],
            "code_reviews_open": [each.value for each in code_seats_open(change, deployment, policy)],
            "review": None if review is None else self._review(review, due_at(change, policy)),
        }

    def _breach(self, breach: Breach) -> Json:
        return {
            "by": self._person(breach.by),
            "at": instant(breach.at),
            "reason": breach.reason,
            "tried": breach.tried,
            "missing": [each.value for each in breach.missing],
            "answers": [self._answer(each) for each in breach.answers],
        }

    def _answer(self, answer: BreachAnswer) -> Json:
        return {
            "by": self._person(answer.person),
            "seat": answer.seat.value,
            "ratified": answer.ratified,
            "reason": answer.reason or None,
            "at": instant(answer.at),
        }

    def _review(self, review: Review, due: datetime | None) -> Json:
        return {
            "stage": review.stage.value,
            "due_at": instant(due),
            "author": self._person(review.author),
            "submitted_at": instant(review.submitted_at),
            "signed_by": self._person(review.signed_by),
            "signed_at": instant(review.signed_at),
            "extended_to": instant(review.extended_to),
            "extended_by": self._person(review.extended_by),
            "extended_reason": review.extended_reason,
        }

    def said(self, sentence: Sentence) -> str:
        """A sentence as plain text: people by name, instants in UTC."""
        return "".join(self._part(part) for part in sentence.parts)

    def _part(self, part: Part) -> str:
        match part:
            case Who(people, joined_by):
                return join_names([self.name(person) for person in people], joined_by)
            case When(at):
                return _instant(at)
            case Quote(text):
                return f"“{text}”"
            case str():
                return part

    def _person(self, person: PersonId | None) -> Json:
        return None if person is None else {"id": person, "name": self.name(person)}

    def _deputy(self, acting: Deputizing) -> Json:
        return {"role": acting.role.value, "for": self._person(acting.principal)}

    def _approval(self, approval: Approval) -> Json:
        return {
            "clause": approval.row.value,
            "by": self._person(approval.person),
            "roles": list(_in_order(approval.roles)),
            "at": instant(approval.at),
            "deputizing": [self._deputy(each) for each in approval.deputizing],
            "voided_at": instant(approval.voided_at),
            "spoken": self._spoken(approval),
        }

    def _spoken(self, approval: Approval) -> Json:
        """G-HOT-2: how it was said, and what the one who is said to have said it says."""
        spoken = approval.spoken
        if spoken is None:
            return None
        return {
            "said": spoken.said,
            "how": spoken.how.value,
            "given_at": instant(spoken.given_at),
            "heard_by": self._person(spoken.heard_by),
            "recorded_by": self._person(spoken.recorded_by),
            "confirmed_at": instant(approval.confirmed_at),
            "disputed_at": instant(approval.disputed_at),
            "dispute": approval.dispute,
        }

    def _verification(self, verification: Verification) -> Json:
        return {
            "role": verification.role.value,
            "by": self._person(verification.person),
            "for": self._person(verification.deputy_for),
            "passed": verification.passed,
            "notes": verification.notes,
            "at": instant(verification.at),
        }

    def _waiver(self, waiver: Waiver) -> Json:
        return {
            "environment": waiver.environment,
            "asked_by": self._person(waiver.asked_by),
            "asked_at": instant(waiver.asked_at),
            "reason": waiver.reason,
            "until": instant(waiver.expires_at),
            "granted_by": self._person(waiver.granted_by),
            "granted_at": instant(waiver.granted_at),
            "for": self._person(waiver.deputy_for),
            "refused_by": self._person(waiver.refused_by),
            "refused_at": instant(waiver.refused_at),
            "refused_reason": waiver.refused_reason,
            "in_effect_since": instant(waiver.effective_at),
            "ended_at": instant(waiver.expired_at),
        }

    def _exception(self, exception: FreezeException) -> Json:
        return {
            "freeze": int(exception.freeze),
            "by": self._person(exception.by),
            "for": self._person(exception.deputy_for),
            "reason": exception.reason,
            "at": instant(exception.at),
        }

    def _observation(self, observation: Observation) -> Json:
        return {
            "clause": observation.problem.clause.value,
            "problem": observation.problem.value,
            "finding": observation.finding.value,
            "before": _figure(observation.before),
            "now": _figure(observation.now),
            "why": observation.why,
            "notes": observation.notes,
            "by": self._person(observation.by),
            "at": instant(observation.at),
            "withdrawn_by": self._person(observation.withdrawn_by),
            "withdrawn_at": instant(observation.withdrawn_at),
            "withdrawn_reason": observation.withdrawn_reason,
        }

    def _watch(self, deployment: Deployment) -> Json:
        return {
            "healthy_by": self._person(deployment.healthy_by),
            "healthy_at": instant(deployment.healthy_at),
            "escalated_at": instant(deployment.escalated_at),
        }

    def _settled(self, settled: Settled | None) -> Json:
        if settled is None:
            return None
        return {
            "by": self._person(settled.by),
            "fix": settled.fix,
            "reason": settled.reason,
            "at": instant(settled.at),
        }

    def _deviation(self, deviation: Deviation) -> Json:
        return {
            "code": deviation.code.value,
            "clause": deviation.clause.value,
            "said": self.said(deviation.said),
        }


def instant(at: datetime | None) -> str | None:
    """`2026-11-26T13:00:00Z`, in UTC."""
    return None if at is None else _instant(at)


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC).isoformat(timespec='seconds')[:19]}Z"


@cache
def _in_order(roles: frozenset[Role]) -> tuple[str, ...]:
    """In the guide's order; there are few sets of roles that somebody holds."""
    return tuple(role.value for role in Role if role in roles)


def _label(deployment: DeploymentId | None) -> Json:
    return None if deployment is None else deployment_label(deployment)


def _window(window: Window | None) -> Json:
    if window is None:
        return None
    return {
        "start": instant(window.span.start),
        "end": instant(window.span.end),
        "submitted_at": instant(window.submitted_at),
        "reason": window.reason,
    }


def _figure(figure: Figure | None) -> Json:
    return None if figure is None else {"value": figure.value, "requests": figure.requests}
