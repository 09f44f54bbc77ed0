"""Whatever random people try on hotfixes, nothing gets around the guide – and if a rule were broken, this would show."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from _pytest.mark import ParameterSet

import bot.rules.asking
import bot.rules.deadlines
import bot.rules.folding_hotfix
import bot.rules.hotfix_gates
import bot.rules.life
import bot.rules.review
import bot.rules.spoken
import bot.workflows.approve
import bot.workflows.hotfix
import bot.workflows.review
import bot.workflows.verbal
from bot.rules.change import Approval, Change
from bot.rules.hotfix_facts import VerbalDisputed
from bot.rules.life import FINISHED, Act, Stage
from bot.workflows.moment import Moment
from tests.acting import a_guide
from tests.caught import hotfix_walked, is_caught, none, nothing, yes
from tests.random_people import People
from tests.short_form import WHOLE, only_in_the_whole_form
from tests.ways_on import (
    brought_to_an_end,
    brought_to_its_sign_off,
    is_staffed,
    who_could_sign_off,
)

GUIDE = a_guide()
WALKS = 200 if WHOLE else 20
CLAUSES = ("G-HOT-1", "G-HOT-2", "G-HOT-3", "G-HOT-4", "G-HOT-5", "G-APP-1", "G-APP-4")


def of_hotfixes(test: Callable[..., None]) -> Callable[..., None]:
    """Mark a test with every clause that walks of hotfixes are held to."""
    for clause in CLAUSES:
        test = pytest.mark.clause(clause)(test)
    return test


@of_hotfixes
def test_no_walk_of_hotfixes_gets_around_the_guide_and_each_has_a_way_on_to_its_signed_review() -> None:
    signed = started = breaches = disputed = 0
    for seed in range(WALKS):
        people = hotfix_walked(seed, GUIDE)
        started += people.walk.hotfixes
        breaches += people.walk.breaches
        disputed += people.walk.acts["DECLARED", Act.DISPUTE_VERBAL.value, "DECLARED"]
        signed += sum(map(has_a_way_on(people), range(len(people.walk.stories))))
    assert started >= WALKS // 2
    assert breaches >= WALKS // 8
    assert disputed >= WALKS // 20
    assert signed >= WALKS // 2


def has_a_way_on(people: People) -> Callable[[int], bool]:
    """Whether a change gets to its end, and its review to its sign-off, when everybody does their best."""

    def one(place: int) -> bool:
        others = People(people.walk.copied(), people.numbers, people.versions)
        story = others.walk.stories[place]
        before, staffed = others.walk.stage_of(story), is_staffed(people, people.walk.stories[place])
        if story.change.issue is None:
            return False
        if before not in FINISHED:
            end = brought_to_an_end(others, story)
            assert end in FINISHED, f"nobody can go on from {end}, reached from {before}"
            assert not (staffed and end is Stage.WITHDRAWN), f"nobody but the last resort helped, at {before}"
        done = brought_to_its_sign_off(others, story)
        assert done or not who_could_sign_off(others, story), "nobody could complete the review"
        return done and story.change.review is not None

    return one


def test_a_start_in_breach_is_the_way_on_where_nobody_is_reachable() -> None:
    """The gate stays no, and the record is kept all the same."""
    assert any(hotfix_walked(seed, GUIDE).walk.breaches for seed in range(20))


def seldom(*values: object) -> ParameterSet:
    """A case that takes many walks."""
    return pytest.param(*values, marks=only_in_the_whole_form)


@of_hotfixes
@pytest.mark.parametrize(
    ("hotfix", "objection"),
    [
        ({"signers": ["engineering_manager"], "requester_may_sign": 0}, "both managers"),
        ({"signers": ["product_manager"], "requester_may_sign": 0}, "both managers"),
        ({"code_review": "after"}, "a peer looked"),
        ({"after_hours": "verbal_only"}, "Director and on-call at night"),
        ({"after_hours": "director_and_on_call"}, "both managers"),
    ],
    ids=str,
)
def test_a_weaker_guide_for_hotfixes_is_caught(hotfix: dict[str, object], objection: str) -> None:
    assert is_caught(a_guide(hotfix=hotfix), objection, walk=hotfix_walked)


@only_in_the_whole_form
def test_a_guide_in_which_others_sign_reviews_is_caught() -> None:
    assert is_caught(a_guide(review={"signed_by": ["engineer"]}), "signed by a manager", walk=hotfix_walked)
    assert is_caught(a_guide(review={"extended_by": ["engineer"]}), "by a Director", walk=hotfix_walked)


def standing(approval: Approval) -> bool:
    return approval.voided_at is None


def with_words(change: Change) -> Change:
    return change


def erased(approval: Approval, fact: object) -> Approval:
    return replace(approval, chased=approval.chased + 1) if isinstance(fact, VerbalDisputed) else approval


@of_hotfixes
@pytest.mark.parametrize(
    ("where", "what", "broken", "objection"),
    [
        (bot.workflows.hotfix, "hotfix_gates", nothing, "both managers"),
        seldom(bot.rules.hotfix_gates, "dispute_gates", nothing, "no dispute"),
        seldom(bot.rules.spoken, "ends_dispute", yes, "no dispute"),
        seldom(bot.rules.hotfix_gates, "service_gates", nothing, "one at a time"),
        (Approval, "stands", property(standing), "no disputed word counts"),
        (bot.rules.folding_hotfix, "_answered", erased, "every dispute shown"),
        seldom(bot.workflows.verbal, "_refused_as_recorder", none, "recorded by another"),
        (bot.workflows.verbal, "_refused_as_recorder", none, "spoken since the declaration"),
        (bot.workflows.verbal, "can_sit", yes, "a role of the row"),
        (bot.workflows.hotfix, "reason_missing", none, "who was tried"),
        (bot.workflows.review, "sign_gates", nothing, "the code reviewed by own acts"),
        seldom(bot.rules.review, "by_own_acts", with_words, "the code reviewed by own acts"),
        (bot.workflows.review, "text_gates", nothing, "a whole review"),
        (bot.workflows.review, "_refused_unless_holder", none, "signed by a manager or Director"),
        (bot.rules.deadlines, "next_reminder", none, "somebody reminded of the review"),
        (Moment, "refused_by_stage", none, "led from"),
        (Moment, "refused_unless", none, "turned by its requester"),
    ],
)
def test_a_broken_rule_about_hotfixes_is_caught(
    where: object, what: str, broken: Callable[..., object], objection: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, what, broken)
    assert is_caught(GUIDE, objection, walk=hotfix_walked)
