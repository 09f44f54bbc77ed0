"""Facts for tests of the store: builders with defaults, and whole histories of one change, drawn at random."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from bot.rules.change import (
    Evidence,
    EvidenceKind,
    EvidenceState,
    Outcome,
    PullRequest,
    ReturnedBecause,
    RollbackPlan,
    Span,
    WindowEnd,
)
from bot.rules.clauses import Clause
from bot.rules.deputies import Deputizing
from bot.rules.facts import (
    ApprovalGiven,
    ApprovalTakenBack,
    ApprovalVoided,
    AskingReminded,
    ChangeRequested,
    ChangeResubmitted,
    ChangeReturned,
    ChangeRevised,
    ChangeSuperseded,
    ChangeWithdrawn,
    DeployerTookOver,
    EvidenceRecorded,
    Fact,
    FreezeExcepted,
    ReminderSnoozed,
    SupersedingUndone,
    VersionRevised,
    VersionVerified,
    WaiverAsked,
    WaiverExpired,
    WaiverGranted,
    WaiverRefused,
    WaiverTookEffect,
    WindowCountered,
    WindowEnded,
    WindowProposed,
)
from bot.rules.freezing import FreezeId
from bot.rules.production_facts import (
    AlarmSounded,
    BaselineRecorded,
    DeploymentFinished,
    DeploymentOverran,
    DeploymentStarted,
    HealthConfirmed,
    MonitoringEscalated,
    MonitoringNudged,
    ObservationWithdrawn,
    ProblemObserved,
    RollbackSettled,
)
from bot.rules.readings import Figure, Finding, Problem
from bot.rules.terms import (
    ApprovalStage,
    ChangeId,
    ChangeType,
    DeploymentId,
    EnvironmentName,
    PersonId,
    Phase,
    Role,
    ServiceName,
    Words,
)

MONDAY = datetime(2026, 11, 30, 8, 30, tzinfo=UTC)
PRODUCTION = EnvironmentName("production")
STAGING = EnvironmentName("staging")
PAYMENTS = ServiceName("payments")
ANA, BEN, TIA = PersonId("U0ANA"), PersonId("U0BEN"), PersonId("U0TIA")

people = st.sampled_from([ANA, BEN, TIA])
words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20).map(Words)
instants = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis adds the zone
versions = st.sampled_from(["4.12.0", "4.12.1", "5.0.0-rc.1"])
spans = st.builds(
    lambda start, minutes: Span(start, start + timedelta(minutes=minutes)), instants, st.integers(1, 600)
)
plans = st.builds(RollbackPlan, words, st.booleans(), words)
pull_requests = st.lists(
    st.builds(PullRequest, words, st.lists(people, max_size=3, unique=True).map(tuple)), max_size=3
).map(tuple)
reviewers = st.lists(people, max_size=3, unique=True).map(tuple)
deputies = st.lists(
    st.builds(Deputizing, st.sampled_from(Role), st.none() | people), max_size=2, unique=True
).map(tuple)
figures = st.builds(Figure, st.floats(0, 1e15), st.none() | st.integers(0, 10**11))


def request(
    number: int = 1,
    *,
    service: ServiceName = PAYMENTS,
    version: str = "4.12.0",
    requester: PersonId = ANA,
    reviewers: tuple[PersonId, ...] = (BEN,),
    plan: str = "Redeploy 4.11.9.",
    at: datetime = MONDAY,
) -> ChangeRequested:
    """A routine request."""
    return ChangeRequested(
        change=ChangeId(number),
        service=service,
        type=ChangeType.ROUTINE,
        version=version,
        requester=requester,
        reviewers=reviewers,
        pull_requests=(PullRequest(Words("#881"), (requester,)),),
        plan=RollbackPlan(Words(plan), pretested=False, pretest=Words("stateless")),
        wished=None,
        wished_reason=Words(""),
        at=at,
    )


def approval(number: int = 1, person: PersonId = TIA, at: datetime = MONDAY) -> ApprovalGiven:
    """A Tech Lead's approval of the code."""
    return ApprovalGiven(number, Clause.APP_1, ApprovalStage.CODE, person, (Role.TECH_LEAD,), at)


def started(
    number: int, environment: EnvironmentName = PRODUCTION, at: datetime = MONDAY
) -> DeploymentStarted:
    """A deployment that begins."""
    return DeploymentStarted(
        DeploymentId(number), environment, "4.12.0", attested=False, by=ANA, at=at, window_end=None
    )


@dataclass
class History:
    """A history in the making. Numbers grow, and an environment has one deployment running at a time.

    What is ended by what comes later – a snooze by a reminder – happens at `now`, which only goes forward.
    """

    draw: st.DrawFn
    facts: list[Fact]
    given: list[ApprovalStage] = field(default_factory=list)
    windows: int = 0
    deployments: int = 0
    running: dict[EnvironmentName, DeploymentId] = field(default_factory=dict)
    waivers: int = 0
    observations: int = 0
    freezes: int = 0
    now: datetime = MONDAY

    def later(self) -> datetime:
        self.now += timedelta(minutes=self.draw(st.integers(1, 300)))
        return self.now

    def anything(self) -> None:
        self.facts.append(self.draw(ANYWHERE))

    def approve(self) -> None:
        self.given.append(self.draw(st.sampled_from(ApprovalStage)))
        row = self.draw(st.sampled_from([Clause.APP_1, Clause.APP_3]))
        roles = self.draw(st.lists(st.sampled_from(Role), unique=True, max_size=3).map(tuple))
        person, at, deputizing = self.draw(people), self.draw(instants), self.draw(deputies)
        self.facts.append(ApprovalGiven(len(self.given), row, self.given[-1], person, roles, at, deputizing))

    def void(self) -> None:
        if self.given:
            number = self.draw(st.integers(1, len(self.given)))
            stage, person, at = self.given[number - 1], self.draw(people), self.draw(instants)
            taken_back = ApprovalTakenBack(number, stage, person, self.draw(words), at)
            voided = ApprovalVoided(number, stage, person, "a new plan", at)
            self.facts.append(taken_back if self.draw(st.booleans()) else voided)

    def propose(self) -> None:
        self.windows += 1
        proposed = st.builds(
            WindowProposed,
            st.just(self.windows),
            st.booleans(),
            spans,
            instants,
            words,
            st.none() | people,
            instants,
        )
        self.facts.append(self.draw(proposed))

    def end_a_window(self) -> None:
        if self.windows:
            numbers, because = st.integers(1, self.windows), st.sampled_from(WindowEnd)
            self.facts.append(
                self.draw(st.builds(WindowEnded, numbers, because, st.none() | people, words, instants))
            )

    def start(self) -> None:
        environment = self.draw(st.sampled_from([STAGING, PRODUCTION]))
        if environment not in self.running:
            self.deployments += 1
            number = self.running[environment] = DeploymentId(self.deployments)
            begun = st.builds(
                DeploymentStarted,
                st.just(number),
                st.just(environment),
                versions,
                st.booleans(),
                people,
                instants,
                st.none() | instants,
                st.none() | st.integers(1, self.deployments).map(DeploymentId),
            )
            self.facts.append(self.draw(begun))

    def finish(self) -> None:
        if self.running:
            number = st.just(self.running.pop(self.draw(st.sampled_from(sorted(self.running)))))
            ended = st.builds(DeploymentFinished, number, st.sampled_from(Outcome), people, words, instants)
            self.facts.append(self.draw(ended))

    def watch(self) -> None:
        if self.deployments:
            number = DeploymentId(self.draw(st.integers(1, self.deployments)))
            self.facts.append(self.draw(_about(number)))

    def observe(self) -> None:
        if self.deployments:
            self.observations += 1
            observed = st.builds(
                ProblemObserved,
                st.just(self.observations),
                st.integers(1, self.deployments).map(DeploymentId),
                st.sampled_from(Problem),
                st.sampled_from(Finding),
                st.none() | figures,
                st.none() | figures,
                words,
                words,
                people,
                instants,
            )
            self.facts.append(self.draw(observed))

    def withdraw_an_observation(self) -> None:
        if self.observations:
            numbers = st.integers(1, self.observations)
            self.facts.append(self.draw(st.builds(ObservationWithdrawn, numbers, people, words, instants)))

    def ask_for_a_waiver(self) -> None:
        self.waivers += 1
        number, environment = st.just(self.waivers), st.sampled_from([STAGING, PRODUCTION])
        asked = st.builds(WaiverAsked, number, environment, versions, words, instants, people, instants)
        self.facts.append(self.draw(asked))

    def decide_a_waiver(self) -> None:
        if self.waivers:
            number = st.integers(1, self.waivers)
            decided: st.SearchStrategy[Fact] = st.one_of(
                st.builds(WaiverGranted, number, people, instants, st.none() | people),
                st.builds(WaiverRefused, number, people, words, instants),
                st.builds(WaiverTookEffect, number, instants),
                st.builds(WaiverExpired, number, instants),
            )
            self.facts.append(self.draw(decided))

    def except_from_a_freeze(self) -> None:
        self.freezes += 1
        freeze, at = st.just(FreezeId(self.freezes)), st.just(self.later())
        self.facts.append(self.draw(st.builds(FreezeExcepted, freeze, people, words, at, st.none() | people)))

    def remind(self) -> None:
        at, rounds = st.just(self.later()), st.integers(1, 3)
        reminded = st.builds(AskingReminded, st.sampled_from(Phase), rounds, st.integers(0, 2), reviewers, at)
        self.facts.append(self.draw(reminded))

    def snooze(self) -> None:
        at = self.later()
        until = at + timedelta(minutes=self.draw(st.integers(1, 600)))
        phases, rounds = st.sampled_from(Phase), st.integers(1, 3)
        snoozed = st.builds(ReminderSnoozed, phases, rounds, people, st.just(until), st.just(at))
        self.facts.append(self.draw(snoozed))


STEPS = [
    History.anything,
    History.approve,
    History.void,
    History.propose,
    History.end_a_window,
    History.start,
    History.finish,
    History.watch,
    History.observe,
    History.withdraw_an_observation,
    History.ask_for_a_waiver,
    History.decide_a_waiver,
    History.except_from_a_freeze,
    History.remind,
    History.snooze,
]


@st.composite
def histories(draw: st.DrawFn, *, number: int = 1) -> list[Fact]:
    """A change's facts in an order in which they can be recorded, if not in one that the guide allows."""
    requested = st.builds(
        ChangeRequested,
        st.just(ChangeId(number)),
        st.just(PAYMENTS),
        st.sampled_from(ChangeType),
        versions,
        people,
        reviewers,
        pull_requests,
        plans,
        st.none() | spans,
        words,
        instants,
    )
    history = History(draw, [draw(requested)])
    for step in draw(st.lists(st.sampled_from(STEPS), max_size=25)):
        step(history)
    return history.facts


def _about(deployment: DeploymentId) -> st.SearchStrategy[Fact]:
    this = st.just(deployment)
    return st.one_of(
        st.builds(MonitoringNudged, this, st.sampled_from([0, 10, 20, 30]), instants),
        st.builds(MonitoringEscalated, this, instants),
        st.builds(DeploymentOverran, this, instants),
        st.builds(HealthConfirmed, this, people, instants),
        st.builds(AlarmSounded, this, instants),
        st.builds(RollbackSettled, this, people, words, words, instants),
    )


_evidence = st.builds(Evidence, st.sampled_from(EvidenceKind), st.sampled_from(EvidenceState), words)
_verifiers = st.sampled_from([Role.QA, Role.PRODUCT])
ANYWHERE: st.SearchStrategy[Fact] = st.one_of(
    st.builds(EvidenceRecorded, _evidence, people, instants),
    st.builds(ChangeRevised, plans, pull_requests, reviewers, people, instants),
    st.builds(VersionRevised, versions, people, instants),
    st.builds(ChangeReturned, st.sampled_from(ReturnedBecause), people, words, instants),
    st.builds(ChangeResubmitted, people, instants),
    st.builds(
        VersionVerified, versions, _verifiers, people, st.booleans(), words, instants, st.none() | people
    ),
    st.builds(BaselineRecorded, st.sampled_from(Problem), figures, people, instants),
    st.builds(ChangeSuperseded, st.integers(2, 9).map(ChangeId), instants),
    st.builds(SupersedingUndone, people, instants),
    st.builds(WindowCountered, spans, people, instants),
    st.builds(DeployerTookOver, people, instants),
    st.builds(ChangeWithdrawn, people, words, instants),
)
"""Facts that fit anywhere after the request."""
