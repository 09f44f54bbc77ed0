"""Messages arrive once and in order, whatever Slack does: slow channels, a locked-out bot, archived channels, lost answers."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.act import Acts
from bot.rules.deadlines import Wanted
from bot.rules.terms import ChangeId
from bot.slack.deliver.delivery import Delivery
from bot.slack.deliver.hands import Hands
from bot.slack.deliver.hold import LEASE
from bot.store import deadlines, machinery
from bot.store.deadlines import Claimed
from bot.store.lines import LineKind
from bot.store.outbox import ClaimedLine, Line
from tests.stories.at_the_incident import Incident
from tests.stories.deliverers import Company, Deliverer, delivering

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
PATIENCE = 20.0


@pytest.fixture
def company(database_url: str) -> Iterator[Company]:
    with delivering(database_url) as harbor:
        yield harbor


class Gated(WebClient):
    """A client whose calls for one channel wait until they are let through."""

    def __init__(self, like: WebClient, channel: str) -> None:
        super().__init__(token=like.token, base_url=like.base_url, timeout=30, retry_handlers=[])
        self.channel = channel
        self.waits, self.go_on = threading.Event(), threading.Event()

    def chat_postMessage(self, *, channel: str, **said: Any) -> SlackResponse:  # noqa: ANN401, N802 - the SDK's own
        if channel == self.channel:
            self.waits.set()
            assert self.go_on.wait(PATIENCE)
        return super().chat_postMessage(channel=channel, **said)


def wait_for(what: Callable[[], object], why: str) -> None:
    until = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < until, why
        time.sleep(0.01)  # threads run in real time


def test_a_slow_channel_holds_up_no_other(company: Company) -> None:
    for minor in range(6):
        company.requests("ana", f"4.{minor}.0")
    client = Gated(company.app.desk.client, "C0PAYMENTS")
    hands = Hands(company.another(client).delivery)
    hands.start()
    try:
        assert client.waits.wait(PATIENCE)
        company.requests("cleo")
        hands.ring()
        wait_for(lambda: company.cards("storefront"), "the fast channel waits for the slow one")
        assert company.cards("payments") == []
    finally:
        client.go_on.set()
        hands.stop()
    company.delivers_all()
    assert (len(company.cards("payments")), len(company.cards("storefront"))) == (6, 1)


def locked_out(company: Company) -> str | None:
    return company.deliverer.poster.locked_out


def test_a_locked_out_bot_waits_and_delivers_everything_once_it_is_let_in_again(company: Company) -> None:
    company.requests()
    waiting = company.app.waiting()
    company.faults.next("*", error="token_revoked", times=10_000)
    with capture_logs() as noted:
        assert company.deliverer.delivers() > 0
        assert locked_out(company) == "token_revoked"
        calls = company.calls()
        for _ in range(4):
            company.passes(SECOND)
        assert company.calls() == calls
        for _ in range(120):
            company.passes(timedelta(minutes=1))
        assert company.calls() - calls < 40
        assert (company.dead, company.app.waiting() >= waiting, company.leased) == ([], True, 0)
        company.faults.clear()
        company.passes(timedelta(minutes=5))
        company.delivers_all()
    assert locked_out(company) is None
    assert len(company.cards()) == 1
    assert [len(company.sandbox.person(name).dms()) for name in ("ben", "tia", "lea")] == [1, 1, 1]
    said = Counter(each["event"] for each in noted if each["log_level"] != "warning")
    assert said == {
        "slack does not let the bot in; deliveries wait": 1,
        "slack lets the bot in again; deliveries go on": 1,
    }


def test_a_card_for_an_archived_channel_is_given_up_at_once_and_comes_when_it_is_open_again(
    company: Company,
) -> None:
    company.archives()
    company.requests()
    company.delivers_all()
    (dead,) = company.dead
    assert (dead.key, dead.problem, dead.channel) == ("card/1", "is_archived", "C0PAYMENTS")
    posts = company.calls("chat.postMessage")
    company.passes(HOUR)
    assert company.calls("chat.postMessage") == posts + 1
    company.archives(archived=False)
    company.passes(timedelta(minutes=59))
    assert company.cards() == []
    company.passes(timedelta(minutes=1))
    assert (len(company.cards()), company.dead) == (1, [])


def test_a_bot_that_was_removed_from_its_channel_joins_it_again(company: Company) -> None:
    company.sandbox.channel("payments").conversation.has_bot = False
    company.requests()
    company.delivers_all()
    assert (len(company.cards()), company.dead) == (1, [])


def test_notices_of_a_thread_come_in_their_order_whatever_fails(company: Company) -> None:
    company.requests()
    company.delivers_all()
    keys = [f"thread/1/{number}/0" for number in range(100, 106)]
    for key in keys:
        company.wishes(Line(key, LineKind.THREAD, ChangeId(1), {"kind": "window_lapsed"}))
    company.faults.next("chat.postMessage", error="never_heard_of")
    company.faults.next("chat.postMessage", drop=True, times=2)
    company.faults.next("chat.postMessage", lose_answer=True)
    company.faults.next("chat.postMessage", status=429, retry_after=3)
    company.faults.next("chat.postMessage")
    company.faults.next("chat.postMessage", status=500)
    company.delivers_all()
    (card,) = company.cards()
    assert [(reply.metadata or {})["event_payload"]["key"] for reply in card.thread] == keys


def test_a_message_that_takes_many_calls_is_not_given_up_while_each_try_gets_further(
    company: Company,
) -> None:
    incident = Incident(company.demo)
    incident.declares(settles=False)
    for method, times in {
        "conversations.create": 4,
        "conversations.invite": 4,
        "pins.add": 7,
        "conversations.setTopic": 7,
    }.items():
        company.faults.next(method, drop=True, times=times)
    company.delivers_all()
    assert company.dead == []
    assert incident.channel().pinned == [incident.message()]
    assert incident.channel().topic.startswith("CHG-1")
    assert incident.calls("pins.add") == incident.calls("conversations.setTopic") == 8


@pytest.mark.parametrize("newer", [60, 390])
def test_a_lost_answer_is_found_in_a_busy_channel_and_not_repeated(company: Company, newer: int) -> None:
    company.faults.next("chat.postMessage", lose_answer=True, times=100)
    company.requests()
    company.deliverer.delivers()
    company.chatter(newer)
    company.faults.clear()
    company.delivers_all()
    assert len(company.cards()) == 1


def test_a_lost_answer_is_found_hours_later_by_the_time_of_its_announcement(database_url: str) -> None:
    with delivering(database_url, datetime.now(UTC)) as company:
        company.faults.next("chat.postMessage", lose_answer=True, times=100)
        company.requests()
        company.deliverer.delivers()
        company.sandbox.clock.move(HOUR)
        company.chatter(1000)
        company.faults.clear()
        company.waits(HOUR)
        company.delivers_all()
        assert len(company.cards()) == 1


class Interrupted(WebClient):
    """A client whose first update takes long; something happens meanwhile."""

    def __init__(self, like: WebClient, meanwhile: Callable[[], None]) -> None:
        super().__init__(token=like.token, base_url=like.base_url, timeout=4, retry_handlers=[])
        self.meanwhile: Callable[[], None] | None = meanwhile

    def chat_update(self, **said: Any) -> SlackResponse:  # noqa: ANN401 - the SDK's own
        try:
            return super().chat_update(**said)
        finally:
            meanwhile, self.meanwhile = self.meanwhile, None
            if meanwhile:
                meanwhile()


@pytest.mark.parametrize("took", [LEASE - 2 * SECOND, LEASE, 2 * LEASE])
def test_who_was_too_slow_posts_nothing_that_somebody_else_may_have_posted(
    company: Company, took: timedelta
) -> None:
    company.requests()
    company.delivers_all()
    company.sandbox.channel("payments").conversation.posts.clear()
    company.withdraws()

    def meanwhile() -> None:
        company.waits(took)
        company.deliverer.delivers()

    slow = company.another(Interrupted(company.app.desk.client, meanwhile))
    slow.delivers()
    company.delivers_all()
    assert len(company.cards()) == 1


class Watched(Delivery):
    """A delivery that notes when a change is in two hands."""

    def show(self, line: ClaimedLine) -> None:
        """As it is, noted before and after; what comes after it gives the change back."""
        with GUARD:
            AT_WORK[line.change] += 1
            MET.extend([line.key] if line.change and AT_WORK[line.change] > 1 else [])
        try:
            super().show(line)
        finally:
            with GUARD:
                AT_WORK[line.change] -= 1


GUARD = threading.Lock()
AT_WORK: Counter[ChangeId | None] = Counter()
MET: list[str] = []


def test_no_two_hands_work_on_one_change(company: Company) -> None:
    MET.clear()
    for minor in range(3):
        company.requests("ana", f"4.{minor}.0")
    two = [Hands(watched(company.another())) for _ in range(2)]
    for hands in two:
        hands.start()
    try:
        wait_for(lambda: delivered(company, two), "not everything was delivered")
    finally:
        for hands in two:
            hands.stop()
    assert MET == []
    assert len(company.cards()) == 3
    assert [len(company.sandbox.person(name).dms()) for name in ("ben", "tia", "lea")] == [3, 3, 3]


def watched(who: Deliverer) -> Watched:
    plain = who.delivery
    return Watched(plain.database, plain.company, plain.poster, plain.now, plain.real_now)


def delivered(company: Company, all_hands: Sequence[Hands]) -> bool:
    # While somebody works time stands: it runs many times as fast here, and leases would end.
    if not any(AT_WORK.values()):
        company.waits(SECOND / 10)
    for hands in all_hands:
        hands.ring()
    return not company.app.waiting()


def test_who_stops_ends_the_call_under_way_and_hands_the_rest_back(company: Company) -> None:
    for minor in range(3):
        company.requests("ana", f"4.{minor}.0")
    client = Gated(company.app.desk.client, "C0PAYMENTS")
    hands = Hands(company.another(client).delivery)
    hands.start()
    assert client.waits.wait(PATIENCE)
    stopping = threading.Thread(target=hands.stop)
    stopping.start()
    wait_for(lambda: hands.delivery.poster.is_paused, "it does not stop")
    client.go_on.set()
    stopping.join(PATIENCE)
    assert company.leased == 0
    assert len(company.cards()) == 1
    company.delivers_all()
    assert len(company.cards()) == 3


def test_who_stops_hands_back_the_deadlines_that_it_has_not_begun(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.requests()
    app = company.app
    with app.database.write() as connection:
        for number in range(3):
            wanted = Wanted("supersede", f"supersede/{number}", app.acts.now())
            deadlines.give(connection, ChangeId(1), wanted)
    begun: list[str] = []

    def run(_: Acts, deadline: Claimed, _verb: object) -> None:
        begun.append(deadline.key)
        app.clock.stop()

    monkeypatch.setattr(Acts, "run_timer", run)
    app.clock.tick("deadlines")
    with app.database.read() as connection:
        rows = connection.execute(
            select(machinery.deadlines.c.key, machinery.deadlines.c.claimed_until)
        ).all()
    assert begun == ["supersede/0"]
    assert {row.key for row in rows if row.claimed_until} == {"supersede/0"}


@pytest.mark.parametrize("word", ["cant_update_message", "edit_window_closed", "message_not_found"])
def test_a_card_that_cannot_be_edited_any_more_is_posted_anew(company: Company, word: str) -> None:
    company.requests()
    company.delivers_all()
    company.faults.next("chat.update", error=word)
    company.withdraws()
    company.delivers_all()
    assert len(company.cards()) == 2
    assert "Withdrawn" in company.cards()[-1].text


@pytest.mark.parametrize("archived", [True, False])
def test_a_card_stays_where_it_stands_when_its_service_moves_unless_it_is_out_of_reach(
    company: Company, *, archived: bool
) -> None:
    company.requests()
    company.delivers_all()
    file = company.demo.organization_file
    file.write_text(file.read_text("utf-8").replace("C0PAYMENTS", "C0INCCARDS"), "utf-8")
    while company.app.clock.tick("company"):
        pass
    company.archives(archived=archived)
    company.withdraws()
    company.delivers_all()
    assert len(company.cards("inc-cards")) == (1 if archived else 0)
    stands = company.cards("inc-cards" if archived else "payments")[-1]
    assert "Withdrawn" in stands.text


def test_a_method_that_slack_slows_down_is_left_alone_and_the_others_are_not(company: Company) -> None:
    for minor in range(3):
        company.requests("ana", f"4.{minor}.0")
    company.delivers_all()
    company.faults.next("chat.update", status=429, retry_after=30)
    before = company.calls("chat.update")
    company.withdraws(1)
    company.withdraws(2)
    company.requests("cleo")
    for _ in range(20):
        company.passes(SECOND)
    assert company.calls("chat.update") == before + 1
    assert len(company.cards("storefront")) == 1
    company.delivers_all()
    assert sum("Withdrawn" in card.text for card in company.cards()) == 2
