"""QA's and Product's attestation in staging."""

import pytest

from bot.rules.change import ReturnedBecause, WindowEnd
from bot.rules.inputs import VerificationInput
from bot.rules.life import Stage
from bot.rules.terms import NO_WORDS, PersonId, Role, Words
from bot.workflows.deploy import start_staging
from bot.workflows.verify import verify
from tests.acting import (
    ANA,
    BEN,
    DORA,
    LEA,
    OTHER_PLAN,
    PAUL,
    PETRA,
    PIA,
    QADIR,
    QUINN,
    STRANGER,
    TIA,
    Course,
    a_course,
    a_roster,
    clauses,
    in_staging,
    ready_for_staging,
    revised,
    scheduled,
    sentences,
    standing,
    verified,
    windowed,
)

PASSED = VerificationInput(passed=True, notes=NO_WORDS)
FAILED = VerificationInput(passed=False, notes=Words("the totals are wrong"))


def verifying(**held: tuple[PersonId, ...]) -> Course:
    return in_staging(a_course(a_roster(**held)))


def attested(course: Course) -> list[tuple[Role, PersonId]]:
    return [(each.role, each.person) for each in course.change.verifications]


@pytest.mark.clause("G-STD-6")
def test_qa_and_product_pass_it_in_whatever_order() -> None:
    for first, second in ((QUINN, PIA), (PIA, QUINN)):
        course = verifying().does(verify, first, PASSED)
        waiting = course.stage
        assert waiting is Stage.VERIFYING
        assert course.does(verify, second, PASSED).stage is Stage.VERIFIED


@pytest.mark.clause("G-STD-6")
@pytest.mark.parametrize("person", [ANA, BEN, TIA, LEA, PAUL, DORA, STRANGER])
def test_nobody_else_verifies(person: PersonId) -> None:
    refused = verifying().refuses(verify, person, PASSED)
    assert clauses(refused) == ["G-STD-6"]
    assert set(refused.gates[0].who) == {QUINN, QADIR, PIA, PETRA}


@pytest.mark.clause("G-STD-6")
def test_two_of_qa_are_not_qa_and_product() -> None:
    course = verifying().does(verify, QUINN, PASSED)
    assert sentences(course.refuses(verify, QADIR, PASSED)) == (
        "quinn passed it already. Nothing left for you here."
    )
    assert sentences(course.refuses(verify, QUINN, PASSED)) == "You passed it already."


@pytest.mark.clause("G-STD-6")
def test_one_person_who_is_both_attests_only_once() -> None:
    course = verifying(qa=(QUINN, QADIR), product=(QUINN, PIA)).does(verify, QUINN, PASSED)
    refused = course.refuses(verify, QUINN, PASSED)
    assert sentences(refused) == "You attested already; the other one is another person's."
    course.refuses(verify, QUINN, VerificationInput(passed=True, notes=NO_WORDS, role=Role.PRODUCT))


@pytest.mark.clause("G-STD-6")
def test_who_is_both_attests_as_the_one_that_is_missing() -> None:
    course = verifying(qa=(QUINN, QADIR), product=(QUINN,)).does(verify, QADIR, PASSED)
    course.does(verify, QUINN, PASSED)
    assert attested(course) == [(Role.QA, QADIR), (Role.PRODUCT, QUINN)]


@pytest.mark.clause("G-STD-6")
def test_who_is_both_may_choose() -> None:
    course = verifying(qa=(QUINN, QADIR), product=(QUINN, PIA))
    course.does(verify, QUINN, VerificationInput(passed=True, notes=NO_WORDS, role=Role.PRODUCT))
    assert attested(course) == [(Role.PRODUCT, QUINN)]
    course.refuses(verify, PIA, VerificationInput(passed=True, notes=NO_WORDS, role=Role.QA))


@pytest.mark.clause("G-STD-6")
def test_whoever_is_first_two_people_who_can_are_enough() -> None:
    course = verifying(qa=(QUINN, QADIR), product=(QUINN,))
    course.does(verify, QUINN, PASSED)
    course.does(verify, QADIR, PASSED)
    assert course.stage is Stage.VERIFIED


@pytest.mark.clause("G-STD-6")
def test_a_requester_who_holds_the_role_may_attest_for_one_of_the_two() -> None:
    course = verifying(qa=(ANA,), product=(ANA, PIA)).does(verify, ANA, PASSED)
    course.refuses(verify, ANA, PASSED)
    assert course.does(verify, PIA, PASSED).stage is Stage.VERIFIED


@pytest.mark.clause("G-STD-6")
@pytest.mark.parametrize("notes", ["", " \n"])
def test_a_fail_says_what_failed(notes: str) -> None:
    course = verifying()
    refused = course.refuses(verify, QUINN, VerificationInput(passed=False, notes=Words(notes)))
    assert clauses(refused) == ["G-STD-6"]
    assert course.stage is Stage.VERIFYING


@pytest.mark.clause("G-STD-6")
@pytest.mark.parametrize("build", [in_staging, verified, windowed, scheduled])
@pytest.mark.parametrize("person", [QUINN, QADIR, PIA, PETRA])
def test_a_fail_sends_the_change_back_until_production_has_started(build: object, person: PersonId) -> None:
    course = a_course()
    assert callable(build)
    build(course)
    had_a_window = course.change.window is not None
    course.does(verify, person, FAILED)
    assert course.stage is Stage.RETURNED
    assert course.change.returned
    assert course.change.returned.because is ReturnedBecause.VERIFICATION_FAILED
    assert standing(course) == [BEN, TIA, LEA]
    assert course.change.window is None
    if had_a_window:
        assert course.change.windows[-1].ended is WindowEnd.RETURNED


@pytest.mark.clause("G-STD-6")
def test_a_failed_version_is_passed_by_nobody() -> None:
    course = verifying().does(verify, QUINN, FAILED)
    for person in (QUINN, QADIR, PIA):
        course.refuses(verify, person, PASSED)


@pytest.mark.clause("G-STD-6")
def test_a_verification_counts_for_the_version_that_was_looked_at() -> None:
    course = verifying()
    seen = VerificationInput(passed=True, notes=NO_WORDS, revision=course.change.revision)
    revised(course, plan=OTHER_PLAN)
    assert course.refuses(verify, QUINN, seen).moved_on
    course.does(verify, QUINN, PASSED)
    revised(course, version="4.13.0")
    assert course.change.verified_by(Role.QA) is None


@pytest.mark.clause("G-STD-6")
def test_nothing_is_verified_before_staging_or_while_it_is_deployed_again() -> None:
    course = ready_for_staging(a_course())
    course.refuses(verify, QUINN, PASSED)
    course.does(start_staging, ANA, None).refuses(verify, QUINN, PASSED)
