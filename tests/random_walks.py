"""Random people of a small company trying random acts on one change, among them often the one that helps."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from bot.rules.asking import asks
from bot.rules.change import Change, EvidenceKind, EvidenceState, Outcome, PullRequest, Span
from bot.rules.deadlines import wanted_deadlines
from bot.rules.facts import (
    DeploymentStarted,
    Fact,
    VersionVerified,
)
from bot.rules.folding import apply_all, replay
from bot.rules.guide import Guide
from bot.rules.inputs import (
    DeploymentRequest,
    EvidenceInput,
    Finish,
    Reason,
    Rejection,
    Revision,
    Seen,
    VerificationInput,
    WishedWindow,
)
from bot.rules.life import TRANSITIONS, Act, Stage, stage
from bot.rules.notices import notices
from bot.rules.organization import Roster
from bot.rules.setting import Neighbors, Policy, Setting
from bot.rules.terms import NO_WORDS, ApprovalStage, ChangeId, ChangeType, DeploymentId, PersonId, Role, Words
from bot.rules.verdict import Done, Verdict
from bot.workflows.approve import approve, reject
from bot.workflows.deploy import (
    finish_production,
    finish_staging,
    flag_overrun,
    start_production,
    start_staging,
    take_over,
)
from bot.workflows.moment import Moment
from bot.workflows.request import record_evidence, request_deployment, resubmit, revise, withdraw
from bot.workflows.verify import verify
from bot.workflows.watch import confirm_healthy, escalate_monitoring, nudge_monitoring
from bot.workflows.windows import accept_counter_proposal, lapse_window, move_window, propose_window
from tests.acting import (
    BERLIN,
    HOLDERS,
    HOUR,
    MINUTE,
    MONDAY,
    OTHER_PLAN,
    PLAN,
    REQUEST,
    Counting,
    Timer,
    a_policy,
    no,
    proof,
)
from tests.restated_guide import Company, objections

PEOPLE = tuple(PersonId(letter) for letter in "abcdefgh")
VERSIONS = ("1.0", "1.1", "1.2", "1.3")
DAY = timedelta(days=1)
WAITS = (MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 6 * HOUR, DAY)
TIMERS: dict[str, tuple[Act, Timer]] = {
    Act.LAPSE_WINDOW: (Act.LAPSE_WINDOW, lapse_window),
    Act.FLAG_OVERRUN: (Act.FLAG_OVERRUN, flag_overrun),
    Act.NUDGE_MONITORING: (Act.NUDGE_MONITORING, nudge_monitoring),
    Act.ESCALATE_MONITORING: (Act.ESCALATE_MONITORING, escalate_monitoring),
}


class Step(NamedTuple):
    """One thing to try: what, by whom, and which of the possibilities; each is taken modulo what there is."""

    what: int
    who: int
    which: int


class AroundTheGuideError(AssertionError):
    """Something happened that the guide forbids."""


def a_company(random: Random) -> Company:
    """A few people who hold the roles between them, often several each; a new one is on call each day."""
    people = PEOPLE[: random.randint(5, len(PEOPLE))]
    holders = {role: tuple(sorted(random.sample(people, random.choice((1, 2, 2, 3, 3))))) for role in HOLDERS}
    on_call = holders[Role.ON_CALL]
    holders[Role.ENGINEER] = tuple(sorted({*holders[Role.ENGINEER], *on_call}))
    return Company(holders, lambda at: (on_call[at.toordinal() % len(on_call)],), BERLIN)


@dataclass
class Walk:
    """One change, from its request to wherever the steps lead; every fact is held against the guide."""

    company: Company
    guide: Guide
    form: DeploymentRequest
    requester: PersonId
    now: datetime = MONDAY
    deploying: bool = False
    facts: list[Fact] = field(default_factory=list)
    fired: set[str] = field(default_factory=set)
    productions: int = 0

    def __post_init__(self) -> None:
        """Ask for the deployment."""
        self.policy: Policy = a_policy(self.guide)
        self.numbers = Counting()
        setting = Setting(self.policy, self._roster(None), self.now, Neighbors())
        verdict = request_deployment(setting, self.requester, self.form, self.numbers)
        assert isinstance(verdict, Done), verdict
        self.facts.extend(verdict.facts)
        self.change: Change = replay(self.facts)

    @property
    def stage(self) -> Stage:
        """Where the change is."""
        return stage(self.change, self.policy)

    def take(self, step: Step) -> None:
        """Try one step; three of four are helpful ones."""
        if step.what % 4:
            self._help(step)
        else:
            acts = self._acts(step)
            acts[step.what // 4 % len(acts)]()

    def _roster(self, window_start: datetime | None) -> Roster:
        def at(instant: datetime) -> dict[Role, tuple[PersonId, ...]]:
            return {**self.company.holders, Role.ON_CALL: self.company.on_call_on(instant)}

        return Roster(at(self.now), at(window_start) if window_start else None)

    def _setting(self, version: str) -> Setting:
        failed = any(
            isinstance(fact, VersionVerified) and fact.version == version and not fact.passed
            for fact in self.facts
        )
        neighbors = Neighbors(
            deploying=(ChangeId(99), DeploymentId(99)) if self.deploying else None, failed_verification=failed
        )
        window = self.change.window
        return Setting(self.policy, self._roster(window.span.start if window else None), self.now, neighbors)

    def _moment(self, who: PersonId, version: str | None = None) -> Moment:
        return Moment(self.change, self._setting(version or self.change.version), who, self.numbers)

    def _note(self, act: Act, verdict: Verdict) -> bool:
        """Keep what was done, and hold every bit of it against the guide."""
        if not isinstance(verdict, Done):
            assert act in TIMERS or verdict.gates, f"{act} was refused without a word"
            return False
        before, setting = self.change, self._setting(self.change.version)
        assert verdict.facts, f"{act} was done without a fact"
        for fact in verdict.facts:
            self.facts.append(fact)
            against = objections(self.facts, self.company)
            if isinstance(fact, DeploymentStarted) and fact.environment == "production":
                self.productions += 1
                against += ["one at a time"] if self.deploying else []
            if against:
                raise AroundTheGuideError(f"{fact} without: {', '.join(against)}")
        self.change = apply_all(before, verdict.facts)
        assert replay(self.facts) == self.change
        assert self.stage in TRANSITIONS[act].to, f"{act} led to {self.stage}"
        notices(before, verdict.facts, setting)
        asks(self.change, setting)
        keys = [wanted.key for wanted in wanted_deadlines(self.change, self.policy)]
        assert len(keys) == len(set(keys))
        assert self.fired.isdisjoint(keys), f"fired before: {self.fired.intersection(keys)}"
        return True

    def wait(self, length: timedelta) -> None:
        """Let time pass, and every timer that comes due fire, each in its turn."""
        until = self.now + length
        for _ in range(100):
            due = [each for each in wanted_deadlines(self.change, self.policy) if each.due_at <= until]
            due = [each for each in due if each.key not in self.fired]
            if not due:
                break
            first = min(due, key=lambda each: each.due_at)
            self.now = max(self.now, first.due_at)
            self._fire(first.kind, first.key)
        else:
            raise AssertionError("the timers never come to rest")
        self.now = until

    def _fire(self, kind: str, key: str) -> None:
        act, timer = TIMERS[kind]
        self.fired.add(key)
        self._note(act, timer(self.change, self._setting(self.change.version)))

    def _help(self, step: Step) -> None:
        """What takes the change further, by somebody who may be able to."""
        helps = {
            Stage.PREPARING: self._help_prepare,
            Stage.RETURNED: self._help_return,
            Stage.STAGING: self._help_finish,
            Stage.VERIFYING: self._help_verify,
            Stage.VERIFIED: self._help_schedule,
            Stage.APPROVING: lambda step: self._approve(step, *ApprovalStage),
            Stage.SCHEDULED: self._help_start,
            Stage.DEPLOYING: self._help_finish,
            Stage.MONITORING: self._help_watch,
        }
        helps.get(self.stage, lambda _: self.wait(30 * MINUTE))(step)

    def _help_prepare(self, step: Step) -> None:
        if step.which % 3:
            self._approve(step, ApprovalStage.CODE, ApprovalStage.STAGING)
            return
        started = start_staging(self._moment(self.change.deployer), None)
        if not self._note(Act.START_STAGING, started):
            self._evidence(self.change.requester, EvidenceState.PRESENT)

    def _help_return(self, step: Step) -> None:
        if not self._note(Act.RESUBMIT, resubmit(self._moment(self.change.requester), None)):
            self._revise_version(self.change.requester, step.which)

    def _help_verify(self, step: Step) -> None:
        holders = (*self.company.holders[Role.QA], *self.company.holders[Role.PRODUCT])
        self._verify(holders[step.who % len(holders)], step.which)

    def _help_schedule(self, step: Step) -> None:
        wished = WishedWindow(self._spans(step.which), URGENT)
        self._note(Act.PROPOSE_WINDOW, propose_window(self._moment(self.change.requester), wished))

    def _help_start(self, step: Step) -> None:
        window = self.change.window
        assert window
        if self.now < window.span.start and step.which % 2:
            self.wait(window.span.start - self.now)
        self._note(Act.START_PRODUCTION, start_production(self._moment(self.change.deployer), None))

    def _help_finish(self, step: Step) -> None:
        moment = self._moment(self.change.deployer)
        outcome = Finish(Outcome.SUCCEEDED if step.which % 4 else Outcome.FAILED_UNTOUCHED, URGENT)
        if self.stage is Stage.STAGING:
            self._note(Act.FINISH_STAGING, finish_staging(moment, outcome))
        else:
            self._note(Act.FINISH_PRODUCTION, finish_production(moment, outcome))

    def _help_watch(self, step: Step) -> None:
        self.wait(WAITS[step.which % 3])
        if step.which % 2:
            self._note(Act.CONFIRM_HEALTHY, confirm_healthy(self._moment(self.change.deployer), None))

    def _approve(self, step: Step, *stages: ApprovalStage) -> None:
        """Let one of those who hold a role in these rows approve."""
        rows = [row for row in self.guide.approvals if row.stage in stages]
        roles = {seat for row in rows for seat in row.signers if isinstance(seat, Role)} | {Role.ENGINEER}
        able = sorted({person for role in roles for person in self.company.holders[role]})
        self._note(Act.APPROVE, approve(self._moment(able[step.who % len(able)]), Seen()))

    def _verify(self, who: PersonId, which: int) -> None:
        form = VerificationInput(
            passed=which % 24 != 0, notes=URGENT, role=(None, Role.QA, Role.PRODUCT)[which % 3]
        )
        self._note(Act.VERIFY, verify(self._moment(who), form))

    def _evidence(self, who: PersonId, state: EvidenceState) -> None:
        evidence = tuple(proof(kind, state, "as it is") for kind in EvidenceKind)
        self._note(
            Act.RECORD_EVIDENCE,
            record_evidence(self._moment(who), EvidenceInput(evidence, in_development=True)),
        )

    def _revise(self, who: PersonId, **different: object) -> None:
        change = self.change
        form = Revision(change.version, change.pull_requests, change.reviewers, change.plan, resubmit=False)
        form = replace(form, **different)  # type: ignore[arg-type] # the callers name fields of the form
        act = Act.REVISE_VERSION if form.version != change.version else Act.REVISE
        self._note(act, revise(self._moment(who, form.version), form))

    def _revise_version(self, who: PersonId, which: int) -> None:
        self._revise(who, version=VERSIONS[which % len(VERSIONS)])

    def _spans(self, which: int) -> Span:
        """A window ahead: in some days, at some hour, of some length; or a narrower one than now."""
        window = self.change.window
        if window and which % 3 == 0:
            quarter = window.span.length / 4
            return Span(window.span.start + quarter, window.span.end - (which % 2) * quarter)
        midnight = self.now.astimezone(BERLIN).replace(hour=0, minute=0, second=0, microsecond=0)
        start = midnight + (which % 6) * DAY + (7 + which // 6 % 12) * HOUR
        return Span(start, start + (1 + which // 72 % 3) * HOUR)

    def _acts(self, step: Step) -> Sequence[Callable[[], object]]:
        """Everything that anybody can try."""
        who = PEOPLE[step.who % len(PEOPLE)]
        if step.what % 8:  # what only one person may is not worth trying with another one each time
            who = self.change.requester
        which, moment = step.which, self._moment(who)
        reason = (URGENT, NO_WORDS)[which % 2]
        outcome = tuple(Outcome)[which % len(Outcome)]
        wished = WishedWindow(self._spans(which), reason)
        counter = self._spans(which) if which % 4 == 0 else None
        states = (EvidenceState.PRESENT, EvidenceState.NOT_APPLICABLE, EvidenceState.FAILED)
        anyone = self._moment(PEOPLE[step.who % len(PEOPLE)])
        return (
            lambda: self._note(Act.APPROVE, approve(anyone, Seen())),
            lambda: self._note(Act.REJECT, reject(anyone, Rejection(reason, counter=counter))),
            lambda: self._note(Act.RESUBMIT, resubmit(moment, None)),
            lambda: self._evidence(who, states[which % 3]),
            lambda: self._revise(who, plan=(PLAN, OTHER_PLAN)[which % 2]),
            lambda: self._revise(who, pull_requests=PULL_REQUESTS[which % len(PULL_REQUESTS)]),
            lambda: self._revise_version(who, which),
            lambda: self._note(Act.START_STAGING, start_staging(moment, None)),
            lambda: self._note(Act.FINISH_STAGING, finish_staging(moment, Finish(outcome, URGENT))),
            lambda: self._verify(anyone.actor, which),
            lambda: self._note(Act.PROPOSE_WINDOW, propose_window(moment, wished)),
            lambda: self._note(Act.ACCEPT_COUNTER_PROPOSAL, accept_counter_proposal(moment, Seen())),
            lambda: self._note(Act.MOVE_WINDOW, move_window(moment, wished)),
            lambda: self._note(Act.START_PRODUCTION, start_production(moment, None)),
            lambda: self._note(Act.FINISH_PRODUCTION, finish_production(moment, Finish(outcome, URGENT))),
            lambda: self._note(Act.TAKE_OVER, take_over(anyone, None)),
            lambda: self._note(Act.CONFIRM_HEALTHY, confirm_healthy(moment, None)),
            lambda: which % 20 or self._note(Act.WITHDRAW, withdraw(moment, Reason(reason))),
            lambda: self.wait(WAITS[which % len(WAITS)]),
            lambda: setattr(self, "deploying", which % 4 == 0),
        )


URGENT = Words("it cannot wait")
PULL_REQUESTS = (
    (),
    (PullRequest(Words("#1"), ()),),
    (PullRequest(Words("#2"), PEOPLE[:2]),),
    (PullRequest(Words("#3"), PEOPLE[2:3]), PullRequest(Words("#4"), PEOPLE[3:4])),
)


def a_walk(random: Random, guide: Guide) -> Walk:
    """A change that somebody who may has just asked for, in a random company."""
    company = a_company(random)
    kind = random.choice((ChangeType.ROUTINE, ChangeType.CONFIG, ChangeType.INFRA))
    bare = kind is not ChangeType.ROUTINE and random.random() < 0.5
    form = replace(
        REQUEST,
        type=kind,
        version=VERSIONS[0],
        pull_requests=() if bare else random.choice(PULL_REQUESTS[1:]),
        evidence=tuple(no(each) for each in EvidenceKind) if bare else REQUEST.evidence,
        in_development=random.random() < 0.8,
        wished=None,
    )
    return Walk(company, guide, form, requester=random.choice(company.holders[Role.ENGINEER]))


def random_steps(random: Random, number: int) -> Iterator[Step]:
    """As many steps as asked for."""
    for _ in range(number):
        yield Step(random.randrange(1000), random.randrange(1000), random.randrange(1000))
