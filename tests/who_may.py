"""Who may do what, by the guide's rows as `restated_life` has them: for what is no hotfix by its stage, for a hotfix by its situation."""

from collections.abc import Mapping
from typing import Final

from bot.rules.life import TRANSITIONS, UNSTARTED, Act, Stage
from bot.rules.terms import PersonId
from tests.acting import BEN, EVE, LEA, PAUL, PIA, QUINN, TIA
from tests.restated_life import ROWS, Row
from tests.situations import DIRK
from tests.situations_hotfix import Situation
from tests.who_is_who import WHO, People

NOBODY: People = frozenset()
SINGULAR: Final[Mapping[tuple[Act, Stage], People]] = {
    **{
        (Act.TAKE_BACK_APPROVAL, stage): frozenset({BEN, TIA, LEA})
        for stage in TRANSITIONS[Act.TAKE_BACK_APPROVAL].stages
    },
    (Act.TAKE_BACK_APPROVAL, Stage.SCHEDULED): frozenset({BEN, TIA, LEA, PAUL, EVE}),
    **{
        (Act.SNOOZE_REMINDER, stage): frozenset({BEN, TIA, LEA})
        for stage in (Stage.PREPARING, Stage.STAGING, Stage.VERIFIED)
    },
    (Act.SNOOZE_REMINDER, Stage.VERIFYING): frozenset({BEN, TIA, LEA, QUINN, PIA}),
    (Act.SNOOZE_REMINDER, Stage.APPROVING): frozenset({BEN, TIA, LEA, PAUL, EVE}),
    # Nothing is missing there: whoever approved is told so, with the names.
    (Act.APPROVE, Stage.SCHEDULED): frozenset(),
    # What they would take over is theirs already.
    **{(Act.TAKE_OVER, stage): WHO["engineer"] - {DIRK} for stage in TRANSITIONS[Act.TAKE_OVER].stages},
}
"""Where the guide's row does not name a role: who gave an approval, who is asked, whose it is already."""
APPROVING_CODE: Final = {Act.APPROVE: Act.REVIEW_CODE}
"""Approve is the deferred code review once a hotfix has started, and after it: the table has a row of its own for that."""


def may(act: Act, stage: Stage) -> People:
    """Who may do so to what is no hotfix, by the guide's rows as they are restated."""
    rows = [row for row in ROWS if row.act == act.value and stage.name in row.frm and not row.hotfix]
    if (act, stage) in SINGULAR:
        assert rows
        return SINGULAR[act, stage]
    return frozenset[PersonId]().union(*(WHO[who] for row in rows for who in row.who))


def rows_of(act: Act, situation: Situation) -> list[Row]:
    """The guide's rows for what follows the hotfix process, of those whose needs are met there."""
    by_name = act if situation.stage in UNSTARTED else APPROVING_CODE.get(act, act)
    return [
        row
        for row in ROWS
        if row.act == by_name.value
        and situation.stage.name in row.frm
        and row.hotfix is not False
        and situation.marks.issuperset(row.needs)
    ]


def may_on_a_hotfix(act: Act, situation: Situation) -> People:
    """Who may, by these rows and who is who in the situation."""
    who = {**WHO, **situation.who}
    able = NOBODY.union(*(who.get(role, NOBODY) for row in rows_of(act, situation) for role in row.who))
    return able - {DIRK} if act is Act.TAKE_OVER else able
