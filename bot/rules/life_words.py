"""The life of a change as a page to read: a diagram and two tables, made from the table that decides (life.py)."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

from bot.rules.life import FINISHED, IN_PRODUCTION, TIMED, TRANSITIONS, UNSTARTED, Act, Stage, Transition

ANYWHERE = "UNSTARTED"
"""The diagram's name for whichever stage before the production start."""
_SEVERAL = 4
"""From so many unstarted stages on, an act is drawn as one arrow from all of them."""
_ABOUT = """# The life of a change

This page is what `countersign life` prints, made from the table in `bot/rules/life.py` that decides which act is possible
where; a test holds it to that. An act that is not in the row of a stage is refused there, with a sentence that says where
the change is. Who may do what, and what must be so before, is in [the guide](guide.md).

The stage is derived from what is recorded. An arrow therefore also stands for what an act completes: when an approval
meets the last condition of a waiver, the change moves on as if that environment were done. *UNSTARTED* stands for any
stage before the start in production. In the tables, acts in *italics* are done by time.
"""


def life_page() -> str:
    """The whole page, in Markdown, ending with a line feed."""
    return "\n".join(
        (
            _ABOUT,
            "## Up to the start in production",
            "",
            *_diagram({"[*]", ANYWHERE, *_of(UNSTARTED | {Stage.SUPERSEDED})}),
            "",
            "## In production",
            "",
            *_diagram(set(_of(IN_PRODUCTION))),
            "",
            *_stages(),
            "",
            *_moving(),
            "",
            *_staying(),
            "",
        )
    )


def act_words(act: Act) -> str:
    """An act as the page names it: `take back approval`."""
    return act.value.replace("_", " ")


def stage_words(stage: Stage) -> str:
    """A stage as the guide names it: `ROLLBACK REQUIRED`."""
    return stage.name.replace("_", " ")


def _of(stages: Iterable[Stage]) -> Iterator[str]:
    return (stage.name for stage in stages)


def _diagram(starts: AbstractSet[str]) -> Iterator[str]:
    """The arrows that begin at any of these."""
    arrows = {arrow: acts for arrow, acts in _arrows().items() if arrow[0] in starts}
    shown = {name for arrow in arrows for name in arrow}
    yield "```mermaid"
    yield "stateDiagram-v2"
    if ANYWHERE in shown:
        yield f'    state "UNSTARTED (any of them)" as {ANYWHERE}'
    for stage in Stage:
        if stage.name in shown and stage_words(stage) != stage.name:
            yield f'    state "{stage_words(stage)}" as {stage.name}'
    for (start, end), acts in arrows.items():
        yield f"    {start} --> {end} : {', '.join(acts)}"
    for name in _of(stage for stage in Stage if stage in FINISHED):
        if name in shown:
            yield f"    {name} --> [*]"
    yield "```"


def _arrows() -> dict[tuple[str, str], list[str]]:
    """The acts on each arrow, self-loops left out; in the order of the stages."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for row in TRANSITIONS.values():
        if not row.moves:
            for end in _in_order(row.to):
                arrows.setdefault(("[*]", end.name), []).append(act_words(row.act))
        for drawn_from, drawn_to, words in _drawn(row):
            arrows.setdefault((drawn_from, drawn_to), []).append(words)
    order = ["[*]", *_of(Stage), ANYWHERE]
    return dict(sorted(arrows.items(), key=lambda arrow: [order.index(name) for name in arrow[0]]))


def _drawn(row: Transition) -> Iterator[tuple[str, str, str]]:
    """The arrows of one act: from, to, words; between one stage and several unstarted ones it is a single arrow."""
    ends_of_all = set().union(*row.moves.values())
    if ends_of_all <= UNSTARTED and len(ends_of_all) > _SEVERAL and not row.stages & UNSTARTED:
        for start in _in_order(row.stages):
            yield start.name, ANYWHERE, act_words(row.act) + _but(UNSTARTED - ends_of_all)
        return
    for end in _in_order(ends_of_all):
        starts = {start for start, ends in row.moves.items() if end in ends}
        if starts <= UNSTARTED and len(starts - {end}) > _SEVERAL:
            yield ANYWHERE, end.name, act_words(row.act) + _but(UNSTARTED - starts - {end})
            continue
        for start in _in_order(starts - {end}):
            yield start.name, end.name, act_words(row.act)


def _but(lacking: AbstractSet[Stage]) -> str:
    """` (not DECLARED or STAGING)`: the unstarted stages for which an arrow between all of them does not stand."""
    return f" (not {' or '.join(map(stage_words, _in_order(lacking)))})" if lacking else ""


def _stages() -> Iterator[str]:
    yield "## The stages"
    yield ""
    yield "| stage | a change is … |"
    yield "|---|---|"
    for stage in Stage:
        yield f"| {stage_words(stage)} | {stage.label} |"


def _moving() -> Iterator[str]:
    yield "## What moves a change"
    yield ""
    yield "| from | act | may lead to | clause |"
    yield "|---|---|---|---|"
    for row in TRANSITIONS.values():
        if not row.moves:
            yield f"| – | {_act_cell(row)} | {_names(row.to)} | {row.clause} |"
    for stage in Stage:
        for row in TRANSITIONS.values():
            ends = row.moves.get(stage, frozenset())
            if ends - {stage}:
                stays = " (or stays)" if stage in ends else ""
                cells = (
                    stage_words(stage),
                    _act_cell(row),
                    f"{_names(set(ends) - {stage})}{stays}",
                    row.clause,
                )
                yield f"| {' | '.join(cells)} |"


def _staying() -> Iterator[str]:
    yield "## Possible at this stage without moving it"
    yield ""
    yield "| stage | acts |"
    yield "|---|---|"
    for stage in Stage:
        rows = [
            row
            for row in TRANSITIONS.values()
            if stage in row.moves.get(stage, frozenset()) and not _anywhere(row)
        ]
        yield f"| {stage_words(stage)} | {_acts(rows) or '–'} |"
    yield f"| any, of what is or was a hotfix | {_acts(filter(_anywhere, TRANSITIONS.values()))} |"


def _anywhere(row: Transition) -> bool:
    """Whether it is for what a hotfix leaves to do, wherever it is by then: its words, its breach, its review."""
    return row.stages == frozenset(Stage)


def _acts(rows: Iterable[Transition]) -> str:
    return ", ".join(f"{_act_cell(row)} ({row.clause})" for row in rows)


def _act_cell(row: Transition) -> str:
    return f"*{act_words(row.act)}*" if row.act in TIMED else act_words(row.act)


def _names(stages: Iterable[Stage]) -> str:
    return ", ".join(stage_words(stage) for stage in _in_order(stages))


def _in_order(stages: Iterable[Stage]) -> list[Stage]:
    wanted = set(stages)
    return [stage for stage in Stage if stage in wanted]
