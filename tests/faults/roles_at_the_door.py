"""F12: role × stage × act through the front door: everybody of a company sends every act at every stage, as a signed delivery.

Not only what is shown is sent, and not only by those who see it: what may be done is taken from the guide's table as the tests
restate it, for standard changes at every stage and for hotfixes in every situation.

Wrong: an act that somebody may not do and that is recorded as done, or that leaves the change otherwise than it was; one that
somebody may do and that is not recorded as done; a delivery that is not answered.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Final

from httpx import codes

from bot.rules.life import Act, Stage
from bot.rules.terms import PersonId
from tests.acting import Course
from tests.attempts import PREPARED
from tests.faults.fault import Form, Tally
from tests.faults.front_door_acts import ACTS, delivery
from tests.faults.situated import Situated, situated
from tests.ground import Ground
from tests.situations import BUILT, COMPANY, at_stage
from tests.situations_hotfix import HOTFIXES, Situation, at_situation
from tests.who_is_who import People
from tests.who_may import may, may_on_a_hotfix

ONE_OF: Final = {Form.SHORT: 350, Form.WHOLE: 16}
"""Which share of the cells is tried, evenly spread over acts and stages; every cell by everybody."""


@dataclass(frozen=True)
class Cell:
    """One act at one place of a change's life, and who may do which act there."""

    place: str
    act: Act
    build: Callable[[], Course]
    able: Callable[[Act], People]

    def course(self) -> Course:
        """The change there, with what makes the act worth trying."""
        return self.build()


def cells() -> Iterator[Cell]:
    """All of them."""
    acts = (*ACTS, Act.SNOOZE_REMINDER)
    for stage, act in product(BUILT, acts):
        yield Cell(stage.name, act, partial(_standard, stage, act), partial(_may_at, stage))
    for (name, situation), act in product(HOTFIXES.items(), acts):
        yield Cell(name, act, partial(at_situation, name), partial(_may_in, situation))


def _standard(stage: Stage, act: Act) -> Course:
    course = at_stage(stage)
    if act in PREPARED:
        PREPARED[act](course)
    return course


def _may_at(stage: Stage, act: Act) -> People:
    return may(act, stage)


def _may_in(situation: Situation, act: Act) -> People:
    return may_on_a_hotfix(act, situation)


def _tries(run: Situated, tally: Tally, cell: Cell, course: Course, person: PersonId) -> bool:
    """Send it for one person; whether anything was recorded as done."""
    sent, newest, before = delivery(cell.act, course, person), run.newest(), run.change
    status = run.sends(sent, person)
    recorded = run.since(newest)
    done = [Act(act) for act, outcome in recorded if outcome == "done"]
    tally.tried += 1
    what = f"{cell.act} by {person} at {cell.place}"
    tally.check(status == codes.OK, f"{what}: answered {status}")
    for act in done:
        as_meant = cell.act if act in {cell.act, Act.REVISE, Act.REVIEW_CODE} else act
        tally.check(person in cell.able(as_meant), f"{what}: {act} is recorded as done")
    tally.check(done or run.change == before, f"{what}: the change is otherwise than before")
    tally.check(done or person not in cell.able(cell.act), f"{what}: it is refused ({recorded})")
    return bool(done)


def run(ground: Ground, form: Form) -> Tally:
    """See the module."""
    tally, every = Tally(), list(cells())
    chosen = every[:: ONE_OF[form]]
    with situated(ground) as bot:
        for cell in chosen:
            course = cell.course()
            bot.puts(course)
            able = cell.able(cell.act)
            for person in sorted(COMPANY, key=lambda each: each in able):
                if _tries(bot, tally, cell, course, person):
                    bot.puts(course)
    tally.notes.append(
        f"{len(chosen):,} of {len(every):,} cells of stage × act, each by {len(COMPANY)} people:"
        f" {tally.tried:,} of {len(every) * len(COMPANY):,}"
    )
    return tally
