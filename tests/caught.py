"""Random walks as a net: whether what a test breaks is caught in one of them."""

from collections.abc import Callable
from random import Random

from bot.rules.guide import Guide
from tests.acting import HOUR, a_guide
from tests.random_deeds import take
from tests.random_hotfixes import declare, hotfix_acts, turn_hotfix
from tests.random_people import SECOND, People, a_company, a_walk, random_steps
from tests.random_walks import AroundTheGuideError, Walk

STEPS = 150
"""How many steps an ordinary walk has; each is an act that somebody tries, or time that passes."""
Walked = Callable[[int, Guide | None], People]


def walked(seed: int, guide: Guide | None, steps: int = STEPS) -> People:
    """Random people of a company after so many steps; None lets some companies have four environments."""
    random = Random(seed)  # noqa: S311 - repeatable is what it must be
    people = a_walk(random, guide)
    for step in random_steps(random, steps):
        take(people, step)
    people.walk.check_records()
    return people


def hotfix_walked(seed: int, guide: Guide | None, steps: int = STEPS // 2) -> People:
    """The same of a company in which somebody declares a hotfix at some hour of the week, and much is tried on it."""
    random = Random(seed)  # noqa: S311 - repeatable is what it must be
    people = People(Walk(a_company(random), guide or a_guide()))
    people.walk.now += random.randrange(7 * 24) * HOUR
    for step in random_steps(random, steps):
        hotfixes = [story for story in people.walk.stories if story.change.issue]
        if not hotfixes:
            declare(people, step)
        elif step.who % 3:
            take(people, step)
        else:
            story = hotfixes[-1 if step.which % 4 else step.which // 4 % len(hotfixes)]
            people.walk.now += SECOND
            acts = hotfix_acts(people, story, step)
            if not (step.what % 2 and turn_hotfix(people, story, step)):
                acts[step.what // 2 % len(acts)][1]()
    people.walk.check_records()
    return people


def is_caught(guide: Guide, objection: str, at_most: int = 400, walk: Walked = walked) -> bool:
    """Whether this is objected to in walks that go by this guide, or by rules that a test has broken."""
    for seed in range(at_most):
        try:
            walk(seed, guide)
        except AroundTheGuideError as error:
            if objection in str(error):
                return True
        except AssertionError:  # a broken rule may break more than this
            continue
    return False


def nothing(*_: object, **__: object) -> tuple[()]:
    """No gate and no fact."""
    return ()


def none(*_: object, **__: object) -> None:
    """No refusal."""
    return


def yes(*_: object, **__: object) -> bool:
    """Whatever it is."""
    return True
