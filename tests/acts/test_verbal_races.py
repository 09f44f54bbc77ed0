"""Two people at the same spoken approval in the same moment: the log tells who was first, and the second finds it so (G-HOT-2)."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import combinations_with_replacement

import pytest

from bot.act import Answer
from bot.rules.change import Outcome
from bot.rules.hotfix import ReviewStage
from bot.rules.hotfix_inputs import VerbalAnswer
from bot.rules.inputs import Finish, Reason, Seen
from bot.rules.terms import Role, Words
from bot.store import audit
from bot.store.audit_chain import verify
from bot.store.failures import DatabaseBusy
from bot.store.reading import ChainHolds
from bot.workflows.approve import approve
from bot.workflows.deploy import finish_production, start_production
from bot.workflows.request import withdraw
from bot.workflows.verbal import confirm_verbal, dispute_verbal, record_verbal
from tests.acts.conftest import Office
from tests.acts.incident import AFTERNOON, Incident, record
from tests.short_form import WHOLE, only_in_the_whole_form

pytestmark = pytest.mark.clause("G-HOT-2")

ROUNDS = 25 if WHOLE else 1
PRESSES = 5
PM = Role.PRODUCT_MANAGER
NOT_YET = VerbalAnswer(words=Words("I said wait"))

Hand = Callable[[Incident], Answer]
HANDS: dict[str, Hand] = {
    "confirm_verbal": lambda it: it.asks("paul", confirm_verbal, VerbalAnswer()),
    "dispute_verbal": lambda it: it.asks("paul", dispute_verbal, NOT_YET),
    "start_production": lambda it: it.asks("ben", start_production, None),
    "withdraw": lambda it: it.asks("ben", withdraw, Reason(Words("another way"))),
    "record_verbal": lambda it: it.asks("ana", record_verbal, record(it.office, ("paul", PM))),
}
FIRST_DOES = frozenset(HANDS) - {"record_verbal"}
"""What succeeds on a word that nobody has answered: all but recording it once more."""
SECOND_DOES = {
    "confirm_verbal": {"start_production", "withdraw"},
    "dispute_verbal": {"withdraw", "record_verbal"},
    "start_production": {"confirm_verbal", "dispute_verbal"},
    "withdraw": {"confirm_verbal", "dispute_verbal"},
    "record_verbal": FIRST_DOES,
}
"""What succeeds after each: one answer for each word, no start after a dispute, no start of what is withdrawn or the reverse."""


def spoken(office: Office, number: int) -> Incident:
    """A hotfix that needs nothing but what Paul is said to have said."""
    incident = Incident.declared(office, AFTERNOON, "ben", f"4.12.{number}")
    incident.approved_by("ana", "eve")
    incident.said_yes("ben", ("paul", PM))
    return incident


def at_once(*hands: Callable[[], Answer]) -> list[Answer]:
    """All of them act in the same moment; whoever is told that nothing was recorded presses again, as people do."""
    together = threading.Barrier(len(hands))

    def act(hand: Callable[[], Answer]) -> Answer:
        together.wait(10)
        for _ in range(PRESSES - 1):
            with suppress(DatabaseBusy):
                return hand()
        return hand()

    with ThreadPoolExecutor(len(hands)) as pool:
        return list(pool.map(act, hands))


def logged(incident: Incident, newest: int) -> list[tuple[str, bool]]:
    """The newest acts in the log's order, and whether each was done."""
    with incident.office.app.database.read() as connection:
        entries = audit.entries_of(connection, f"CHG-{incident.id}", limit=100)
    return [(entry.act, entry.outcome == "done") for entry in entries[-newest:]]


def contradicts_nothing(incident: Incident) -> None:
    change, acts = incident.change, [act for act, done in logged(incident, 100) if done]
    assert not [each for each in change.approvals if each.confirmed_at and each.disputed_at]
    assert not {"start_production", "withdraw"} <= set(acts)
    assert bool(change.deployments) == ("start_production" in acts)
    assert (change.withdrawn is not None) == ("withdraw" in acts)
    if {"start_production", "dispute_verbal"} <= set(acts):
        disputed, started = acts.index("dispute_verbal"), acts.index("start_production")
        assert started < disputed or "approve" in acts[disputed:started], (
            "only a button ends what a dispute blocks"
        )
    assert incident.rows_say_what_the_log_says


def leaves_room(incident: Incident) -> None:
    """What was started ends, so that the next round can start."""
    if incident.change.running:
        incident.does("ben", finish_production, Finish(Outcome.FAILED_UNTOUCHED, Words("no build")))
        incident.does("ben", withdraw, Reason(Words("another way")))
        assert incident.change.review
        assert incident.change.review.stage is ReviewStage.OPEN


@pytest.mark.parametrize(("one", "other"), list(combinations_with_replacement(sorted(HANDS), 2)))
def test_of_two_at_once_the_log_names_a_first_and_the_second_finds_it_so(
    office: Office, one: str, other: str
) -> None:
    for number in range(ROUNDS):
        incident = spoken(office, number)
        answers = at_once(lambda: HANDS[one](incident), lambda: HANDS[other](incident))  # noqa: B023 - both have ended before the next round
        (first, was_done), (second, second_done) = logged(incident, 2)
        assert sorted([first, second]) == sorted([one, other])
        assert was_done == (first in FIRST_DOES)
        assert second_done == (second in SECOND_DOES[first])
        assert sorted(answer.done for answer in answers) == sorted([was_done, second_done])
        contradicts_nothing(incident)
        leaves_room(incident)
    with office.app.database.read() as connection:
        assert isinstance(verify(connection), ChainHolds)


@only_in_the_whole_form
def test_all_at_once_and_a_button_beside_them_leave_no_contradiction(office: Office) -> None:
    for number in range(ROUNDS):
        incident = spoken(office, number)
        hands = [*HANDS.values(), lambda it: it.asks("priya", approve, Seen())]
        at_once(*[lambda hand=hand: hand(incident) for hand in hands])  # noqa: B023 - as above
        assert len(logged(incident, 6)) == 6
        contradicts_nothing(incident)
        leaves_room(incident)
    with office.app.database.read() as connection:
        assert isinstance(verify(connection), ChainHolds)
