"""The life of a change: the code's table, the guide's, and the page that shows it are one and the same."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import commands
from bot.rules.life import FINISHED, TIMED, TRANSITIONS, Act, Stage
from bot.rules.life_words import ANYWHERE, act_words, life_page, stage_words
from tests.restated_life import ENDS, LIVE, ROWS, UNSTARTED, edges

ROOT = Path(__file__).parents[2]
Edge = tuple[str, str, str]


def of_the_code() -> set[Edge]:
    """Every (from, act, to) of the code's table."""
    begun = {("–", row.act.value, to.name) for row in TRANSITIONS.values() if not row.moves for to in row.to}
    return begun | {
        (frm.name, row.act.value, to.name)
        for row in TRANSITIONS.values()
        for frm, ends in row.moves.items()
        for to in ends
    }


@pytest.mark.clause("G-ENV-1")
@pytest.mark.clause("G-STD-8")
def test_the_table_is_the_guides() -> None:
    assert of_the_code() - edges() == set()
    assert edges() - of_the_code() == set()


def test_the_table_has_every_act_and_time_does_what_the_guide_leaves_to_time() -> None:
    assert {row.act for row in ROWS} == {act.value for act in Act} == {act.value for act in TRANSITIONS}
    assert {row.act for row in ROWS if row.who == ("time",)} == {act.value for act in TIMED}
    assert {*LIVE, *ENDS} == {stage.name for stage in Stage}
    assert set(ENDS) == {stage.name for stage in FINISHED}


def arrows(page: str) -> set[Edge]:
    """What the diagrams draw, with the arrows from and to any unstarted stage taken apart."""
    drawn: set[Edge] = set()
    for start, end, acts in re.findall(r"^    (\S+) --> (\S+) : (.*)$", page, re.MULTILINE):
        for each in acts.split(", "):
            words, _, but = each.rstrip(")").partition(" (not ")
            lacking = {name.replace(" ", "_") for name in but.split(" or ")} if but else set()
            starts = set(UNSTARTED) - lacking - {end} if start == ANYWHERE else {start}
            ends = set(UNSTARTED) - lacking if end == ANYWHERE else {end}
            drawn |= {(frm, words.replace(" ", "_"), to) for frm in starts for to in ends}
    return drawn


def test_the_diagrams_draw_every_arrow_of_the_table_and_no_other() -> None:
    wanted = {("[*]" if frm == "–" else frm, act, to) for frm, act, to in of_the_code() if frm != to}
    assert arrows(life_page()) == wanted


def test_the_tables_below_name_what_moves_a_change_and_what_does_not() -> None:
    moving, staying = life_page().split("## What moves a change")[1].split("## Possible at this stage")
    for row in TRANSITIONS.values():
        name = f"*{act_words(row.act)}*" if row.act in TIMED else act_words(row.act)
        for frm, ends in row.moves.items():
            moved = f"| {stage_words(frm)} | {name} | " in moving
            shown = "any, of what is or was a hotfix" if row.stages == set(Stage) else stage_words(frm)
            stays = f"{name} ({row.clause})" in staying.split(f"| {shown} | ")[1].split("\n")[0]
            assert moved == bool(ends - {frm}), (row.act, frm)
            assert stays == (frm in ends), (row.act, frm)


def test_the_page_in_the_docs_is_what_the_command_prints() -> None:
    result = CliRunner().invoke(commands, ["life"])
    assert result.exit_code == 0
    assert result.output == life_page()
    assert (ROOT / "docs" / "life.md").read_text("utf-8") == life_page()
