"""What people ask without acting on a change: lists, how something stands, what waits for them; in threads and in Home."""

from datetime import timedelta

import pytest

from bot.demo import Demo
from bot.rules.terms import ChangeId, PersonId
from bot.sandbox.messages import Message
from bot.sandbox.person import Outcome
from bot.sandbox.stories.routine import ROUTINE
from bot.sandbox.stories.stage import Stage
from bot.store.changes import load_change
from tests.short_form import only_in_the_whole_form

FORM = {
    "Peers to ask": ["Ben"],
    "Rollback plan": "Redeploy",
    "Pre-test of the rollback": "It was pre-tested",
    "Where the pre-test can be seen": "https://ci.harbor.example",
    "Release branch": "release/4",
    "Automated tests": "Passed",
    "Where the tests can be seen": "https://ci.harbor.example",
    "Merge to main": "abc",
    "Development": True,
}
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def ask_for(stage: Stage, version: str, name: str = "ana", channel: str = "payments") -> None:
    stage.person(name).types("/deploy request", channel=channel)
    stage.settle()
    pull_request = {"Version": version, "Pull requests": f"#{version}"}
    peers: dict[str, object] = {} if channel == "payments" else {"Peers to ask": []}
    assert stage.fills_and_submits(name, {**FORM, **pull_request, **peers}) == {}


def says(harbor: Demo, name: str, text: str, channel: str = "payments") -> Message:
    outcome = harbor.sandbox.person(name).types(text, channel=channel)
    harbor.settle()
    assert outcome.trouble is None
    return outcome.messages[-1]


def clicks(harbor: Demo, name: str, words: str, on: object, near: str | None = None) -> Outcome:
    outcome = harbor.sandbox.person(name).clicks(words, on=on, near=near)  # type: ignore[arg-type] # a message or a Home
    harbor.settle()
    assert outcome.trouble is None
    assert harbor.sandbox.wire.refusals == []
    return outcome


@pytest.fixture
def requested(stage: Stage) -> Stage:
    assert stage.play(ROUTINE[:1]) == 0
    return stage


@only_in_the_whole_form
def test_a_list_pages_back_and_forth_in_place(stage: Stage, harbor: Demo) -> None:
    for number in range(1, 13):
        ask_for(stage, f"5.{number}.0")
    shown = says(harbor, "dev", "/deploy list payments")
    assert "CHG-12" in shown.text
    assert "Waiting for 3 approvals" in shown.text
    assert "CHG-2" not in shown.text.replace("CHG-12", "")
    clicks(harbor, "dev", "Older", shown)
    assert "CHG-2" in shown.text
    assert "CHG-12" not in shown.text
    assert "[Older]" not in shown.text
    clicks(harbor, "dev", "Newer", shown)
    assert "CHG-12" in shown.text
    assert "[Newer]" not in shown.text
    assert "[Open card]" in shown.text


@only_sqlite
def test_a_list_is_narrowed_by_its_words(stage: Stage, harbor: Demo) -> None:
    ask_for(stage, "5.1.0")
    ask_for(stage, "5.2.0", "ben")
    ask_for(stage, "1.0.0", "cleo", "storefront")
    assert "CHG-3" not in says(harbor, "ana", "/deploy list payments").text
    mine = says(harbor, "ana", "/deploy list mine").text
    assert "CHG-1" in mine
    assert "CHG-2" not in mine
    assert "CHG-3" in says(harbor, "tia", "/deploy list waiting storefront").text
    assert "Nothing waits for you" in says(harbor, "paul", "/deploy list waiting").text
    assert "No change fits" in says(harbor, "ana", "/deploy list done").text
    unknown = says(harbor, "ana", "/deploy list paymnts")
    assert "Did you mean /deploy list payments?" in unknown.text.replace("`", "")
    assert "CHG-2" in clicks(harbor, "ana", "/deploy list payments", unknown).text


@only_sqlite
@pytest.mark.parametrize(
    "asked",
    ["1", "#1", "CHG-1", "chg1", "4.12.0", "payments 4.12.0", "4.12.0 payments", "mine", "", "payments"],
)
@pytest.mark.usefixtures("requested")
def test_a_status_is_found_as_people_name_a_change(harbor: Demo, asked: str) -> None:
    assert "payments 4.12.0 → production" in says(harbor, "ana", f"/deploy status {asked}").text
    assert "missing before" in says(harbor, "ana", f"/deploy why {asked}").text


@only_sqlite
def test_what_fits_several_changes_is_asked_back(stage: Stage, harbor: Demo) -> None:
    ask_for(stage, "1.0.0")
    ask_for(stage, "1.0.0", "cleo", "storefront")
    choice = says(harbor, "dora", "/deploy why 1.0.0", channel="deploy-admin")
    assert "2 changes fit" in choice.text
    assert "missing before" in clicks(harbor, "dora", "Why?", choice, near="storefront").text
    here = says(harbor, "dora", "/deploy status 1.0.0", channel="storefront")
    assert "storefront 1.0.0 → production" in here.text


@only_sqlite
@pytest.mark.parametrize("asked", ["99", "9.9.9", "a<b>&c", "payments 9.9.9", "mine", "x y z"])
def test_what_fits_no_change_is_said(harbor: Demo, asked: str) -> None:
    said = says(harbor, "ana", f"/deploy status {asked}").text
    assert "There is no" in said
    assert "&lt;" not in said


@pytest.mark.usefixtures("requested")
@only_sqlite
def test_a_misspelled_command_offers_the_nearest_one(harbor: Demo) -> None:
    said = says(harbor, "ana", "/deploy staus CHG-1")
    assert "Did you mean" in said.text
    assert "payments 4.12.0 → production" in clicks(harbor, "ana", "/deploy status CHG-1", said).text
    form = says(harbor, "ana", "/deploy reqest")
    assert clicks(harbor, "ana", "/deploy request", form).modal is not None
    assert "/deploy why" in says(harbor, "ana", "/deploy banana").text.replace("`", "")


def test_the_bare_command_shows_what_one_can_do_now_and_its_buttons_do_it(
    requested: Stage, harbor: Demo
) -> None:
    ask_for(requested, "4.13.0")
    shown = says(harbor, "tia", "/deploy")
    assert shown.text.count("needs your approval as Tech Lead") == 2
    clicks(harbor, "tia", "Approve", shown, near="CHG-2")
    with harbor.app.database.read() as connection:
        change = load_change(connection, ChangeId(2))
    assert change is not None
    assert {each.person for each in change.standing_approvals} == {"U0TIA"}
    assert says(harbor, "tia", "/deploy").text.count("needs your approval") == 1
    nothing = says(harbor, "paul", "/deploy").text
    assert "Nothing waits for you." in nothing
    assert "Request a deployment" not in nothing
    assert "Request a deployment…" in says(harbor, "ana", "/deploy").text


def test_home_shows_what_waits_and_follows_what_happens(requested: Stage, harbor: Demo) -> None:
    tia, ana = harbor.sandbox.person("tia"), harbor.sandbox.person("ana")
    for person in (tia, ana):
        person.opens_home()
    requested.settle()
    assert "1 thing waits for you" in tia.home.text
    assert "Your changes" in ana.home.text
    assert "Nothing waits for you." in ana.home.text
    clicks(harbor, "tia", "Approve", tia.home, near="needs your approval")
    assert "Nothing waits for you." in tia.home.text
    for name in ("ben", "lea"):
        requested.presses_button(name, "Approve", requested.dm(name))
    ana_reads = ana.home.text
    assert "Ready for staging" in ana_reads or "lacks evidence" in ana_reads
    assert "U0BEN" not in harbor.sandbox.workspace.views.homes, "nobody gets a Home that they never opened"


@only_sqlite
def test_a_home_that_was_opened_twice_at_once_is_published_and_every_opening_counts_once(
    requested: Stage, harbor: Demo
) -> None:
    tia = harbor.sandbox.person("tia")
    tia.opens_home()
    requested.settle()
    (event,) = harbor.sandbox.wire.named("app_home_opened")
    published = len(harbor.sandbox.wire.named("views.publish"))
    harbor.sandbox.sends_event_again(event.request["event_id"])
    requested.settle()
    assert len(harbor.sandbox.wire.named("views.publish")) == published
    tia.opens_home()
    requested.settle()
    assert len(harbor.sandbox.wire.named("views.publish")) == published + 1


@only_sqlite
def test_a_refusal_in_home_is_a_modal_that_says_why(requested: Stage, harbor: Demo) -> None:
    lea, luis = harbor.sandbox.person("lea"), harbor.sandbox.person("luis")
    luis.opens_home()
    requested.settle()
    assert lea.clicks("Approve", on=requested.dm("lea")).trouble is None
    before = len(luis.dms())
    modal = clicks(harbor, "luis", "Approve", luis.home).modal
    assert modal is not None
    assert "approved already" in modal.text
    assert len(luis.dms()) == before


def _opened(harbor: Demo, name: str) -> object:
    person = harbor.sandbox.person(name)
    person.opens_home()
    harbor.settle()
    return person.home


@pytest.mark.usefixtures("requested")
@only_sqlite
def test_why_and_card_open_from_home(harbor: Demo) -> None:
    home = _opened(harbor, "lea")
    checklist = clicks(harbor, "lea", "Why?", home).modal
    assert checklist is not None
    assert "missing before" in checklist.text


def test_home_shows_windows_ahead_and_the_watch(stage: Stage, harbor: Demo) -> None:
    proposed = next(number for number, row in enumerate(ROUTINE) if row.who == "Paul")
    assert stage.play(ROUTINE[:proposed]) == 0
    paul, omar = harbor.sandbox.person("paul"), harbor.sandbox.person("omar")
    for person in (paul, omar):
        person.opens_home()
    stage.settle()
    assert "Windows ahead" in omar.home.text
    assert "needs your approval as Product Manager (production" in paul.home.text
    assert stage.play(ROUTINE[proposed:]) == 0
    assert "Being watched" not in omar.home.text
    assert "Nothing waits for you." in omar.home.text


def test_the_status_of_a_messages_change_is_told_in_its_thread(requested: Stage, harbor: Demo) -> None:
    card = requested.card
    ana = harbor.sandbox.person("ana")
    ana.types("is this CHG-1?", channel="payments", thread=card)
    reply = card.thread[-1]
    for asked_about in (card, reply, requested.dm("ben")):
        who = "ben" if asked_about.channel.startswith("D") else "ana"
        outcome = harbor.sandbox.person(who).uses_shortcut("status_of_message", message=asked_about)
        requested.settle()
        assert outcome.trouble is None
        assert "payments 4.12.0 → production" in outcome.text
    (in_thread,) = [each for each in ana.ephemerals("payments") if each.post.thread_ts == card.ts]
    assert in_thread.post.seen_by == ana.id
    named = [each.request.get("thread_ts") for each in harbor.sandbox.wire.named("response_url")]
    assert [thread for thread in named if thread] == [card.ts], "Slack is told the thread where there is one"
    ana.types("lunch?", channel="payments")
    nothing = ana.uses_shortcut("status_of_message", message=harbor.sandbox.channel("payments").messages[-1])
    requested.settle()
    assert "names no change" in nothing.text


@only_sqlite
def test_a_request_can_be_begun_from_anywhere(harbor: Demo) -> None:
    outcome = harbor.sandbox.person("ana").uses_shortcut("request_deployment")
    harbor.settle()
    assert outcome.modal is not None
    assert outcome.modal.title == "Request a deployment"


def test_whoever_writes_to_the_bot_is_answered_once(requested: Stage, harbor: Demo) -> None:
    tia = harbor.sandbox.person("tia")
    before = len(tia.dms())
    tia.types("what now?")
    requested.settle()
    assert len(tia.dms()) == before + 2
    assert "needs your approval as Tech Lead" in tia.dms()[-1].text
    event = harbor.sandbox.wire.named("message")[-1]
    harbor.sandbox.sends_event_again(event.request["event_id"])
    requested.settle()
    assert len(tia.dms()) == before + 2
    assert harbor.sandbox.wire.refusals == []


@only_sqlite
def test_bots_edits_and_channels_are_not_answered(harbor: Demo) -> None:
    tia = harbor.sandbox.person("tia")
    tia.types("hello")
    harbor.settle()
    hello, answer = tia.dms()
    said = {"type": "message", "channel": answer.channel, "user": tia.id, "text": "x", "ts": "1.1"}
    for different in (
        {"channel_type": "im", "bot_id": "B0OTHER"},
        {"channel_type": "im", "subtype": "message_changed"},
        {"channel_type": "channel"},
    ):
        assert harbor.sandbox.sends_event({**said, **different}).trouble is None
        harbor.settle()
    assert [each.ts for each in tia.dms()] == [hello.ts, answer.ts]
    assert harbor.sandbox.sends_event({**said, "channel_type": "im"}).trouble is None
    harbor.settle()
    assert len(tia.dms()) == 3


@only_sqlite
def test_an_approval_that_was_given_elsewhere_is_gone_from_every_list(requested: Stage, harbor: Demo) -> None:
    requested.presses_button("tia", "Approve", requested.dm("tia"))
    harbor.sandbox.clock.move_to(harbor.sandbox.clock.now() + timedelta(minutes=1))
    assert "Nothing waits for you" in says(harbor, "tom", "/deploy list waiting").text


@only_sqlite
def test_what_waits_is_looked_for_among_the_newest_unfinished_changes_only(
    stage: Stage, harbor: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 6):
        ask_for(stage, f"5.{number}.0")
    assert harbor.app.desk.overview.waits(PersonId("U0TIA"), 2).count == 5
    monkeypatch.setattr("bot.overview.CANDIDATES_MOST", 3)
    found = harbor.app.desk.overview.waits(PersonId("U0TIA"), 2)
    assert (found.count, [item.scene.change.id for item in found.shown]) == (3, [3, 4])
