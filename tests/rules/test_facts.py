"""Folding facts: the snapshot is what happened, no more and no less."""

from dataclasses import fields, is_dataclass, replace
from itertools import accumulate, pairwise
from typing import get_args

import pytest

from bot.rules.change import EvidenceKind, EvidenceState, Outcome
from bot.rules.facts import (
    ApprovalVoided,
    Fact,
    FreezeExcepted,
    WindowProposed,
)
from bot.rules.folding import apply, apply_all, replay
from bot.rules.freezing import FreezeId
from bot.rules.hotfix import Issue, ReviewStage
from bot.rules.hotfix_facts import BreachAnswered, HotfixToContain, ReviewSigned
from bot.rules.hotfix_inputs import ReviewExtension, ReviewHandIn, TimelineEntry, VerbalAnswer
from bot.rules.inputs import (
    BaselineInput,
    Reason,
    Rejection,
    Seen,
    Snoozing,
    VerificationInput,
    WaiverRefusal,
    WaiverWish,
    WishedWindow,
)
from bot.rules.readings import Figure, Problem
from bot.rules.setting import Neighbors
from bot.rules.terms import NO_WORDS, ApprovalStage, ChangeId, Phase, Role, Words
from bot.workflows.approve import reject, take_back_approval
from bot.workflows.deploy import flag_overrun, start_production, take_over
from bot.workflows.hotfix import (
    add_to_timeline,
    ask_whether_contained,
    ratify_breach,
    refuse_breach,
    revise_issue,
)
from bot.workflows.observe import record_baseline, repeat_alarm, withdraw_observation
from bot.workflows.remind import remind_asked, snooze_reminder
from bot.workflows.request import resubmit, withdraw
from bot.workflows.review import (
    extend_review,
    remind_review,
    return_review,
    snooze_review,
    submit_review,
)
from bot.workflows.supersede import undo_superseding
from bot.workflows.verbal import chase_verbal, confirm_verbal, dispute_verbal
from bot.workflows.verify import verify
from bot.workflows.waive import ask_for_waiver, expire_waiver, refuse_waiver
from bot.workflows.watch import confirm_healthy, escalate_monitoring, nudge_monitoring
from bot.workflows.windows import accept_counter_proposal, lapse_window, move_window, propose_window
from tests.acting import (
    ANA,
    BEN,
    DORA,
    EVE,
    FRIDAY,
    HOUR,
    MINUTE,
    OTHER_PLAN,
    PAUL,
    QUINN,
    REQUEST,
    THURSDAY,
    TIA,
    Course,
    a_course,
    a_span,
    in_staging,
    proof,
    ready_for_staging,
    revised,
    scheduled,
    verified,
    watched,
    windowed,
    with_evidence,
)
from tests.acting_in_production import (
    NO_MATTER,
    STAGING,
    alarmed,
    rolled_back,
    rolling_back,
    settled,
    superseded,
    with_waiver,
)
from tests.situations import DIRK
from tests.situations_hotfix import TEXT, at_situation, turned

WHY = Words("because")


def courses() -> list[Course]:
    """Changes that between them saw every kind of fact."""
    closed = watched(a_course()).does(take_over, BEN, None).wait(HOUR)
    for timer in (nudge_monitoring, escalate_monitoring):
        closed.fires(timer)
    closed.does(confirm_healthy, BEN, None)
    overrun = scheduled(a_course()).at(THURSDAY.start)
    overrun.does(start_production, ANA, None).at(THURSDAY.end).fires(flag_overrun)
    returned = a_course().does(reject, TIA, Rejection(WHY)).does(resubmit, ANA, None)
    returned.does(withdraw, ANA, Reason(WHY))
    failed = in_staging(a_course()).does(verify, QUINN, VerificationInput(passed=False, notes=WHY))
    revised(failed, version="4.13.0", plan=OTHER_PLAN)
    countered = windowed(a_course()).does(reject, PAUL, Rejection(WHY, counter=FRIDAY))
    countered.does(accept_counter_proposal, ANA, Seen()).at(FRIDAY.end).fires(lapse_window)
    return [closed, overrun, returned, failed, countered, *in_production(), *waiting(), *hotfixes()]


def in_production() -> list[Course]:
    """What is measured, reported, rolled back and settled."""
    withdrawn = alarmed(a_course()).does(withdraw_observation, QUINN, NO_MATTER)
    measured = verified(a_course())
    measured.does(record_baseline, ANA, BaselineInput(((Problem.LATENCY, Figure(120.0)),)))
    again = rolling_back(a_course()).wait(15 * MINUTE)
    again.fires(repeat_alarm)
    return [withdrawn, measured, again, rolled_back(a_course()), settled(a_course())]


def waiting() -> list[Course]:
    """Waivers, exceptions, reminders, what a newer change superseded, approvals taken back."""
    waived = with_waiver(ready_for_staging(a_course()))
    waived.at(THURSDAY.end).fires(expire_waiver)
    refused = a_course().does(ask_for_waiver, ANA, WaiverWish(STAGING, WHY, THURSDAY.end))
    refused.does(refuse_waiver, DORA, WaiverRefusal(WHY))
    reminded = a_course().does(snooze_reminder, TIA, Snoozing(Phase.CODE)).wait(4 * HOUR)
    reminded.fires(remind_asked)
    back = superseded(a_course())
    back.does(undo_superseding, ANA, None)
    taken = ready_for_staging(a_course()).does(take_back_approval, TIA, Reason(WHY))
    excepted = a_course()
    excepted.facts = (*excepted.facts, FreezeExcepted(FreezeId(1), DORA, WHY, excepted.now))
    return [waived, refused, reminded, back, taken, excepted]


def hotfixes() -> list[Course]:
    """Words that are chased, confirmed and disputed, a start in breach with its answers, a review up to its sign-off."""
    words = at_situation("on words").wait(24 * HOUR)
    words.fires(chase_verbal)
    words.does(confirm_verbal, PAUL, VerbalAnswer()).does(dispute_verbal, EVE, VerbalAnswer(words=WHY))
    breach = at_situation("started in breach").does(ratify_breach, EVE, None)
    breach.does(refuse_breach, PAUL, Reason(WHY))
    review = at_situation("watched, its review drafted").does(submit_review, BEN, ReviewHandIn(TEXT))
    review.does(return_review, EVE, Reason(WHY)).does(snooze_review, BEN, None).wait(30 * HOUR)
    review.fires(remind_review)
    review.does(extend_review, DORA, ReviewExtension(review.now + 90 * HOUR, WHY))
    review.does(add_to_timeline, QUINN, TimelineEntry(WHY, TIA, review.now))
    review.does(revise_issue, ANA, Issue("SEV2", WHY, WHY))
    older = a_course()
    older.neighbors = Neighbors(hotfixed_by=(ChangeId(8), "4.12.1"))
    older.fires(ask_whether_contained)
    return [words, breach, review, older, at_situation("done and signed"), turned(review=True)]


@pytest.mark.clause("G-LOG-1")
def test_every_kind_of_fact_is_folded_and_none_decides_anything() -> None:
    seen: set[type] = set()
    for course in courses():
        first, *rest = course.facts
        folded = list(accumulate(rest, apply, initial=replay([first])))
        assert folded[-1] == replay(course.facts) == apply_all(folded[0], rest)
        changed = [before != after for before, after in pairwise(folded)]
        assert changed == [not isinstance(fact, HotfixToContain) for fact in rest]
        seen |= {type(fact) for fact in course.facts}
    assert seen == set(get_args(Fact))


@pytest.mark.clause("G-ENV-2")
def test_an_exception_from_a_freeze_stays_with_the_change() -> None:
    course = a_course()
    excepted = apply(course.change, FreezeExcepted(FreezeId(1), DORA, WHY, course.now, EVE))
    assert [(each.freeze, each.by, each.deputy_for) for each in excepted.exceptions] == [(1, DORA, EVE)]


@pytest.mark.clause("G-LOG-1")
def test_facts_and_snapshots_cannot_be_edited() -> None:
    course = scheduled(a_course())
    for thing in (*course.facts, course.change, *course.change.approvals, *course.change.windows):
        assert is_dataclass(thing)
        with pytest.raises(AttributeError):
            setattr(thing, fields(thing)[0].name, None)


def test_a_change_begins_with_its_request_and_is_requested_once() -> None:
    course = a_course()
    with pytest.raises(TypeError):
        replay(course.facts[1:])
    with pytest.raises(TypeError):
        apply(course.change, course.facts[0])
    hotfix = at_situation("signed")
    with pytest.raises(TypeError):
        apply(hotfix.change, hotfix.facts[0])


@pytest.mark.clause("G-LOG-1")
@pytest.mark.clause("G-HOT-3")
@pytest.mark.clause("G-HOT-5")
def test_no_answer_to_a_breach_and_no_review_is_folded_where_there_is_none() -> None:
    declared = at_situation("signed")
    with pytest.raises(ValueError, match="in breach"):
        apply(declared.change, BreachAnswered(EVE, Role.ENGINEERING_MANAGER, True, WHY, declared.now))
    with pytest.raises(ValueError, match="review"):
        apply(declared.change, ReviewSigned(EVE, declared.now))


@pytest.mark.clause("G-HOT-5")
def test_a_new_start_opens_the_review_anew_and_keeps_what_was_written() -> None:
    course = at_situation("declared again").does(submit_review, DIRK, ReviewHandIn(TEXT))
    before = course.change.review
    course.does(start_production, DIRK, None)
    after = course.change.review
    assert before
    assert after
    assert (before.stage, after.stage) == (ReviewStage.SUBMITTED, ReviewStage.OPEN)
    assert (after.text, after.author, after.round) == (TEXT, DIRK, before.round)
    assert after.opened_at == course.now


@pytest.mark.clause("G-STD-2")
def test_the_newest_evidence_of_a_kind_counts() -> None:
    course = with_evidence(a_course(), proof(EvidenceKind.CI, EvidenceState.FAILED))
    assert course.change.evidence[EvidenceKind.CI].state is EvidenceState.FAILED
    with_evidence(course, proof(EvidenceKind.CI, text="run 3"))
    assert course.change.evidence[EvidenceKind.CI].text == "run 3"


def test_a_voided_approval_stays_on_record_with_when() -> None:
    course = revised(ready_for_staging(a_course()).wait(HOUR), version="4.13.0")
    assert [each.voided_at for each in course.change.approvals] == [course.now] * 3
    assert course.change.standing_approvals == ()
    assert [each.person for each in course.change.approvals]


def test_voiding_touches_one_approval_and_asks_that_stage_anew() -> None:
    change = scheduled(a_course()).change
    code, production = change.code_round, change.production_round
    after = apply(change, ApprovalVoided(4, ApprovalStage.PRODUCTION, PAUL, "why not", change.requested_at))
    assert [each.number for each in after.standing_approvals] == [1, 2, 3, 5]
    assert after.code_round == code
    assert after.production_round > production
    after = apply(change, ApprovalVoided(1, ApprovalStage.CODE, BEN, "why not", change.requested_at))
    assert (after.code_round > code, after.production_round) == (True, production)


def test_a_revision_of_what_approvers_were_shown_is_counted() -> None:
    course = a_course()
    counts = [course.change.revision]
    revised(course, plan=OTHER_PLAN)
    counts.append(course.change.revision)
    ready_for_staging(course)
    assert course.change.revision == counts[-1]
    revised(course, version="4.13.0")
    counts.append(course.change.revision)
    assert counts == sorted(set(counts))
    course = windowed(a_course())
    before = course.change.revision
    course.does(move_window, ANA, WishedWindow(FRIDAY, NO_WORDS))
    assert course.change.revision > before


def test_a_window_asked_for_anew_asks_its_approvers_anew_and_a_narrowed_one_does_not() -> None:
    course = windowed(a_course())
    asked = course.facts[-1]
    assert isinstance(asked, WindowProposed)
    wider = apply(course.change, replace(asked, number=2))
    narrower = apply(course.change, replace(asked, number=2, narrowed=True))
    assert wider.production_round == course.change.production_round + 1
    assert narrower.production_round == course.change.production_round


def test_a_new_version_is_a_new_thing_to_verify() -> None:
    course = in_staging(a_course())
    number = course.change.version_number
    assert revised(course, version="4.13.0").change.version_number == number + 1


def test_an_offered_window_is_gone_once_another_one_is_asked_for() -> None:
    course = windowed(a_course()).does(reject, PAUL, Rejection(WHY, counter=FRIDAY))
    assert course.change.counter is not None
    course.does(propose_window, ANA, WishedWindow(a_span(27, 10, 11), NO_WORDS))
    assert course.change.counter is None


def test_facts_about_one_deployment_leave_the_others_alone() -> None:
    course = watched(a_course())
    development, staging, production = course.change.deployments
    assert (development.outcome, staging.outcome) == (Outcome.SUCCEEDED, Outcome.SUCCEEDED)
    course.fires(nudge_monitoring)
    assert course.change.deployments[:2] == (development, staging)
    assert course.change.deployments[2] == replace(production, nudged=0, nudged_at=course.now)


def test_the_snapshot_after_the_request_is_the_request() -> None:
    change = a_course(form=replace(REQUEST, evidence=(), in_development=False)).change
    assert (change.requester, change.deployer, change.version) == (ANA, ANA, "4.12.0")
    assert (change.evidence, change.approvals, change.deployments, change.windows) == ({}, (), (), ())
