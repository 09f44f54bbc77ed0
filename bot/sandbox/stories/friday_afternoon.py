"""A request on Friday at 16:50 that wants Saturday: it must say why it cannot wait, and the Director grants the exception."""

from collections.abc import Iterator
from typing import Final

from bot.sandbox.stories.preludes import (
    CODE_AND_STAGING,
    REQUEST,
    approve,
    deploys_to_staging,
    submits,
    verify,
)
from bot.sandbox.stories.stage import Row, Stage, adds_to, expect, expect_text, on

FRIDAY_AFTERNOON: Final[list[Row]] = []
"""The rows, in order."""

_row = adds_to(FRIDAY_AFTERNOON)

SATURDAY: Final = {"Wished window: from": on(5, "10:00"), "Wished window: to": on(5, "11:00")}


@_row(
    4,
    "16:50",
    "Ana",
    "asks for payments 4.12.0 on Saturday at ten",
    "refused beside the reason: why can it not wait?",
)
def _without_reason(stage: Stage) -> Iterator[None]:
    stage.types("ana", "/deploy request")
    problems = stage.fills_and_submits("ana", {**REQUEST, **SATURDAY, "Merge to main": "9f2c1ab"})
    yield
    expect(len(problems) == 1, f"one sentence: {problems}")
    expect_text(" ".join(problems.values()), "outside business hours", "why it cannot wait")


@_row(4, "16:51", "Ana", "gives the reason", "the card, with the wished window")
def _asks(stage: Stage) -> Iterator[None]:
    submits(
        stage,
        "ana",
        {"Why it cannot wait for business hours": "the card vault's certificate expires on Sunday"},
    )
    yield
    expect_text(stage.card.text, "wished window")


@_row(4, "17:40", "Ben, Tia, Lea, Ana", "approve and deploy to staging", "QA and Product are asked")
def _staging(stage: Stage) -> Iterator[None]:
    approve(stage, *CODE_AND_STAGING)
    deploys_to_staging(stage)
    yield
    expect_text(stage.dm("pia").text, "does it pass?")


@_row(
    4,
    "18:30",
    "Quinn, Pia",
    "pass it",
    "the window submits itself: the Directors and who is on call are asked",
)
def _verified(stage: Stage) -> Iterator[None]:
    verify(stage)
    yield
    expect_text(stage.card.text, "after hours", "certificate expires on Sunday", "Waiting for 2 approvals")
    expect_text(stage.dm("dora").text, "asks you", "Engineering Director", "certificate expires on Sunday")
    expect_text(stage.dm("omar").text, "asks you", "On-call Engineer")
    expect(
        not any("asks you" in each.text for each in stage.person("paul").dms()), "no Product Manager is asked"
    )


@_row(4, "19:00", "Dora, Omar", "approve", "scheduled, with less than 48 hours of notice")
def _approved(stage: Stage) -> Iterator[None]:
    approve(stage, "dora", "omar")
    yield
    expect_text(stage.card.text, "Approved", "Ana can start")


@_row(5, "10:05", "Ana", "deploys", "watched; who is on call is nudged")
def _deploys(stage: Stage) -> Iterator[None]:
    stage.presses_button("ana", "Start deployment")
    stage.presses_button("ana", "Succeeded")
    yield
    expect_text(stage.card.text, "Watching until", "10:35")
    expect_text(stage.dm("omar").text, "watch payments 4.12.0")


@_row(5, "10:40", "Omar", "says that it is healthy", "done")
def _healthy(stage: Stage) -> Iterator[None]:
    stage.presses_button("omar", "Healthy", stage.dm("omar"))
    yield
    expect_text(stage.card.text, "Done", "Omar confirmed")
