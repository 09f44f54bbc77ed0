"""A version leaves staging out by a Director's waiver (G-ENV-2), with a reason and an end, in sight of everybody."""

from collections.abc import Iterator
from typing import Final

from bot.sandbox.stories.preludes import MANAGERS, approve, asks_for, records_merge, submits
from bot.sandbox.stories.stage import Row, Stage, adds_to, expect, expect_text, on

WAIVED_STAGING: Final[list[Row]] = []
"""The rows, in order."""

WHY: Final = "staging's card simulator is down until Friday"

_row = adds_to(WAIVED_STAGING)


@_row(30, "9:30", "Ana, Ben, Tia", "ask for payments 4.12.0 and approve its code", "staging is still to come")
def _asks(stage: Stage) -> Iterator[None]:
    asks_for(stage)
    approve(stage, "ben", "tia")
    yield
    expect_text(stage.card.text, "Waiting for 1 approval", "Development Team Lead")


@_row(30, "10:00", "Ana", "asks for a waiver of staging until Thursday 17:00", "both Directors are asked")
def _waiver(stage: Stage) -> Iterator[None]:
    stage.presses_button("ana", "Ask for a waiver…")
    submits(
        stage, "ana", {"Leave out": "staging", "Until": on(3, "17:00"), "Why it cannot go the whole way": WHY}
    )
    yield
    expect_text(stage.card.text, "waiver of staging", WHY, "Dora or Dana")
    for name in ("dora", "dana"):
        expect_text(stage.dm(name).text, "leave out", "staging", WHY, "[[Grant]]")


@_row(
    30,
    "10:05",
    "Eve",
    "an Engineering Manager, has no such question, and presses no such button",
    "nobody else decides",
)
def _nobody_else(stage: Stage) -> Iterator[None]:
    yield
    expect(not any("leave out" in each.text for each in stage.person("eve").dms()), "Eve is not asked")
    expect("Grant" not in stage.card.text, "the card offers no grant to everybody")


@_row(30, "10:20", "Dora", "grants it", "it counts once the merge is recorded")
def _grants(stage: Stage) -> Iterator[None]:
    stage.presses_button("dora", "Grant", stage.dm("dora"))
    yield
    expect_text(
        stage.card.text, "staging waived by Dora", WHY, "it counts once code review and evidence are complete"
    )
    expect_text(stage.dm("dana").text, "Dora")
    expect_text(stage.dm("ana").text, "Dora", "staging")


@_row(
    30,
    "10:30",
    "Ana",
    "records the merge",
    "ready for a window: staging, its approval and its verification are left out",
)
def _effect(stage: Stage) -> Iterator[None]:
    records_merge(stage)
    yield
    expect_text(stage.card.text, "staging waived by Dora", "needs a production window")


@_row(30, "10:35", "Ana", "proposes Fri 10:00–11:00", "refused: the waiver ends before")
def _too_late(stage: Stage) -> Iterator[None]:
    stage.presses_button("ana", "Propose window…")
    problems = stage.fills_and_submits("ana", {"From": on(4, "10:00"), "To": on(4, "11:00")})
    yield
    expect_text(" ".join(problems.values()), "waiver of staging ends")


@_row(30, "10:36", "Ana, Paul, Eve", "schedule Thu 10:00–11:00", "approved, with the waiver on the card")
def _scheduled(stage: Stage) -> Iterator[None]:
    submits(stage, "ana", {"From": on(3, "10:00"), "To": on(3, "11:00")})
    approve(stage, *MANAGERS)
    yield
    expect_text(stage.card.text, "Approved", "staging waived by Dora")


@_row(3, "10:05", "Ana", "deploys; it is watched", "the waiver stays on the card")
def _deploys(stage: Stage) -> Iterator[None]:
    stage.presses_button("ana", "Start deployment")
    stage.presses_button("ana", "Succeeded")
    yield
    expect_text(stage.card.text, "Watching until", "staging waived by Dora", WHY)
