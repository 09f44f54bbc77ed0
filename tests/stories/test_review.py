"""The post-incident review from end to end (G-HOT-5): prepared, written, handed in, signed – and reminded of until then."""

from typing import Any

import pytest

from bot.act import Verb
from bot.decided import Caller
from bot.demo import Demo
from bot.rules.change import Outcome, PullRequest, RollbackPlan
from bot.rules.hotfix import How, Issue
from bot.rules.hotfix_inputs import HotfixDeclaration, SpokenBy, VerbalAnswer, VerbalRecord
from bot.rules.inputs import Finish, Seen
from bot.rules.terms import ChangeId, PersonId, Role, ServiceName, Words
from bot.sandbox.messages import Message
from bot.sandbox.stories.stage import Stage, on
from bot.workflows.approve import approve
from bot.workflows.deploy import finish_production, start_production
from bot.workflows.verbal import confirm_verbal, record_verbal
from tests.short_form import only_in_the_whole_form

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
pytestmark = pytest.mark.clause("G-HOT-5")
WRITTEN = {
    "Root cause": "the new certificate was not pinned",
    "Follow-up actions": "Alert 30 days before a certificate ends – Ana, 15 Jan",
}


class Incident:
    """A hotfix of a Saturday night, done by acts: what people do about its review comes through the front door."""

    def __init__(self, stage: Stage, harbor: Demo) -> None:
        self.stage, self.acts = stage, harbor.app.acts
        self.number = ChangeId(0)
        self._keys = 0

    def at(self, day: int, clock: str) -> None:
        """Let it be this time in Berlin, in December."""
        self.stage.sandbox.clock.move_to(on(day, clock))
        self.stage.settle()

    def does(self, name: str, verb: Verb[Any], form: object) -> None:
        """Somebody does something to the hotfix."""
        answer = self.acts.perform(self._caller(name), self.number, verb, form)
        assert answer.done, answer.said
        self.stage.settle()

    def is_declared(self) -> None:
        """02:09, by Omar, who is on call; the peer has looked, the managers and a Director said yes by phone."""
        self.at(5, "2:09")
        declared = self.acts.declare(
            self._caller("omar"),
            HotfixDeclaration(
                service=ServiceName("payments"),
                version="4.12.1",
                issue=Issue("SEV1", Words("Checkout fails for all EU cards")),
                channel="",
                pull_requests=(PullRequest(Words("#887"), (PersonId("U0OMAR"),)),),
                reviewers=(PersonId("U0BEN"),),
                plan=RollbackPlan(Words("redeploy 4.12.0"), pretested=False, pretest=Words("no time")),
            ),
        )
        assert declared.done, declared.said
        assert declared.scene
        self.number = declared.scene.change.id
        self.does("ben", approve, Seen())
        self.at(5, "2:14")
        said = VerbalRecord(
            tuple(
                SpokenBy(PersonId(f"U0{name.upper()}"), role)
                for name, role in (
                    ("eve", Role.ENGINEERING_MANAGER),
                    ("paul", Role.PRODUCT_MANAGER),
                    ("dora", Role.ENGINEERING_DIRECTOR),
                )
            ),
            Words("yes, roll it"),
            How.PHONE,
            on(5, "2:12"),
            PersonId("U0LEA"),
        )
        self.does("omar", record_verbal, said)

    def is_deployed(self) -> None:
        """Started 02:25 and in production 02:31, so that its review is due Tuesday 02:31."""
        self.is_declared()
        self.at(5, "2:25")
        self.does("omar", start_production, None)
        self.at(5, "2:31")
        self.does("omar", finish_production, Finish(Outcome.SUCCEEDED, Words("")))

    def presses(self, name: str, button: str) -> str:
        """Somebody presses a button on their newest message that has it; returns what only they read then."""
        message = [each for each in self.stage.person(name).dms() if f"[{button}]" in each.text][-1]
        return self.stage.presses_button(name, button, message)

    def hands_in(self) -> None:
        """Omar writes what only he knows, and hands it in."""
        self.presses("omar", "Submit for sign-off…")
        assert self.stage.fills_and_submits("omar", WRITTEN) == {}

    def _caller(self, name: str) -> Caller:
        self._keys += 1
        return Caller(PersonId(f"U0{name.upper()}"), "T0HARBOR", "test", f"incident:{self._keys}")


@pytest.fixture
def incident(stage: Stage, harbor: Demo) -> Incident:
    return Incident(stage, harbor)


def told(incident: Incident, *names: str) -> dict[str, int]:
    """How many messages about the review each of them has."""
    return {name: len(reminders(incident, name)) for name in names}


def reminders(incident: Incident, name: str) -> list[Message]:
    return [each for each in incident.stage.person(name).dms() if "review of CHG-1" in each.text]


def test_those_who_owe_it_are_reminded_at_each_moment_and_the_newest_message_counts(
    incident: Incident, harbor: Demo
) -> None:
    incident.is_deployed()
    incident.at(6, "2:30")
    assert told(incident, "omar", "eve", "emil", "dora") == {"omar": 0, "eve": 0, "emil": 0, "dora": 0}
    incident.at(6, "2:31")
    (first,) = reminders(incident, "omar")
    assert first.text.startswith(
        "⏳ Omar, the review of CHG-1 is due in 48 hours (Tuesday, December 8th 02:31).\n"
        "The draft has the timeline and the approvals; missing: root cause, follow-up actions.\n"
        "Open: code review (Tech Lead: Tia or Tom), confirmations by Eve, Paul and Dora."
    )
    assert "[[Open draft]] [Submit for sign-off…] [Snooze until tomorrow] [Open card]" in first.text
    (to_eve,) = reminders(incident, "eve")
    assert to_eve.text.startswith("⏳ Eve, Omar owes the review of CHG-1, which is due in 48 hours")
    assert "[Read] [Snooze until tomorrow] [Open card]" in to_eve.text
    for count, (day, clock) in enumerate(((7, "2:31"), (7, "20:31"), (8, "2:31")), start=2):
        incident.at(day, clock)
        assert told(incident, "omar", "eve", "dora") == {"omar": count, "eve": count, "dora": 0}
    assert first.text == "ℹ️ You were reminded again since: the newer message counts. · review of CHG-1"
    newest = reminders(incident, "omar")[-1]
    assert "is due now (Tuesday, December 8th 02:31)" in newest.text
    assert "Snooze" not in newest.text
    assert sum("[[Open draft]]" in each.text for each in reminders(incident, "omar")) == 1
    incident.at(9, "2:31")
    assert told(incident, "omar", "eve", "dora") == {"omar": 5, "eve": 5, "dora": 1}
    (to_dora,) = reminders(incident, "dora")
    assert "which is 24 hours overdue (due Tuesday, December 8th 02:31)" in to_dora.text
    assert "[Read] [Extend…] [Open card]" in to_dora.text
    assert harbor.sandbox.wire.refusals == []


def test_an_author_gets_from_the_reminder_to_the_sign_off_in_two_clicks_and_then_nobody_is_reminded(
    incident: Incident, harbor: Demo
) -> None:
    incident.is_deployed()
    incident.at(6, "2:31")
    incident.hands_in()
    assert incident.stage.presses == {"omar": 2}
    (settled,) = reminders(incident, "omar")
    assert settled.text.startswith(
        "✅ You handed it in Sunday, December 6th 02:31. Eve, Emil, Dora or Dana can sign it."
    )
    ask = incident.stage.dm("eve", "sign off")
    assert ask.text.startswith(
        "Omar asks you, as Engineering Manager, to sign off the review of hotfix payments 4.12.1"
    )
    assert "Open: code review (Tech Lead: Tia or Tom)" in ask.text
    assert "[[Read and sign]] [Return…] [Open card]" in ask.text

    incident.presses("eve", "Read and sign")
    shown = incident.stage.person("eve").modal
    assert shown
    assert "You can't sign it yet\n⛔ The code review is open (Tech Lead): Tia or Tom." in shown.text
    assert "[[Sign]]" not in shown.text
    assert "the new certificate was not pinned" in shown.text
    assert "Omar started DEP-1" in shown.text
    incident.stage.person("eve").closes()

    incident.presses("tia", "Approve")
    incident.presses("eve", "Read and sign")
    assert incident.stage.fills_and_submits("eve", {}) == {}
    assert incident.stage.person("eve").modal is None
    assert "You signed the review Sunday, December 6th 02:31." in ask.text
    assert "Eve signed the review Sunday, December 6th 02:31. Nothing left for you here." in settled.text
    assert "Review signed by Eve" in incident.stage.card.text
    before = told(incident, "omar", "eve", "emil", "dora")
    incident.at(12, "2:31")
    assert told(incident, "omar", "eve", "emil", "dora") == before
    assert harbor.sandbox.wire.refusals == []


@only_in_the_whole_form
@only_sqlite
def test_what_was_typed_is_kept_whatever_is_still_missing(incident: Incident) -> None:
    incident.is_deployed()
    incident.at(6, "2:31")
    incident.presses("omar", "Submit for sign-off…")
    problems = incident.stage.fills_and_submits("omar", {"Root cause": "a pinned certificate"})
    assert problems == {"Follow-up actions": "The review lacks its follow-up actions."}
    incident.stage.person("omar").closes()
    assert "The draft is kept; missing: follow-up actions." in reminders(incident, "omar")[0].text

    incident.presses("omar", "Open draft")
    form = incident.stage.person("omar").modal
    assert form
    assert "Root cause (optional): a pinned certificate" in form.text
    assert incident.stage.fills_and_submits("omar", {"Summary": "EU cards failed for 22 minutes"}) == {}
    incident.does("eve", confirm_verbal, VerbalAnswer())
    incident.presses("omar", "Open draft")
    form = incident.stage.person("omar").modal
    assert form
    assert "Summary (optional): EU cards failed for 22 minutes" in form.text
    assert "Eve confirmed" in form.text, "a timeline that was left as it is goes on growing"
    assert "✅ Eve (Engineering Manager) by phone – confirmed" in form.text


@only_in_the_whole_form
@only_sqlite
def test_a_returned_review_goes_back_to_its_author_and_is_asked_about_anew(incident: Incident) -> None:
    incident.is_deployed()
    incident.at(6, "2:31")
    incident.hands_in()
    first = incident.stage.dm("eve", "sign off")
    incident.presses("emil", "Return…")
    assert incident.stage.fills_and_submits("emil", {"What is missing?": "who watches the pins?"}) == {}
    assert "Emil returned it: “who watches the pins?”. It is Omar's turn." in first.text
    returned = incident.stage.dm("omar", "returned the review")
    assert "who watches the pins?" in returned.text
    assert "Open draft" in returned.text
    incident.hands_in()
    assert "Omar handed it in anew: a new message asks you." in first.text
    assert incident.stage.dm("eve", "sign off").text.startswith("Omar asks you")


@only_in_the_whole_form
@only_sqlite
def test_a_signature_is_for_what_was_read(incident: Incident) -> None:
    incident.is_deployed()
    incident.presses("tia", "Approve")
    incident.at(6, "2:31")
    incident.hands_in()
    incident.presses("eve", "Read and sign")
    incident.presses("emil", "Return…")
    assert incident.stage.fills_and_submits("emil", {"What is missing?": "who watches the pins?"}) == {}
    incident.hands_in()
    assert incident.stage.fills_and_submits("eve", {}) == {}
    refused = incident.stage.person("eve").modal
    assert refused
    assert "The review was handed in anew since you read it: read it once more." in refused.text
    assert "Review waits for its sign-off" in incident.stage.card.text


@only_in_the_whole_form
@only_sqlite
def test_a_manager_returns_what_they_are_reading_and_is_left_with_no_form(incident: Incident) -> None:
    incident.is_deployed()
    incident.at(6, "2:31")
    incident.hands_in()
    incident.presses("eve", "Read and sign")
    incident.stage.person("eve").clicks("Return…")
    incident.stage.settle()
    assert incident.stage.fills_and_submits("eve", {"What is missing?": "the impact in money"}) == {}
    assert incident.stage.person("eve").modal is None
    assert "Eve returned it: “the impact in money”" in incident.stage.card.text


@only_in_the_whole_form
@only_sqlite
def test_whoever_snoozes_is_left_in_peace_until_tomorrow_and_never_past_the_time_it_is_due(
    incident: Incident,
) -> None:
    incident.is_deployed()
    incident.at(6, "2:31")
    incident.at(6, "9:00")
    incident.presses("omar", "Snooze until tomorrow")
    (reminder,) = reminders(incident, "omar")
    assert "snoozed: you are reminded again Monday, December 7th 09:00" in reminder.text
    assert "[Snooze" not in reminder.text
    incident.at(7, "2:31")
    assert told(incident, "omar", "eve") == {"omar": 1, "eve": 2}
    incident.at(7, "9:00")
    assert told(incident, "omar", "eve") == {"omar": 2, "eve": 2}
    incident.presses("omar", "Snooze until it is due")
    incident.at(7, "20:31")
    assert told(incident, "omar", "eve") == {"omar": 2, "eve": 3}
    incident.at(8, "2:31")
    assert told(incident, "omar", "eve") == {"omar": 3, "eve": 4}
    shown = incident.stage.types("omar", "/deploy review CHG-1")
    assert "[[Open draft]] [Submit for sign-off…]" in shown
    assert "Snooze" not in shown


@only_in_the_whole_form
@only_sqlite
def test_only_a_director_gives_more_time_and_the_card_shows_it(incident: Incident) -> None:
    incident.is_deployed()
    incident.at(9, "2:31")
    incident.presses("dora", "Extend…")
    more = {"Due instead": on(11, "18:00"), "Why it needs more time": "the provider reports on Friday"}
    assert incident.stage.fills_and_submits("dora", more) == {}
    card = incident.stage.card.text
    assert "Review due Friday, December 11th 18:00" in card
    assert "more time given by Dora: “the provider reports on Friday”" in card
    before = told(incident, "omar")["omar"]
    incident.at(9, "17:59")
    assert told(incident, "omar")["omar"] == before
    incident.at(9, "18:00")
    assert "is due in 48 hours (Friday, December 11th 18:00)" in reminders(incident, "omar")[-1].text
    assert "Extend…" not in incident.stage.types("eve", "/deploy review CHG-1")


@only_in_the_whole_form
@only_sqlite
def test_a_bot_that_was_away_for_five_days_reminds_once_and_says_how_late_it_is(incident: Incident) -> None:
    incident.is_deployed()
    incident.at(10, "2:31")
    assert told(incident, "omar", "eve", "dora") == {"omar": 1, "eve": 1, "dora": 1}
    text = reminders(incident, "omar")[0].text
    assert "is 48 hours overdue" in text
    assert "late: the bot was not running." in text


@only_in_the_whole_form
@only_sqlite
def test_home_and_the_command_show_the_reviews_that_wait_with_their_times(incident: Incident) -> None:
    incident.is_deployed()
    incident.at(6, "2:31")
    incident.stage.person("ben").opens_home()
    incident.stage.settle()
    home = incident.stage.person("ben").home
    assert "Reviews of hotfixes" in home.text
    assert "Review due Tuesday, December 8th 02:31, Omar writes it" in home.text
    incident.stage.person("ben").clicks("Read", on=home)
    incident.stage.settle()
    form = incident.stage.person("ben").modal
    assert form
    assert "Nobody has written this yet." in form.text
    incident.stage.person("ben").closes()
    assert incident.stage.types("quinn", "/deploy review").startswith("1 review waits")
    assert "[Read]" in incident.stage.types("quinn", "/deploy review")
    assert "CHG-99" in incident.stage.types("quinn", "/deploy review CHG-99")


@only_in_the_whole_form
@only_sqlite
def test_whoever_snoozes_from_the_command_reads_until_when(incident: Incident) -> None:
    incident.is_deployed()
    shown = incident.stage.person("omar").types("/deploy review CHG-1", channel="payments")
    (answer,) = shown.messages
    said = incident.stage.presses_button("omar", "Snooze until tomorrow", answer)
    assert "You are reminded again on Sunday, December 6th 02:31." in said
    refused = incident.stage.person("ben").types("/deploy review", channel="payments")
    assert "Snooze" not in refused.text
