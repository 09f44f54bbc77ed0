"""What is played while things break: a release from its request to *healthy*, and a hotfix on a word by phone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.sandbox.stories.preludes import REQUEST
from bot.sandbox.stories.stage import on
from tests.faults.hands import Hands


@dataclass(frozen=True)
class Step:
    """At this time, somebody does this; nothing, where only the clock moves."""

    at: datetime
    does: Callable[[Hands], None]


def _requests(hands: Hands) -> None:
    hands.types("ana", "/deploy request")
    hands.submits("ana", {**REQUEST, "Automated tests": "Still running", "Where the tests can be seen": ""})


def _records(hands: Hands) -> None:
    hands.opens("ana", "Record evidence…", hands.card)
    tests = {"Automated tests": "Passed", "Where the tests can be seen": "https://ci.harbor.example/runs/513"}
    hands.submits("ana", {**tests, "Merge to main": "9f2c1ab"})


def _proposes(hands: Hands) -> None:
    hands.opens("ana", "Propose window…", hands.card)
    hands.submits("ana", {"From": on(2, "14:00"), "To": on(2, "15:00")})


def _declares(hands: Hands) -> None:
    hands.types("ben", "/deploy hotfix")
    hands.submits(
        "ben",
        {
            "Version": "4.12.1",
            "Severity": "SEV1",
            "Impact": "One card payment in five is declined.",
            "Pull requests": "#886",
            "Peers to ask": ["Ana"],
            "Rollback plan": "Redeploy 4.12.0; about 4 minutes.",
        },
    )


def _records_word(hands: Hands) -> None:
    hands.opens("ben", "Record approvals…", hands.incident)
    hands.submits("ben", {"Product Manager": "Paul", "What was said": "do it", "Who heard it": "Ana"})


def _approves(name: str) -> Callable[[Hands], None]:
    return lambda hands: hands.presses(name, "Approve", hands.dm(name, "asks you"))


def _on_card(name: str, words: str) -> Callable[[Hands], None]:
    return lambda hands: hands.presses(name, words, hands.card)


def _on_incident(name: str, words: str) -> Callable[[Hands], None]:
    return lambda hands: hands.presses(name, words, hands.incident)


def _in_message(name: str, words: str, containing: str) -> Callable[[Hands], None]:
    return lambda hands: hands.presses(name, words, hands.dm(name, containing))


def _nothing(_hands: Hands) -> None:
    """Only the clock moves."""


RELEASE: Final[tuple[Step, ...]] = (
    Step(on(30, "9:30"), _requests),
    Step(on(30, "9:40"), _approves("ben")),
    Step(on(30, "9:41"), _approves("tia")),
    Step(on(30, "9:42"), _approves("lea")),
    Step(on(30, "9:50"), _records),
    Step(on(30, "10:00"), _on_card("ana", "Start staging")),
    Step(on(30, "10:10"), _on_card("ana", "Staging succeeded")),
    Step(on(30, "11:00"), _in_message("quinn", "Pass", "does it pass?")),
    Step(on(30, "11:20"), _in_message("pia", "Pass", "does it pass?")),
    Step(on(30, "11:30"), _proposes),
    Step(on(30, "11:40"), _approves("paul")),
    Step(on(30, "11:50"), _approves("eve")),
    Step(on(2, "14:05"), _on_card("ana", "Start deployment")),
    Step(on(2, "14:10"), _on_card("ana", "Succeeded")),
    Step(on(2, "14:20"), _nothing),
    Step(on(2, "14:30"), _nothing),
    Step(on(2, "14:40"), _nothing),
    Step(on(2, "14:41"), _in_message("ana", "Healthy", "30 min are over")),
)
HOTFIX: Final[tuple[Step, ...]] = (
    Step(on(3, "14:00"), _declares),
    Step(on(3, "14:03"), _in_message("ana", "Approve", "4.12.1")),
    Step(on(3, "14:05"), _records_word),
    Step(on(3, "14:07"), _in_message("eve", "Approve", "4.12.1")),
    Step(on(3, "14:08"), _on_incident("ben", "Start deployment")),
    Step(on(3, "14:12"), _in_message("paul", "Yes, I did", "Ben recorded")),
    Step(on(3, "14:15"), _on_incident("ben", "Succeeded")),
    Step(on(3, "14:45"), _nothing),
    Step(on(3, "14:46"), _on_incident("ben", "Healthy")),
)
