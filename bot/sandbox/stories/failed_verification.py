"""QA refuses a version in staging: it is blocked for good, and a new version goes the whole way."""

from collections.abc import Iterator
from typing import Final

from bot.sandbox.stories.preludes import (
    CODE_AND_STAGING,
    REQUEST,
    approve,
    comes_to_staging,
    deploys_to_staging,
    submits,
    verify,
)
from bot.sandbox.stories.stage import Row, Stage, adds_to, expect_text

FAILED_VERIFICATION: Final[list[Row]] = []
"""The rows, in order."""

_row = adds_to(FAILED_VERIFICATION)


@_row(30, "10:15", "Ana", "brings payments 4.12.0 to staging", "QA and Product are asked")
def _staged(stage: Stage) -> Iterator[None]:
    comes_to_staging(stage)
    yield
    expect_text(stage.dm("quinn").text, "does it pass?")


@_row(30, "11:00", "Quinn", "fails it: refunds are rounded wrongly", "back with Ana; a new version is needed")
def _fails(stage: Stage) -> Iterator[None]:
    stage.presses_button("quinn", "Fail…", stage.dm("quinn"))
    submits(stage, "quinn", {"What failed": "refunds are rounded wrongly"})
    yield
    expect_text(stage.card.text, "Back with Ana", "refunds are rounded wrongly", "It needs a new version")
    expect_text(stage.dm("ana").text, "refunds are rounded wrongly")


@_row(30, "11:05", "Ben", "asks for the same version in another change", "refused beside the version")
def _again(stage: Stage) -> Iterator[None]:
    stage.types("ben", "/deploy request")
    problems = stage.fills_and_submits("ben", {**REQUEST, "Peers to ask": ["Ana"]})
    yield
    expect_text(problems.get("Version", ""), "4.12.0")


@_row(30, "11:20", "Ana", "revises it to 4.12.1", "everything is asked for anew")
def _revises(stage: Stage) -> Iterator[None]:
    stage.presses_button("ana", "Revise…", stage.dm("ana"))
    submits(stage, "ana", {"Version": "4.12.1", "Pull requests": "#881, #890"})
    yield
    expect_text(stage.card.text, "payments 4.12.1", "Waiting for")


@_row(
    30, "13:00", "Ben, Tia, Lea, Ana", "approve, record, deploy to staging", "QA and Product are asked again"
)
def _once_more(stage: Stage) -> Iterator[None]:
    approve(stage, *CODE_AND_STAGING)
    stage.presses_button("ana", "Record evidence…")
    submits(
        stage,
        "ana",
        {
            "Release branch": "release/4.12",
            "Automated tests": "Passed",
            "Where the tests can be seen": "https://ci.harbor.example/runs/520",
            "Merge to main": "5be77d0",
            "Development": True,
        },
    )
    deploys_to_staging(stage)
    yield
    expect_text(stage.dm("quinn").text, "4.12.1", "does it pass?")


@_row(30, "14:00", "Quinn, Pia", "pass it", "verified")
def _pass(stage: Stage) -> Iterator[None]:
    verify(stage)
    yield
    expect_text(stage.card.text, "Verified, needs a production window")
