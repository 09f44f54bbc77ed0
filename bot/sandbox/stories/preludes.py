"""The ways by which a short story comes to its point: a change asked for, in staging, verified, scheduled, in production."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from bot.sandbox.stories.stage import Stage, expect, expect_text

CODE_AND_STAGING: Final = ("ben", "tia", "lea")
MANAGERS: Final = ("paul", "eve")
REQUEST: Final[Mapping[str, object]] = {
    "Version": "4.12.0",
    "Pull requests": "#881",
    "Peers to ask": ["Ben"],
    "Rollback plan": "Redeploy 4.11.3; about 4 minutes.",
    "Pre-test of the rollback": "It was pre-tested",
    "Where the pre-test can be seen": "https://ci.harbor.example/runs/512",
    "Wished window: from": None,
    "Wished window: to": None,
    "Release branch": "release/4.12",
    "Automated tests": "Passed",
    "Where the tests can be seen": "https://ci.harbor.example/runs/513",
    "Development": True,
}


def submits(stage: Stage, name: str, values: Mapping[str, object]) -> None:
    """A person fills and submits the open form, and nothing in it is refused."""
    problems = stage.fills_and_submits(name, values)
    expect(not problems, f"the form was refused: {problems}")


def asks_for(stage: Stage, **values: object) -> None:
    """Ana asks for a deployment of payments; what is given stands in for the usual values, by label."""
    stage.types("ana", "/deploy request")
    submits(stage, "ana", {**REQUEST, **values})


def approve(stage: Stage, *names: str) -> None:
    """People approve what they were last asked for."""
    for name in names:
        stage.presses_button(name, "Approve", stage.dm(name, "asks you"))


def records_merge(stage: Stage, **values: object) -> None:
    """Ana records the merge commit."""
    stage.presses_button("ana", "Record evidence…")
    submits(stage, "ana", {"Merge to main": "9f2c1ab", **values})


def deploys_to_staging(stage: Stage) -> None:
    """Ana deploys to staging by hand."""
    stage.presses_button("ana", "Start staging")
    stage.presses_button("ana", "Staging succeeded")
    expect_text(stage.card.text, "Waiting for verification in staging")


def verify(stage: Stage) -> None:
    """QA and Product let the version pass."""
    for name in ("quinn", "pia"):
        stage.presses_button(name, "Pass", stage.dm(name, "does it pass?"))


def comes_to_staging(stage: Stage, **values: object) -> None:
    """A change asked for, approved, and deployed to staging."""
    asks_for(stage, **values)
    approve(stage, *CODE_AND_STAGING)
    records_merge(stage)
    deploys_to_staging(stage)


def is_verified(stage: Stage, **values: object) -> None:
    """A change that QA and Product let pass."""
    comes_to_staging(stage, **values)
    verify(stage)


def proposes(stage: Stage, start: datetime, end: datetime, **values: object) -> None:
    """Ana proposes a window, and it is accepted."""
    stage.presses_button("ana", "Propose window…")
    submits(stage, "ana", {"From": start, "To": end, **values})


def is_scheduled(stage: Stage, start: datetime, end: datetime) -> None:
    """A change whose window is approved."""
    is_verified(stage)
    proposes(stage, start, end)
    approve(stage, *MANAGERS)
    expect_text(stage.card.text, "Approved", "Ana can start")
