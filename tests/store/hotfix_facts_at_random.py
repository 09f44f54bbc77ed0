"""Facts about hotfixes for tests of the store: builders with defaults, and whole histories of one hotfix, drawn at random."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hypothesis import strategies as st

from bot.rules.change import PullRequest, RollbackPlan
from bot.rules.clauses import Clause
from bot.rules.facts import ApprovalGiven, Fact
from bot.rules.guide import PEER
from bot.rules.hotfix import How, Issue, ReviewText, Spoken
from bot.rules.hotfix_facts import (
    BreachAnswered,
    HotfixDeclared,
    HotfixToContain,
    IssueRevised,
    ReviewDrafted,
    ReviewExtended,
    ReviewOpened,
    ReviewReminded,
    ReviewReturned,
    ReviewSigned,
    ReviewSubmitted,
    StartedInBreach,
    TimelineEntryAdded,
    TurnedIntoStandard,
    VerbalChased,
    VerbalConfirmed,
    VerbalDisputed,
)
from bot.rules.terms import (
    ApprovalStage,
    ChangeId,
    ChangeType,
    DeploymentId,
    PersonId,
    Role,
    ServiceName,
    Words,
)
from tests.store.facts_at_random import (
    ANA,
    BEN,
    MONDAY,
    PAYMENTS,
    STEPS,
    TIA,
    History,
    instants,
    people,
    plans,
    pull_requests,
    reviewers,
    versions,
    words,
)

CARDS_FAIL = Issue("SEV1", Words("checkout fails for all EU cards"))
SAID_YES = Spoken(Words("yes, roll it"), How.PHONE, MONDAY, ANA, BEN)

issues = st.builds(Issue, st.sampled_from(["SEV1", "SEV2"]), words, words)
spoken = st.builds(Spoken, words, st.sampled_from(How), instants, st.none() | people, people)
seats = st.sampled_from([*Role, PEER])
texts = st.builds(ReviewText, words, words, words, words)


def declared(
    number: int = 1,
    *,
    service: ServiceName = PAYMENTS,
    version: str = "4.12.0",
    requester: PersonId = BEN,
    at: datetime = MONDAY,
) -> HotfixDeclared:
    """A hotfix that nobody was asked to review, in no channel yet."""
    return HotfixDeclared(
        change=ChangeId(number),
        service=service,
        version=version,
        requester=requester,
        reviewers=(),
        pull_requests=(PullRequest(Words("#886"), (requester,)),),
        plan=RollbackPlan(Words("Redeploy 4.11.9."), pretested=False, pretest=Words("")),
        issue=CARDS_FAIL,
        channel="",
        at=at,
    )


def spoken_approval(
    number: int = 1, person: PersonId = TIA, roles: Sequence[Role] = (Role.ENGINEERING_MANAGER,)
) -> ApprovalGiven:
    """A yes by phone, that Ben recorded."""
    return ApprovalGiven(
        number, Clause.HOT_2, ApprovalStage.PRODUCTION, person, tuple(roles), MONDAY, spoken=SAID_YES
    )


@dataclass
class HotfixHistory(History):
    """A hotfix's history in the making: words are answered, breaches and reviews are there before what is said of them."""

    spoken: list[int] = field(default_factory=list)
    breaches: int = 0
    opened: bool = False

    def speak(self) -> None:
        self.given.append(ApprovalStage.PRODUCTION)
        self.spoken.append(len(self.given))
        said, at = self.draw(spoken), self.draw(instants)
        roles = self.draw(st.lists(st.sampled_from(Role), unique=True, max_size=3).map(tuple))
        given = ApprovalGiven(
            len(self.given), Clause.HOT_2, self.given[-1], self.draw(people), roles, at, spoken=said
        )
        self.facts.append(given)

    def answer(self) -> None:
        if self.spoken:
            numbers = st.sampled_from(self.spoken)
            answered: st.SearchStrategy[Fact] = st.one_of(
                st.builds(VerbalConfirmed, numbers, people, instants),
                st.builds(VerbalDisputed, numbers, people, words, instants),
                st.builds(VerbalChased, numbers, st.integers(1, 2), instants),
            )
            self.facts.append(self.draw(answered))

    def breach(self) -> None:
        self.breaches += 1
        number, missing = st.just(DeploymentId(self.breaches)), st.lists(seats, max_size=4).map(tuple)
        self.facts.append(
            self.draw(st.builds(StartedInBreach, number, people, words, words, missing, instants))
        )

    def answer_for_breach(self) -> None:
        if self.breaches:
            answered = st.builds(BreachAnswered, people, seats, st.booleans(), words, instants)
            self.facts.append(self.draw(answered))

    def review(self) -> None:
        self.facts.append(self.draw(OF_REVIEW if self.opened else st.builds(ReviewOpened, instants)))
        self.opened = True

    def tell(self) -> None:
        self.facts.append(self.draw(OF_HOTFIX))


OF_REVIEW: st.SearchStrategy[Fact] = st.one_of(
    st.builds(ReviewOpened, instants),
    st.builds(ReviewDrafted, texts, people, instants),
    st.builds(ReviewSubmitted, texts, people, instants),
    st.builds(ReviewReturned, people, words, instants),
    st.builds(ReviewSigned, people, instants),
    st.builds(ReviewExtended, instants, people, words, instants),
    st.builds(ReviewReminded, instants, reviewers, instants),
)
"""Facts that fit anywhere after the review was opened."""
OF_HOTFIX: st.SearchStrategy[Fact] = st.one_of(
    st.builds(IssueRevised, issues, people, instants),
    st.builds(TurnedIntoStandard, st.sampled_from(ChangeType), people, instants),
    st.builds(TimelineEntryAdded, words, st.none() | people, instants, people, instants),
    st.builds(HotfixToContain, st.integers(2, 9).map(ChangeId), versions, instants),
)
"""Facts that fit anywhere after the declaration."""
HOTFIX_STEPS = [
    *STEPS,
    HotfixHistory.speak,
    HotfixHistory.answer,
    HotfixHistory.breach,
    HotfixHistory.answer_for_breach,
    HotfixHistory.review,
    HotfixHistory.tell,
]


@st.composite
def hotfix_histories(draw: st.DrawFn, *, number: int = 1) -> list[Fact]:
    """A hotfix's facts in an order in which they can be recorded, if not in one that the guide allows."""
    first = st.builds(
        HotfixDeclared,
        st.just(ChangeId(number)),
        st.just(PAYMENTS),
        versions,
        people,
        reviewers,
        pull_requests,
        plans,
        issues,
        st.sampled_from(["", "C0INC"]),
        instants,
    )
    history = HotfixHistory(draw, [draw(first)])
    for step in draw(st.lists(st.sampled_from(HOTFIX_STEPS), max_size=30)):
        step(history)
    return history.facts
