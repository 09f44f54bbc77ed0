"""The guide's two hotfix nights through `Acts`, with both databases beneath, and what else becomes of a declared hotfix."""

import pytest

from bot.rules.change import Outcome
from bot.rules.hotfix import ReviewStage
from bot.rules.hotfix_inputs import BreachStart, Standardization, TimelineEntry, VerbalAnswer
from bot.rules.inputs import Finish, Reason, Report, RollbackStart
from bot.rules.readings import Figure, Problem
from bot.rules.terms import NO_WORDS, ChangeType, Role, Words
from bot.workflows.deploy import finish_production, start_production
from bot.workflows.hotfix import (
    add_to_timeline,
    ratify_breach,
    refuse_breach,
    start_in_breach,
    turn_into_standard,
)
from bot.workflows.observe import observe
from bot.workflows.request import withdraw
from bot.workflows.review import return_review, sign_review, submit_review
from bot.workflows.rollback import finish_rollback, start_rollback
from bot.workflows.verbal import confirm_verbal, dispute_verbal, record_verbal
from bot.workflows.watch import confirm_healthy
from tests.acts.conftest import Office
from tests.acts.incident import (
    AFTERNOON,
    DAY,
    HOUR,
    MINUTE,
    NIGHT,
    REVIEWED,
    Incident,
    at,
    record,
    runs_until,
)

SUCCEEDED = Finish(Outcome.SUCCEEDED, NO_WORDS)
EM, PM, DIRECTOR = Role.ENGINEERING_MANAGER, Role.PRODUCT_MANAGER, Role.ENGINEERING_DIRECTOR
ERRORS = Report(Problem.ERROR_RATE, now=Figure(0.9, 24_000), before=Figure(0.5, 24_000))
NOBODY = BreachStart(Words("all EU cards fail"), Words("Eve and Paul by phone, twice; Dora by text"))


@pytest.mark.clause("G-HOT-1", "G-HOT-2", "G-HOT-3", "G-HOT-4", "G-HOT-5")
def test_the_hotfix_at_two_in_the_afternoon(office: Office) -> None:
    incident = Incident.declared(office, AFTERNOON, "ben", "4.12.1")
    at(office, AFTERNOON + 2 * MINUTE)
    missing = incident.refused("ben", start_production, None)
    for name in ("Engineering Manager", "Product Manager", "peer"):
        assert name in missing
    incident.approved_by("ana")
    at(office, AFTERNOON + 5 * MINUTE)
    incident.said_yes("ben", ("paul", PM))
    assert "your own word" in incident.refused("ben", record_verbal, record(office, ("ben", EM)))
    incident.approved_by("eve")
    at(office, AFTERNOON + 8 * MINUTE)
    incident.does("ben", start_production, None)
    at(office, AFTERNOON + 15 * MINUTE)
    incident.does("ben", finish_production, SUCCEEDED)
    assert incident.stage == "monitoring"
    at(office, AFTERNOON + 20 * MINUTE)
    incident.does("ana", observe, ERRORS)
    assert incident.stage == "rollback_required"
    runs_until(office, AFTERNOON + 25 * MINUTE)
    assert incident.told("alarm_again")
    at(office, AFTERNOON + 26 * MINUTE)
    incident.does("ben", start_rollback, RollbackStart())
    at(office, AFTERNOON + 30 * MINUTE)
    incident.does("ben", finish_rollback, SUCCEEDED)
    at(office, AFTERNOON + 40 * MINUTE)
    incident.does("paul", confirm_verbal, VerbalAnswer())
    assert incident.told("verbal_confirmed") == [("verbal_confirmed", ("ben",))]
    at(office, AFTERNOON + HOUR)
    incident.does("omar", confirm_healthy, None)
    assert incident.stage == "rolled_back"
    _reviewed(incident)


def _reviewed(incident: Incident) -> None:
    """Monday: handed in, returned, handed in again; signed once the Tech Lead has read the code, too."""
    office = incident.office
    at(office, AFTERNOON + 4 * DAY + HOUR)
    incident.does("ben", submit_review, REVIEWED)
    incident.does("eve", return_review, Reason(Words("no owner for follow-up 2")))
    assert incident.told("review_returned") == [("review_returned", ("ben",))]
    incident.does("ben", submit_review, REVIEWED)
    assert "Tech Lead" in incident.refused("eve", sign_review, None)
    incident.approved_by("tia")
    incident.does("eve", sign_review, None)
    assert incident.change.review
    assert incident.change.review.stage is ReviewStage.SIGNED
    assert incident.rows_say_what_the_log_says


@pytest.mark.clause("G-APP-4")
@pytest.mark.clause("G-HOT-2")
def test_the_hotfix_at_two_in_the_night(office: Office) -> None:
    incident = Incident.declared(office, NIGHT, "omar", "4.12.2")
    at(office, NIGHT + 5 * MINUTE)
    incident.said_yes("omar", ("eve", EM), ("paul", PM), ("dora", DIRECTOR), ("ben", None))
    at(office, NIGHT + 6 * MINUTE)
    incident.does("omar", start_production, None)
    at(office, NIGHT + 22 * MINUTE)
    incident.does("omar", finish_production, SUCCEEDED)
    at(office, NIGHT + 52 * MINUTE)
    incident.does("omar", confirm_healthy, None)
    assert incident.stage == "done"
    runs_until(office, NIGHT + 6 * HOUR)
    assert len(incident.told("reminded")) == 4
    at(office, NIGHT + 6 * HOUR)
    for name in ("eve", "dora", "ben"):
        incident.does(name, confirm_verbal, VerbalAnswer())
    assert incident.told("verbal_confirmed") == [], "Paul has not answered"
    incident.does("paul", dispute_verbal, VerbalAnswer(words=Words("I said wait for the morning")))
    assert incident.told("verbal_disputed") == [("verbal_disputed", ("omar", "engineering_director"))]
    (disputed,) = [each for each in incident.change.approvals if each.disputed_at]
    assert (disputed.person, disputed.dispute) == ("U0PAUL", "I said wait for the morning")
    assert "disputed this already" in incident.refused("paul", confirm_verbal, VerbalAnswer())
    assert incident.stage == "done"
    assert incident.rows_say_what_the_log_says


@pytest.mark.clause("G-HOT-3")
def test_the_same_night_with_nobody_reachable(office: Office) -> None:
    incident = Incident.declared(office, NIGHT, "omar", "4.12.2")
    incident.refused("omar", start_production, None)
    incident.refused("quinn", start_in_breach, NOBODY)
    incident.does("omar", start_in_breach, NOBODY)
    assert incident.stage == "deploying"
    assert incident.told("started_in_breach") == [("started_in_breach", ("engineering_director",))]
    assert incident.change.breach
    assert {seat.value for seat in incident.change.breach.missing} == {
        "engineering_manager",
        "product_manager",
        "engineering_director",
        "peer",
    }
    at(office, NIGHT + 2 * DAY)
    incident.does("eve", ratify_breach, None)
    incident.does("paul", refuse_breach, Reason(Words("the night's traffic could have waited")))
    assert "answer for themselves" in incident.refused("omar", ratify_breach, None)
    assert "Answering is for" in incident.refused("emil", ratify_breach, None)
    answers = {each.person: each.ratified for each in incident.change.breach.answers}
    assert answers == {"U0EVE": True, "U0PAUL": False}
    assert [to for _, to in incident.told("breach_answered")] == [("engineering_director", "omar")] * 2
    assert incident.rows_say_what_the_log_says


@pytest.mark.clause("G-HOT-3")
def test_a_second_start_in_breach_is_answered_for_by_itself(office: Office) -> None:
    incident = Incident.declared(office, NIGHT, "omar", "4.12.2")
    incident.does("omar", start_in_breach, NOBODY)
    incident.does("eve", ratify_breach, None)
    incident.does("omar", finish_production, Finish(Outcome.FAILED_UNTOUCHED, Words("no build")))
    incident.does("omar", start_in_breach, NOBODY)
    assert incident.change.breach
    assert incident.change.breach.answers == (), "in the same second, too"
    incident.does("emil", ratify_breach, None)
    assert incident.rows_say_what_the_log_says


@pytest.mark.clause("G-HOT-2")
@pytest.mark.parametrize("signer", ["paul", "priya"])
def test_a_dispute_blocks_what_has_not_started_until_a_holder_of_the_role_presses_approve(
    office: Office, signer: str
) -> None:
    incident = Incident.declared(office)
    incident.approved_by("ana", "eve")
    incident.said_yes("ben", ("paul", PM))
    incident.does("paul", dispute_verbal, VerbalAnswer(words=Words("I said tomorrow")))
    assert "paul disputes" in incident.refused("ben", start_production, None)
    incident.said_yes("ben", ("priya", PM))
    assert "paul disputes" in incident.refused("ben", start_production, None), "a word is no button"
    incident.approved_by(signer)
    incident.does("ben", start_production, None)
    assert any(each.disputed_at for each in incident.change.approvals)
    assert incident.rows_say_what_the_log_says


@pytest.mark.clause("G-HOT-2")
def test_a_dispute_follows_the_version_into_the_next_hotfix_that_carries_it(office: Office) -> None:
    first = Incident.declared(office)
    first.said_yes("ben", ("paul", PM))
    first.does("paul", dispute_verbal, VerbalAnswer(words=Words("I said tomorrow")))
    first.does("ben", withdraw, Reason(Words("another way")))
    second = Incident.declared(office, AFTERNOON + HOUR)
    second.approved_by("ana", "eve")
    second.said_yes("ben", ("priya", PM))
    assert "paul disputes" in second.refused("ben", start_production, None)
    second.approved_by("paul")
    second.does("ben", start_production, None)


@pytest.mark.clause("G-HOT-1")
def test_an_incident_has_several_hotfixes_of_which_one_at_a_time_is_deployed(office: Office) -> None:
    first = Incident.declared(office)
    second = Incident.declared(office, AFTERNOON + MINUTE, "omar", "4.12.3")
    for each in (first, second):
        each.approved_by("ana", "eve", "paul")
    first.does("ben", start_production, None)
    assert "CHG-1" in second.refused("omar", start_production, None)
    assert "CHG-1" in second.refused("omar", start_in_breach, NOBODY), "a breach is of approvals only"
    first.does("ben", finish_production, Finish(Outcome.FAILED_UNTOUCHED, Words("no build")))
    second.does("omar", start_production, None)
    second.does("omar", add_to_timeline, TimelineEntry(Words("the bank is up"), None, AFTERNOON))
    first.does("ben", withdraw, Reason(Words("4.12.3 does it")))
    assert (first.stage, second.stage) == ("withdrawn", "deploying")
    for each in (first, second):
        assert each.change.review
        assert each.change.review.stage is ReviewStage.OPEN
        assert each.rows_say_what_the_log_says


@pytest.mark.clause("G-TYPE-1")
def test_a_hotfix_that_can_wait_goes_the_standard_way_and_its_code_review_with_it(office: Office) -> None:
    incident = Incident.declared(office)
    incident.approved_by("ana", "eve")
    incident.said_yes("ben", ("paul", PM))
    incident.does("ben", turn_into_standard, Standardization(ChangeType.ROUTINE))
    change = incident.change
    assert (incident.stage, change.type) == ("preparing", ChangeType.ROUTINE)
    assert [each.person for each in change.standing_approvals] == ["U0ANA"]
    assert change.issue, "what it was declared for stays on record"
    runs_until(office, AFTERNOON + 2 * DAY)
    assert ("reminded", ("paul",)) not in incident.told("reminded"), "a void word is not asked about"
    assert incident.told("review_due") == [], "what never started owes no review"
    assert incident.rows_say_what_the_log_says


@pytest.mark.clause("G-HOT-5")
def test_a_hotfix_that_never_started_is_withdrawn_without_a_review(office: Office) -> None:
    incident = Incident.declared(office)
    incident.does("ben", withdraw, Reason(Words("the bank mended it")))
    assert incident.stage == "withdrawn"
    assert incident.change.review is None
    runs_until(office, AFTERNOON + 5 * DAY)
    assert incident.told("review_due") == []
    assert incident.rows_say_what_the_log_says
