from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import pytest

from bot.demo import Demo
from bot.rules.terms import ChangeId
from bot.sandbox.person import Outcome
from bot.sandbox.stories.routine import ROUTINE
from bot.sandbox.stories.stage import Stage
from bot.store import audit
from bot.store.audit_chain import verify
from bot.store.changes import load_change, lock_change
from bot.store.reading import ChainHolds

T = TypeVar("T")
NOTHING_RECORDED = "Nothing was recorded: press again."
EVERYTHING_ASKED = 5
"""The rows of the story after which Ben, Tia and Lea are asked for the revised plan."""


def _at_once(*presses: Callable[[], T]) -> list[T]:
    with ThreadPoolExecutor(len(presses)) as hands:
        return [pressed.result() for pressed in [hands.submit(press) for press in presses]]


def _acts(harbor: Demo) -> Counter[tuple[str, str, str]]:
    with harbor.app.database.read() as connection:
        entries = audit.entries_of(connection, "CHG-1", limit=500)
        assert isinstance(verify(connection), ChainHolds)
    return Counter((entry.act, str(entry.person), entry.outcome) for entry in entries)


@pytest.mark.clause("G-APP-1")
def test_one_person_pressing_approve_many_times_at_once_has_approved_once(stage: Stage, harbor: Demo) -> None:
    assert stage.play(ROUTINE[:EVERYTHING_ASKED]) == 0
    ben, asked = stage.person("ben"), stage.dm("ben", "asks you")
    _at_once(*[lambda: ben.clicks("Approve", on=asked)] * 8)
    stage.settle()
    acts = _acts(harbor)
    assert acts["approve", ben.id, "done"] == 1
    assert acts["approve", ben.id, "refused"] == 7
    with harbor.app.database.read() as connection:
        change = load_change(connection, ChangeId(1))
    assert change is not None
    assert [approval.person for approval in change.standing_approvals] == [ben.id]


@pytest.mark.clause("G-APP-3")
def test_approve_and_reject_at_the_same_instant_have_one_outcome(stage: Stage, harbor: Demo) -> None:
    proposed = next(
        number for number, row in enumerate(ROUTINE) if row.does == "approves" and row.who == "Paul"
    )
    assert stage.play(ROUTINE[:proposed]) == 0
    paul, eve = stage.person("paul"), stage.person("eve")
    stage.presses_button("eve", "Reject…", stage.dm("eve"))
    eve.fills({"What has to change": "board demo at two"})
    asked = stage.dm("paul")
    _at_once(lambda: paul.clicks("Approve", on=asked), eve.submits)
    stage.settle()
    acts = _acts(harbor)
    with harbor.app.database.read() as connection:
        change = load_change(connection, ChangeId(1))
    assert change is not None
    assert acts["reject", eve.id, "done"] == 1, "a rejection holds whether Paul was quicker or not"
    assert acts["approve", paul.id, "done"] + acts["approve", paul.id, "refused"] == 1
    assert change.window is None
    assert paul.id not in {approval.person for approval in change.standing_approvals}
    assert harbor.app.acts.look(ChangeId(1)).stage == "verified"


@pytest.mark.clause("G-APP-1", "G-APP-2")
def test_two_hundred_clicks_from_eight_threads_count_each_approval_once(stage: Stage, harbor: Demo) -> None:
    """Each click is in the audit, done or refused, or its person read that it waited too long and nothing was recorded."""
    assert stage.play(ROUTINE[:EVERYTHING_ASKED]) == 0
    before = _acts(harbor)
    names = ("ben", "ben", "tia", "tom", "lea", "luis", "oksana", "omar")
    card = stage.card.as_it_is()

    def presses(name: str) -> list[Outcome]:
        return [stage.person(name).clicks("Approve", on=card) for _ in range(25)]

    answers = list(zip(names, _at_once(*[partial(presses, name) for name in names]), strict=True))
    stage.settle()
    acts = _acts(harbor) - before
    told_of_nothing = Counter(
        stage.person(name).id for name, own in answers for answer in own if NOTHING_RECORDED in answer.text
    )
    recorded = Counter(
        {person: sum(acts[each] for each in acts if each[1] == person) for _, person, _ in acts}
    )
    clicks = Counter(stage.person(name).id for name, own in answers for _ in own)
    assert recorded + told_of_nothing == clicks, "each other click is a refusal in the audit"
    assert all(answer.trouble is None for _, own in answers for answer in own)
    with harbor.app.database.read() as connection:
        change = load_change(connection, ChangeId(1))
    assert change is not None
    signed = [approval.person for approval in change.standing_approvals]
    assert len(signed) == len(set(signed)) == 3, "a peer, a Tech Lead and the Team Lead, each one person"
    assert sum(count for (act, _, done), count in acts.items() if (act, done) == ("approve", "done")) == 3


def test_whoever_waited_too_long_reads_that_nothing_was_recorded_and_it_is_so(
    stage: Stage, harbor: Demo
) -> None:
    assert stage.play(ROUTINE[:EVERYTHING_ASKED]) == 0
    before, card = _acts(harbor), stage.card.as_it_is()
    with harbor.app.database.write() as connection:
        lock_change(connection, ChangeId(1))
        answers = _at_once(*[lambda: stage.person("ben").clicks("Approve", on=card)] * 3)
    stage.settle()
    assert [NOTHING_RECORDED in answer.text for answer in answers] == [True] * 3
    assert _acts(harbor) == before
    stage.person("ben").clicks("Approve", on=card)
    assert _acts(harbor) - before == Counter({("approve", stage.person("ben").id, "done"): 1})
