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
from bot.rules.facts import (
    ApprovalGiven,
    ApprovalVoided,
    ChangeRequested,
    ChangeResubmitted,
    ChangeReturned,
    ChangeRevised,
    ChangeWithdrawn,
    DeployerTookOver,
    DeploymentFinished,
    DeploymentOverran,
    DeploymentStarted,
    EvidenceRecorded,
    Fact,
    HealthConfirmed,
    MonitoringEscalated,
    MonitoringNudged,
    VersionRevised,
    VersionVerified,
    WindowCountered,
    WindowEnded,
    WindowProposed,
)
from bot.rules.terms import (
    ApprovalStage,
    ChangeId,
    ChangeType,
    DeploymentId,
    EnvironmentName,
    PersonId,
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
class _History:
    """A history in the making. Numbers grow, and an environment has one deployment running at a time."""

    draw: st.DrawFn
    facts: list[Fact]
    given: list[ApprovalStage] = field(default_factory=list)
    windows: int = 0
    deployments: int = 0
    running: dict[EnvironmentName, DeploymentId] = field(default_factory=dict)

    def anything(self) -> None:
        self.facts.append(self.draw(ANYWHERE))

    def approve(self) -> None:
        self.given.append(self.draw(st.sampled_from(ApprovalStage)))
        row = self.draw(st.sampled_from([Clause.APP_1, Clause.APP_3]))
        roles = self.draw(st.lists(st.sampled_from(Role), unique=True, max_size=3).map(tuple))
        person, at = self.draw(people), self.draw(instants)
        self.facts.append(ApprovalGiven(len(self.given), row, self.given[-1], person, roles, at))

    def void(self) -> None:
        if self.given:
            number = self.draw(st.integers(1, len(self.given)))
            stage, person = self.given[number - 1], self.draw(people)
            self.facts.append(ApprovalVoided(number, stage, person, "a new plan", self.draw(instants)))

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


STEPS = [
    _History.anything,
    _History.approve,
    _History.void,
    _History.propose,
    _History.end_a_window,
    _History.start,
    _History.finish,
    _History.watch,
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
    history = _History(draw, [draw(requested)])
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
    )


_evidence = st.builds(Evidence, st.sampled_from(EvidenceKind), st.sampled_from(EvidenceState), words)
_verifiers = st.sampled_from([Role.QA, Role.PRODUCT])
ANYWHERE: st.SearchStrategy[Fact] = st.one_of(
    st.builds(EvidenceRecorded, _evidence, people, instants),
    st.builds(ChangeRevised, plans, pull_requests, reviewers, people, instants),
    st.builds(VersionRevised, versions, people, instants),
    st.builds(ChangeReturned, st.sampled_from(ReturnedBecause), people, words, instants),
    st.builds(ChangeResubmitted, people, instants),
    st.builds(VersionVerified, versions, _verifiers, people, st.booleans(), words, instants),
    st.builds(WindowCountered, spans, people, instants),
    st.builds(DeployerTookOver, people, instants),
    st.builds(ChangeWithdrawn, people, words, instants),
)
"""Facts that fit anywhere after the request."""


_later = MONDAY + timedelta(days=3)
_a_day = Span(_later, _later + timedelta(hours=1))
_plan = RollbackPlan(Words("Redeploy."), pretested=True, pretest=Words("https://ci/7"))
_green = Evidence(EvidenceKind.CI, EvidenceState.PRESENT, Words("https://ci/8"))
PRELUDE: list[Fact] = [
    request(),
    approval(1),
    WindowProposed(1, narrowed=False, span=_a_day, submitted_at=MONDAY, reason=Words(""), by=ANA, at=MONDAY),
    started(1),
]
ONE_OF_EACH: list[Fact] = [
    EvidenceRecorded(_green, ANA, MONDAY),
    ChangeRevised(_plan, (PullRequest(Words("#9"), (ANA, BEN)),), (TIA, BEN), ANA, MONDAY),
    VersionRevised("4.12.9", ANA, MONDAY),
    approval(2, BEN),
    ApprovalVoided(1, ApprovalStage.CODE, TIA, "a new plan", MONDAY),
    ApprovalVoided(1, ApprovalStage.PRODUCTION, TIA, "a new window", MONDAY),
    ChangeReturned(ReturnedBecause.REJECTED, BEN, Words("no"), MONDAY),
    ChangeResubmitted(ANA, MONDAY),
    started(2, STAGING),
    DeploymentFinished(DeploymentId(1), Outcome.SUCCEEDED, ANA, Words("fine"), MONDAY),
    VersionVerified("4.12.0", Role.QA, TIA, passed=True, notes=Words("fine"), at=MONDAY),
    WindowProposed(2, narrowed=True, span=_a_day, submitted_at=MONDAY, reason=Words("x"), by=None, at=_later),
    WindowEnded(1, WindowEnd.LAPSED, None, Words(""), _later),
    WindowCountered(_a_day, BEN, MONDAY),
    DeployerTookOver(BEN, MONDAY),
    MonitoringNudged(DeploymentId(1), 30, MONDAY),
    MonitoringEscalated(DeploymentId(1), MONDAY),
    DeploymentOverran(DeploymentId(1), MONDAY),
    HealthConfirmed(DeploymentId(1), BEN, MONDAY),
    ChangeWithdrawn(ANA, Words("no longer"), MONDAY),
]
"""Every kind of fact after the request, each of which can follow the prelude and any other one of them."""
