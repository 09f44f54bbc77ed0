"""Random people of a small company, and every act that they may try, with forms that are filled in at random."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from random import Random
from typing import NamedTuple

from bot.rules.change import EvidenceKind, EvidenceState, Outcome, PullRequest, Span
from bot.rules.company_facts import DelegationEnded, DelegationNamed
from bot.rules.deputies import Delegation, DelegationId
from bot.rules.freezing import FreezeId
from bot.rules.guide import Guide
from bot.rules.inputs import (
    BaselineInput,
    DelegationEnd,
    DeputyWish,
    EvidenceInput,
    Finish,
    FreezeLeave,
    FreezeLift,
    FreezeWish,
    Reason,
    Rejection,
    Report,
    ReportWithdrawal,
    Revision,
    RollbackStart,
    Seen,
    Settlement,
    Snoozing,
    VerificationInput,
    WaiverGrant,
    WaiverRefusal,
    WaiverWish,
    WishedWindow,
)
from bot.rules.life import UNSTARTED, Act
from bot.rules.organization import Organization
from bot.rules.organization_reading import parse_organization
from bot.rules.readings import MEASURED, Figure, Problem
from bot.rules.terms import NO_WORDS, ChangeType, PersonId, Phase, Role, Words
from bot.workflows.approve import approve, reject, take_back_approval
from bot.workflows.company_moment import CompanyDone, CompanyMoment, CompanyVerdict
from bot.workflows.delegate import end_delegation, name_deputy
from bot.workflows.deploy import finish_production, finish_staging, start_production, start_staging, take_over
from bot.workflows.freeze import declare_freeze, except_from_freeze, lift_freeze
from bot.workflows.moment import Moment
from bot.workflows.observe import observe, record_baseline, withdraw_observation
from bot.workflows.remind import snooze_reminder
from bot.workflows.request import record_evidence, resubmit, revise, withdraw
from bot.workflows.rollback import finish_rollback, settle_rollback, start_rollback
from bot.workflows.supersede import undo_superseding
from bot.workflows.verify import verify
from bot.workflows.waive import ask_for_waiver, grant_waiver, refuse_waiver
from bot.workflows.watch import confirm_healthy
from bot.workflows.windows import accept_counter_proposal, move_window, propose_window
from tests.acting import (
    BERLIN,
    GUIDE_TEXT,
    HOLDERS,
    HOUR,
    MINUTE,
    OTHER_PLAN,
    PAYMENTS,
    PLAN,
    REQUEST,
    a_guide,
    no,
    proof,
)
from tests.random_walks import ALARMED, Story, Walk
from tests.restated_company import FOUR, THREE, Company

PEOPLE = tuple(PersonId(letter) for letter in "abcdefgh")
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
WAITS = (MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 6 * HOUR, DAY)
URGENT = Words("it cannot wait")
PULL_REQUESTS = (
    (),
    (PullRequest(Words("#1"), ()),),
    (PullRequest(Words("#2"), PEOPLE[:2]),),
    (PullRequest(Words("#3"), PEOPLE[2:3]), PullRequest(Words("#4"), PEOPLE[3:4])),
)
SMALL = """
name = "Harbor"
team = "T0HARBOR"
zone = "Europe/Berlin"
channels = { admin = "C0A", audit = "C0B", incidents = "C0C" }
people.ana = { id = "U0ANA", name = "Ana" }
services.payments = { channel = "C0PAYMENTS" }
"""
ORGANIZATION: Organization = parse_organization(SMALL, source="small.toml", default_guide_text=GUIDE_TEXT)


class Step(NamedTuple):
    """One thing to try: what, by whom, and which of the possibilities; each is taken modulo what there is."""

    what: int
    who: int
    which: int


def random_steps(random: Random, number: int) -> Iterator[Step]:
    """As many steps as asked for."""
    for _ in range(number):
        yield Step(random.randrange(10_000), random.randrange(1000), random.randrange(10_000))


def a_company(random: Random, *, four: bool = False) -> Company:
    """A few people who hold the roles between them, often several each; a new one is on call each day."""
    people = PEOPLE[: random.randint(5, len(PEOPLE))]
    holders = {role: tuple(sorted(random.sample(people, random.choice((1, 2, 2, 3, 3))))) for role in HOLDERS}
    on_call = holders[Role.ON_CALL]
    holders[Role.ENGINEER] = tuple(sorted({*holders[Role.ENGINEER], *on_call}))
    return Company(
        holders, lambda at: (on_call[at.toordinal() % len(on_call)],), BERLIN, FOUR if four else THREE
    )


def a_walk(random: Random, guide: Guide | None = None) -> "People":
    """A random company in which somebody asks for a first deployment; without a guide, now and then one of four stages."""
    four = guide is None and random.random() < 0.25
    guide = guide or a_guide(**({"environments": list(FOUR)} if four else {}))
    people = People(Walk(a_company(random, four=four), guide))
    while not people.walk.stories:
        people.ask(Step(*(random.randrange(1000) for _ in Step._fields)))
    return people


@dataclass
class Numbers:
    """Numbers for freezes and delegations, never twice."""

    freezes: Iterator[int] = field(default_factory=lambda: count(1))
    delegations: Iterator[int] = field(default_factory=lambda: count(1))

    def next_freeze(self) -> FreezeId:
        """The next freeze's number."""
        return FreezeId(next(self.freezes))

    def next_delegation(self) -> DelegationId:
        """The next delegation's number."""
        return DelegationId(next(self.delegations))

    def given_up(self) -> int:
        """Nothing is ever given up here."""
        return 0


@dataclass
class People:
    """Everybody of the company, trying whatever comes to their minds."""

    walk: Walk
    numbers: Numbers = field(default_factory=Numbers)
    versions: Iterator[int] = field(default_factory=lambda: count(1))

    def moment(self, story: Story, who: PersonId) -> Moment:
        """Somebody about to act."""
        return self.walk.moment(story, who)

    def holder(self, which: int, *roles: Role) -> PersonId:
        """One of those who may act in one of these roles."""
        held = sorted({person for role in roles for person in self.walk.company.holding(role, self.walk.now)})
        return held[which % len(held)]

    def ask(self, step: Step) -> Story | None:
        """Ask for a deployment of something new."""
        kind = (*(ChangeType.ROUTINE,) * 4, ChangeType.CONFIG, ChangeType.INFRA)[step.which % 6]
        bare = kind is not ChangeType.ROUTINE and step.what % 2 == 0
        wished = WishedWindow(self.span(None, step.which), URGENT) if step.who % 2 else None
        form = replace(
            REQUEST,
            type=kind,
            version=f"1.{next(self.versions)}",
            pull_requests=() if bare else PULL_REQUESTS[1 + step.which % 3],
            reviewers=(PEOPLE[step.who % len(PEOPLE)],),
            evidence=tuple(no(each) for each in EvidenceKind) if bare else REQUEST.evidence[step.who % 4 :],
            in_development=step.which % 5 != 0,
            wished=wished,
        )
        return self.walk.request(self.holder(step.who, Role.ENGINEER), form)

    def span(self, story: Story | None, which: int) -> Span:
        """A window ahead: in some days, at some hour, of some length; or a narrower one than now."""
        window = story.change.window if story else None
        if window and which % 3 == 0:
            half = window.span.length / 2
            return Span(window.span.start + (which % 2) * half, window.span.end - (which // 3 % 2) * half)
        midnight = self.walk.now.astimezone(BERLIN).replace(hour=0, minute=0, second=0, microsecond=0)
        start = midnight + (which % 6) * DAY + (7 + which // 6 % 12) * HOUR
        return Span(start, start + (1 + which // 72 % 3) * HOUR)

    def wait(self, length: timedelta) -> None:
        """Let time pass; not long while an alarm sounds every five minutes."""
        alarmed = any(self.walk.stage_of(story) in ALARMED for story in self.walk.stories)
        self.walk.wait(min(length, HOUR) if alarmed else length)

    def revise(self, story: Story, who: PersonId, **different: object) -> bool:
        """Revise a change."""
        change = story.change
        form = Revision(change.version, change.pull_requests, change.reviewers, change.plan, resubmit=False)
        form = replace(form, **different)  # type: ignore[arg-type] # the callers name fields of the form
        act = Act.REVISE_VERSION if form.version != change.version else Act.REVISE
        return self.walk.note(story, act, revise(self.walk.moment(story, who, form.version), form))

    def revise_version(self, story: Story, who: PersonId, old: int | None = None) -> bool:
        """Put a new version in the place of this one, or one that was there before."""
        return self.revise(story, who, version=f"1.{old or next(self.versions)}")

    def evidence(self, story: Story, who: PersonId, state: EvidenceState = EvidenceState.PRESENT) -> bool:
        """Record all the evidence there can be."""
        form = EvidenceInput(
            tuple(proof(kind, state, "as it is") for kind in EvidenceKind), in_development=True
        )
        return self.walk.note(story, Act.RECORD_EVIDENCE, record_evidence(self.moment(story, who), form))

    def report(self, which: int) -> Report:
        """Something that somebody saw, bad or not."""
        problem = tuple(Problem)[which % len(Problem)]
        if problem not in MEASURED:
            return Report(problem, notes=URGENT)
        counts = (None, 400)[which // 6 % 2]
        values = (1.0, 1.02, 1.06, 1.4, 0.5)
        return Report(
            problem,
            now=Figure(values[which // 12 % len(values)], counts),
            before=(Figure(1.0, counts), None)[which % 2],
        )

    def company_acts(self, step: Step) -> Sequence[Callable[[], CompanyVerdict]]:
        """What somebody can try to do to the company."""
        walk, which, who = self.walk, step.which, PEOPLE[step.who % len(PEOPLE)]
        recorded = walk.company.recorded
        ended = {fact.delegation for fact in recorded if isinstance(fact, DelegationEnded)}
        delegations = tuple(
            Delegation(
                each.delegation,
                each.role,
                each.service,
                each.principal,
                each.deputy,
                each.starts,
                each.ends,
                each.by,
            )
            for each in recorded
            if isinstance(each, DelegationNamed) and each.delegation not in ended and walk.now < each.ends
        )
        freezes = walk.freezes()
        moment = CompanyMoment(
            replace(ORGANIZATION, guide=walk.guide),
            delegations,
            freezes,
            lambda _: walk.roster(None),
            who,
            walk.now,
            self.numbers,
        )
        role = tuple(Role)[which % len(Role)]
        own = walk.company.own(role, walk.now)
        wish = DeputyWish(
            role,
            (None, PAYMENTS)[which % 2],
            own[which % len(own)] if own else None,
            PEOPLE[which // 10 % len(PEOPLE)],
            Span(walk.now, walk.now + WAITS[2 + which % 4]),
        )
        frozen = Span(walk.now + (which % 3) * HOUR, walk.now + (1 + which % 3) * WAITS[2 + which % 4])
        services = ((), (PAYMENTS,))[which % 2]
        acts: list[Callable[[], CompanyVerdict]] = [
            lambda: name_deputy(moment, wish),
            lambda: declare_freeze(moment, FreezeWish(services, frozen, URGENT)),
        ]
        if delegations:
            acts.append(
                lambda: end_delegation(moment, DelegationEnd(delegations[which % len(delegations)].id))
            )
        if freezes:
            acts.append(lambda: lift_freeze(moment, FreezeLift(freezes[which % len(freezes)].id, URGENT)))
        return acts

    def act_on_company(self, step: Step) -> None:
        """Do one of these."""
        acts = self.company_acts(step)
        verdict = acts[step.which // 7 % len(acts)]()
        if isinstance(verdict, CompanyDone):
            self.walk.company.recorded.extend(verdict.facts)

    def acts(self, story: Story, step: Step) -> Sequence[tuple[Act, Callable[[], object]]]:
        """Everything that somebody can try to do to a change, by the act's name."""
        walk, which = self.walk, step.which
        who = PEOPLE[step.who % len(PEOPLE)] if step.what % 3 else story.change.requester
        if step.what % 5 == 0:
            who = story.change.deployer
        if step.what % 7 == 0:
            who = self.holder(step.who, Role.ENGINEERING_DIRECTOR)
        moment = self.moment(story, who)
        reason = URGENT if which % 5 else NO_WORDS
        wished = WishedWindow(self.span(story, which), reason)
        outcome = Finish(tuple(Outcome)[which % len(Outcome)], URGENT)
        environments = walk.guide.environments
        waiver = WaiverWish(
            environments[which % len(environments)], reason, walk.now + WAITS[2 + which % 4] * 3
        )
        freezes = walk.freezes()
        leave = FreezeLeave(freezes[which % len(freezes)].id if freezes else FreezeId(0), reason)
        states = (EvidenceState.PRESENT, EvidenceState.NOT_APPLICABLE, EvidenceState.FAILED)
        verification = VerificationInput(
            passed=which % 12 != 0, notes=URGENT, role=(None, Role.QA, Role.PRODUCT)[which % 3]
        )
        counter = self.span(story, which) if which % 4 == 0 else None
        baseline = BaselineInput(((tuple(MEASURED)[which % 3], Figure(1.0, (None, 400)[which % 2])),))
        tried: list[tuple[Act, Callable[..., object], object]] = [
            (
                Act.APPROVE if walk.stage_of(story) in UNSTARTED else Act.REVIEW_CODE,
                approve,
                Seen(),
            ),
            (Act.TAKE_BACK_APPROVAL, take_back_approval, Reason(reason)),
            (Act.REJECT, reject, Rejection(reason, counter=counter)),
            (Act.RESUBMIT, resubmit, None),
            (Act.START_STAGING, start_staging, None),
            (Act.FINISH_STAGING, finish_staging, outcome),
            (Act.VERIFY, verify, verification),
            (Act.ASK_FOR_WAIVER, ask_for_waiver, waiver),
            (Act.GRANT_WAIVER, grant_waiver, WaiverGrant()),
            (Act.REFUSE_WAIVER, refuse_waiver, WaiverRefusal(reason)),
            (Act.PROPOSE_WINDOW, propose_window, wished),
            (Act.ACCEPT_COUNTER_PROPOSAL, accept_counter_proposal, Seen()),
            (Act.MOVE_WINDOW, move_window, wished),
            (Act.EXCEPT_FROM_FREEZE, except_from_freeze, leave),
            (Act.RECORD_BASELINE, record_baseline, baseline),
            (Act.START_PRODUCTION, start_production, None),
            (Act.FINISH_PRODUCTION, finish_production, outcome),
            (Act.TAKE_OVER, take_over, None),
            (Act.CONFIRM_HEALTHY, confirm_healthy, None),
            (Act.OBSERVE, observe, self.report(which)),
            (Act.WITHDRAW_OBSERVATION, withdraw_observation, ReportWithdrawal(reason, None)),
            (Act.START_ROLLBACK, start_rollback, RollbackStart()),
            (Act.FINISH_ROLLBACK, finish_rollback, outcome),
            (Act.SETTLE_ROLLBACK, settle_rollback, Settlement(reason, URGENT)),
            (Act.UNDO_SUPERSEDING, undo_superseding, None),
            (Act.SNOOZE_REMINDER, snooze_reminder, Snoozing(tuple(Phase)[which % len(Phase)])),
        ]
        if which % 8 == 0:
            tried.append((Act.WITHDRAW, withdraw, Reason(reason)))

        def one(act: Act, verb: Callable[..., object], form: object) -> Callable[[], object]:
            return lambda: walk.note(story, act, verb(moment, form))  # type: ignore[arg-type] # each verb has its own form

        return [
            *((act, one(act, verb, form)) for act, verb, form in tried),
            (Act.RECORD_EVIDENCE, lambda: self.evidence(story, who, states[which % 3])),
            (
                Act.REVISE,
                lambda: self.revise(story, who, plan=(PLAN, OTHER_PLAN)[which % 2], resubmit=which % 4 == 1),
            ),
            (Act.REVISE, lambda: self.revise(story, who, pull_requests=PULL_REQUESTS[which % 4])),
            (Act.REVISE, lambda: self.revise(story, who, reviewers=PEOPLE[which % 3 : 4])),
            (Act.REVISE_VERSION, lambda: self.revise_version(story, who, (None, None, which % 9)[which % 3])),
        ]
