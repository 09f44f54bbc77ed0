"""Whoever is faster than anybody can mean: every kind of delivery, over both roads, without waiting."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from slack_bolt import BoltRequest, BoltResponse

from bot.slack.envelopes import Envelope, acknowledgement
from bot.slack.listeners.turnstile import CLOSED_SECONDS, MOST_PEOPLE, Limit, Turnstile
from bot.slack.views.kit import Message

LIMIT = Limit(at_once=4, a_second=2)


@dataclass
class Waiting:
    """A turnstile before something that only counts, in front of a desk that only remembers what it says."""

    at: float = 0.0
    passed: list[dict[str, Any]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        desk: Any = self
        self.turnstile = Turnstile(self._dispatch, desk, LIMIT, lambda: self.at)

    def _dispatch(self, request: BoltRequest) -> BoltResponse:
        self.passed.append(dict(request.body))
        return BoltResponse(status=200, body="done")

    def tell(self, _body: object, shown: Message) -> None:
        self.told.append(shown.text)

    def sends(self, body: dict[str, Any]) -> BoltResponse:
        return self.turnstile(BoltRequest(body=body, mode="socket_mode"))


def press(person: str = "U0BEN", team: str = "T0HARBOR") -> dict[str, Any]:
    return {"type": "block_actions", "user": {"id": person, "team_id": team}, "actions": [{}]}


COMMAND = {"command": "/deploy", "user_id": "U0BEN", "team_id": "T0HARBOR", "channel_id": "C1"}
FORM = {
    "type": "view_submission",
    "user": {"id": "U0BEN", "team_id": "T0HARBOR"},
    "view": {"blocks": [{"type": "section"}, {"type": "input", "block_id": "why"}]},
}
SAID = (
    "That was more at once than anybody can mean. Nothing was recorded of this, and nothing of yours is"
    " for 5 s: {} after that."
)


@pytest.fixture
def waiting() -> Waiting:
    return Waiting()


def test_what_a_person_can_mean_passes(waiting: Waiting) -> None:
    for _ in range(4):
        assert waiting.sends(press()).body == "done"
    for _ in range(20):
        waiting.at += 0.5
        assert waiting.sends(press()).body == "done"
    assert waiting.told == []


def test_whoever_is_faster_reads_once_that_nothing_is_recorded_and_when_to_try_again(
    waiting: Waiting,
) -> None:
    for _ in range(100):
        assert waiting.sends(press()).status == 200
    assert len(waiting.passed) == 4
    assert waiting.told == [SAID.format("press again")]
    waiting.at = CLOSED_SECONDS - 0.01
    waiting.sends(press())
    assert len(waiting.passed) == 4
    waiting.at = CLOSED_SECONDS
    waiting.sends(press())
    assert len(waiting.passed) == 5, "what was announced is kept"


def test_a_command_and_a_form_are_answered_each_time_and_the_form_keeps_what_was_typed(
    waiting: Waiting,
) -> None:
    for _ in range(4):
        waiting.sends(press())
    for _ in range(2):
        told = json.loads(waiting.sends(COMMAND).body)
        assert told == {"response_type": "ephemeral", "text": SAID.format("type it again")}
        told = json.loads(waiting.sends(FORM).body)
        assert told == {"response_action": "errors", "errors": {"why": SAID.format("press again")}}
    assert waiting.told == []


def test_one_persons_haste_is_nobody_elses(waiting: Waiting) -> None:
    for _ in range(10):
        waiting.sends(press())
    assert waiting.sends(press("U0TIA")).body == "done"
    assert waiting.sends(press("U0BEN", "T0OTHER")).body == "done", "the same id in another workspace"


@pytest.mark.parametrize(
    "event",
    [
        {"type": "user_change", "user": {"id": "U0BEN"}},
        {"type": "subteam_updated"},
        {"type": "message", "user": "U0COUNTERSIGN", "bot_id": "B0COUNTERSIGN"},
        {"type": ["message"], "user": "U0BEN"},
    ],
)
def test_what_the_workspace_says_by_itself_is_not_counted(waiting: Waiting, event: dict[str, Any]) -> None:
    for _ in range(20):
        assert waiting.sends({"event": event, "team_id": "T0HARBOR"}).body == "done"


@pytest.mark.parametrize("kind", ["app_home_opened", "message"])
def test_what_a_person_makes_happen_is(waiting: Waiting, kind: str) -> None:
    event = {"type": kind, "user": "U0BEN"}
    for _ in range(4):
        waiting.sends({"event": event, "team_id": "T0HARBOR"})
    assert waiting.sends(press()).body == ""
    assert waiting.told == [SAID.format("press again")]


def test_however_many_people_come_few_are_remembered(waiting: Waiting) -> None:
    for number in range(MOST_PEOPLE + 500):
        waiting.sends(press(f"U{number}"))
        waiting.passed.clear()
    assert len(waiting.turnstile) == MOST_PEOPLE


def test_over_socket_mode_the_refusal_is_an_acknowledgement_that_slack_shows(waiting: Waiting) -> None:
    for _ in range(4):
        waiting.sends(press())
    envelope = Envelope("e", "slash_commands", COMMAND, accepts_answer=True, attempt=0, reason="")
    answer = acknowledgement(envelope, waiting.turnstile(envelope.request()))
    assert answer is not None
    assert answer["payload"]["text"] == SAID.format("type it again")
