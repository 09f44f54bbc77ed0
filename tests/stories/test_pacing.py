"""Channels have their pace, whoever posts there: several processes, a message that never gets an answer, a wish in between."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.error import URLError

import pytest
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse
from sqlalchemy import func, select

from bot.sandbox.faults import Fault
from bot.store.machinery import outbox
from tests.stories.deliverers import Company, delivering

SECOND = timedelta(seconds=1)


@pytest.fixture
def company(database_url: str) -> Iterator[Company]:
    with delivering(database_url) as harbor:
        yield harbor


def failures(company: Company) -> int:
    """How many failures any line that is left counts."""
    with company.app.database.read() as connection:
        most: int = connection.execute(select(func.coalesce(func.max(outbox.c.attempts), 0))).scalar_one()
    return most


class OneASecond:
    """Slack takes a post a second, by the test's real time, and asks to wait a second for any other."""

    def __init__(self, real_now: Callable[[], datetime]) -> None:
        self.real_now = real_now
        self.free_at = real_now()
        self.refused = 0

    def __call__(self, method: str) -> Fault | None:
        now = self.real_now()
        if method != "chat.postMessage":
            return None
        if now < self.free_at:
            self.refused += 1
            return Fault(status=429, retry_after=1)
        self.free_at = now + SECOND
        return None


def test_processes_that_post_too_fast_together_lose_nothing_and_count_no_failure(company: Company) -> None:
    for minor in range(4):
        company.requests("ana", f"4.{minor}.0")
    limit = company.faults.weather = OneASecond(company.real_now)
    replicas = [company.another() for _ in range(3)]
    counted = set()
    while company.app.waiting():
        for replica in replicas:
            replica.delivers()
        counted.add(failures(company))
        company.waits(SECOND / 2)
    assert limit.refused > 3
    assert counted == {0}
    assert company.dead == []
    assert len(company.cards()) == 4
    assert [len(company.sandbox.person(name).dms()) for name in ("ben", "tia", "lea")] == [4, 4, 4]


class Unanswered(WebClient):
    """A client that gets no answer when it posts one message, and to everything else as ever."""

    def __init__(self, like: WebClient, key: str) -> None:
        super().__init__(token=like.token, base_url=like.base_url, timeout=4, retry_handlers=[])
        self.key, self.tried = key, 0

    def chat_postMessage(self, *, channel: str, **said: Any) -> SlackResponse:  # noqa: ANN401, N802 - the SDK's own
        if said["metadata"]["event_payload"]["key"] == self.key:
            self.tried += 1
            raise URLError("timed out")
        return super().chat_postMessage(channel=channel, **said)


def test_a_message_that_never_gets_an_answer_holds_up_no_other_of_its_channel(company: Company) -> None:
    client = Unanswered(company.app.desk.client, "card/1")
    deliverer = company.another(client)
    for minor in range(3):
        company.requests("ana", f"4.{minor}.0")
    for _ in range(150):
        company.waits(4 * SECOND)
        deliverer.delivers()
    assert client.tried > 9
    before = client.tried
    company.requests("ana", "4.9.0")
    for _ in range(30):
        company.waits(SECOND)
        deliverer.delivers()
    assert client.tried - before < 2
    assert ["4.9.0" in card.text for card in company.cards()] == [False, False, True]
