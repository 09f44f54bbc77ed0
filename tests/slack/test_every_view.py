"""What holds for everything that is shown, in every situation, whatever people typed."""

import re
from dataclasses import replace
from itertools import cycle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.rules.change import Change, EvidenceKind, EvidenceState, PullRequest, RollbackPlan
from bot.rules.clauses import Clause
from bot.rules.hotfix import Breach, Issue, Review, ReviewText
from bot.rules.life import Stage
from bot.rules.scene import Scene
from bot.rules.terms import PersonId, ServiceName, Words
from bot.rules.verdict import Gate, Refused
from bot.rules.words import Quote, Who, say
from bot.slack.ids import Choice, Press, Ref, decode_choice
from bot.slack.views.card import card
from bot.slack.views.refusals import Offer, refusal
from bot.slack.views.speech import Speech
from bot.slack.views.text import clip_mrkdwn, typed
from tests import acting
from tests.acting import ANA, BEN, EVERYBODY, proof
from tests.short_form import WHOLE
from tests.slack.asking_scenes import chosen_in
from tests.slack.everything import forms, homes, messages, told
from tests.slack.scenes import COURSES, NAMES, a_scene
from tests.slack.shown import (
    action_ids,
    check,
    check_form,
    check_home,
    check_text,
    check_told,
    formatted,
    objects,
    presses,
    texts,
)

NASTY = (
    "<!channel> <!here> <@U0ANA> <#C0DEPLOY|x>",
    "*bold* _it_ ~gone~ `code` ```block```",
    "> quote\n* list\r\n\x00\x07\u202eesrever\u2066",
    "&lt;!channel&gt; & &amp; <https://evil.example|Approve>",
    "<!date^1^{date}|now>",
    "https://ci.example.org/a?b=<!channel>&c=|d",
    "\ud800 lone",
    "x" * 3000,
    "\u05e9\u05dc\u05d5\u05dd \U0001f468\u200d\U0001f469\u200d\U0001f467 " * 40,
    "*" * 500,
    "",
)


@pytest.mark.parametrize("situation", COURSES)
def test_slack_takes_every_view_of_every_situation(situation: str) -> None:
    scene = a_scene(situation)

    assert scene.stage is COURSES[situation][0]
    for message in messages(scene):
        check(message)
    for form in forms(scene):
        check_form(form)
    for view in homes(scene):
        check_home(view)
    for view in told(scene):
        check_told(view)


def everywhere(change: Change, nasty: str) -> Change:
    """The change, with this text wherever a person can type one."""
    words = Words(nasty)
    return replace(
        change,
        service=ServiceName(nasty[:100] or "s"),
        version=nasty[:100] or "v",
        pull_requests=tuple(PullRequest(Words(f"{nasty[:280]}{number}"), (ANA, BEN)) for number in range(12)),
        plan=RollbackPlan(words, pretested=not change.plan.pretested, pretest=words),
        wished_reason=words,
        evidence={
            kind: proof(kind, state, nasty)
            for kind, state in zip(EvidenceKind, (*EvidenceState,), strict=True)
        },
        verifications=tuple(
            replace(each, notes=words, version=nasty[:100] or "v") for each in change.verifications
        ),
        deployments=tuple(
            replace(
                each,
                version=nasty[:100] or "v",
                notes=words,
                settled=replace(each.settled, reason=words, fix=words) if each.settled else None,
            )
            for each in change.deployments
        ),
        observations=tuple(
            replace(each, notes=words, withdrawn_reason=words if each.withdrawn_by else None)
            for each in change.observations
        ),
        windows=tuple(
            replace(each, reason=words, end_reason=words if each.ended else each.end_reason)
            for each in change.windows
        ),
        waivers=tuple(
            replace(each, reason=words, refused_reason=words if each.refused_by else None)
            for each in change.waivers
        ),
        approvals=tuple(
            replace(
                each,
                spoken=replace(each.spoken, said=words) if each.spoken else None,
                dispute=words if each.disputed_at else None,
            )
            for each in change.approvals
        ),
        issue=Issue(nasty[:20] or "s", words, words) if change.issue else None,
        breach=breach_with(change.breach, words) if change.breach else None,
        review=review_with(change.review, words) if change.review else None,
        entries=tuple(replace(each, text=words) for each in change.entries),
        returned=replace(change.returned, reason=words) if change.returned else None,
        withdrawn=replace(change.withdrawn, reason=words) if change.withdrawn else None,
    )


def breach_with(breach: Breach, words: Words) -> Breach:
    """The breach, with these words wherever somebody typed some."""
    answers = tuple(replace(each, reason=words) for each in breach.answers)
    return replace(breach, reason=words, tried=words, answers=answers)


def review_with(review: Review, words: Words) -> Review:
    """The review, with these words wherever somebody typed some."""
    return replace(
        review,
        text=ReviewText(words, words, words, words) if review.text else None,
        returned_reason=words if review.returned_by else None,
        extended_reason=words if review.extended_by else None,
    )


PAIRS = [(situation, nasty) for situation in COURSES for nasty in NASTY][::3]
"""Each situation meets a third of the texts, and each text a third of the situations."""
ONE_EACH = list(zip(COURSES, cycle(NASTY), strict=False))[::2]
"""In the short form every second situation meets one of the texts, and each text some situations."""


@pytest.mark.parametrize(("situation", "nasty"), PAIRS if WHOLE else ONE_EACH)
def test_no_text_of_a_person_can_mention_format_or_break_anything(situation: str, nasty: str) -> None:
    scene = a_scene(situation)
    names = {person: f"{nasty[:300]}{person}" for person in EVERYBODY}
    shown = replace(scene, change=everywhere(scene.change, nasty), names=names)

    for message in messages(shown, nasty):
        check(message)
    for form in forms(shown):
        check_form(form)
    for view in homes(shown):
        check_home(view)


@settings(max_examples=60 if WHOLE else 15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=400), st.sampled_from(sorted(COURSES)))
def test_any_text_at_all_is_shown_harmlessly(text: str, situation: str) -> None:
    scene = a_scene(situation)
    shown = replace(scene, change=everywhere(scene.change, text), names=dict.fromkeys(EVERYBODY, text))

    for message in messages(shown, text):
        check(message)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_typed_text_is_one_harmless_line(text: str) -> None:
    shown = typed(text)

    check_text(shown)
    assert not re.search(r"[\n\r\x00`]", shown)
    assert not re.search(r"(?<![\w\u200b])[*_~](?!\u200b)|(?<!\u200b)[*_~](?![\w\u200b])", shown)


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<!date^1^{time}|Mon 14:00 CET>",
                "<https://a.example/x|#1>",
                "&amp;",
                "word",
                " ",
                "\n",
                "*bold words*",
            ]
        )
    ),
    st.integers(5, 120),
)
def test_cutting_leaves_every_token_whole(parts: list[str], most: int) -> None:
    shown = clip_mrkdwn("".join(parts), most)

    assert len(shown) <= most
    check_text(shown)


def test_a_window_over_midnight_names_both_days() -> None:
    speech = Speech(NAMES, acting.BERLIN)

    assert speech.span(acting.THURSDAY).count("{date_long_pretty}") == 1
    assert speech.span(acting.a_span(26, 23, 1, 27)).count("{date_long_pretty}") == 2
    assert speech.span_in_zone(acting.a_span(26, 23, 1, 27)) == "Thu 26 Nov 23:00 CET – Fri 27 Nov 01:00 CET"


def test_within_a_word_a_marker_stays_as_it_is() -> None:
    assert typed("fix_login_2*3") == "fix_login_2*3"


def test_forty_missing_gates_still_fit_and_their_number_is_said() -> None:
    gates = tuple(
        Gate(
            Clause.STD_2,
            met=False,
            why=say(f"Number {number} ", Quote("x" * 500), " is missing."),
            who=(BEN,),
        )
        for number in range(40)
    )
    message = refusal(Refused(gates), "start CHG-1", Speech(NAMES, a_scene("done").setting.policy.zone))

    check(message)
    shown = texts(message.blocks)
    told = re.search(r"and (\d+) more", shown)
    assert told
    assert shown.count("is missing") + int(told[1]) == 40


def test_of_very_many_people_a_few_are_named() -> None:
    people = tuple(PersonId(f"p{number}") for number in range(30))
    speech = Speech({person: f"Person {person}" for person in people}, a_scene("done").setting.policy.zone)

    assert speech.say(say("Ask ", Who(people), ".")) == (
        "Ask Person p0, Person p1, Person p2, Person p3, Person p4 or 25 others."
    )


def test_everything_that_can_be_pressed_is_shown_somewhere() -> None:
    pressed: set[str] = set()
    chosen: set[Choice] = set()
    for situation in COURSES:
        for message in messages(a_scene(situation)):
            pressed |= set(presses(message.blocks))
            for each in objects(message.blocks):
                options = each.get("options")
                for option in options if isinstance(options, list) else []:
                    decoded = decode_choice(option["value"])
                    assert decoded
                    chosen.add(decoded[0])

        for form in forms(a_scene(situation)):
            pressed |= set(presses(form))
            chosen |= set(chosen_in(form))

    offered = {Press.MOVE_WINDOW}
    assert set(Press) - offered <= pressed
    assert chosen == set(Choice)


def test_a_card_has_at_most_five_buttons_and_only_a_required_rollback_is_red() -> None:
    for situation in COURSES:
        buttons = [each for each in objects(card(a_scene(situation)).blocks) if each.get("type") == "button"]

        assert len(buttons) <= 5
        assert sum(each.get("style") == "primary" for each in buttons) <= 1
        red = [each for each in buttons if each.get("style") == "danger"]
        assert len(red) == (COURSES[situation][0] is Stage.ROLLBACK_REQUIRED)
        assert all("confirm" in each for each in red)


def test_nobody_is_mentioned_by_a_card() -> None:
    for situation in COURSES:
        assert all("<@" not in text for text in formatted(card(a_scene(situation)).blocks))


def test_a_refusal_offers_what_its_reader_can_do_about_it() -> None:
    scene = a_scene("preparing")
    gate = Gate(Clause.STD_2, met=False, why=say("CI is still pending."), who=(ANA,))
    offer = Offer(ANA, Ref.of(scene.change))

    mine = refusal(Refused((gate,)), "start CHG-1", Speech.of(scene), offer)
    theirs = refusal(Refused((gate,)), "start CHG-1", Speech.of(scene), replace(offer, actor=BEN))

    assert "That is yours to do." in texts(mine.blocks)
    assert action_ids(mine.blocks) == [Press.RECORD_EVIDENCE]
    assert "Ana can help." in texts(theirs.blocks)
    assert action_ids(theirs.blocks) == []


def test_every_stage_has_its_situation() -> None:
    assert {stage for stage, _ in COURSES.values()} == set(Stage)


def test_a_scene_without_names_shows_ids() -> None:
    scene = a_scene("preparing")
    bare = Scene(scene.change, scene.setting, {})

    assert "requested by ana" in texts(card(bare).blocks)
