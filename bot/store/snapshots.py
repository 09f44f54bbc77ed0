"""The rows of a change, or of many, as the snapshots that the rules decide on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row

from bot.rules.change import (
    Approval,
    Change,
    CounterProposal,
    Deployment,
    Evidence,
    EvidenceKind,
    EvidenceState,
    Outcome,
    PullRequest,
    Returned,
    ReturnedBecause,
    RollbackPlan,
    Span,
    Superseded,
    Verification,
    Window,
    WindowEnd,
    Withdrawn,
)
from bot.rules.clauses import Clause
from bot.rules.deputies import Deputizing
from bot.rules.freezing import FreezeException, FreezeId
from bot.rules.production import Baseline, Observation, Settled
from bot.rules.readings import Figure, Finding, Problem
from bot.rules.reminded import Reminded, Snooze
from bot.rules.terms import (
    ApprovalStage,
    ChangeId,
    ChangeType,
    DeploymentId,
    EnvironmentName,
    PersonId,
    Phase,
    Role,
    ServiceName,
    Words,
)
from bot.rules.waivers import Waiver
from bot.store.hotfix_snapshots import hotfix_parts, spoken
from bot.store.snapshot_statements import BESIDE_A_HOTFIX, FOUND, OF_MANY, OF_ONE

Found = Row[Any]


Parts = Mapping[str, Sequence[Found]]
"""The rows of one change, under the names of `_statements`."""


def snapshot(connection: Connection, row: Found) -> Change:
    """All that is recorded about the change of a row of `changes`."""
    of = {"change": row.id}
    has = connection.execute(FOUND, of).one()._asdict()
    parts = {
        name: connection.execute(statement, of).all() if has.get(name, True) else ()
        for name, statement in OF_ONE.items()
    }
    return _put_together(row, parts)


def snapshots(connection: Connection, rows: Sequence[Found]) -> tuple[Change, ...]:
    """The same of many rows, in their order and in as many queries as for one; at most some hundreds at a time."""
    if not rows:
        return ()
    parts: dict[int, dict[str, list[Found]]] = {row.id: {name: [] for name in OF_MANY} for row in rows}
    for name, statement in OF_MANY.items():
        of = [number for number, has in parts.items() if name not in BESIDE_A_HOTFIX or has["hotfixes"]]
        for found in connection.execute(statement, {"changes": of}) if of else ():
            parts[found.change_id][name].append(found)
    return tuple(_put_together(row, parts[row.id]) for row in rows)


def _put_together(row: Found, parts: Parts) -> Change:
    return Change(
        id=ChangeId(row.id),
        service=ServiceName(row.service),
        type=ChangeType(row.type),
        requester=PersonId(row.requester),
        deployer=PersonId(row.deployer),
        version=row.version,
        requested_at=row.requested_at,
        reviewers=tuple(PersonId(found.person) for found in parts["reviewers"]),
        pull_requests=_pull_requests(parts["pull_requests"]),
        plan=RollbackPlan(Words(row.plan_text), row.plan_pretested, Words(row.plan_pretest)),
        wished=None if row.wished_start is None else Span(row.wished_start, row.wished_end),
        wished_reason=Words(row.wished_reason),
        evidence={EvidenceKind(found.kind): _evidence(found) for found in parts["evidence"]},
        approvals=_approvals(parts["approvals"], parts["verbal_approvals"]),
        verifications=tuple(_verification(found) for found in parts["verifications"]),
        deployments=tuple(_deployment(found) for found in parts["deployments"]),
        windows=tuple(_window(found) for found in parts["windows"]),
        counter=_counter(row),
        returned=_returned(row),
        withdrawn=_withdrawn(row),
        revision=row.revision,
        code_round=row.code_round,
        version_number=row.version_number,
        production_round=row.production_round,
        code_asked_at=row.code_asked_at,
        production_asked_at=row.production_asked_at,
        waivers=tuple(_waiver(found) for found in parts["waivers"]),
        exceptions=tuple(_exception(found) for found in parts["exceptions"]),
        baselines=_baselines(parts["baselines"]),
        observations=tuple(_observation(found) for found in parts["observations"]),
        superseded=_superseded(row),
        reminded={Phase(each.phase): Reminded(each.round, each.step) for each in parts["reminders"]},
        snoozes=_snoozes(parts["snoozes"], parts["reminders"]),
        **hotfix_parts(parts),
    )


def _evidence(row: Found) -> Evidence:
    return Evidence(EvidenceKind(row.kind), EvidenceState(row.state), Words(row.text))


def _pull_requests(rows: Iterable[Found]) -> tuple[PullRequest, ...]:
    authors: dict[tuple[int, str], list[PersonId]] = {}
    for row in rows:
        named = authors.setdefault((row.position, row.reference), [])
        if row.person is not None:
            named.append(PersonId(row.person))
    return tuple(PullRequest(Words(reference), tuple(people)) for (_, reference), people in authors.items())


def _approvals(rows: Iterable[Found], words: Iterable[Found]) -> tuple[Approval, ...]:
    """In the order given; what was spoken stands beside them."""
    spoken_words = {row.number: row for row in words}
    return tuple(_approval(row, spoken_words.get(row.number)) for row in rows)


def _approval(row: Found, words: Found | None) -> Approval:
    given = Approval(
        number=row.number,
        row=Clause(row.row),
        stage=ApprovalStage(row.stage),
        person=PersonId(row.person),
        roles=frozenset(Role(role) for role in row.roles.split()),
        at=row.at,
        voided_at=row.voided_at,
        deputizing=tuple(_deputizing(each) for each in (row.deputizing or "").split()),
    )
    if words is None:
        return given
    return replace(
        given,
        spoken=spoken(words),
        confirmed_at=words.confirmed_at,
        disputed_at=words.disputed_at,
        dispute=_words(words.dispute),
        chased=words.chased,
    )


def _deputizing(text: str) -> Deputizing:
    role, _, principal = text.partition(":")
    return Deputizing(Role(role), PersonId(principal) if principal else None)


def _person(text: str | None) -> PersonId | None:
    return None if text is None else PersonId(text)


def _words(text: str | None) -> Words | None:
    return None if text is None else Words(text)


def _verification(row: Found) -> Verification:
    return Verification(
        version=row.version,
        role=Role(row.role),
        person=PersonId(row.person),
        passed=row.passed,
        notes=Words(row.notes),
        at=row.at,
        deputy_for=_person(row.deputy_for),
    )


def _deployment(row: Found) -> Deployment:
    return Deployment(
        id=DeploymentId(row.id),
        environment=EnvironmentName(row.environment),
        version=row.version,
        attested=row.attested,
        started_by=PersonId(row.started_by),
        started_at=row.started_at,
        finished_at=row.finished_at,
        outcome=None if row.outcome is None else Outcome(row.outcome),
        window_end=row.window_end,
        nudged=row.nudged,
        escalated_at=row.escalated_at,
        overran_at=row.overran_at,
        healthy_by=_person(row.healthy_by),
        healthy_at=row.healthy_at,
        rolls_back=None if row.rolls_back is None else DeploymentId(row.rolls_back),
        alarmed_at=row.alarmed_at,
        settled=_settled(row),
        notes=Words(row.notes or ""),
        nudged_at=row.nudged_at,
    )


def _settled(row: Found) -> Settled | None:
    if row.settled_by is None:
        return None
    return Settled(
        PersonId(row.settled_by), Words(row.settled_reason), Words(row.settled_fix), row.settled_at
    )


def _window(row: Found) -> Window:
    return Window(
        number=row.number,
        span=Span(row.starts_at, row.ends_at),
        submitted_at=row.submitted_at,
        reason=Words(row.reason),
        ended=None if row.ended is None else WindowEnd(row.ended),
        end_reason=Words(row.end_reason or ""),
    )


def _counter(row: Found) -> CounterProposal | None:
    if row.counter_by is None:
        return None
    return CounterProposal(Span(row.counter_start, row.counter_end), PersonId(row.counter_by))


def _returned(row: Found) -> Returned | None:
    if row.returned_because is None:
        return None
    because = ReturnedBecause(row.returned_because)
    return Returned(because, PersonId(row.returned_by), Words(row.returned_reason), row.returned_at)


def _withdrawn(row: Found) -> Withdrawn | None:
    if row.withdrawn_by is None:
        return None
    return Withdrawn(PersonId(row.withdrawn_by), Words(row.withdrawn_reason), row.withdrawn_at)


def _waiver(row: Found) -> Waiver:
    return Waiver(
        number=row.number,
        environment=EnvironmentName(row.environment),
        version=row.version,
        reason=Words(row.reason),
        expires_at=row.expires_at,
        asked_by=PersonId(row.asked_by),
        asked_at=row.asked_at,
        granted_by=_person(row.granted_by),
        granted_at=row.granted_at,
        deputy_for=_person(row.deputy_for),
        refused_by=_person(row.refused_by),
        refused_reason=_words(row.refused_reason),
        refused_at=row.refused_at,
        effective_at=row.effective_at,
        expired_at=row.expired_at,
    )


def _exception(row: Found) -> FreezeException:
    return FreezeException(
        FreezeId(row.freeze_id), PersonId(row.by), Words(row.reason), row.at, _person(row.deputy_for)
    )


def _baselines(rows: Iterable[Found]) -> dict[Problem, Baseline]:
    """The newest of each kind."""
    return {
        Problem(row.problem): Baseline(
            Problem(row.problem), Figure(row.value, row.requests), PersonId(row.by), row.at
        )
        for row in rows
    }


def _observation(row: Found) -> Observation:
    return Observation(
        number=row.number,
        deployment=DeploymentId(row.deployment_id),
        problem=Problem(row.problem),
        finding=Finding(row.finding),
        before=_figure(row.before_value, row.before_requests),
        now=_figure(row.now_value, row.now_requests),
        why=row.why,
        notes=Words(row.notes),
        by=PersonId(row.by),
        at=row.at,
        withdrawn_by=_person(row.withdrawn_by),
        withdrawn_reason=_words(row.withdrawn_reason),
        withdrawn_at=row.withdrawn_at,
    )


def _figure(value: float | None, requests: int | None) -> Figure | None:
    return None if value is None else Figure(value, requests)


def _superseded(row: Found) -> Superseded | None:
    if row.superseded_by is None:
        return None
    return Superseded(ChangeId(row.superseded_by), row.superseded_at)


def _snoozes(rows: Iterable[Found], reminded: Sequence[Found]) -> tuple[Snooze, ...]:
    """The newest of each person and asking that no later reminder has ended, in the order in which they were wished."""
    found: dict[tuple[str, int, str], Snooze] = {}
    for row in rows:
        key = (row.phase, row.round, row.person)
        found.pop(key, None)
        if not any(
            each.phase == row.phase and row.at <= each.at and row.until <= each.at for each in reminded
        ):
            found[key] = Snooze(Phase(row.phase), row.round, PersonId(row.person), row.until)
    return tuple(found.values())
