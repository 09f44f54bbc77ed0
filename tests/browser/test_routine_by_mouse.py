"""The routine release again, but every command, click and time is entered on the page."""

import re
from collections.abc import Callable

from bot.sandbox.stories.routine import ROUTINE
from bot.sandbox.stories.stage import Row
from tests.browser.desk import Desk, PageStage
from tests.short_form import only_in_the_whole_form


def _play(stage: PageStage, row: Row) -> None:
    stage.desk.moves_clock_to(row.at)
    stage.desk.settle()
    script = row.script(stage)
    next(script)
    stage.desk.settle()
    next(script, None)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


@only_in_the_whole_form
def test_a_routine_release_is_walked_through_by_mouse(desk: Desk, picture: Callable[[str], None]) -> None:
    stage = PageStage(desk)
    for number, row in enumerate(ROUTINE, start=1):
        _play(stage, row)
        picture(f"{number:02} {row.who} {re.sub(r'[^A-Za-z0-9]+', '-', row.does)}")
    desk.become("ana")
    desk.go("payments")
    shown = desk.message(stage.card.ts).inner_text()
    assert set(_words(stage.card.text)) <= set(_words(shown))
    assert "Done" in shown
    assert desk.running.sandbox.wire.refusals == []
