"""Whatever random people of a random company try, nothing gets around the guide – and if a rule were broken, this would show."""

from collections.abc import Callable, Iterator, Mapping
from datetime import time
from random import Random

import pytest
from _pytest.mark import ParameterSet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bot.rules.approvals
import bot.rules.gates
import bot.workflows.deploy
import bot.workflows.freeze
import bot.workflows.observe
import bot.workflows.rollback
import bot.workflows.verify
import bot.workflows.waive
import bot.workflows.watch
import bot.workflows.windows
from bot.rules.change import Change, Deployment, Span
from bot.rules.clauses import Clause
from bot.rules.criteria import Judged
from bot.rules.inputs import WaiverRefusal, WaiverWish
from bot.rules.life import FINISHED, TRANSITIONS, UNSTARTED, Act, Stage
from bot.rules.organization import Roster
from bot.rules.production import Observation
from bot.rules.readings import Finding
from bot.rules.setting import Setting
from bot.rules.terms import EnvironmentName, PersonId, Role
from bot.rules.verdict import Gate
from bot.rules.words import say
from bot.workflows.moment import Moment
from bot.workflows.waive import ask_for_waiver, refuse_waiver
from tests.acting import HOUR, a_guide
from tests.caught import is_caught, none, nothing, walked, yes
from tests.random_deeds import take
from tests.random_people import URGENT, People, Step, a_walk, random_steps
from tests.seldom import seldom_edges
from tests.short_form import WHOLE, only_in_the_whole_form
from tests.ways_on import brought_to_an_end, is_staffed

GUIDE = a_guide()
EXAMPLES = 100 if WHOLE else 15
THOUSAND = 1000 if WHOLE else 150
"""How many steps a long walk has; each is an act that somebody tries, or time that passes."""
LONG_WALKS = range(1000, 1012 if WHOLE else 1002)
NUMBERS = st.integers(0, 9999)
CLAUSES = (
    "G-ENV-1", "G-ENV-2", "G-APP-1", "G-APP-2", "G-APP-3", "G-APP-4", "G-STD-5", "G-STD-6", "G-STD-7", "G-STD-8",
    "G-STD-9", "G-RB-1", "G-RB-2", "G-RB-3", "G-RB-4",
)  # fmt: skip


def of_the_guide(test: Callable[..., None]) -> Callable[..., None]:
    """Mark a test with every clause that walks are held to."""
    for clause in CLAUSES:
        test = pytest.mark.clause(clause)(test)
    return test


@of_the_guide
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    random=st.randoms(use_true_random=False),
    steps=st.lists(st.builds(Step, NUMBERS, NUMBERS, NUMBERS), min_size=40, max_size=80),
)
def test_no_sequence_of_acts_gets_around_the_guide(random: Random, steps: list[Step]) -> None:
    people = a_walk(random)
    for step in steps:
        take(people, step)


def ends_from_here(people: People) -> Iterator[tuple[Stage, Stage, bool]]:
    """For each unfinished change: where it is, where people of good will bring it, and whether the company is staffed."""
    for place, story in enumerate(people.walk.stories):
        now_at = people.walk.stage_of(story)
        if now_at not in FINISHED:
            others = People(people.walk.copied(), people.numbers, people.versions)
            end = brought_to_an_end(others, others.walk.stories[place])
            yield now_at, end, is_staffed(people, story)


@of_the_guide
@pytest.mark.parametrize("seed", LONG_WALKS)
def test_no_walk_of_a_thousand_acts_gets_around_the_guide_or_ends_where_nobody_can_act(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - repeatable is what it must be
    people = a_walk(random)
    for number, step in enumerate(random_steps(random, THOUSAND), start=1):
        take(people, step)
        if number % 50:
            continue
        for now_at, end, staffed in ends_from_here(people):
            assert end in FINISHED, f"nobody can go on from {end}, reached from {now_at}"
            if end is Stage.WITHDRAWN:
                assert now_at in UNSTARTED, f"what is in production was withdrawn, at {now_at}"
                assert not staffed, f"nobody but the last resort helped, at {now_at}"
    people.walk.check_records()


@pytest.mark.clause("G-ENV-2")
def test_a_director_who_refuses_a_waiver_leaves_the_whole_way_open() -> None:
    tried = 0
    for seed in range(40 if WHOLE else 12):
        people = a_walk(Random(seed), GUIDE)  # noqa: S311 - repeatable is what it must be
        walk, story = people.walk, people.walk.stories[0]
        asking = people.moment(story, story.change.requester)
        wish = WaiverWish(EnvironmentName("staging"), URGENT, walk.now + 90 * HOUR)
        director = people.holder(seed, Role.ENGINEERING_DIRECTOR)
        if not is_staffed(people, story) or director == story.change.requester:
            continue
        assert walk.note(story, Act.ASK_FOR_WAIVER, ask_for_waiver(asking, wish))
        assert walk.note(
            story, Act.REFUSE_WAIVER, refuse_waiver(people.moment(story, director), WaiverRefusal(URGENT))
        )
        assert brought_to_an_end(people, story) is Stage.DONE
        tried += 1
    assert tried >= (5 if WHOLE else 2)


def test_random_people_reach_production_often_enough_for_that_to_mean_something() -> None:
    walks = [walked(seed, None).walk for seed in range(60 if WHOLE else 8)]
    assert sum(walk.productions > 0 for walk in walks) >= len(walks) / 2


@only_in_the_whole_form
def test_walks_and_seldom_situations_take_every_edge_of_the_table() -> None:
    taken = set(seldom_edges())
    for seed in range(30):
        taken.update(walked(seed, None, 1000).walk.acts)
    table = {
        (frm.name, row.act.value, to.name)
        for row in TRANSITIONS.values()
        for frm, ends in row.moves.items()
        for to in ends
    }
    begun = {
        ("–", Act.REQUEST_DEPLOYMENT.value, Stage.PREPARING.name),
        ("–", Act.DECLARE_HOTFIX.value, Stage.DECLARED.name),
    }
    assert taken - table == begun
    assert table - taken == set(NEVER_TAKEN)


RUNNING = (Stage.STAGING.name, Stage.DEPLOYING.name, Stage.ROLLING_BACK.name)
NEVER_TAKEN = {
    **{(stage, "sign_review", stage): "whoever tries is told what still runs" for stage in RUNNING},
}
"""What the guide's table has and nobody can do."""


def seldom(*values: object) -> ParameterSet:
    """A case that takes many walks."""
    return pytest.param(*values, marks=only_in_the_whole_form)


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
        seldom({"business_day_end": time(20)}, "Director and on-call"),
        seldom({"notice": {"routine": 24, "config": 24, "infra": 24}}, "48 hours"),
        ({"verified_by": ["qa"]}, "verified by QA and Product"),
        ({"allow_self_approval": True}, "code approved"),
        ({"allow_self_approval": True}, "Team Lead"),
        ({"allow_self_approval": True}, "Director and on-call"),
        ({"allow_one_person_many_roles": True}, "code approved"),
        seldom({"allow_one_person_many_roles": True}, "PM and EM"),
        seldom({"allow_one_person_many_roles": True}, "Director and on-call"),
        ({"monitoring": {"minutes": 10, "nudges": [0, 10], "new_messages": [0, 10]}}, "watched for 30"),
    ],
    ids=str,
)
def test_a_weaker_guide_is_caught(overrides: dict[str, object], objection: str) -> None:
    assert is_caught(a_guide(**overrides), objection)


def holders_of(change: Change, setting: Setting, role: Role) -> tuple[PersonId, ...]:
    del change
    return setting.roster.holders(role)


def roles_now(roster: Roster, *, for_window: bool) -> Mapping[Role, tuple[PersonId, ...]]:
    del for_window
    return roster.now


def met(*_: object) -> Gate:
    return Gate(Clause.STD_5, met=True, why=say("whatever"))


def no_alarm(change: Change, deployment: Deployment) -> tuple[Observation, ...]:
    del change, deployment
    return ()


def noted(*_: object) -> Judged:
    return Judged(Finding.NOTED, say("whatever"))


@pytest.mark.parametrize(
    ("where", "what", "broken", "objection"),
    [
        seldom(Moment, "voided", nothing, "PM and EM"),
        (Moment, "window_ended", nothing, "reject led from"),
        (Moment, "refused_unless", none, "deployer"),
        seldom(Span, "encloses", yes, "PM and EM"),
        (bot.workflows.deploy, "staging_gates", nothing, "code approved"),
        (bot.workflows.deploy, "production_gates", nothing, "inside its window"),
        seldom(bot.workflows.windows, "window_gates", nothing, "48 hours"),
        (bot.workflows.watch, "health_gates", nothing, "watched for 30"),
        seldom(bot.workflows.verify, "who_can_verify", holders_of, "verified by QA and Product"),
        seldom(bot.rules.gates, "sequence_gate", met, "development first"),
        seldom(bot.rules.gates, "service_gates", nothing, "one at a time"),
        seldom(bot.rules.gates, "freeze_gates", nothing, "no freeze"),
        seldom(bot.rules.gates, "waiver_gates", nothing, "waivers that last"),
        (bot.workflows.waive, "unmet", nothing, "code approved"),
        (bot.workflows.freeze, "_refused_as_director", none, "a Director's word"),
        seldom(bot.workflows.rollback, "service_gates", nothing, "one at a time"),
        (bot.workflows.rollback, "_refused_unless_able", none, "rolled back by who may"),
        (bot.workflows.observe, "judge_report", noted, "an alarm where"),
        (Change, "alarms_about", no_alarm, "an alarm is lost"),
        seldom(bot.rules.gates, "evidence_gates", nothing, "evidence"),
        (Roster, "_at", roles_now, "Director and on-call"),
        (bot.rules.approvals, "can_sit", yes, "PM and EM"),
    ],
)
def test_a_broken_rule_is_caught(
    where: object, what: str, broken: Callable[..., object], objection: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, what, broken)
    assert is_caught(GUIDE, objection)
