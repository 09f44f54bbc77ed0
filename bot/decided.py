"""A verdict on a change, written down: rows, stage, deadlines, outbox, audit and the answer, all or nothing.

Called by `act.py` in the transaction that it has opened, with the change locked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from bot.people.directory import Standing
from bot.rules.change import Change
from bot.rules.deadlines import superseding, to_contain
from bot.rules.facts import Fact
from bot.rules.folding import apply_all, replay
from bot.rules.life import Stage, stage
from bot.rules.production_facts import HealthConfirmed
from bot.rules.scene import Scene
from bot.rules.setting import Setting
from bot.rules.terms import ChangeType, PersonId, Role, Words
from bot.rules.verdict import Done, Refused, Verdict
from bot.rules.words import plain
from bot.store import audit, deadlines, dedupe, outbox, queries
from bot.store.audit import AuditEntry
from bot.store.derived import store_derived
from bot.store.fact_rows import write_facts
from bot.workflows.outgoing import Told, lines_after


@dataclass(frozen=True, slots=True)
class Caller:
    """Who acts, through what, and the key under which this delivery counts once.

    `team` is the workspace that Slack names for the person.
    """

    person: PersonId
    team: str | None
    through: str
    key: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an act. `said` is a plain sentence; `repeated` when the same delivery was answered before."""

    verdict: Verdict
    said: str
    scene: Scene | None
    repeated: bool = False

    @property
    def done(self) -> bool:
        """Whether the act is recorded as done."""
        return isinstance(self.verdict, Done)


@dataclass(frozen=True, slots=True)
class Decided:
    """A verdict on a change, about to be written down."""

    act: str
    caller: Caller | None
    before: Change | None
    setting: Setting
    verdict: Verdict
    names: Mapping[PersonId, str]
    standing: Standing | None = None
    late: timedelta = timedelta(0)
    """How long after its time, where a timer did it."""


def write_down(connection: Connection, decided: Decided, real_now: datetime) -> Answer:
    """Write down what was decided: rows, stage, deadlines, outbox, audit and the answer, all or nothing."""
    setting, verdict = decided.setting, decided.verdict
    facts = verdict.facts if isinstance(verdict, Done) else ()
    after = _after(decided.before, facts)
    if after is not None and facts:
        write_facts(connection, after.id, facts, production=setting.guide.production)
        now_at = store_derived(connection, after, setting)
        if now_at is Stage.DONE and decided.before and _confirms(facts):
            _tell_older(connection, after, setting)
    said = _said(decided)
    entry_id = audit.record(connection, _entry(decided, after, facts, said))
    if after is not None and facts:
        telling = Told(entry_id, _minutes_late(decided.late))
        lines = lines_after(decided.before, after, facts, setting, telling)
        outbox.wish(connection, lines, real_now)
    if decided.caller:
        told = {"done": isinstance(verdict, Done), "said": said, "change": after.id if after else None}
        dedupe.remember(connection, decided.caller.key, told)
    return Answer(verdict, said, None if after is None else Scene(after, setting, decided.names))


def _tell_older(connection: Connection, done: Change, setting: Setting) -> None:
    """Older changes that have not started are superseded; of a hotfix their requesters are asked whether they contain it."""
    if not setting.guide.follows_hotfix(done.type):
        for older in queries.older_unstarted(connection, done):
            deadlines.give(connection, older, superseding(done, setting.now))
        return
    standard = [each for each in ChangeType if not setting.guide.follows_hotfix(each)]
    for older in queries.older_unstarted(connection, done, standard):
        deadlines.give(connection, older, to_contain(done, setting.now))


PUNCTUAL: Final = timedelta(minutes=2)
"""A timer that fires within this time is not called late."""


def _minutes_late(late: timedelta) -> int:
    return 0 if late < PUNCTUAL else int(late.total_seconds()) // 60


def _confirms(facts: tuple[Fact, ...]) -> bool:
    """Whether the change reached its good end by these facts, rather than being back there."""
    return any(isinstance(fact, HealthConfirmed) for fact in facts)


def _said(decided: Decided) -> str:
    """The answer in plain words, as the log keeps it."""
    verdict = decided.verdict
    sentences = (verdict.said,) if isinstance(verdict, Done) else tuple(gate.why for gate in verdict.gates)
    if decided.standing and decided.standing.flag:
        sentences = (*sentences, decided.standing.flag)
    return " ".join(plain(sentence, decided.names, decided.setting.policy.zone) for sentence in sentences)


def _after(before: Change | None, facts: tuple[Fact, ...]) -> Change | None:
    if before is None:
        return replay(facts) if facts else None
    return apply_all(before, facts)


def _entry(decided: Decided, after: Change | None, facts: tuple[Fact, ...], said: str) -> AuditEntry:
    person = decided.caller.person if decided.caller else None
    roles = decided.setting.roster.roles_of(person) if person else frozenset[Role]()
    refused = decided.verdict if isinstance(decided.verdict, Refused) else None
    return AuditEntry(
        stream=audit.change_stream(after.id) if after else audit.WORKSPACE,
        act=decided.act,
        outcome="refused" if refused else "done",
        person=person,
        roles=tuple(sorted(roles)),
        through=decided.caller.through if decided.caller else "timer",
        at=decided.setting.now,
        facts=facts,
        clauses=tuple(dict.fromkeys(gate.clause for gate in refused.gates)) if refused else (),
        said=Words(said),
        stage=stage(after, decided.setting.policy) if after else "",
        directory_age=decided.standing.age_in_seconds if decided.standing else None,
    )
