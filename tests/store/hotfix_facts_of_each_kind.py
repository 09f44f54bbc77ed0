"""One fact of each kind about a hotfix, such that any two of them, and any other fact, can follow each other."""

from datetime import timedelta

from bot.rules.facts import Fact
from bot.rules.guide import PEER
from bot.rules.hotfix import Issue, ReviewText
from bot.rules.hotfix_facts import (
    BreachAnswered,
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
from bot.rules.terms import ChangeId, ChangeType, DeploymentId, Role, Words
from tests.store.facts_at_random import ANA, BEN, MONDAY, TIA
from tests.store.facts_of_each_kind import PRELUDE
from tests.store.hotfix_facts_at_random import declared, spoken_approval

_later = MONDAY + timedelta(days=3)
_drafted = ReviewText(Words("the cards"), Words("14:00"), Words(""), Words(""))
_whole = ReviewText(Words("the cards"), Words("14:00"), Words("a cache"), Words("Ben warms it"))


def _breach(deployment: int) -> StartedInBreach:
    missing = (Role.ENGINEERING_MANAGER, PEER)
    return StartedInBreach(
        DeploymentId(deployment), BEN, Words("all cards fail"), Words("Eve, twice"), missing, MONDAY
    )


HOTFIX_PRELUDE: list[Fact] = [
    declared(),
    spoken_approval(1),
    *PRELUDE[2:],
    _breach(1),
    ReviewOpened(MONDAY),
]
"""The same as every change's prelude, of a hotfix that began in breach; its first approval was spoken."""
ONE_OF_EACH_HOTFIX: list[Fact] = [
    IssueRevised(Issue("SEV2", Words("some cards fail"), Words("a cold cache")), BEN, MONDAY),
    VerbalConfirmed(1, TIA, MONDAY),
    VerbalDisputed(1, TIA, Words("I said tomorrow"), MONDAY),
    VerbalChased(1, 2, MONDAY),
    _breach(2),
    BreachAnswered(TIA, Role.ENGINEERING_MANAGER, ratified=True, reason=Words(""), at=MONDAY),
    BreachAnswered(TIA, PEER, ratified=False, reason=Words("it could wait"), at=MONDAY),
    TurnedIntoStandard(ChangeType.CONFIG, ANA, _later),
    TimelineEntryAdded(Words("the bank says so, too"), None, MONDAY, BEN, _later),
    ReviewOpened(_later),
    ReviewDrafted(_drafted, ANA, MONDAY),
    ReviewSubmitted(_whole, BEN, MONDAY),
    ReviewReturned(TIA, Words("no owner"), MONDAY),
    ReviewSigned(TIA, MONDAY),
    ReviewExtended(_later, TIA, Words("Ben is ill"), MONDAY),
    ReviewReminded(_later, (ANA, TIA), MONDAY),
    HotfixToContain(ChangeId(2), "4.12.1", MONDAY),
]
"""Every kind of fact about a hotfix after its declaration."""
