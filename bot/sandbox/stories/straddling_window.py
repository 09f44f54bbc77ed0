"""A window that reaches past the end of business needs two more approvers; the bot offers the one that ends in time."""

from collections.abc import Iterator
from typing import Final

from bot.sandbox.stories.preludes import MANAGERS, approve, is_verified
from bot.sandbox.stories.stage import Row, Stage, adds_to, expect, expect_text, on

STRADDLING_WINDOW: Final[list[Row]] = []
"""The rows, in order."""

_row = adds_to(STRADDLING_WINDOW)


@_row(30, "11:20", "Ana, and all before", "bring payments 4.12.0 to its verification", "verified")
def _verified(stage: Stage) -> Iterator[None]:
    is_verified(stage)
    yield
    expect_text(stage.card.text, "Verified, needs a production window")


@_row(30, "11:25", "Ana", "proposes Thu 16:00–18:00", "offered again in the form, up to 17:00")
def _proposes(stage: Stage) -> Iterator[None]:
    stage.presses_button("ana", "Propose window…")
    problems = stage.fills_and_submits("ana", {"From": on(3, "16:00"), "To": on(3, "18:00")})
    expect(not problems, f"the window was refused: {problems}")
    yield
    modal = stage.person("ana").modal
    expect(modal is not None, "the form is still open")
    expect_text(modal.text if modal else "", "The window now ends", "17:00", "Engineering Director")


@_row(30, "11:26", "Ana", "takes the offer with one more click", "only the two managers are asked")
def _takes_it(stage: Stage) -> Iterator[None]:
    problems = stage.fills_and_submits("ana", {})
    expect(not problems, f"the window was refused: {problems}")
    yield
    expect_text(
        stage.card.text, "16:00 – 17:00", "Waiting for 2 approvals", "Product Manager", "Engineering Manager"
    )


@_row(30, "11:40", "Paul, Eve", "approve", "scheduled")
def _approved(stage: Stage) -> Iterator[None]:
    approve(stage, *MANAGERS)
    yield
    expect_text(stage.card.text, "Approved", "Ana can start")
