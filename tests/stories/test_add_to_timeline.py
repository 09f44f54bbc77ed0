"""Adding a message to an incident's timeline, reading it as text, and writing it into a file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.demo import Demo
from bot.export.command import CannotExport
from bot.export.timeline import export_timeline
from bot.rules.inputs import Reason
from bot.rules.terms import Words
from bot.sandbox.messages import Message
from bot.sandbox.person import Outcome
from bot.sandbox.posts import Conversation
from bot.slack.ids import Shortcut
from bot.workflows.request import withdraw
from tests.short_form import only_in_the_whole_form
from tests.stories.at_the_incident import Incident, person

ROOM = "inc-payments-chg-1"


@pytest.fixture
def incident(harbor: Demo) -> Incident:
    """Declared at 09:30, two minutes ago; Eve and Omar are in its channel."""
    incident = Incident(harbor)
    incident.declares()
    incident.passes(2)
    return incident


def writes(incident: Incident, name: str, text: str, channel: str = ROOM) -> Message:
    """Somebody writes something, and it is another minute."""
    incident.harbor.sandbox.person(name).types(text, channel=channel)
    written = incident.harbor.sandbox.channel(channel).newest
    incident.passes(1)
    return written


def adds(incident: Incident, name: str, message: Message) -> Outcome:
    outcome = incident.harbor.sandbox.person(name).uses_shortcut(Shortcut.ADD_TO_TIMELINE, message)
    incident.harbor.settle()
    assert outcome.trouble is None
    return outcome


@pytest.mark.clause("G-HOT-1")
def test_a_message_is_quoted_with_its_author_its_time_and_who_added_it(incident: Incident) -> None:
    written = writes(incident, "eve", "it is the cache & <no> other thing")
    outcome = adds(incident, "omar", written)

    assert "✅ Added to the timeline of CHG-1, payments 4.12.1: “it is the" in outcome.text
    said = "Eve, Monday, November 30th 09:32: “it is the cache & <no> other thing”"
    assert incident.entries()[-1] == f"{said} (added by Omar)"
    assert incident.message().thread[-1].text.startswith("09:33 · +0:03 · ")
    assert written.text.startswith("it is the"), "the message itself stays as it is"
    assert not written.was_edited
    assert adds(incident, "eve", written).text, "twice is twice: nothing is ever edited"
    assert incident.entries()[-1] == said, "whoever adds their own words is named once"


@only_in_the_whole_form
def test_a_long_message_is_shortened_in_a_form_that_takes_no_other_words(incident: Incident) -> None:
    long = " ".join(f"Sentence {number} says something." for number in range(40))
    adds(incident, "omar", writes(incident, "eve", long))
    omar = incident.harbor.sandbox.person("omar")
    assert omar.modal
    assert omar.modal.field("Quote").value == long

    omar.fills({"Quote": "Sentence 1 proves something."})
    said = "A quote is not edited: leave out what you like, and put … in its place."
    assert omar.submits() == {"Quote": said}
    omar.fills({"Quote": "Sentence 1 says something. … Sentence 39 says something."})
    assert omar.submits() == {}
    incident.harbor.settle()
    assert "“Sentence 1 says something. … Sentence 39 says something.”" in incident.entries()[-1]


@only_in_the_whole_form
def test_of_several_hotfixes_in_one_channel_the_newest_that_is_open_is_offered_first(harbor: Demo) -> None:
    incident = Incident(harbor)
    people: set[str] = {person("omar"), person("eve")}
    harbor.sandbox.workspace.conversations["C0OUT"] = Conversation("C0OUT", "channel", "outage", people)
    first, second = incident.declares(channel="C0OUT"), incident.declares("4.12.2", "C0OUT")
    over = incident.declares("4.12.3", "C0OUT")
    incident.does("omar", withdraw, Reason(Words("a mistake")), over)
    written = writes(incident, "eve", "both are needed", "outage")
    adds(incident, "omar", written)

    omar = harbor.sandbox.person("omar")
    assert omar.modal
    field = omar.modal.field("Hotfix")
    assert field.value == "CHG-2 payments 4.12.2"
    assert field.options == ("CHG-2 payments 4.12.2", "CHG-1 payments 4.12.1")
    omar.fills({"Hotfix": "CHG-1 payments 4.12.1"})
    assert omar.submits() == {}
    harbor.settle()
    assert "both are needed" in incident.entries(first)[-1]
    assert len(incident.entries(second)) == 1


def test_what_cannot_be_added_is_told_in_a_sentence(incident: Incident) -> None:
    own = adds(incident, "omar", incident.message())
    assert own.text == "ℹ️ This is mine: what I say about a hotfix is on the record already."
    written = writes(incident, "ana", "lunch?", "ledger")
    elsewhere = adds(incident, "omar", written)
    assert "No hotfix is talked about in this channel." in elsewhere.text
    guest = writes(incident, "eve", "it is the cache")
    refused = adds(incident, "gus", guest)
    assert refused.text
    assert "Added" not in refused.text
    assert len(incident.entries()) == 1


@only_in_the_whole_form
def test_a_reply_in_the_thread_is_added_from_there(incident: Incident) -> None:
    eve = incident.harbor.sandbox.person("eve")
    eve.types("the first card went through", channel=ROOM, thread=incident.message())
    incident.passes(1)
    adds(incident, "omar", incident.message().thread[-1])

    assert (
        "“the first card went through” (added by Omar)"
        in incident.message().thread[-2].text + incident.message().thread[-1].text
    )
    last = incident.harbor.sandbox.person("omar").ephemerals(ROOM)[-1]
    assert last.post.thread_ts == incident.message().ts


@only_in_the_whole_form
def test_the_timeline_can_be_read_as_text_and_exported(incident: Incident, tmp_path: Path) -> None:
    adds(incident, "omar", writes(incident, "eve", "it is the cache"))
    omar = incident.harbor.sandbox.person("omar")
    omar.clicks("Timeline as text", on=incident.message())
    modal = omar.waits_for(lambda: omar.modal)
    assert modal
    assert modal.title == "Timeline of CHG-1"
    whole = "- Mon 30 Nov 09:33 CET · +0:03 · Eve, Mon 30 Nov 09:32 CET: “it is the cache” (added by Omar)"
    assert whole in modal.text

    file, organization = tmp_path / "timeline.md", incident.harbor.app.company.organization
    database = incident.harbor.app.database
    assert export_timeline(database, organization, "chg-1", file) == f"{file}: 2 entries."
    assert file.read_text("utf-8").startswith(
        "# Timeline of CHG-1: payments 4.12.1\n\n- Mon 30 Nov 09:30 CET"
    )
    assert file.read_text("utf-8").endswith(f"{whole}\n")
    for wanted, said in {"CHG-9": "There is no CHG-9.", "latest": "names no change"}.items():
        with pytest.raises(CannotExport, match=said):
            export_timeline(database, organization, wanted, file)


@only_in_the_whole_form
def test_the_command_writes_it_to_the_terminal(incident: Incident, database_url: str) -> None:
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "ORGANIZATION": str(incident.harbor.organization_file),
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_SIGNING_SECRET": "secret",
    }
    command = [sys.executable, "-m", "bot", "export", "timeline", "CHG-1"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    assert "Omar declared the hotfix payments 4.12.1, SEV1" in done.stdout
