"""A routine release on a good day, with the fewest interactions: the drafted window submits itself."""

from collections.abc import Iterator
from typing import Final

from bot.sandbox.stories.stage import Row, Stage, adds_to, expect, expect_text

PLAIN: Final[list[Row]] = []
"""The rows, in order."""

REQUESTER_AT_MOST: Final = 5 + 2 + 2
"""Request, submit, start, finish, healthy; two for staging by hand, two for evidence by hand."""
SIGNERS: Final = ("ben", "tia", "lea", "quinn", "pia", "paul", "eve")

_row = adds_to(PLAIN)


@_row(
    30,
    "9:30",
    "Ana",
    "asks for payments 4.12.0, with the window as it is filled in",
    "the card, three approvals",
)
def _requests(stage: Stage) -> Iterator[None]:
    stage.types("ana", "/deploy request")
    problems = stage.fills_and_submits(
        "ana",
        {
            "Version": "4.12.0",
            "Pull requests": "#881",
            "Peers to ask": ["Ben"],
            "Rollback plan": "Redeploy 4.11.3; about 4 minutes.",
            "Pre-test of the rollback": "It was pre-tested",
            "Where the pre-test can be seen": "https://ci.harbor.example/runs/512",
            "Release branch": "release/4.12",
            "Development": True,
        },
    )
    expect(not problems, f"the form was refused: {problems}")
    yield
    expect_text(stage.card.text, "Waiting for 3 approvals", "wished window: Thursday, December 3rd 09:00")


@_row(30, "9:40", "Ben, Tia, Lea", "approve", "only evidence is missing")
def _approvals(stage: Stage) -> Iterator[None]:
    for name in ("ben", "tia", "lea"):
        stage.presses_button(name, "Approve", stage.dm(name))
    yield
    expect_text(stage.card.text, "Not ready for staging yet")


@_row(30, "10:05", "Ana", "records CI green and the merge commit", "nothing is missing for staging")
def _evidence(stage: Stage) -> Iterator[None]:
    stage.presses_button("ana", "Record evidence…")
    green = {
        "Automated tests": "Passed",
        "Where the tests can be seen": "https://ci.harbor.example/runs/513",
        "Merge to main": "9f2c1ab",
    }
    problems = stage.fills_and_submits("ana", green)
    expect(not problems, f"the evidence was refused: {problems}")
    yield
    expect_text(stage.card.text, "Ready for staging")


@_row(30, "10:06", "Ana", "deploys to staging by hand", "QA and Product are asked")
def _staging(stage: Stage) -> Iterator[None]:
    stage.presses_button("ana", "Start staging")
    stage.presses_button("ana", "Staging succeeded")
    yield
    expect_text(stage.card.text, "Waiting for verification in staging")


@_row(30, "11:00", "Quinn, Pia", "pass it", "the drafted window has submitted itself")
def _verified(stage: Stage) -> Iterator[None]:
    for name in ("quinn", "pia"):
        stage.presses_button(name, "Pass", stage.dm(name))
    yield
    expect_text(stage.card.text, "Thursday, December 3rd 09:00", "Waiting for 2 approvals")


@_row(30, "11:30", "Paul, Eve", "approve", "scheduled")
def _managers(stage: Stage) -> Iterator[None]:
    for name in ("paul", "eve"):
        stage.presses_button(name, "Approve", stage.dm(name))
    yield
    expect_text(stage.card.text, "Approved", "Ana can start")


@_row(3, "9:02", "Ana", "starts the deployment", "it runs")
def _starts(stage: Stage) -> Iterator[None]:
    stage.presses_button("ana", "Start deployment")
    yield
    expect_text(stage.card.text, "being deployed to production")


@_row(3, "9:08", "Ana", "says that it succeeded", "watched for 30 minutes")
def _succeeded(stage: Stage) -> Iterator[None]:
    stage.presses_button("ana", "Succeeded")
    yield
    expect_text(stage.card.text, "Watching until", "09:38")


@_row(3, "9:40", "Ana", "says that it is healthy", "done; nobody had to do more than the least")
def _healthy(stage: Stage) -> Iterator[None]:
    stage.presses_button("ana", "Healthy", stage.dm("ana", "is payments 4.12.0 healthy"))
    yield
    expect_text(stage.card.text, "Done")
    expect(stage.presses["ana"] <= REQUESTER_AT_MOST, f"Ana needed {stage.presses['ana']} interactions")
    for name in SIGNERS:
        expect(stage.presses[name] == 1, f"{name} needed {stage.presses[name]} interactions")
