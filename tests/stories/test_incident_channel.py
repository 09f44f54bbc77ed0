"""An incident's channel: opened or joined by the bot, with one pinned message, its topic, and an entry for each act."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.app import real_now
from bot.demo import AT_ONCE, Demo
from bot.rules.change import Outcome
from bot.rules.hotfix_inputs import BreachStart, TimelineEntry, VerbalAnswer
from bot.rules.inputs import Finish, Reason
from bot.rules.terms import ChangeId, Words
from bot.sandbox.faults import Fault
from bot.sandbox.posts import Conversation
from bot.slack.deliver.delivery import Delivery
from bot.slack.deliver.posting import Poster
from bot.workflows.deploy import finish_production
from bot.workflows.hotfix import add_to_timeline, start_in_breach
from bot.workflows.request import withdraw
from bot.workflows.verbal import confirm_verbal, dispute_verbal
from tests.short_form import only_in_the_whole_form
from tests.stories.at_the_incident import Incident, person

FAULTS = {"lose_answer": Fault(lose_answer=True), "drop": Fault(drop=True)}
PAYMENTS = "C0PAYMENTS"
OUTSIDE = "C0OUTSIDE"
BREACH = BreachStart(Words("every minute costs us orders"), Words("Eve and Paul, three calls each"))


@pytest.fixture
def incident(harbor: Demo) -> Incident:
    return Incident(harbor)


def add_channel(incident: Incident, *, has_bot: bool, is_private: bool = False) -> None:
    """#cards-are-down, where Omar and Ben talk."""
    people: set[str] = {person("omar"), person("ben")}
    incident.harbor.sandbox.workspace.conversations[OUTSIDE] = Conversation(
        OUTSIDE, "channel", "cards-are-down", people, has_bot=has_bot, is_private=is_private
    )


@pytest.mark.clause("G-HOT-1")
def test_a_hotfix_gets_a_channel_of_its_own_with_everybody_who_is_needed(incident: Incident) -> None:
    incident.declares()

    channel = incident.channel()
    assert incident.opened == ["inc-payments-chg-1"]
    wanted = {"omar", "oksana", "eve", "emil", "paul", "priya"}
    assert {person(name) for name in wanted} <= channel.conversation.members
    assert incident.message().text.startswith("SEV1 · payments 4.12.1 hotfix · CHG-1 · declared")
    assert "“Checkout fails for all EU cards”" in incident.message().text
    assert channel.pinned == [incident.message()]
    assert channel.topic == "CHG-1 payments 4.12.1, SEV1: declared, not started yet"
    assert incident.harbor.sandbox.wire.refusals == []


@pytest.mark.clause("G-HOT-1", "G-HOT-2", "G-HOT-4")
def test_one_message_is_updated_and_its_thread_tells_what_happened_in_order(incident: Incident) -> None:
    incident.declares()
    incident.passes(5)
    incident.records("eve", "paul")
    assert (
        "Eve (Engineering Manager), Paul (Product Manager) by phone – not confirmed yet"
        in incident.message().text
    )
    incident.does("eve", confirm_verbal, VerbalAnswer())
    incident.does("paul", dispute_verbal, VerbalAnswer(words=Words("that was about something else")))
    assert "⛔ Paul (Product Manager) disputes having approved it" in incident.message().text

    assert incident.entries() == [
        "Omar declared the hotfix payments 4.12.1, SEV1: “Checkout fails for all EU cards”. ✅ Omar approved (On-call Engineer)",
        "Omar recorded: Eve (Engineering Manager), Paul (Product Manager) by phone – “yes, roll it”",
        "✅ Eve confirmed having approved",
        "⛔ Paul disputes having approved: “that was about something else”",
    ]
    times = [each.text.split(" · ")[:2] for each in incident.message().thread]
    assert times == [["09:30", "+0:00"], *[["09:35", "+0:05"]] * 3]
    assert len(incident.messages()) == 1
    assert incident.calls("pins.add") == 1, "pinned once"
    assert incident.calls("conversations.setTopic") == 1, "Slack tells the channel of each"


@only_in_the_whole_form
@pytest.mark.clause("G-HOT-3", "G-HOT-5")
def test_the_topic_follows_and_alarms_come_into_the_incidents_own_channel(incident: Incident) -> None:
    incident.declares()
    incident.does("omar", start_in_breach, BREACH)

    channel = incident.channel()
    assert channel.topic == "CHG-1 payments 4.12.1, SEV1: being deployed to production"
    assert "🚨 Started in breach by Omar" in incident.message().text
    assert any("in breach" in each.text for each in channel.messages if each != incident.message())
    assert incident.harbor.sandbox.channel("inc-cards").messages == []
    incident.passes(10)
    incident.does("omar", finish_production, Finish(Outcome.FAILED, Words("half of the hosts are gone")))
    assert channel.topic.endswith(": waiting for its rollback")
    assert "Review due" in incident.message().text
    assert any("Immediate rollback required" in each.text for each in channel.messages[1:])


@only_in_the_whole_form
def test_a_name_that_is_taken_gets_a_suffix(incident: Incident) -> None:
    workspace = incident.harbor.sandbox.workspace
    for name in ("inc-payments-chg-1", "inc-payments-chg-1-2"):
        workspace.conversations[f"C0{name}"] = Conversation(
            f"C0{name}", "channel", name, set(), has_bot=False
        )
    incident.declares()

    assert incident.opened == ["inc-payments-chg-1-3"]
    assert incident.channel().pinned == [incident.message()]


@only_in_the_whole_form
@pytest.mark.parametrize("word", ["missing_scope", "restricted_action", "org_login_required"])
def test_without_the_permission_it_is_the_services_channel_and_the_message_says_so(
    incident: Incident, word: str
) -> None:
    incident.harbor.sandbox.faults.next("conversations.create", error=word)
    incident.declares()

    assert incident.room().channel == PAYMENTS
    assert (
        f"The incident has no channel of its own: Slack did not let me open one ({word})."
        in incident.message().text
    )
    assert incident.channel().pinned == [incident.message()]
    assert incident.channel().topic == "", "a service's channel keeps its own topic"
    assert len(incident.message().thread) == 1
    incident.does("omar", start_in_breach, BREACH)
    assert "in breach" in incident.harbor.sandbox.channel("inc-cards").newest.text, "alarms go where all do"


@pytest.mark.parametrize("fault", ["lose_answer", "drop"])
def test_a_lost_answer_neither_loses_nor_doubles_the_channel(incident: Incident, fault: str) -> None:
    incident.harbor.sandbox.faults.next("conversations.create", FAULTS[fault])
    incident.declares()

    assert incident.opened == ["inc-payments-chg-1"]
    assert incident.room().opened
    assert person("eve") in incident.channel().conversation.members
    assert len(incident.messages()) == 1


@only_in_the_whole_form
@pytest.mark.parametrize(
    "method",
    ["conversations.invite", "conversations.setTopic", "pins.add", "chat.postMessage", "chat.update"],
)
def test_a_lost_answer_to_anything_else_doubles_nothing_either(incident: Incident, method: str) -> None:
    faults = incident.harbor.sandbox.faults
    faults.next(method, lose_answer=True, times=2)
    incident.declares()
    incident.does(
        "ben", add_to_timeline, TimelineEntry(Words("it is the cache"), None, incident.harbor.app.acts.now())
    )
    faults.clear()
    incident.passes(1)

    assert incident.opened == ["inc-payments-chg-1"]
    assert incident.channel().pinned == [incident.message()]
    assert [each.split(" ", 1)[0] for each in incident.entries()] == ["Omar", "A"]
    assert incident.channel().topic.startswith("CHG-1")


@only_in_the_whole_form
def test_somebody_who_cannot_be_invited_keeps_nobody_else_out(incident: Incident) -> None:
    incident.declares()
    (asked,) = [one for one in incident.harbor.sandbox.wire.exchanges if one.name == "conversations.invite"]
    assert str(asked.request["force"]).lower() in {"1", "true"}
    assert {person("eve"), person("priya")} <= incident.channel().conversation.members


@only_in_the_whole_form
def test_a_channel_is_used_though_nobody_could_be_invited(incident: Incident) -> None:
    incident.harbor.sandbox.faults.next("conversations.invite", error="cant_invite")
    incident.declares()
    assert incident.channel().conversation.members == set()
    assert incident.channel().pinned == [incident.message()]


@pytest.mark.parametrize("has_bot", [True, False])
def test_where_people_talk_about_it_already_there_is_no_second_channel(
    incident: Incident, *, has_bot: bool
) -> None:
    add_channel(incident, has_bot=has_bot)
    incident.declares(channel=OUTSIDE)

    assert incident.opened == []
    assert incident.room().channel == OUTSIDE
    assert incident.channel().conversation.has_bot
    assert incident.channel().topic.startswith("CHG-1 payments 4.12.1")
    assert len(incident.message().thread) == 1


@only_in_the_whole_form
@pytest.mark.parametrize("has_bot", [True, False])
def test_a_private_channel_is_used_where_the_bot_is_in_it(incident: Incident, *, has_bot: bool) -> None:
    add_channel(incident, has_bot=has_bot, is_private=True)
    incident.declares(channel=OUTSIDE)

    assert incident.room().channel == (OUTSIDE if has_bot else PAYMENTS)
    cannot = "I cannot write in the incident's channel (channel_not_found)"
    assert (cannot in incident.message().text) is not has_bot
    assert incident.channel().pinned == [incident.message()]


def test_a_channel_that_is_archived_meanwhile_leaves_the_hotfix_in_the_services(incident: Incident) -> None:
    incident.declares()
    incident.channel().conversation.is_archived = True
    incident.does("omar", withdraw, Reason(Words("the provider mended it")))

    assert incident.room().channel == PAYMENTS
    assert "I cannot write in the incident's channel (is_archived)" in incident.message().text
    assert incident.entries()[-1] == "ℹ️ Omar withdrew it: “the provider mended it”"


@only_in_the_whole_form
def test_a_message_that_somebody_deleted_is_posted_and_pinned_anew(incident: Incident) -> None:
    incident.declares()
    first, posts = incident.message().ts, incident.channel().conversation.posts
    posts[:] = [each for each in posts if each.ts != first]
    incident.records("eve")

    assert incident.message().ts != first
    assert incident.channel().pinned == [incident.message()]
    assert incident.entries() == ["Omar recorded: Eve (Engineering Manager) by phone – “yes, roll it”"]


@only_in_the_whole_form
def test_several_hotfixes_of_one_channel_share_its_topic_the_newest_first(incident: Incident) -> None:
    add_channel(incident, has_bot=True)
    first = incident.declares(channel=OUTSIDE)
    second = incident.declares(version="4.12.2", channel=OUTSIDE)

    topic = incident.channel().topic
    assert topic == (
        "CHG-2 payments 4.12.2, SEV1: declared, not started yet | CHG-1 payments 4.12.1, SEV1: declared, not started yet"
    )
    assert incident.channel().pinned == [incident.message(first), incident.message(second)]
    incident.does("omar", withdraw, Reason(Words("the second one has it")), first)
    assert incident.channel().topic == "CHG-2 payments 4.12.2, SEV1: declared, not started yet"
    for number in range(3, 8):
        incident.declares(version=f"4.12.{number}", channel=OUTSIDE)
    assert len(incident.channel().topic) <= 250
    assert incident.channel().topic.startswith("CHG-7")
    assert incident.channel().topic.endswith("more")


@only_in_the_whole_form
def test_two_who_deliver_at_once_open_one_channel_and_say_everything_once(incident: Incident) -> None:
    app, faults = incident.harbor.app, incident.harbor.sandbox.faults
    faults.next("conversations.create", lose_answer=True)
    faults.next("chat.postMessage", lose_answer=True)
    incident.declares(settles=False)
    for number in range(5):
        entry = TimelineEntry(Words(f"reading {number}"), None, app.acts.now())
        incident.does("ben", add_to_timeline, entry, settles=False)

    def deliver(_: int) -> None:
        """As another process does, which remembers nothing."""
        poster = Poster(app.desk.client, app.database, real_now, AT_ONCE)
        deliverer = Delivery(app.database, app.company, poster, app.acts.now, real_now)
        while app.waiting():
            deliverer.deliver()

    with ThreadPoolExecutor(2) as deliverers:
        list(deliverers.map(deliver, range(2)))

    assert incident.opened == ["inc-payments-chg-1"]
    assert len(incident.messages()) == 1
    told = [each.rpartition(": ")[2] for each in incident.entries()]
    assert told[1:] == [f"“reading {number}” (added by Ben)" for number in range(5)]


@only_in_the_whole_form
def test_two_hundred_acts_are_one_message_and_two_hundred_entries(incident: Incident) -> None:
    incident.declares()
    now = incident.harbor.app.acts.now
    for number in range(199):
        entry = TimelineEntry(Words(f"reading {number}: 0.5 % of the cards fail"), person("ben"), now())
        incident.does("omar", add_to_timeline, entry, settles=False)
    incident.harbor.settle()

    entries = incident.entries()
    assert len(entries) == 200
    assert ["reading 0:" in entries[1], "reading 198:" in entries[-1]] == [True, True]
    assert [f"reading {number}:" in entry for number, entry in enumerate(entries[1:])] == [True] * 199
    assert len(incident.message().text.splitlines()) < 20
    draft = incident.harbor.app.desk.overview.timeline(ChangeId(1))
    assert draft is not None
    assert len(draft.markdown(3000)) <= 3000
    assert "entries are left out here" in draft.markdown(3000)
    omar = incident.harbor.sandbox.person("omar")
    omar.clicks("Timeline as text", on=incident.message())
    modal = omar.waits_for(lambda: omar.modal)
    assert modal
    assert "reading 198:" in modal.text
    assert incident.harbor.sandbox.wire.refusals == []
