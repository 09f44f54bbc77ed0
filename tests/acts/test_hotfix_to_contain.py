"""A hotfix that is done: the requesters of older standard changes that have not started are asked whether they contain it."""

import pytest

from bot.rules.change import Span
from bot.rules.hotfix_facts import HotfixToContain
from bot.rules.inputs import Reason, Report
from bot.rules.readings import Problem
from bot.rules.terms import ChangeId, ChangeType, Words
from bot.workflows.deploy import start_production
from bot.workflows.observe import observe
from bot.workflows.request import withdraw
from bot.workflows.watch import confirm_healthy
from tests.acts.conftest import Office
from tests.acts.incident import AFTERNOON, DAY, HOUR, MINUTE, Incident, at, ticks

pytestmark = pytest.mark.clause("G-TYPE-1")

CLOSED = AFTERNOON + 45 * MINUTE


def asked(office: Office, kind: ChangeType, version: str, service: str = "payments") -> Incident:
    """A change of the standard process."""
    requester, peer = ("cleo", "finn") if service == "storefront" else ("ana", "ben")
    answer = office.requests(version, service, kind, requester, peer)
    assert answer.scene, answer.said
    return Incident(office, answer.scene.change.id, requester)


def done(office: Office, deployed: Incident | None = None) -> Incident:
    """A hotfix that was deployed, watched and closed at `CLOSED`."""
    incident = deployed or Incident.deployed(office)
    at(office, CLOSED)
    incident.does("omar", confirm_healthy, None)
    return incident


def contained(change: Incident) -> list[tuple[ChangeId, str]]:
    return [(fact.hotfix, fact.version) for fact in change.facts if isinstance(fact, HotfixToContain)]


def test_each_requester_of_an_older_unstarted_change_is_asked_once(office: Office) -> None:
    routine, config = asked(office, ChangeType.ROUTINE, "5.0.0"), asked(office, ChangeType.CONFIG, "5.0.1")
    elsewhere = asked(office, ChangeType.ROUTINE, "5.0.2", "storefront")
    over = asked(office, ChangeType.INFRA, "5.0.3")
    over.does("ana", withdraw, Reason(Words("not now")))
    watched = Incident.deployed(office)
    ticks(office)
    assert contained(routine) == [], "in production is not yet done"
    hotfix = done(office, watched)
    younger = asked(office, ChangeType.ROUTINE, "5.0.4")
    for _ in range(3):
        ticks(office)
        office.passes(10 * MINUTE)
    office.restarts()
    ticks(office)
    for change in (routine, config):
        assert contained(change) == [(hotfix.id, "4.12.1")]
        assert change.told("hotfix_to_contain") == [("hotfix_to_contain", ("ana",))]
        assert change.stage == "preparing", "nothing else becomes of it"
        assert change.rows_say_what_the_log_says
    for change in (elsewhere, over, younger, hotfix):
        assert contained(change) == []


def test_another_declared_hotfix_is_not_asked(office: Office) -> None:
    other = Incident.declared(office, AFTERNOON - HOUR, "omar", "4.12.3")
    done(office)
    ticks(office)
    assert contained(other) == []


def test_what_started_before_the_question_came_is_not_asked(office: Office) -> None:
    window = Span(AFTERNOON, AFTERNOON + HOUR)
    scheduled = office.schedules(window, "5.0.0")
    done(office)
    assert office.does("ana", start_production, None, change=scheduled).done
    ticks(office)
    assert contained(Incident(office, scheduled, "ana")) == []


def test_a_hotfix_that_is_back_in_trouble_is_not_asked_about(office: Office) -> None:
    routine = asked(office, ChangeType.ROUTINE, "5.0.0")
    hotfix = done(office)
    hotfix.does("ana", observe, Report(Problem.CRITICAL_FAILURE, notes=Words("no totals")))
    ticks(office)
    assert contained(routine) == []


def test_a_second_hotfix_is_asked_about_too(office: Office) -> None:
    routine = asked(office, ChangeType.ROUTINE, "5.0.0")
    first = done(office)
    ticks(office)
    second = Incident.deployed(office, AFTERNOON + HOUR, "omar", "4.12.2")
    at(office, AFTERNOON + 2 * HOUR)
    second.does("omar", confirm_healthy, None)
    ticks(office)
    assert contained(routine) == [(first.id, "4.12.1"), (second.id, "4.12.2")]
    office.passes(DAY)
    ticks(office)
    assert len(contained(routine)) == 2
