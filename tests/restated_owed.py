"""What a hotfix leaves behind, held against its snapshot: every dispute, every spoken word, the review that is owed."""

from collections.abc import Iterator, Sequence

from bot.rules.change import Approval, Change
from bot.rules.deadlines import wanted_deadlines
from bot.rules.facts import ApprovalGiven, Fact
from bot.rules.hotfix import ReviewStage
from bot.rules.hotfix_facts import HotfixDeclared, StartedInBreach, TurnedIntoStandard, VerbalDisputed
from bot.rules.life import Act
from bot.rules.production_facts import DeploymentStarted
from bot.rules.review import is_owed
from bot.rules.setting import Policy
from tests import restated_record as record
from tests.restated_hotfix import follows_hotfix
from tests.restated_review import review_of


def words_with_version(facts: Sequence[Fact], change: Change) -> Iterator[tuple[str, Approval]]:
    """Every spoken word of a change, with the version for which it was recorded."""
    for place, fact in enumerate(facts):
        if isinstance(fact, ApprovalGiven) and fact.spoken:
            approval = next(each for each in change.approvals if each.number == fact.number)
            yield record.version(facts[: place + 1]), approval


def objections_to_hotfix(facts: Sequence[Fact], change: Change, policy: Policy) -> list[str]:
    """Every hotfix that started owes a review until that is signed, wherever it is; nothing that was disputed is erased."""
    if not isinstance(facts[0], HotfixDeclared):
        return []
    review = review_of(facts)
    owed = review is not None and review.stage is not ReviewStage.SIGNED
    reminders = [each for each in wanted_deadlines(change, policy) if each.kind == Act.REMIND_REVIEW]
    disputed = {fact.number for fact in facts if isinstance(fact, VerbalDisputed)}
    breached = any(isinstance(fact, StartedInBreach) for fact in facts)
    checks = {
        "a review for each start": (review is not None) == has_ever_started(facts),
        "a review that is owed": is_owed(change) == owed,
        "somebody reminded of the review": bool(reminders) == owed,
        "every dispute shown": {each.number for each in change.approvals if each.disputed_at} == disputed,
        "no disputed word counts": not any(
            each.stands for each in change.approvals if each.number in disputed
        ),
        "every breach shown": (change.breach is not None) == breached,
    }
    return [name for name, kept in checks.items() if not kept]


def has_ever_started(facts: Sequence[Fact]) -> bool:
    """Whether production was ever started while the change was a hotfix."""
    turned = next(
        (place for place, fact in enumerate(facts) if isinstance(fact, TurnedIntoStandard)), len(facts)
    )
    as_hotfix = facts[:turned]
    return follows_hotfix(as_hotfix) and any(
        isinstance(fact, DeploymentStarted) and fact.environment == "production" for fact in as_hotfix
    )
