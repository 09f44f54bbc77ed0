"""A newer change that reached production supersedes older ones of its service and type; their requesters may object."""

from bot.rules.change import Change
from bot.rules.clauses import Clause
from bot.rules.facts import ChangeSuperseded, SupersedingUndone
from bot.rules.life import Act, refuse_by_stage
from bot.rules.setting import Setting
from bot.rules.terms import change_label
from bot.rules.verdict import Done, Refused, Verdict, refuse
from bot.rules.words import say
from bot.workflows.moment import Moment


def supersede(change: Change, setting: Setting) -> Verdict:
    """Close a change that has not started in production, because a younger one of its service and type is done."""
    gate = refuse_by_stage(Act.SUPERSEDE, change, setting.policy)
    newer = setting.neighbors.superseded_by
    if gate or newer is None:
        return Refused((gate,) if gate else ())
    return Done(
        (ChangeSuperseded(newer, setting.now),), say(f"{change_label(newer)} reached production first.")
    )


def undo_superseding(moment: Moment, form: None) -> Verdict:
    """Go on with a superseded change, unless another one has taken its version meanwhile."""
    del form
    refused = moment.refused_by_stage(Act.UNDO_SUPERSEDING) or moment.refused_unless(
        moment.change.requester, Clause.TYPE_1, "Bringing back"
    )
    if refused:
        return refused
    taken = moment.setting.neighbors.same_version
    if taken:
        why = say(
            f"{change_label(taken)} carries {moment.change.service} {moment.change.version} now: ask for a new version."
        )
        return refuse(Clause.TYPE_1, why)
    return Done((SupersedingUndone(moment.actor, moment.now),), say(f"{moment.label} goes on where it was."))
