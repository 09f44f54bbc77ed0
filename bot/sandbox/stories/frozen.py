"""A change freeze over a scheduled window: the start is refused until a Director excepts this one change."""

from collections.abc import Iterator
from typing import Final

from bot.sandbox.stories.preludes import is_scheduled, submits
from bot.sandbox.stories.stage import Row, Stage, adds_to, expect_text, on

FROZEN: Final[list[Row]] = []
"""The rows, in order."""

_row = adds_to(FROZEN)


@_row(30, "11:30", "Ana, Paul, Eve", "schedule payments 4.12.0 for Wed 15:00–16:00", "approved")
def _scheduled(stage: Stage) -> Iterator[None]:
    is_scheduled(stage, on(2, "15:00"), on(2, "16:00"))
    yield
    expect_text(stage.card.text, "Approved")


@_row(
    1,
    "17:30",
    "Eve",
    "freezes payments until Thursday: year-end closing",
    "card, Ana and the Directors know it",
)
def _declares(stage: Stage) -> Iterator[None]:
    stage.types("eve", "/deploy freeze")
    submits(
        stage,
        "eve",
        {"Services": ["payments"], "From": on(1, "18:00"), "To": on(3, "9:00"), "Why": "year-end closing"},
    )
    yield
    expect_text(stage.card.text, "freeze", "year-end closing")
    expect_text(stage.dm("ana", "freeze").text, "year-end closing")
    expect_text(stage.dm("dora", "freeze").text, "payments 4.12.0")


@_row(2, "15:05", "Ana", "starts the deployment", "refused: frozen; a Director can except it")
def _refused(stage: Stage) -> Iterator[None]:
    said = stage.presses_button("ana", "Start deployment")
    yield
    expect_text(said, "payments is frozen until", "year-end closing", "Dora")


@_row(2, "15:10", "Dora", "excepts this change: a fine is due on Friday", "the card says so")
def _excepts(stage: Stage) -> Iterator[None]:
    stage.presses_button("dora", "Except this change…", stage.dm("dora", "freeze"))
    submits(stage, "dora", {"Why it cannot wait for the freeze's end": "a fine is due on Friday"})
    yield
    expect_text(stage.card.text, "Dora", "a fine is due on Friday")


@_row(2, "15:12", "Ana", "starts the deployment", "it runs")
def _starts(stage: Stage) -> Iterator[None]:
    stage.presses_button("ana", "Start deployment")
    yield
    expect_text(stage.card.text, "being deployed to production")
