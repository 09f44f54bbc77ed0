"""What people see, and can do, when Slack does not take a message."""

from collections.abc import Iterator

import pytest

from bot.rules.company_facts import DeliveryTriedAgain
from bot.sandbox.messages import Message
from bot.store.audit import WORKSPACE
from tests.short_form import only_in_the_whole_form
from tests.stories.companies import At, company

ADMIN, PAYMENTS = "deploy-admin", "payments"


@pytest.fixture
def at(database_url: str) -> Iterator[At]:
    with company(database_url) as running:
        yield running


@pytest.fixture
def archived(at: At) -> At:
    """Ana's request stands in a channel that somebody archives; then Ben approves, in his DM."""
    at.requests()
    archive(at)
    at.presses("ben", "Approve", at.stage.dm("ben"))
    return at


def archive(at: At, channel: str = PAYMENTS, *, archived: bool = True) -> None:
    """Somebody archives a channel, or brings it back."""
    at.sandbox.channel(channel).conversation.is_archived = archived


def admins(at: At) -> list[Message]:
    """What administrators read."""
    return at.sandbox.channel(ADMIN).messages


def about_cards(at: At, name: str = "ana") -> list[Message]:
    return [each for each in at.sandbox.person(name).dms() if "The card of" in each.text]


def lists_to(at: At, name: str) -> list[Message]:
    return [
        each
        for each in at.sandbox.person(name).dms()
        if "once an hour" in each.text or "got through" in each.text
    ]


def button(message: Message) -> list[str]:
    rows = [each for each in message.blocks if each["type"] == "actions"]
    return [each["text"]["text"] for row in rows for each in row["elements"] if each["type"] == "button"]


def test_the_admin_channel_reads_what_is_not_shown_where_why_and_what_to_do(archived: At) -> None:
    (told,) = admins(archived)
    assert (
        "The card of CHG-1 cannot be shown in the channel of payments: the channel is archived." in told.text
    )
    assert "Unarchive it in Slack, or name another channel in the organization's file." in told.text
    assert button(told) == ["Try again"]


def test_when_the_channel_is_back_trying_again_shows_the_card_and_the_list_says_so(archived: At) -> None:
    archive(archived, archived=False)
    said = archived.presses("eve", "Try again", admins(archived)[0])
    assert said == "✅ 1 message is tried again now. The list says what comes of it."
    assert "✅ code: Ben" in archived.stage.card.text
    (told,) = admins(archived)
    assert told.text.startswith("✅ The message that could not be shown got through, on")
    assert button(told) == []


@only_in_the_whole_form
def test_trying_again_while_nothing_has_changed_leaves_one_list(archived: At) -> None:
    archived.presses("eve", "Try again", admins(archived)[0])
    (told,) = admins(archived)
    assert button(told) == ["Try again"]


def test_what_is_given_up_after_all_was_well_is_told_in_a_new_message(archived: At) -> None:
    archive(archived, archived=False)
    archived.presses("eve", "Try again", admins(archived)[0])
    archive(archived)
    archived.presses("tia", "Approve", archived.stage.dm("tia"))
    before, now = admins(archived)
    assert before.text.startswith("✅")
    assert button(now) == ["Try again"]


def test_the_requester_gets_the_card_once_by_direct_message_and_it_is_updated(archived: At) -> None:
    (mine,) = about_cards(archived)
    assert mine.text.startswith(
        "⛔ The card of payments 4.12.0 cannot be shown in the channel of payments: the channel is archived."
    )
    assert "✅ code: Ben (peer)" in mine.text
    archived.presses("tia", "Approve", archived.stage.dm("tia"))
    (same,) = about_cards(archived)
    assert same.ts == mine.ts
    assert "Tia (Tech Lead)" in same.text


@only_in_the_whole_form
def test_the_buttons_of_that_card_work(archived: At) -> None:
    assert "2 things are missing" in archived.presses("ana", "Why?", about_cards(archived)[0])
    said = archived.presses("ana", "Approve", about_cards(archived)[0])
    assert "your own" in said


def test_once_its_channel_shows_the_card_again_the_direct_message_leads_there(archived: At) -> None:
    archive(archived, archived=False)
    archived.presses("eve", "Try again", admins(archived)[0])
    (mine,) = about_cards(archived)
    assert "is shown in the channel of payments again." in mine.text
    assert button(mine) == ["Open card"]


@only_in_the_whole_form
def test_a_new_channel_in_the_organizations_file_takes_the_card_over(archived: At) -> None:
    archived.edits('channel = "C0PAYMENTS"', 'channel = "C0LEDGER"')
    (moved,) = archived.sandbox.channel("ledger").messages
    assert "payments 4.12.0" in moved.text
    assert admins(archived)[0].text.startswith("✅")


@only_in_the_whole_form
def test_a_bot_that_was_thrown_out_of_a_private_channel_says_to_invite_it(at: At) -> None:
    payments = at.sandbox.channel(PAYMENTS).conversation
    payments.is_private, payments.has_bot = True, False
    at.says("ana", "/deploy")
    at.requests()
    (told,) = admins(at)
    assert "Slack shows the bot no such channel" in told.text or "the bot is not in that channel" in told.text
    assert "/invite" in told.text
    payments.has_bot = True
    at.presses("eve", "Try again", told)
    assert admins(at)[0].text.startswith("✅")


@only_in_the_whole_form
def test_a_person_whom_slack_does_not_know_is_named_in_the_list(at: At) -> None:
    at.sandbox.faults.next("conversations.open", error="user_not_found")
    at.requests()
    (told,) = admins(at)
    assert "by direct message: Slack shows the bot no such person." in told.text
    at.presses("eve", "Try again", told)
    assert admins(at)[0].text.startswith("✅")


@pytest.mark.clause("G-LOG-1")
def test_trying_again_is_recorded_with_who_did_it(archived: At) -> None:
    archived.presses("eve", "Try again", admins(archived)[0])
    entry = archived.last(WORKSPACE)
    assert (entry.act, entry.outcome, entry.person) == ("try_again", "done", "U0EVE")
    (fact,) = entry.facts
    assert isinstance(fact, DeliveryTriedAgain)
    assert (fact.messages, fact.by) == (1, "U0EVE")


@pytest.mark.clause("G-LOG-1")
def test_whoever_holds_no_role_is_refused_and_that_is_recorded(archived: At) -> None:
    archived.edits('engineer = ["dev", "gina"]', 'engineer = ["dev"]')
    for name, why in (("gus", "guest"), ("gina", "whoever holds a role")):
        said = archived.presses(name, "Try again", admins(archived)[0])
        assert why in said
        entry = archived.last(WORKSPACE)
        assert (entry.act, entry.outcome, entry.person) == ("try_again", "refused", f"U0{name.upper()}")


@only_in_the_whole_form
def test_a_doubled_click_counts_once(archived: At) -> None:
    archived.sandbox.person("eve").clicks_twice("Try again", on=admins(archived)[0])
    archived.demo.settle()
    tried = [each for each in archived.entries(WORKSPACE) if each.act == "try_again"]
    assert [each.outcome for each in tried].count("done") == 1


def test_where_the_admin_channel_is_out_of_reach_the_directors_are_told(at: At) -> None:
    at.requests()
    archive(at, ADMIN)
    archive(at)
    at.presses("ben", "Approve", at.stage.dm("ben"))
    for name in ("dora", "dana"):
        (told,) = lists_to(at, name)
        assert "The card of CHG-1 cannot be shown" in told.text
        assert "since the admin channel cannot show it" in told.text
    archive(at, ADMIN, archived=False)
    archive(at, archived=False)
    at.presses("dora", "Try again", lists_to(at, "dora")[0])
    for name in ("dora", "dana"):
        (told,) = lists_to(at, name)
        assert told.text.startswith("✅")
    assert admins(at) == []


@only_in_the_whole_form
def test_a_requester_who_cannot_be_written_to_is_in_the_list_beside_the_card(at: At) -> None:
    at.requests()
    archive(at)
    at.sandbox.faults.next("conversations.open", error="user_disabled")
    at.presses("ben", "Approve", at.stage.dm("ben"))
    (told,) = admins(at)
    assert "2 messages did not reach Slack" in told.text
    assert "The card for its requester of CHG-1 cannot be shown to Ana by direct message" in told.text
    assert about_cards(at) == []
    at.presses("eve", "Try again", told)
    assert len(about_cards(at)) == 1
    assert "1 of 2 got through" in admins(at)[0].text
