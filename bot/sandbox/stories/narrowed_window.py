"""A window is narrowed without asking anybody again, and moved with asking everybody again."""

from collections.abc import Iterator
from typing import Final

from bot.sandbox.stories.preludes import is_scheduled, submits
from bot.sandbox.stories.stage import Row, Stage, adds_to, expect, expect_text, on

NARROWED_WINDOW: Final[list[Row]] = []
"""The rows, in order."""

_row = adds_to(NARROWED_WINDOW)


@_row(30, "11:30", "Ana, Paul, Eve", "schedule payments 4.12.0 for Wed 14:00–16:00", "approved")
def _scheduled(stage: Stage) -> Iterator[None]:
    is_scheduled(stage, on(2, "14:00"), on(2, "16:00"))
    yield
    expect_text(stage.card.text, "Approved", "Paul", "Eve")


@_row(1, "16:00", "Ana", "narrows it to 14:30–15:00", "it stays approved; nobody is asked again")
def _narrows(stage: Stage) -> Iterator[None]:
    asked = len(stage.person("paul").dms())
    stage.presses_button("ana", "Move window…")
    submits(stage, "ana", {"From": on(2, "14:30"), "To": on(2, "15:00")})
    yield
    expect_text(stage.card.text, "14:30", "Approved", "Ana can start")
    expect(len(stage.person("paul").dms()) == asked, "Paul has no new message")


@_row(1, "16:05", "Ana", "moves it to 13:30–14:30", "refused: less than 48 hours from now")
def _moves(stage: Stage) -> Iterator[None]:
    stage.presses_button("ana", "Move window…")
    problems = stage.fills_and_submits("ana", {"From": on(2, "13:30"), "To": on(2, "14:30")})
    yield
    expect_text(problems.get("From", ""), "48 h")
    expect_text(stage.card.text, "Approved")


@_row(1, "16:06", "Ana", "moves it to Fri 10:00–11:00", "both managers are asked again, and told why")
def _further(stage: Stage) -> Iterator[None]:
    submits(stage, "ana", {"From": on(4, "10:00"), "To": on(4, "11:00")})
    yield
    expect_text(stage.card.text, "Waiting for 2 approvals")
    expect_text(stage.dm("paul").text, "asks you")
