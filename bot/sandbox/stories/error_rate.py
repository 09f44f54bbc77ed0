"""The error rate rises after a deployment: the alarm, told again, and a rollback by whoever is on call (G-RB-1)."""

from collections.abc import Iterator
from typing import Final

from bot.sandbox.stories.preludes import is_scheduled, submits
from bot.sandbox.stories.stage import Row, Stage, adds_to, expect, expect_text, on

ERROR_RATE: Final[list[Row]] = []
"""The rows, in order."""

_row = adds_to(ERROR_RATE)


@_row(30, "11:30", "Ana, Paul, Eve", "schedule payments 4.12.0 for Wed 15:00–16:00", "approved")
def _scheduled(stage: Stage) -> Iterator[None]:
    is_scheduled(stage, on(2, "15:00"), on(2, "16:00"))
    yield
    expect_text(stage.card.text, "Approved")


@_row(
    2, "14:50", "Ana", "records the baseline: 0.5 % errors of 24,000 requests", "reports are compared with it"
)
def _baseline(stage: Stage) -> Iterator[None]:
    stage.presses_button("ana", "Record baseline…")
    submits(stage, "ana", {"Error rate, in %": "0.5", "Over how many requests": "24,000"})
    yield
    expect_text(stage.card.text, "0.5 %")


@_row(2, "15:10", "Ana", "deploys", "watched until 15:40")
def _deploys(stage: Stage) -> Iterator[None]:
    stage.presses_button("ana", "Start deployment")
    stage.presses_button("ana", "Succeeded")
    yield
    expect_text(stage.card.text, "Watching until", "15:40")


@_row(2, "15:14", "Omar", "reports 0.54 % of 24,000 requests", "a possible rise: it asks, and is no alarm")
def _possible(stage: Stage) -> Iterator[None]:
    stage.presses_button("omar", "Report a problem…")
    submits(
        stage,
        "omar",
        {"What is wrong?": "The error rate is up", "Figure now": "0.54", "Over how many requests": "24,000"},
    )
    yield
    expect_text(stage.card.text, "Watching until", "chance may explain it")


@_row(
    2,
    "15:20",
    "Omar",
    "reports 0.9 % of 24,000 requests",
    "immediate rollback required: thread, DMs, incident channel",
)
def _alarm(stage: Stage) -> Iterator[None]:
    stage.presses_button("omar", "Report a problem…")
    submits(
        stage,
        "omar",
        {"What is wrong?": "The error rate is up", "Figure now": "0.9", "Over how many requests": "24,000"},
    )
    yield
    expect_text(stage.card.text, "must leave production", "Error rate 0.9 % against 0.5 %", "+80 %")
    for name in ("ana", "omar", "eve"):
        expect_text(stage.dm(name).text, "Immediate rollback required", "+80 %")
    incidents = stage.sandbox.channel("inc-cards").messages
    expect_text(incidents[-1].text, "Immediate rollback required", "payments 4.12.0")


@_row(2, "15:25", "–", "the clock", "told again, in one line")
def _again(stage: Stage) -> Iterator[None]:
    yield
    expect_text(stage.dm("eve").text, "must still be rolled back", "5 min")


@_row(2, "15:26", "Ana", "says that it was something else", "refused: she deploys it, somebody else decides")
def _not_hers(stage: Stage) -> Iterator[None]:
    stage.presses_button("ana", "This is not caused by the deployment…")
    problems = stage.fills_and_submits("ana", {"How do you know?": "it feels like the network"})
    yield
    expect_text(" ".join(problems.values()), "You deploy this")


@_row(2, "15:27", "Omar", "starts the rollback from his message", "the alarm is silent")
def _rolls_back(stage: Stage) -> Iterator[None]:
    stage.presses_button("omar", "Start rollback", stage.dm("omar", "must still be rolled back"))
    yield
    expect_text(stage.card.text, "is leaving production", "Omar")


@_row(2, "15:31", "Omar", "says that the rollback succeeded", "watched again, until 16:01")
def _restored(stage: Stage) -> Iterator[None]:
    told = sum("must still be rolled back" in each.text for each in stage.person("eve").dms())
    stage.presses_button("omar", "Rollback succeeded")
    yield
    expect_text(stage.card.text, "16:01")
    told_now = sum("must still be rolled back" in each.text for each in stage.person("eve").dms())
    expect(told_now <= told, "the alarm is silent")


@_row(2, "16:02", "Omar", "says that it is healthy", "rolled back, and closed")
def _healthy(stage: Stage) -> Iterator[None]:
    stage.presses_button("omar", "Healthy")
    yield
    expect_text(stage.card.text, "Rolled back", "Omar confirmed")
