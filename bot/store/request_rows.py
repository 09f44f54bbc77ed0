"""A change's own row, and the reviewers and pull requests that each of its revisions names."""

from typing import Final

from sqlalchemy import Connection, Insert, Table, Update, bindparam, insert, update

from bot.rules.change import Change, PullRequest, RollbackPlan
from bot.rules.facts import ChangeRevised
from bot.rules.terms import ChangeId, PersonId
from bot.store.models import changes, pull_request_authors, pull_requests, reviewers

NOTHING_YET: Final = "requested"
"""The stage of a change between its first row and `store_stage`, which follows in the same transaction."""


def _remove(table: Table) -> Update:
    return update(table).where(table.c.change_id == bindparam("b_change"), table.c.removed_at.is_(None))


REVISE: Final = (
    update(changes)
    .where(changes.c.id == bindparam("b_change"))
    .values(revision=changes.c.revision + 1)
    .returning(changes.c.revision)
)
REMOVE_REVIEWERS: Final = _remove(reviewers)
REMOVE_PULL_REQUESTS: Final = _remove(pull_requests)
ADD_CHANGE: Final = insert(changes)
ADD_REVIEWERS: Final = insert(reviewers)
ADD_PULL_REQUESTS: Final = insert(pull_requests)
ADD_AUTHORS: Final = insert(pull_request_authors)


def add_change(connection: Connection, change: Change) -> None:
    """The row of a change right after it was asked for; its stage follows in the same transaction."""
    columns = {
        "id": change.id,
        "service": change.service,
        "type": change.type.value,
        "requester": change.requester,
        "deployer": change.deployer,
        "version": change.version,
        "requested_at": change.requested_at,
        **_plan(change.plan),
        "wished_start": change.wished.start if change.wished else None,
        "wished_end": change.wished.end if change.wished else None,
        "wished_reason": change.wished_reason,
        "revision": change.revision,
        "code_round": change.code_round,
        "version_number": change.version_number,
        "production_round": change.production_round,
        "code_asked_at": change.code_asked_at,
        "production_asked_at": change.production_asked_at,
        "stage": NOTHING_YET,
        "finished": False,
        "claims_version": True,
    }
    connection.execute(ADD_CHANGE, columns)
    _name(connection, change.id, change.revision, (change.reviewers, change.pull_requests))


def _plan(plan: RollbackPlan) -> dict[str, object]:
    return {"plan_text": plan.text, "plan_pretested": plan.pretested, "plan_pretest": plan.pretest}


def _name(
    connection: Connection,
    change: ChangeId,
    revision: int,
    named: tuple[tuple[PersonId, ...], tuple[PullRequest, ...]],
) -> None:
    """The reviewers and pull requests that a revision of the change names."""
    people, references = named
    of = {"change_id": change, "revision": revision}
    _add(
        connection,
        ADD_REVIEWERS,
        [{**of, "position": position, "person": person} for position, person in enumerate(people)],
    )
    _add(
        connection,
        ADD_PULL_REQUESTS,
        [
            {**of, "position": position, "reference": found.reference}
            for position, found in enumerate(references)
        ],
    )
    _add(
        connection,
        ADD_AUTHORS,
        [
            {**of, "position": position, "author_position": author_position, "person": author}
            for position, found in enumerate(references)
            for author_position, author in enumerate(found.authors)
        ],
    )


def _add(connection: Connection, statement: Insert, rows: list[dict[str, object]]) -> None:
    if rows:
        connection.execute(statement, rows)


def revise(connection: Connection, change: ChangeId, fact: ChangeRevised) -> None:
    """The present plan, and who and what the revision names; what it named before stays, marked as removed."""
    revision = connection.execute(REVISE, {"b_change": change, **_plan(fact.plan)}).scalar_one()
    for remove in (REMOVE_REVIEWERS, REMOVE_PULL_REQUESTS):
        connection.execute(remove, {"b_change": change, "removed_at": fact.at})
    _name(connection, change, revision, (fact.reviewers, fact.pull_requests))
