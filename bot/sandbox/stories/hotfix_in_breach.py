"""The same night with nobody reachable: a start in breach, which alarms, and which those who were missing answer for afterwards."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from bot.sandbox.stories.preludes import submits
from bot.sandbox.stories.stage import Row, Stage, adds_to, expect, expect_text

HOTFIX_IN_BREACH: Final[list[Row]] = []
"""The rows, in order."""

THIRTY_MINUTES: Final = timedelta(minutes=30)

_row = adds_to(HOTFIX_IN_BREACH)


@_row(5, "2:09", "Omar (on call)", "types /deploy hotfix: payments 4.12.2, SEV1", "declared")
def _declares(stage: Stage) -> Iterator[None]:
    stage.types("omar", "/deploy hotfix")
    submits(
        stage,
        "omar",
        {
            "Version": "4.12.2",
            "Impact": "Checkout fails for all EU cards.",
            "Pull requests": "#887",
            "Rollback plan": "Redeploy 4.12.0; about 4 minutes.",
        },
    )
    yield
    expect_text(stage.incident.text, "SEV1", "Checkout fails for all EU cards")


@_row(5, "2:24", "Omar", "starts", "refused, with who is missing, and the way that is left")
def _refused(stage: Stage) -> Iterator[None]:
    said = stage.presses_button("omar", "Start deployment", stage.incident)
    yield
    expect_text(said, "Engineering Manager", "Product Manager", "Engineering Director", "peer review")
    expect_text(said, "Start in breach…")


@_row(
    5,
    "2:25",
    "Omar",
    "starts in breach: why, and who was tried",
    "it runs, as a breach; the Directors and the channel are alarmed, the missing signers asked",
)
def _in_breach(stage: Stage) -> Iterator[None]:
    refusal = stage.person("omar").ephemerals()[-1]
    stage.presses_button("omar", "Start in breach…", refusal)
    submits(
        stage,
        "omar",
        {
            "Why it cannot wait for them": "Every EU order is lost, 900 a minute",
            "Who was tried, and how": "Eve and Emil: three calls each. Paul: voicemail. Dora: no answer.",
        },
    )
    yield
    expect_text(stage.incident.text, "Being deployed", "breach")
    for name in ("dora", "dana"):
        expect_text(stage.dm(name, "breach").text, "Omar", "Every EU order is lost")
    room = stage.incident_channel.messages
    expect_text(room[-1].text, "breach", "Every EU order is lost")
    for name in ("eve", "emil", "paul", "priya"):
        expect_text(stage.dm(name, "breach").text, "voicemail", "[Ratify]", "[Refuse…]")
    expect_text(stage.timeline(), "+0:16", "breach")


@_row(5, "3:16", "Omar", "has it deployed, watched and healthy", "done; the breach stays")
def _done(stage: Stage) -> Iterator[None]:
    stage.presses_button("omar", "Succeeded", stage.incident)
    stage.sandbox.clock.move_to(stage.sandbox.clock.now() + THIRTY_MINUTES)
    stage.settle()
    stage.presses_button("omar", "Healthy", stage.incident)
    yield
    expect_text(stage.incident.text, "Done", "breach")


@_row(7, "9:00", "Eve", "ratifies it", "her answer stands beside the breach")
def _ratifies(stage: Stage) -> Iterator[None]:
    stage.presses_button("eve", "Ratify", stage.dm("eve", "[Ratify]"))
    yield
    expect_text(stage.dm("eve", "ratified").text, "You ratified")
    expect_text(stage.timeline(), "Eve", "ratified")
    expect_text(stage.incident.text, "Eve (Engineering Manager) ratified")


@_row(7, "9:30", "Paul", "refuses, with a reason", "both answers stand")
def _refuses(stage: Stage) -> Iterator[None]:
    stage.presses_button("paul", "Refuse…", stage.dm("paul", "[Ratify]"))
    submits(stage, "paul", {"Why you would not have approved it": "the cards team was mending it already"})
    yield
    expect_text(stage.dm("paul", "refused").text, "You refused", "the cards team was mending it already")
    expect_text(stage.timeline(), "the cards team was mending it already")
    expect_text(
        stage.incident.text, "Eve (Engineering Manager) ratified", "Paul (Product Manager) does not ratify"
    )
    for name in ("dora", "dana"):
        expect_text(stage.dm(name).text, "Paul", "refused")
    expect(stage.presses["eve"] == 1, f"Eve needed {stage.presses['eve']} interactions")
