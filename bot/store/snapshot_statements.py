"""What is read to put together the snapshot of a change, or of many: one statement for each kind of row."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, and_, bindparam, exists, func, select

from bot.store.hotfix_models import (
    breach_answers,
    breaches,
    hotfixes,
    reviews,
    timeline_entries,
    verbal_approvals,
)
from bot.store.models import (
    approvals,
    baselines,
    changes,
    deployments,
    evidence,
    freeze_exceptions,
    observations,
    pull_request_authors,
    pull_requests,
    reminders,
    reviewers,
    snoozes,
    verifications,
    waivers,
    windows,
)

Which = Callable[[ColumnElement[int]], ColumnElement[bool]]
"""Which changes' rows, given the column with their numbers."""


def _statements(which: Which) -> Mapping[str, Any]:
    """Everything that is read about changes, by what it is; each row says of which change it is."""
    authors = and_(
        pull_request_authors.c.change_id == pull_requests.c.change_id,
        pull_request_authors.c.revision == pull_requests.c.revision,
        pull_request_authors.c.position == pull_requests.c.position,
    )
    newest_evidence = (
        select(func.max(evidence.c.id))
        .join(changes, changes.c.id == evidence.c.change_id)
        .where(which(evidence.c.change_id), evidence.c.version_number == changes.c.version_number)
        .group_by(evidence.c.change_id, evidence.c.kind)
    )

    def of(table: Table, *order: ColumnElement[Any]) -> Any:  # noqa: ANN401 - a Select of the table's columns
        return select(table).where(which(table.c.change_id)).order_by(table.c.change_id, *order)

    return {
        "reviewers": of(reviewers, reviewers.c.position).where(reviewers.c.removed_at.is_(None)),
        "pull_requests": select(pull_requests, pull_request_authors.c.person)
        .outerjoin(pull_request_authors, authors)
        .where(which(pull_requests.c.change_id), pull_requests.c.removed_at.is_(None))
        .order_by(
            pull_requests.c.change_id, pull_requests.c.position, pull_request_authors.c.author_position
        ),
        "evidence": select(evidence).where(evidence.c.id.in_(newest_evidence)),
        "approvals": of(approvals, approvals.c.number),
        "verifications": of(verifications, verifications.c.id),
        "deployments": of(deployments, deployments.c.id),
        "windows": of(windows, windows.c.number),
        "waivers": of(waivers, waivers.c.number),
        "exceptions": of(freeze_exceptions, freeze_exceptions.c.at, freeze_exceptions.c.freeze_id),
        "baselines": of(baselines, baselines.c.id),
        "observations": of(observations, observations.c.number),
        "reminders": of(reminders, reminders.c.id),
        "snoozes": of(snoozes, snoozes.c.id),
        "hotfixes": of(hotfixes),
        "verbal_approvals": of(verbal_approvals, verbal_approvals.c.number),
        "breaches": of(breaches, breaches.c.deployment_id),
        "breach_answers": of(breach_answers, breach_answers.c.id),
        "reviews": of(reviews),
        "timeline_entries": of(timeline_entries, timeline_entries.c.id),
    }


ALMOST_ALWAYS: Final = ("reviewers", "pull_requests", "evidence")
SELDOM: Final[Mapping[str, Table]] = {
    "approvals": approvals,
    "verifications": verifications,
    "deployments": deployments,
    "windows": windows,
    "waivers": waivers,
    "exceptions": freeze_exceptions,
    "baselines": baselines,
    "observations": observations,
    "reminders": reminders,
    "snoozes": snoozes,
    "hotfixes": hotfixes,
    "verbal_approvals": verbal_approvals,
    "breaches": breaches,
    "breach_answers": breach_answers,
    "reviews": reviews,
    "timeline_entries": timeline_entries,
}
"""What most changes have none of most of the time."""
FOUND: Final = select(
    *(exists().where(table.c.change_id == bindparam("change")).label(name) for name, table in SELDOM.items())
)
"""Which of it a change has: one question instead of an empty answer for each."""
OF_ONE: Final = _statements(lambda column: column == bindparam("change"))
OF_MANY: Final = _statements(lambda column: column.in_(bindparam("changes", expanding=True)))

BESIDE_A_HOTFIX: Final = frozenset(
    {"verbal_approvals", "breaches", "breach_answers", "reviews", "timeline_entries"}
)
"""What only a change that was declared as a hotfix has; of any other it is not even asked."""
