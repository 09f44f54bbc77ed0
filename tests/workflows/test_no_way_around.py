"""Whatever random people of a random company try, nothing gets around the guide – and if a rule were broken, this would show."""

from collections.abc import Callable, Mapping
from datetime import time
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bot.rules.approvals
import bot.rules.gates
import bot.workflows.deploy
import bot.workflows.verify
import bot.workflows.watch
import bot.workflows.windows
from bot.rules.change import Change, Span
from bot.rules.clauses import Clause
from bot.rules.guide import Guide
from bot.rules.organization import Roster
from bot.rules.setting import Setting
from bot.rules.terms import PersonId, Role
from bot.rules.verdict import Gate
from bot.rules.words import say
from bot.workflows.moment import Moment
from tests.acting import a_guide
from tests.random_walks import AroundTheGuideError, Step, Walk, a_walk, random_steps

GUIDE = a_guide()
STEPS = 120
NUMBERS = st.integers(0, 999)


def walked(seed: int, guide: Guide) -> Walk:
    random = Random(seed)  # noqa: S311 - repeatable is what it must be
    walk = a_walk(random, guide)
    for step in random_steps(random, STEPS):
        walk.take(step)
    return walk


@pytest.mark.clause("G-ENV-1")
@pytest.mark.clause("G-APP-1")
@pytest.mark.clause("G-APP-2")
@pytest.mark.clause("G-APP-3")
@pytest.mark.clause("G-APP-4")
@pytest.mark.clause("G-STD-5")
@pytest.mark.clause("G-STD-6")
@pytest.mark.clause("G-STD-7")
@pytest.mark.clause("G-STD-8")
@pytest.mark.clause("G-STD-9")
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    random=st.randoms(use_true_random=False),
    steps=st.lists(st.builds(Step, NUMBERS, NUMBERS, NUMBERS), min_size=60, max_size=STEPS),
)
def test_no_sequence_of_acts_gets_around_the_guide(random: Random, steps: list[Step]) -> None:
    walk = a_walk(random, GUIDE)
    for step in steps:
        walk.take(step)


def test_random_people_reach_production_often_enough_for_that_to_mean_something() -> None:
    walks = [walked(seed, GUIDE) for seed in range(60)]
    assert sum(walk.productions > 0 for walk in walks) >= 15


def is_caught(guide: Guide, objection: str, at_most: int = 600) -> bool:
    """Whether this is objected to in walks that go by this guide, or by rules that a test has broken."""
    for seed in range(at_most):
        try:
            walked(seed, guide)
        except AroundTheGuideError as error:
            if objection in str(error):
                return True
        except AssertionError:  # a broken rule may break more than this
            continue
    return False


def table(**signers: list[str]) -> dict[str, object]:
    """The table of required approvals with other signers in the rows of these clauses."""
    rows: list[dict[str, object]] = [
        {
            "clause": row.clause.value,
            "stage": row.stage.value,
            "when": row.when.value,
            "signers": signers.get(row.clause.name, [str(seat.value) for seat in row.signers]),
        }
        for row in GUIDE.approvals
    ]
    return {"approvals": rows}


@pytest.mark.parametrize(
    ("clause", "signers", "objection"),
    [
        ("APP_1", ["tech_lead"], "code approved"),
        ("APP_1", ["peer"], "code approved"),
        ("APP_2", ["tech_lead"], "Team Lead"),
        ("APP_3", ["product_manager"], "PM and EM"),
        ("APP_3", ["engineering_manager"], "PM and EM"),
        ("APP_4", ["engineering_director"], "Director and on-call"),
        ("APP_4", ["on_call"], "Director and on-call"),
    ],
)
def test_a_table_that_lacks_a_signer_is_caught(clause: str, signers: list[str], objection: str) -> None:
    assert is_caught(a_guide(**table(**{clause: signers})), objection)


@pytest.mark.parametrize(
    ("overrides", "objection"),
    [
        ({"peers": ["engineer", "tech_lead", "qa"]}, "code approved"),
        ({"business_day_end": time(20)}, "Director and on-call"),
        ({"notice": {"routine": 24, "config": 24, "infra": 24}}, "48 hours"),
        ({"verified_by": ["qa"]}, "verified by QA and Product"),
        ({"allow_self_approval": True}, "code approved"),
        ({"allow_self_approval": True}, "Team Lead"),
        ({"allow_self_approval": True}, "Director and on-call"),
        ({"allow_one_person_many_roles": True}, "code approved"),
        ({"allow_one_person_many_roles": True}, "PM and EM"),
        ({"allow_one_person_many_roles": True}, "Director and on-call"),
        ({"monitoring": {"minutes": 10, "nudges": [0, 10], "new_messages": [0, 10]}}, "watched for 30"),
    ],
    ids=str,
)
def test_a_weaker_guide_is_caught(overrides: dict[str, object], objection: str) -> None:
    assert is_caught(a_guide(**overrides), objection)


def nothing(*_: object, **__: object) -> tuple[()]:
    return ()


def none(*_: object, **__: object) -> None:
    return None


def yes(*_: object, **__: object) -> bool:
    return True


def holders_of(change: Change, setting: Setting, role: Role) -> tuple[PersonId, ...]:
    del change
    return setting.roster.holders(role)


def roles_now(roster: Roster, *, for_window: bool) -> Mapping[Role, tuple[PersonId, ...]]:
    del for_window
    return roster.now


def met(*_: object) -> Gate:
    return Gate(Clause.STD_5, met=True, why=say("whatever"))


@pytest.mark.parametrize(
    ("where", "what", "broken", "objection"),
    [
        (Moment, "voided", nothing, "PM and EM"),
        (Moment, "window_ended", nothing, "scheduled after the verification"),
        (Moment, "refused_unless", none, "deployer"),
        (Span, "encloses", yes, "PM and EM"),
        (bot.workflows.deploy, "staging_gates", nothing, "code approved"),
        (bot.workflows.deploy, "production_gates", nothing, "inside its window"),
        (bot.workflows.windows, "window_gates", nothing, "48 hours"),
        (bot.workflows.watch, "health_gates", nothing, "watched for 30"),
        (bot.workflows.verify, "who_can_verify", holders_of, "verified by QA and Product"),
        (bot.rules.gates, "sequence_gate", met, "development first"),
        (bot.rules.gates, "_service_gates", nothing, "one at a time"),
        (bot.rules.gates, "evidence_gates", nothing, "evidence"),
        (Roster, "_at", roles_now, "Director and on-call"),
        (bot.rules.approvals, "can_sit", yes, "PM and EM"),
    ],
)
def test_a_broken_rule_is_caught(
    where: object, what: str, broken: Callable[..., object], objection: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, what, broken)
    assert is_caught(GUIDE, objection)
