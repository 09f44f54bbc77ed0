"""One deployment as the log tells it: with what was given for it, seen about it, and what became of it (G-LOG-1)."""

from dataclasses import dataclass
from enum import StrEnum

from bot.rules.approvals import missing_seats
from bot.rules.change import Approval, Change, Deployment, Verification, Window
from bot.rules.freezing import FreezeException
from bot.rules.guide import Guide, Seat
from bot.rules.hotfix import Breach
from bot.rules.hotfix_rows import code_rows
from bot.rules.organization import Organization
from bot.rules.production import Observation
from bot.rules.review import by_own_acts
from bot.rules.setting import Policy
from bot.rules.terms import NO_WORDS, ApprovalStage, EnvironmentName, PersonId, ServiceName, Words
from bot.rules.waivers import Waiver


class What(StrEnum):
    """What a line of the log is about."""

    DEPLOYMENT = "deployment"
    ROLLBACK = "rollback"
    ATTESTED = "attested"
    """A deployment that was recorded afterwards, by the requester's word (G-ENV-1)."""


@dataclass(frozen=True, slots=True)
class LoggedDeployment:
    """One deployment and its change; `finished_by` and `notes` are whose word its end is, and what they said."""

    change: Change
    deployment: Deployment
    finished_by: PersonId | None = None
    notes: Words = NO_WORDS

    @property
    def what(self) -> What:
        """What it was."""
        if self.deployment.rolls_back is not None:
            return What.ROLLBACK
        return What.ATTESTED if self.deployment.attested else What.DEPLOYMENT


def policy_of(organization: Organization, service: ServiceName) -> Policy:
    """The guide as it applies to a service; without days off of its own where the file no longer has the service."""
    known = service in organization.services
    hours = organization.hours_of(service) if known else organization.guide.hours
    return Policy(organization.guide, hours, organization.zone)


def approvals_for(change: Change, deployment: Deployment, guide: Guide) -> tuple[Approval, ...]:
    """The approvals that counted when a deployment started, of the stages that its environment asks for.

    An approval that was voided in the very instant of the start is among them, and says so. A spoken one that was
    disputed before did not count; one that was disputed since is among them.
    """
    if deployment.rolls_back is not None or deployment.attested:
        return ()
    stages = _stages_before(deployment.environment, guide)
    return tuple(
        approval
        for approval in change.approvals
        if approval.stage in stages
        and approval.at <= deployment.started_at
        and (approval.voided_at is None or approval.voided_at >= deployment.started_at)
        and (approval.disputed_at is None or approval.disputed_at >= deployment.started_at)
    )


def is_attempt(deployment: Deployment, guide: Guide) -> bool:
    """Whether it is one to put a version into production; a rollback is none."""
    return deployment.environment == guide.production and deployment.rolls_back is None


def breach_of(change: Change, deployment: Deployment) -> Breach | None:
    """The breach that a deployment's start was (G-HOT-3)."""
    breaches = (*change.earlier_breaches, *((change.breach,) if change.breach else ()))
    return next((each for each in breaches if each.deployment == deployment.id), None)


def reviewed_afterwards(change: Change, deployment: Deployment, guide: Guide) -> tuple[Approval, ...]:
    """The code reviews that a hotfix was allowed to start without, and that were done since by the reviewers' own acts."""
    if not guide.follows_hotfix(change.type) or not is_attempt(deployment, guide):
        return ()
    return tuple(
        each
        for each in change.standing_approvals
        if each.stage is ApprovalStage.CODE and each.spoken is None and each.at > deployment.started_at
    )


def code_seats_open(change: Change, deployment: Deployment, policy: Policy) -> tuple[Seat, ...]:
    """The code reviews of a hotfix that nobody has done by their own act yet, each seat once (G-APP-1)."""
    if not policy.guide.follows_hotfix(change.type) or not is_attempt(deployment, policy.guide):
        return ()
    missing = missing_seats(by_own_acts(change), policy, code_rows(policy.guide))
    return tuple(dict.fromkeys(needed.seat for needed in missing))


def _stages_before(environment: EnvironmentName, guide: Guide) -> frozenset[ApprovalStage]:
    """Whose approval a deployment there needs; of an environment that the guide no longer has, nobody can say."""
    if environment == guide.environments[0]:
        return frozenset()
    if environment in guide.staging_environments:
        return frozenset({ApprovalStage.CODE, ApprovalStage.STAGING})
    return frozenset(ApprovalStage)


def verifications_for(change: Change, deployment: Deployment, guide: Guide) -> tuple[Verification, ...]:
    """QA's and Product's words on the version: those before a start in production, those on a deployment where they look."""
    if deployment.rolls_back is not None:
        return ()
    of_version = tuple(each for each in change.verifications if each.version == deployment.version)
    if deployment.environment == guide.production:
        return tuple(each for each in of_version if each.at <= deployment.started_at)
    if deployment.environment != guide.verified_in or deployment.finished_at is None:
        return ()
    later = _next_attempt(change, deployment)
    return tuple(
        each
        for each in of_version
        if deployment.finished_at <= each.at and (later is None or each.at < later.started_at)
    )


def _next_attempt(change: Change, deployment: Deployment) -> Deployment | None:
    return next(
        (
            each
            for each in change.deployments
            if each.id > deployment.id
            and (each.environment, each.version) == (deployment.environment, deployment.version)
        ),
        None,
    )


def waivers_for(change: Change, deployment: Deployment) -> tuple[Waiver, ...]:
    """Every waiver that was asked for the version, however it was decided (G-ENV-2); of what a rollback undoes, too."""
    undone = (each.version for each in change.deployments if each.id == deployment.rolls_back)
    version = next(undone, deployment.version)
    return tuple(each for each in change.waivers if each.version == version)


def waivers_used(change: Change, deployment: Deployment, guide: Guide) -> tuple[Waiver, ...]:
    """The waivers without which a deployment could not have started: in effect then, for an environment before it."""
    environments = guide.environments
    if deployment.rolls_back is not None or deployment.environment not in environments:
        return ()
    before = environments[: environments.index(deployment.environment)]
    at = deployment.started_at
    return tuple(
        waiver
        for waiver in waivers_for(change, deployment)
        if waiver.environment in before
        and waiver.effective_at is not None
        and waiver.effective_at <= at
        and (waiver.expired_at is None or at <= waiver.expired_at)
    )


def exceptions_for(change: Change, deployment: Deployment, guide: Guide) -> tuple[FreezeException, ...]:
    """The leave that Directors gave before a start in production, to go on during a freeze."""
    if deployment.rolls_back is not None or deployment.environment != guide.production:
        return ()
    return tuple(each for each in change.exceptions if each.at <= deployment.started_at)


def observations_of(change: Change, deployment: Deployment) -> tuple[Observation, ...]:
    """What was reported about a deployment, withdrawn reports included (G-RB-1 to G-RB-4)."""
    return tuple(each for each in change.observations if each.deployment == deployment.id)


def window_of(change: Change, deployment: Deployment) -> Window | None:
    """The change window in which a deployment started (G-STD-8); None where it needed none."""
    return next(
        (
            window
            for window in reversed(change.windows)
            if window.span.end == deployment.window_end
            and window.submitted_at <= deployment.started_at
            and deployment.started_at in window.span
        ),
        None,
    )


def rollbacks_of(change: Change, deployment: Deployment) -> tuple[Deployment, ...]:
    """The rollbacks of a deployment, failed ones included, oldest first."""
    return tuple(each for each in change.deployments if each.rolls_back == deployment.id)
