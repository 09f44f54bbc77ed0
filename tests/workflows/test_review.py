"""The post-incident review (G-HOT-5): written, handed in, returned, signed; and its code reviews."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.rules.hotfix import ReviewStage, ReviewText
from bot.rules.hotfix_facts import ReviewSigned, ReviewSubmitted
from bot.rules.hotfix_inputs import ReviewExtension, ReviewHandIn, ReviewSignature
from bot.rules.inputs import Reason, RollbackStart, Seen
from bot.rules.life import Stage
from bot.rules.review import author_of, code_review_gates, due_at, is_owed, who_signs
from bot.rules.terms import NO_WORDS, PersonId, Words
from bot.rules.verdict import Done, Field, Refused
from bot.workflows.approve import approve
from bot.workflows.deploy import finish_production
from bot.workflows.request import withdraw
from bot.workflows.review import (
    draft_review,
    extend_review,
    remind_review,
    return_review,
    review_code,
    sign_review,
    snooze_review,
    submit_review,
)
from bot.workflows.rollback import start_rollback
from tests.acting import (
    ANA,
    BEN,
    DANA,
    DORA,
    EMIL,
    EVE,
    EVERYBODY,
    HOUR,
    LEA,
    OMAR,
    PAUL,
    TIA,
    TOM,
    Course,
    a_course,
    a_roster,
    clauses,
    sentences,
)
from tests.acting_in_hotfixes import (
    HAND_IN,
    SUCCEEDED,
    TEXT,
    WHY,
    a_hotfix,
    confirmed,
    finished,
    handed_in,
    in_breach,
    ready_to_sign,
    signed,
    spoken,
    started,
    starts,
    the_review,
    untouched,
)

Build = Callable[[Course], Course]
DAY = timedelta(days=1)
MISSING = Reason(Words("who noticed it, and when?"))
HALF_A_DRAFT = ReviewHandIn(replace(TEXT, follow_ups=NO_WORDS))


def due(course: Course) -> datetime:
    at = due_at(course.change, course.policy)
    assert at
    return at


@pytest.mark.clause("G-HOT-5")
def test_a_review_is_handed_in_with_all_that_it_must_say() -> None:
    course = finished(a_hotfix())
    verdict = course.tries(submit_review, BEN, HAND_IN)
    assert isinstance(verdict, Done)
    assert verdict.facts == (ReviewSubmitted(TEXT, BEN, course.now),)
    review = the_review(course)
    assert (review.stage, review.author, review.round, review.text) == (ReviewStage.SUBMITTED, BEN, 1, TEXT)


@pytest.mark.clause("G-HOT-5")
@pytest.mark.parametrize(
    ("lacking", "field"),
    [
        ("summary", Field.SUMMARY),
        ("timeline", Field.TIMELINE),
        ("root_cause", Field.ROOT_CAUSE),
        ("follow_ups", Field.FOLLOW_UPS),
    ],
)
def test_summary_timeline_root_cause_and_follow_up_actions_must_be_said(lacking: str, field: Field) -> None:
    text: ReviewText = replace(TEXT, **{lacking: Words(" \n")})
    refused = finished(a_hotfix()).refuses(submit_review, ANA, ReviewHandIn(text))
    assert [(gate.clause, gate.field) for gate in refused.gates] == [("G-HOT-5", field)]


@pytest.mark.clause("G-HOT-5")
def test_everything_that_is_lacking_is_named_at_once() -> None:
    empty = ReviewHandIn(ReviewText(NO_WORDS, NO_WORDS, NO_WORDS, NO_WORDS))
    assert len(finished(a_hotfix()).refuses(submit_review, ANA, empty).gates) == 4


@pytest.mark.clause("G-HOT-5")
def test_a_draft_is_kept_whatever_it_lacks_and_whoever_wrote_last_owes_the_review() -> None:
    course = finished(a_hotfix())
    assert author_of(course.change) == ANA
    course.does(draft_review, BEN, HALF_A_DRAFT)
    assert (the_review(course).text, the_review(course).stage) == (HALF_A_DRAFT.text, ReviewStage.OPEN)
    assert author_of(course.change) == BEN
    assert the_review(course).round == 0


@pytest.mark.clause("G-HOT-5")
@pytest.mark.parametrize("person", sorted(set(EVERYBODY) - {ANA, BEN, OMAR}))
def test_only_engineers_of_the_service_write_it(person: PersonId) -> None:
    course = finished(a_hotfix())
    for verb in (submit_review, draft_review):
        assert course.refuses(verb, person, HAND_IN).gates[0].who == (ANA, BEN, OMAR)


@pytest.mark.clause("G-HOT-5")
def test_while_it_waits_for_its_sign_off_it_is_not_written_on() -> None:
    course = handed_in(a_hotfix())
    for verb in (submit_review, draft_review):
        assert "handed in already" in sentences(course.refuses(verb, BEN, HAND_IN))


@pytest.mark.clause("G-HOT-5")
@pytest.mark.parametrize("build", [signed, lambda _: a_course()])
def test_before_a_start_no_review_is_owed(build: Build) -> None:
    course = build(a_hotfix())
    for verb, form in ((submit_review, HAND_IN), (draft_review, HAND_IN)):
        assert sentences(course.refuses(verb, ANA, form)) == "CHG-1 owes no review."
    course.refuses(sign_review, EVE, None)
    course.refuses(snooze_review, ANA, None)
    assert course.fires(remind_review) == Refused(())
    assert not is_owed(course.change)


@pytest.mark.clause("G-HOT-5")
@pytest.mark.parametrize("person", [EVE, EMIL, DORA, DANA])
def test_an_engineering_manager_or_a_director_signs_it(person: PersonId) -> None:
    course = ready_to_sign(a_hotfix())
    verdict = course.tries(sign_review, person, None)
    assert isinstance(verdict, Done)
    assert verdict.facts == (ReviewSigned(person, course.now),)
    assert the_review(course).stage is ReviewStage.SIGNED
    assert not is_owed(course.change)


@pytest.mark.clause("G-HOT-5")
def test_a_review_that_was_handed_in_anew_since_it_was_read_is_read_once_more() -> None:
    course = ready_to_sign(a_hotfix()).does(return_review, EVE, MISSING).does(submit_review, ANA, HAND_IN)
    refused = course.refuses(sign_review, EMIL, ReviewSignature(round=1))
    assert "handed in anew" in sentences(refused)
    course.copy().does(sign_review, EMIL, ReviewSignature())
    course.does(sign_review, EMIL, ReviewSignature(round=2))


@pytest.mark.clause("G-HOT-5")
@pytest.mark.parametrize("person", sorted(set(EVERYBODY) - {EVE, EMIL, DORA, DANA}))
def test_nobody_else_signs_or_returns_it(person: PersonId) -> None:
    course = ready_to_sign(a_hotfix())
    assert course.refuses(sign_review, person, None).gates[0].who == (EVE, EMIL, DORA, DANA)
    course.refuses(return_review, person, MISSING)


@pytest.mark.clause("G-HOT-5")
def test_its_author_neither_signs_nor_returns_it() -> None:
    roster = a_roster(engineering_manager=(ANA, EVE))
    course = ready_to_sign(a_hotfix(roster))
    refused = course.refuses(sign_review, ANA, None)
    assert refused.gates[0].who == (EVE, DORA, DANA)
    course.refuses(return_review, ANA, MISSING)
    assert who_signs(course.change, course.setting) == (EVE, DORA, DANA)
    course.does(sign_review, EVE, None)


@pytest.mark.clause("G-HOT-5")
def test_a_requester_who_did_not_write_it_signs_it() -> None:
    roster = a_roster(engineering_manager=(ANA, EVE))
    course = finished(a_hotfix(roster)).approved_by(TIA).does(submit_review, BEN, HAND_IN)
    course.does(sign_review, ANA, None)


@pytest.mark.clause("G-HOT-5")
def test_a_review_that_was_not_handed_in_is_neither_signed_nor_returned() -> None:
    course = finished(a_hotfix()).does(draft_review, ANA, HAND_IN)
    assert course.refuses(sign_review, EVE, None).gates[0].who == (ANA,)
    course.refuses(return_review, EVE, MISSING)


@pytest.mark.clause("G-HOT-5")
def test_a_returned_review_is_with_its_author_again_and_is_handed_in_anew() -> None:
    course = handed_in(a_hotfix())
    assert course.refuses(return_review, EVE, Reason(Words(" "))).gates[0].field is Field.REASON
    course.does(return_review, EVE, MISSING)
    review = the_review(course)
    assert (review.stage, review.returned_by, review.returned_reason) == (
        ReviewStage.OPEN,
        EVE,
        MISSING.reason,
    )
    assert (review.text, review.author) == (TEXT, ANA)
    course.refuses(sign_review, EVE, None)
    course.does(submit_review, ANA, HAND_IN)
    assert the_review(course).round == 2


@pytest.mark.clause("G-HOT-5")
def test_once_signed_it_is_done_for_good() -> None:
    course = ready_to_sign(a_hotfix()).does(sign_review, EVE, None)
    for verb, person, form in (
        (submit_review, ANA, HAND_IN),
        (draft_review, ANA, HAND_IN),
        (extend_review, DORA, ReviewExtension(course.now + 100 * HOUR, WHY)),
    ):
        assert "is signed" in sentences(course.refuses(verb, person, form))  # type: ignore[arg-type] # each with its own form
    course.refuses(sign_review, EMIL, None)
    course.refuses(return_review, EMIL, MISSING)
    course.refuses(snooze_review, ANA, None)
    assert course.wait(100 * HOUR).fires(remind_review) == Refused(())


@pytest.mark.clause("G-HOT-5")
def test_while_a_deployment_runs_it_is_not_signed() -> None:
    course = started(a_hotfix()).approved_by(TIA).does(submit_review, ANA, HAND_IN)
    refused = course.refuses(sign_review, EVE, None)
    assert sentences(refused) == "DEP-1 is still running."
    assert refused.gates[0].who == (ANA,)
    rolling = ready_to_sign(a_hotfix()).does(start_rollback, OMAR, RollbackStart())
    assert clauses(rolling.refuses(sign_review, EVE, None)) == ["G-HOT-5"]
    course.does(finish_production, ANA, SUCCEEDED).does(sign_review, EVE, None)


@pytest.mark.clause("G-APP-1")
@pytest.mark.clause("G-HOT-5")
def test_it_is_not_signed_before_every_code_review_was_done() -> None:
    course = handed_in(a_hotfix())
    refused = course.refuses(sign_review, EVE, None)
    assert sentences(refused) == "The code review is open (Tech Lead): tia or tom."
    assert (clauses(refused), refused.gates[0].who) == (["G-APP-1"], (TIA, TOM))
    course.approved_by(TOM).does(sign_review, EVE, None)


@pytest.mark.clause("G-APP-1")
@pytest.mark.clause("G-HOT-5")
@pytest.mark.parametrize("confirms", [False, True])
def test_a_spoken_look_at_the_code_leaves_it_open_confirmed_or_not(*, confirms: bool) -> None:
    course = starts(spoken(a_hotfix(), BEN, EVE, PAUL))
    if confirms:
        confirmed(course, BEN)
    course.does(finish_production, ANA, SUCCEEDED).does(submit_review, ANA, HAND_IN).approved_by(TIA)
    assert "peer review" in sentences(course.refuses(sign_review, EVE, None))
    course.does(approve, BEN, Seen())
    assert code_review_gates(course.change, course.setting) == ()
    course.does(sign_review, EVE, None)


@pytest.mark.clause("G-APP-1")
def test_the_deferred_code_review_is_done_by_pressing_approve_and_once() -> None:
    course = finished(a_hotfix())
    verdict = course.tries(approve, TIA, Seen())
    assert sentences(verdict) == "You approved the code of CHG-1."
    assert course.change.approvals[-1].number == len(course.change.approvals)
    assert course.change.approvals[-1].row == "G-APP-1"
    assert "done" in sentences(course.refuses(approve, TIA, Seen()))
    assert "done" in sentences(course.refuses(review_code, TOM, Seen()))


@pytest.mark.clause("G-APP-1")
def test_who_looked_already_or_may_not_look_is_refused_while_it_is_open() -> None:
    course = finished(a_hotfix())
    assert sentences(course.refuses(approve, BEN, Seen())) == "You approved this already."
    assert course.refuses(approve, ANA, Seen()).gates[0].who == (TIA, TOM)
    assert course.refuses(approve, LEA, Seen()).gates[0].who == (TIA, TOM)


@pytest.mark.clause("G-APP-1")
def test_a_click_on_an_older_state_of_the_hotfix_has_moved_on() -> None:
    assert finished(a_hotfix()).refuses(approve, TIA, Seen(revision=9)).moved_on
    finished(a_hotfix()).does(approve, TIA, Seen(revision=1))


@pytest.mark.clause("G-APP-1")
def test_with_the_whole_review_before_the_start_nothing_is_left_of_it() -> None:
    course = signed(a_hotfix(hotfix={"code_review": "before"})).approved_by(TIA)
    starts(course).does(finish_production, ANA, SUCCEEDED).does(submit_review, ANA, HAND_IN)
    course.does(sign_review, EVE, None)
    after = a_hotfix(hotfix={"code_review": "after"}).approved_by(EVE, PAUL)
    starts(after)
    assert len(code_review_gates(after.change, after.setting)) == 1
    after.approved_by(OMAR, TOM)
    assert code_review_gates(after.change, after.setting) == ()


@pytest.mark.clause("G-HOT-5")
@pytest.mark.clause("G-APP-1")
def test_the_review_of_a_withdrawn_hotfix_stays_due_and_can_be_completed() -> None:
    course = untouched(a_hotfix()).does(withdraw, ANA, Reason(WHY))
    assert course.stage is Stage.WITHDRAWN
    assert is_owed(course.change)
    course.does(submit_review, ANA, HAND_IN).refuses(sign_review, EVE, None)
    course.approved_by(TIA).does(sign_review, EVE, None)


@pytest.mark.clause("G-HOT-5")
def test_a_new_start_opens_the_review_anew_and_what_was_written_stays() -> None:
    course = untouched(a_hotfix()).approved_by(TIA).does(submit_review, ANA, HAND_IN)
    course.does(extend_review, DORA, ReviewExtension(due(course) + DAY, WHY)).does(sign_review, EVE, None)
    starts(course.wait(HOUR))
    review = the_review(course)
    assert (review.stage, review.opened_at) == (ReviewStage.OPEN, course.now)
    assert (review.text, review.author, review.round) == (TEXT, ANA, 1)
    assert (review.signed_by, review.signed_at, review.reminded_at) == (None, None, None)
    assert review.extended_by == DORA
    assert due(course) == max(course.now + 72 * HOUR, review.extended_to or course.now)


@pytest.mark.clause("G-APP-1")
@pytest.mark.clause("G-HOT-3")
def test_after_a_breach_the_button_approves_the_code_and_nothing_that_was_missing_for_the_start() -> None:
    course = in_breach(a_hotfix(a_roster(engineering_manager=(EVE, TIA))))
    course.does(approve, TIA, Seen())
    assert [each.row for each in course.change.approvals] == ["G-APP-1"]
    assert course.refuses(approve, EVE, Seen()).gates[0].who
    assert [each.row for each in course.change.approvals] == ["G-APP-1"]
