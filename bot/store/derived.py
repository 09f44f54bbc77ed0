"""What follows from a change and its setting, and is kept for queries and the clock: the stage and the timers."""

from sqlalchemy import Connection

from bot.rules.change import Change
from bot.rules.deadlines import wanted_deadlines
from bot.rules.life import FINISHED, Stage, claims_version, stage
from bot.rules.setting import Setting
from bot.rules.waiting import owes
from bot.store import deadlines
from bot.store.changes import store_stage


def store_derived(connection: Connection, change: Change, setting: Setting) -> Stage:
    """Keep them as they are now, in the transaction that has the change locked; returns the stage."""
    now_at = stage(change, setting.policy)
    claims = claims_version(change, setting.policy)
    store_stage(
        connection,
        change.id,
        now_at,
        finished=now_at in FINISHED,
        claims_version=claims,
        owes=owes(change),
    )
    deadlines.sync(connection, change.id, wanted_deadlines(change, setting.policy), setting.now)
    return now_at
