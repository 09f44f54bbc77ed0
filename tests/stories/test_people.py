"""Who holds which role, as people live it: user groups, people who leave, deputies."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.demo import harbor as harbor_file
from bot.rules.company_facts import DelegationEnded, DelegationNamed
from bot.rules.facts import ApprovalGiven
from bot.rules.terms import ChangeId, Role
from bot.sandbox import UserGroup
from bot.sandbox.faults import Fault
from bot.sandbox.stories.stage import on
from bot.store.changes import load_change
from tests.stories.companies import TECH_LEADS, At, company

WITH_GROUP = harbor_file().replace('tech_lead = ["tia", "tom"]', 'tech_lead = ["@S0TECHLEADS"]', 1)
UP_TO_THE_PEER = 6
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def at(database_url: str) -> Iterator[At]:
    with company(database_url) as opened:
        yield opened


@pytest.fixture
def grouped(database_url: str) -> Iterator[At]:
    """Tech Leads are whoever is in the user group: Tia and Tom."""
    with company(database_url, WITH_GROUP) as opened:
        opened.sandbox.buys_plan(UserGroup(TECH_LEADS, "tech-leads", "Tech Leads", ("U0TIA", "U0TOM")))
        yield opened


# User groups


@pytest.mark.clause("G-APP-1")
def test_whoever_is_in_the_user_group_holds_its_role(grouped: At) -> None:
    grouped.plays(UP_TO_THE_PEER)
    assert grouped.presses("tia", "Approve") == ""
    assert "Tia (Tech Lead)" in grouped.stage.card.text


@only_sqlite
def test_whoever_leaves_the_group_can_no_longer_sign_and_whoever_joins_can(grouped: At) -> None:
    grouped.plays(UP_TO_THE_PEER - 1)
    grouped.sandbox.changes_group(TECH_LEADS, "cleo")
    refused = grouped.presses("tia", "Approve")
    assert "no role" in refused
    assert "Cleo" in refused
    assert grouped.presses("cleo", "Approve") == ""
    assert "Cleo (Tech Lead)" in grouped.stage.card.text
    assert grouped.sandbox.wire.refusals == []


@only_sqlite
def test_cards_and_messages_follow_a_group_that_changed(grouped: At) -> None:
    grouped.plays(1)
    assert "Tia or Tom" in grouped.stage.card.text
    grouped.sandbox.changes_group(TECH_LEADS, "cleo")
    grouped.demo.app.company.directory.groups.refresh()
    grouped.demo.settle()
    assert "Tia" not in grouped.stage.card.text
    assert "Cleo" in grouped.stage.card.text
    assert "Tech Lead" in grouped.stage.dm("cleo", "asks you").text


@pytest.mark.clause("G-APP-1")
@pytest.mark.parametrize("word", ["paid_teams_only", "not_allowed", "missing_scope", None])
@only_sqlite
def test_a_silent_directory_lets_the_last_answer_count_for_a_day_and_flags_it(
    grouped: At, word: str | None
) -> None:
    grouped.plays(UP_TO_THE_PEER - 1)
    fault = Fault(error=word) if word else Fault(drop=True)
    grouped.sandbox.faults.next("usergroups.users.list", fault, times=50)
    grouped.group_was_read(ago=timedelta(hours=3))
    assert grouped.presses("tia", "Approve") == ""
    entry = grouped.last()
    assert entry.act == "approve"
    assert entry.directory_age in range(3 * 3600, 3 * 3600 + 60)
    assert "Slack did not answer in time: its answer of 3 h ago counted." in str(entry.said)


@pytest.mark.clause("G-APP-1")
@only_sqlite
def test_an_answer_older_than_a_day_gives_nobody_the_role_and_the_sentence_says_so(grouped: At) -> None:
    grouped.plays(UP_TO_THE_PEER - 1)
    grouped.sandbox.cancels_plan()
    grouped.group_was_read(ago=timedelta(hours=24))
    refused = grouped.presses("tia", "Approve")
    assert "Slack does not say who is in the role's user group" in refused
    assert "user group" in grouped.says("ana", "/deploy why CHG-1")
    assert grouped.last().outcome == "refused"


@only_sqlite
def test_on_a_free_plan_nobody_holds_a_role_through_a_group(database_url: str) -> None:
    with company(database_url, WITH_GROUP) as free:
        free.requests()
        assert "nobody – Slack does not say who is in the role's user group" in free.stage.card.text
        assert "Slack does not say" in free.presses("tia", "Approve")


def test_a_fresh_answer_is_not_flagged(grouped: At) -> None:
    grouped.plays(UP_TO_THE_PEER)
    assert {entry.directory_age for entry in grouped.entries()} == {None}


# People who left


@only_sqlite
@pytest.mark.clause("G-APP-1")
def test_a_deactivated_person_is_asked_and_named_no_more(at: At) -> None:
    at.plays(1)
    assert "Tia or Tom" in at.stage.card.text
    at.sandbox.deactivates("tia")
    at.demo.settle()
    assert "Tia" not in at.stage.card.text
    assert "Tom" in at.stage.card.text


# Deputies


@pytest.mark.clause("G-APP-4")
def test_a_deputy_signs_for_the_holder_and_both_names_are_shown(at: At) -> None:
    ends = on(2, "18:00")
    assert at.names_deputy("tia", Role="Tech Lead", Service="payments", Deputy="Cleo", To=ends) == {}
    told = at.stage.dm("cleo", "Tech Lead of payments")
    assert "Tia named you" in told.text
    assert "for Tia" in told.text
    at.plays(1)
    assert at.presses("cleo", "Approve") == ""
    assert "Cleo for Tia (Tech Lead)" in at.stage.card.text
    (given,) = [fact for fact in at.last().facts if isinstance(fact, ApprovalGiven)]
    assert [(each.role, each.principal) for each in given.deputizing] == [(Role.TECH_LEAD, "U0TIA")]
    assert "as Tech Lead for Tia" in str(at.last().said)
    with at.demo.app.database.read() as connection:
        change = load_change(connection, ChangeId(1))
    assert change is not None
    assert change.standing_approvals[0].deputizing == given.deputizing


@only_sqlite
def test_a_director_names_a_deputy_for_a_holder_and_both_are_told_once(at: At) -> None:
    assert at.names_deputy("dora", Role="QA", For_whom="Quinn", Deputy="Gina") == {}
    assert "Dora named you QA of all services" in at.stage.dm("gina").text
    assert "Dora named Gina as your deputy" in at.stage.dm("quinn").text
    assert len(at.sandbox.person("gina").dms()) == len(at.sandbox.person("quinn").dms()) == 1
    assert at.sandbox.person("dora").dms() == []
    (named,) = at.last("workspace").facts
    assert isinstance(named, DelegationNamed)
    assert (named.principal, named.deputy, named.by) == ("U0QUINN", "U0GINA", "U0DORA")


@only_sqlite
@pytest.mark.parametrize(
    ("who", "filled", "field", "sentence"),
    [
        ("cleo", {"Role": "Tech Lead", "Deputy": "Finn"}, "For whom", "You do not hold Tech Lead"),
        (
            "cleo",
            {"Role": "Tech Lead", "For_whom": "Tia", "Deputy": "Finn"},
            "For whom",
            "is for Tia or the Engineering Director",
        ),
        (
            "dora",
            {"Role": "QA", "For_whom": None, "Deputy": "Finn"},
            "For whom",
            "say for whom the deputy acts",
        ),
        ("tia", {"Role": "Tech Lead", "Deputy": "Tom"}, "Deputy", "is Tech Lead of all services already"),
        ("tia", {"Role": "Tech Lead", "Deputy": "Gus"}, "Deputy", "guests hold no role"),
        ("tia", {"Role": "Tech Lead", "Deputy": "Zed"}, "Deputy", "another workspace"),
        (
            "tia",
            {"Role": "Tech Lead", "Deputy": "Finn", "To": on(30, "09:00")},
            "To",
            "ends before it starts",
        ),
        (
            "tia",
            {"Role": "Tech Lead", "Deputy": "Finn", "From": on(30, "08:00"), "To": on(30, "09:00")},
            "To",
            "over already",
        ),
    ],
)
def test_a_deputy_who_cannot_be_named_is_refused_beside_the_field(
    at: At, who: str, filled: dict[str, object], field: str, sentence: str
) -> None:
    problems = at.names_deputy(who, **filled)
    assert list(problems) == [field]
    assert sentence in problems[field]
    assert at.last("workspace").outcome == "refused"


@only_sqlite
def test_a_delegation_is_ended_early_by_the_holder_and_then_counts_no_more(at: At) -> None:
    assert at.names_deputy("tia", Role="Tech Lead", Deputy="Cleo") == {}
    at.plays(1)
    at.says("finn", "/deploy delegate")
    finn = at.sandbox.person("finn")
    assert finn.modal is not None
    assert "Cleo for Tia" in finn.modal.text
    finn.clicks("End", near="Cleo for Tia")
    at.demo.settle()
    assert finn.modal is not None
    assert "Ending this delegation is for the holder" in finn.modal.text
    at.says("tia", "/deploy delegate")
    tia = at.sandbox.person("tia")
    tia.clicks("End", near="Cleo for Tia")
    at.demo.settle()
    assert tia.modal is not None
    assert "no longer acts as Tech Lead" in tia.modal.text
    assert "Nobody is named as a deputy" in tia.modal.text
    assert isinstance(at.last("workspace").facts[0], DelegationEnded)
    assert "is over since" in at.stage.dm("cleo", "Cleo for Tia").text
    assert "no role" in at.presses("cleo", "Approve")
    assert at.sandbox.wire.refusals == []


@only_sqlite
def test_a_delegation_expires_by_itself_and_nobody_is_asked_through_it_any_more(at: At) -> None:
    assert at.names_deputy("tia", Role="Tech Lead", Deputy="Cleo", To=on(30, "12:00")) == {}
    at.plays(1)
    assert "Cleo" in at.stage.card.text
    at.sandbox.clock.move_to(on(30, "12:00"))
    at.demo.settle()
    assert "Cleo" not in at.stage.card.text
    assert "no role" in at.presses("cleo", "Approve")


@only_sqlite
def test_a_standing_deputy_of_the_file_counts_without_an_end(database_url: str) -> None:
    standing = '\n[[deputies]]\nrole = "tech_lead"\nfor = "tia"\ndeputy = "cleo"\nservices = ["payments"]\n'
    with company(database_url, harbor_file() + standing) as opened:
        opened.says("ana", "/deploy delegate")
        modal = opened.sandbox.person("ana").modal
        assert modal is not None
        assert "Cleo for Tia · Tech Lead of payments" in modal.text
        opened.plays(1)
        assert opened.presses("cleo", "Approve") == ""
        assert "Cleo for Tia (Tech Lead)" in opened.stage.card.text
