"""One change on its way, acted on by people of a small company: what tests of rules and workflows build on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from importlib import resources
from itertools import count
from typing import Self, TypeVar
from zoneinfo import ZoneInfo

import bot.rules
from bot.rules.change import (
    Change,
    Evidence,
    EvidenceKind,
    EvidenceState,
    Outcome,
    PullRequest,
    RollbackPlan,
    Span,
)
from bot.rules.facts import (
    Fact,
)
from bot.rules.folding import apply_all, replay
from bot.rules.freezing import Freeze
from bot.rules.guide import GUIDE_FILE, Guide
from bot.rules.guide_reading import parse_guide
from bot.rules.inputs import (
    DeploymentRequest,
    EvidenceInput,
    Finish,
    Revision,
    Seen,
    VerificationInput,
    WishedWindow,
)
from bot.rules.life import Stage, stage
from bot.rules.organization import Roster
from bot.rules.setting import Neighbors, Policy, Setting
from bot.rules.terms import NO_WORDS, ChangeId, ChangeType, DeploymentId, PersonId, Role, ServiceName, Words
from bot.rules.verdict import Done, Gate, Refused, Verdict
from bot.rules.words import plain
from bot.workflows.approve import approve
from bot.workflows.deploy import finish_production, finish_staging, start_production, start_staging
from bot.workflows.moment import Moment
from bot.workflows.request import record_evidence, request_deployment, revise
from bot.workflows.verify import verify
from bot.workflows.windows import propose_window

Form = TypeVar("Form")
Verb = Callable[[Moment, Form], Verdict]
Timer = Callable[[Change, Setting], Verdict]

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
GUIDE_TEXT = resources.files(bot.rules).joinpath(GUIDE_FILE).read_text("utf-8")

ANA, BEN, OMAR = PersonId("ana"), PersonId("ben"), PersonId("omar")
TIA, TOM, LEA = PersonId("tia"), PersonId("tom"), PersonId("lea")
QUINN, QADIR, PIA, PETRA = PersonId("quinn"), PersonId("qadir"), PersonId("pia"), PersonId("petra")
PAUL, PRIYA, EVE, EMIL = PersonId("paul"), PersonId("priya"), PersonId("eve"), PersonId("emil")
DORA, DANA, STRANGER = PersonId("dora"), PersonId("dana"), PersonId("stranger")
EVERYBODY = (
    ANA, BEN, OMAR, TIA, TOM, LEA, QUINN, QADIR, PIA, PETRA, PAUL, PRIYA, EVE, EMIL, DORA, DANA, STRANGER,
)  # fmt: skip

HOLDERS: Mapping[Role, tuple[PersonId, ...]] = {
    Role.ENGINEER: (ANA, BEN, OMAR),
    Role.ON_CALL: (OMAR,),
    Role.TECH_LEAD: (TIA, TOM),
    Role.DEVELOPMENT_TEAM_LEAD: (LEA,),
    Role.QA: (QUINN, QADIR),
    Role.PRODUCT: (PIA, PETRA),
    Role.PRODUCT_MANAGER: (PAUL, PRIYA),
    Role.ENGINEERING_MANAGER: (EVE, EMIL),
    Role.ENGINEERING_DIRECTOR: (DORA, DANA),
}

PAYMENTS = ServiceName("payments")
PLAN = RollbackPlan(Words("redeploy 4.11.3"), pretested=True, pretest=Words("tried on Tuesday"))
OTHER_PLAN = replace(PLAN, text=Words("restore the backup"))
ANAS_PULL_REQUEST = PullRequest(Words("#881"), (ANA,))


def berlin(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of November 2026 by Berlin's clocks, in UTC; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


def a_span(day: int, start: int, end: int, until_day: int | None = None) -> Span:
    """A span between full hours of Berlin's clocks."""
    return Span(berlin(day, start), berlin(until_day or day, end))


MONDAY = berlin(23, 10)
THURSDAY = a_span(26, 14, 15)
HALF_OF_THURSDAY = Span(THURSDAY.start, THURSDAY.start + 30 * MINUTE)
FRIDAY = a_span(27, 14, 15)
SATURDAY = a_span(28, 14, 15)
TONIGHT = a_span(23, 20, 21)
BOTH_HOURS = a_span(26, 16, 18)


def a_guide(**overrides: object) -> Guide:
    """The default guide, as a company with these overrides reads it."""
    return parse_guide(GUIDE_TEXT, source=GUIDE_FILE, overrides=overrides)


def a_roster(**held: tuple[PersonId, ...]) -> Roster:
    """The company's holders, with other ones for the named roles."""
    return Roster(now={**HOLDERS, **{Role(role): people for role, people in held.items()}})


def a_roster_for_the_window(**held: tuple[PersonId, ...]) -> Roster:
    """The company's holders now, and other ones for the named roles at the start of the window."""
    return Roster(now=HOLDERS, at_window=a_roster(**held).now)


def a_policy(guide: Guide) -> Policy:
    """The guide in Berlin."""
    return Policy(guide, guide.hours, BERLIN)


def proof(
    kind: EvidenceKind, state: EvidenceState = EvidenceState.PRESENT, text: str = "on record"
) -> Evidence:
    """A piece of evidence."""
    return Evidence(kind, state, Words(text))


def no(kind: EvidenceKind, reason: str = "a flag only") -> Evidence:
    """Evidence that is not applicable."""
    return proof(kind, EvidenceState.NOT_APPLICABLE, reason)


BRANCH, CI, MERGE = (proof(kind) for kind in (EvidenceKind.BRANCH, EvidenceKind.CI, EvidenceKind.MERGE))

REQUEST = DeploymentRequest(
    service=PAYMENTS,
    type=ChangeType.ROUTINE,
    version="4.12.0",
    pull_requests=(ANAS_PULL_REQUEST,),
    reviewers=(BEN,),
    evidence=(BRANCH, CI, MERGE),
    in_development=True,
    plan=PLAN,
    wished=None,
)


class Counting:
    """Numbers from 1 for changes and deployments, never twice."""

    def __init__(self) -> None:
        self._changes = count(1)
        self._deployments = count(1)

    def next_change(self) -> ChangeId:
        """The next change's number."""
        return ChangeId(next(self._changes))

    def next_deployment(self) -> DeploymentId:
        """The next deployment's number."""
        return DeploymentId(next(self._deployments))


@dataclass
class Course:
    """A change, the company around it and the time; whoever acts is named, and what comes of it is folded in."""

    policy: Policy
    roster: Roster
    now: datetime = MONDAY
    neighbors: Neighbors = field(default_factory=Neighbors)
    facts: tuple[Fact, ...] = ()
    numbers: Counting = field(default_factory=Counting)
    freezes: tuple[Freeze, ...] = ()

    @property
    def change(self) -> Change:
        """The snapshot that its facts give."""
        return replay(self.facts)

    @property
    def stage(self) -> Stage:
        """Where the change is."""
        return stage(self.change, self.policy)

    @property
    def setting(self) -> Setting:
        """What surrounds a decision now."""
        return Setting(self.policy, self.roster, self.now, self.neighbors, self.freezes)

    def at(self, now: datetime) -> Self:
        """Let it be this instant."""
        self.now = now
        return self

    def wait(self, length: timedelta) -> Self:
        """Let time pass."""
        return self.at(self.now + length)

    def copy(self) -> "Course":
        """The same change once more, to go another way."""
        return replace(self, numbers=self.numbers)

    def request(self, actor: PersonId = ANA, form: DeploymentRequest = REQUEST) -> Verdict:
        """Ask for a deployment."""
        return self._kept(request_deployment(self.setting, actor, form, self.numbers))

    def tries(self, verb: Verb[Form], actor: PersonId, form: Form) -> Verdict:
        """Let somebody act; what is done is done."""
        return self._kept(verb(Moment(self.change, self.setting, actor, self.numbers), form))

    def does(self, verb: Verb[Form], actor: PersonId, form: Form) -> Self:
        """Let somebody do what they may."""
        verdict = self.tries(verb, actor, form)
        assert isinstance(verdict, Done), sentences(verdict)
        return self

    def refuses(self, verb: Verb[Form], actor: PersonId, form: Form) -> Refused:
        """Let somebody try what they may not."""
        verdict = self.tries(verb, actor, form)
        assert isinstance(verdict, Refused), f"{actor} was let: {verdict}"
        assert verdict.gates
        return verdict

    def fires(self, timer: Timer) -> Verdict:
        """Let a timer come due."""
        return self._kept(timer(self.change, self.setting))

    def approved_by(self, *people: PersonId) -> Self:
        """Let each of them approve what is theirs."""
        for person in people:
            self.does(approve, person, Seen())
        return self

    def with_guide(self, **overrides: object) -> Self:
        """Read the guide otherwise from now on."""
        self.policy = a_policy(a_guide(**overrides))
        return self

    def _kept(self, verdict: Verdict) -> Verdict:
        if isinstance(verdict, Done):
            before = self.facts
            self.facts = (*before, *verdict.facts)
            if before:
                assert self.change == apply_all(replay(before), verdict.facts)
        return verdict


def a_course(
    roster: Roster | None = None, *, form: DeploymentRequest = REQUEST, **overrides: object
) -> Course:
    """A change as Ana just asked for it, under a guide with these overrides."""
    course = Course(a_policy(a_guide(**overrides)), roster or a_roster())
    verdict = course.request(form=form)
    assert isinstance(verdict, Done), sentences(verdict)
    return course


def ready_for_staging(course: Course) -> Course:
    """Approved by peer, Tech Lead and Team Lead."""
    return course.approved_by(BEN, TIA, LEA)


def in_staging(course: Course) -> Course:
    """Deployed to staging."""
    ready_for_staging(course).does(start_staging, ANA, None)
    return course.does(finish_staging, ANA, Finish(Outcome.SUCCEEDED, NO_WORDS))


def verified(course: Course) -> Course:
    """Passed by QA and Product."""
    in_staging(course)
    for person in (QUINN, PIA):
        course.does(verify, person, VerificationInput(passed=True, notes=NO_WORDS))
    return course


def windowed(course: Course, wished: Span = THURSDAY, reason: str = "") -> Course:
    """With a window asked for, and no approval for it."""
    return verified(course).does(propose_window, ANA, WishedWindow(wished, Words(reason)))


def scheduled(course: Course) -> Course:
    """With every approval for Thursday 14:00."""
    return windowed(course).approved_by(PAUL, EVE)


def deploying(course: Course) -> Course:
    """Started at the window's start."""
    return scheduled(course).at(THURSDAY.start).does(start_production, ANA, None)


def watched(course: Course) -> Course:
    """Deployed to production after ten minutes."""
    return (
        deploying(course).wait(10 * MINUTE).does(finish_production, ANA, Finish(Outcome.SUCCEEDED, NO_WORDS))
    )


def with_evidence(course: Course, *evidence: Evidence) -> Course:
    """With more evidence recorded by its requester."""
    return course.does(record_evidence, ANA, EvidenceInput(evidence))


def revision(course: Course, **different: object) -> Revision:
    """The change as it is, but for what is named; for the form of `revise`."""
    change = course.change
    same = Revision(
        version=change.version,
        pull_requests=change.pull_requests,
        reviewers=change.reviewers,
        plan=change.plan,
        resubmit=False,
    )
    return replace(same, **different)  # type: ignore[arg-type] # the caller names fields of the form


def revised(course: Course, **different: object) -> Course:
    """Revised by its requester."""
    return course.does(revise, ANA, revision(course, **different))


def sentences(verdict: Verdict) -> str:
    """What the person reads, as plain text in Berlin's time."""
    spoken = [verdict.said] if isinstance(verdict, Done) else [gate.why for gate in verdict.gates]
    return " ".join(plain(sentence, {}, BERLIN) for sentence in spoken)


def clauses(refused: Refused) -> list[str]:
    """The clauses that a refusal names, in order."""
    return [gate.clause.value for gate in refused.gates]


def unmet_clauses(gates: tuple[Gate, ...]) -> list[str]:
    """The clauses whose gates are not met, in order."""
    return [gate.clause.value for gate in gates if not gate.met]


def standing(course: Course) -> list[str]:
    """Whose approval counts now, in the order given."""
    return [approval.person for approval in course.change.standing_approvals]
