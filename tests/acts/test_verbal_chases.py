"""Words that nobody confirmed are asked about again after 4 and 24 hours, and then a Director hears of it (G-HOT-2)."""

from datetime import datetime

import pytest

from bot.rules.change import Outcome
from bot.rules.hotfix_facts import VerbalChased
from bot.rules.hotfix_inputs import VerbalAnswer
from bot.rules.inputs import Finish, Reason, Revision
from bot.rules.terms import NO_WORDS, Role, Words
from bot.store import deadlines
from bot.workflows.deploy import finish_production, start_production
from bot.workflows.request import revise, withdraw
from bot.workflows.verbal import confirm_verbal, dispute_verbal
from tests.acts.conftest import Office
from tests.acts.incident import DAY, HOUR, MINUTE, NIGHT, Incident, at, runs_until, ticks

pytestmark = pytest.mark.clause("G-HOT-2")

EM, PM, DIRECTOR = Role.ENGINEERING_MANAGER, Role.PRODUCT_MANAGER, Role.ENGINEERING_DIRECTOR
RECORDED = NIGHT + 5 * MINUTE
CHASES = ("reminded", "reminder_escalated")


def recorded(office: Office) -> Incident:
    """The night's one form: Eve, Paul and Dora, and Ben as peer."""
    incident = Incident.declared(office, NIGHT, "omar", "4.12.2")
    at(office, RECORDED)
    incident.said_yes("omar", ("eve", EM), ("paul", PM), ("dora", DIRECTOR), ("ben", None))
    return incident


def chased(incident: Incident) -> list[tuple[datetime, int, int]]:
    """When which approval was asked about for which time."""
    return [(fact.at, fact.number, fact.step) for fact in incident.facts if isinstance(fact, VerbalChased)]


def numbers_of(incident: Incident, *names: str) -> list[int]:
    return [
        each.number for each in incident.change.approvals if each.person in {f"U0{n.upper()}" for n in names}
    ]


def test_unconfirmed_words_are_chased_after_4_and_24_hours_and_escalated_at_the_last(office: Office) -> None:
    incident = recorded(office)
    everybody = numbers_of(incident, "eve", "paul", "dora", "ben")
    runs_until(office, RECORDED + 4 * HOUR)
    assert chased(incident) == [(RECORDED + 4 * HOUR, number, 1) for number in everybody]
    assert incident.told(*CHASES) == [("reminded", (name,)) for name in ("eve", "paul", "dora", "ben")]
    runs_until(office, RECORDED + 5 * DAY)
    assert chased(incident)[4:] == [(RECORDED + DAY, number, 2) for number in everybody]
    assert incident.told(*CHASES)[4:] == [
        said
        for name in ("eve", "paul", "dora", "ben")
        for said in (("reminded", (name,)), ("reminder_escalated", ("engineering_director",)))
    ]
    assert incident.rows_say_what_the_log_says


def test_who_answered_is_not_asked_again(office: Office) -> None:
    incident = recorded(office)
    at(office, RECORDED + 3 * HOUR)
    incident.does("eve", confirm_verbal, VerbalAnswer())
    incident.does("paul", dispute_verbal, VerbalAnswer(words=Words("I said wait for the morning")))
    runs_until(office, RECORDED + 20 * HOUR)
    assert incident.told(*CHASES) == [("reminded", ("dora",)), ("reminded", ("ben",))]
    office.slack_is_asked()
    incident.does("ben", confirm_verbal, VerbalAnswer())
    incident.does("dora", confirm_verbal, VerbalAnswer())
    with office.app.database.read() as connection:
        assert deadlines.next_due(connection) is None
    runs_until(office, RECORDED + 5 * DAY)
    assert len(incident.told(*CHASES)) == 2


def test_a_word_for_a_version_that_was_given_up_is_not_asked_about(office: Office) -> None:
    incident = recorded(office)
    now = incident.change
    incident.does(
        "omar", revise, Revision("4.12.3", now.pull_requests, now.reviewers, now.plan, resubmit=False)
    )
    with office.app.database.read() as connection:
        assert deadlines.next_due(connection) is None
    runs_until(office, RECORDED + 5 * DAY)
    assert chased(incident) == []


@pytest.mark.parametrize("how", ["started", "withdrawn"])
def test_what_became_of_the_hotfix_does_not_end_the_question(office: Office, how: str) -> None:
    incident = recorded(office)
    if how == "started":
        incident.does("omar", start_production, None)
        incident.does("omar", finish_production, Finish(Outcome.SUCCEEDED, NO_WORDS))
    else:
        incident.does("omar", withdraw, Reason(Words("the bank mended it")))
    runs_until(office, RECORDED + DAY)
    assert [step for _, _, step in chased(incident)] == [1] * 4 + [2] * 4
    office.slack_is_asked()
    incident.does("eve", confirm_verbal, VerbalAnswer())


def test_after_a_downtime_it_is_asked_once_and_escalated_at_once(office: Office) -> None:
    incident = recorded(office)
    up = RECORDED + 2 * DAY
    office.moves_to(up)
    office.restarts()
    for _ in range(3):
        ticks(office)
    everybody = numbers_of(incident, "eve", "paul", "dora", "ben")
    assert chased(incident) == [(up, number, 2) for number in everybody]
    assert len([kind for kind, _ in incident.told("reminded")]) == 4


def test_words_that_were_recorded_later_are_chased_later(office: Office) -> None:
    incident = Incident.declared(office, NIGHT, "omar", "4.12.2")
    incident.said_yes("omar", ("eve", EM))
    at(office, NIGHT + HOUR)
    incident.said_yes("omar", ("paul", PM))
    runs_until(office, NIGHT + 5 * HOUR)
    assert [moment for moment, _, _ in chased(incident)] == [NIGHT + 4 * HOUR, NIGHT + 5 * HOUR]
    assert incident.told(*CHASES) == [("reminded", ("eve",)), ("reminded", ("paul",))]


def test_who_is_said_to_have_given_two_signatures_is_asked_once_each_time(office: Office) -> None:
    incident = Incident.declared(office, NIGHT, "ana", "4.12.2")
    incident.said_yes("ana", ("omar", None))
    assert len(numbers_of(incident, "omar")) == 2, "as peer, and as on-call engineer"
    runs_until(office, NIGHT + 2 * DAY)
    assert [to for kind, to in incident.told(*CHASES) if kind == "reminded"] == [("omar",), ("omar",)]
    assert len(incident.told("reminder_escalated")) == 1


def test_an_approval_by_button_is_never_asked_about(office: Office) -> None:
    incident = Incident.declared(office)
    incident.approved_by("ana", "eve", "paul")
    runs_until(office, NIGHT + 5 * DAY)
    assert chased(incident) == []
