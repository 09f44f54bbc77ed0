"""The tables of changes: what people asked for, decided and did. The machinery's tables stand in `machinery`.

A row that a person's act made is not edited: an approval is voided by columns that say when and why, a plan's older
reviewers and pull requests are marked as removed, a window is ended. Only `changes` holds the present.
"""

from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Sequence,
    Table,
    false,
)

from bot.store.columns import (
    Number,
    flag,
    index_where,
    large_number,
    metadata,
    moment,
    number,
    reference,
    text,
)

change_numbers = Sequence("change_numbers", metadata=metadata)
deployment_numbers = Sequence("deployment_numbers", metadata=metadata)
"""PostgreSQL hands out CHG- and DEP-numbers from sequences; on SQLite, where writers queue, the highest plus one is it."""

changes = Table(
    "changes",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    text("service"),
    text("type"),
    text("requester"),
    text("deployer"),
    text("version"),
    moment("requested_at"),
    text("plan_text"),
    flag("plan_pretested"),
    text("plan_pretest"),
    moment("wished_start", nullable=True),
    moment("wished_end", nullable=True),
    text("wished_reason"),
    moment("counter_start", nullable=True),
    moment("counter_end", nullable=True),
    text("counter_by", nullable=True),
    text("returned_because", nullable=True),
    text("returned_by", nullable=True),
    text("returned_reason", nullable=True),
    moment("returned_at", nullable=True),
    text("withdrawn_by", nullable=True),
    text("withdrawn_reason", nullable=True),
    moment("withdrawn_at", nullable=True),
    number("revision"),
    number("code_round"),
    number("version_number"),
    number("production_round"),
    moment("code_asked_at", nullable=True),
    moment("production_asked_at", nullable=True),
    large_number("superseded_by", nullable=True),
    moment("superseded_at", nullable=True),
    text("stage"),
    flag("finished"),
    # Whether no other change may take the version: it is unfinished, and was never closed before.
    Column("claims_version", Boolean, nullable=False, server_default=false()),
    # Whether a hotfix leaves something to do that outlives its end: words to answer, a breach, the review.
    Column("owes", Boolean, nullable=False, server_default=false()),
    index_where("uq_changes_claimed_version", "claims_version", "service", "version", unique=True),
    Index(None, "service", "id"),
    Index(None, "version"),
    Index(None, "requester", "id"),
    Index(None, "deployer", "id"),
    Index(None, "stage", "id"),
    Index(None, "type", "id"),
    index_where("ix_changes_unfinished", "NOT finished", "id"),
    index_where("ix_changes_owing", "owes", "id"),
)
"""One change as it is now. `stage` and `finished` are projections for queries, rebuilt at every act."""

reviewers = Table(
    "reviewers",
    metadata,
    reference("change_id", "changes.id"),
    number("revision"),
    number("position"),
    text("person"),
    moment("removed_at", nullable=True),
    PrimaryKeyConstraint("change_id", "revision", "position"),
)
"""A reviewer whom the requester named, with the revision that named them."""

pull_requests = Table(
    "pull_requests",
    metadata,
    reference("change_id", "changes.id"),
    number("revision"),
    number("position"),
    text("reference"),
    moment("removed_at", nullable=True),
    PrimaryKeyConstraint("change_id", "revision", "position"),
)
"""A pull request in the version, with the revision that named it."""

pull_request_authors = Table(
    "pull_request_authors",
    metadata,
    large_number("change_id"),
    number("revision"),
    number("position"),
    number("author_position"),
    text("person"),
    PrimaryKeyConstraint("change_id", "revision", "position", "author_position"),
    ForeignKeyConstraint(
        ["change_id", "revision", "position"],
        ["pull_requests.change_id", "pull_requests.revision", "pull_requests.position"],
    ),
)
"""Somebody who wrote part of a pull request."""

evidence = Table(
    "evidence",
    metadata,
    Column("id", Number, primary_key=True),
    reference("change_id", "changes.id"),
    number("version_number"),
    text("kind"),
    text("state"),
    text("text"),
    text("by"),
    moment("at"),
    Index(None, "change_id", "version_number"),
)
"""Something known about the code of the change's n-th version; the newest of a kind counts."""

approvals = Table(
    "approvals",
    metadata,
    reference("change_id", "changes.id"),
    number("number"),
    text("row"),
    text("stage"),
    text("person"),
    text("roles"),
    text("deputizing", nullable=True),
    moment("at"),
    moment("voided_at", nullable=True),
    text("voided_because", nullable=True),
    PrimaryKeyConstraint("change_id", "number"),
)
"""An approval; `roles` are the roles held at that moment, in the guide's order, separated by spaces.

`deputizing` says for whom those of them were held that a delegation gave: `engineering_director:U0DORA`, spaces between.
"""

verifications = Table(
    "verifications",
    metadata,
    Column("id", Number, primary_key=True),
    reference("change_id", "changes.id"),
    text("version"),
    text("role"),
    text("person"),
    flag("passed"),
    text("notes"),
    moment("at"),
    text("deputy_for", nullable=True),
    Index(None, "change_id"),
    Index(None, "version"),
)
"""An attestation of QA or Product, for the version that they looked at."""

windows = Table(
    "windows",
    metadata,
    reference("change_id", "changes.id"),
    number("number"),
    moment("starts_at"),
    moment("ends_at"),
    moment("submitted_at"),
    flag("narrowed"),
    text("reason"),
    text("by", nullable=True),
    moment("at"),
    text("ended", nullable=True),
    moment("ended_at", nullable=True),
    text("ended_by", nullable=True),
    text("end_reason", nullable=True),
    PrimaryKeyConstraint("change_id", "number"),
    Index(None, "starts_at"),
)
"""A proposed change window, and how its being the current one ended."""


RARE_DEPLOYMENTS: Final = {
    "ix_deployments_running": "outcome IS NULL",
    "ix_deployments_failed": "outcome IN ('failed', 'failed_untouched')",
    "ix_deployments_rollbacks": "rolls_back IS NOT NULL",
}
"""What people look for in the log, and few rows are: each kind has an index of its own."""

deployments = Table(
    "deployments",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    reference("change_id", "changes.id"),
    text("service"),
    text("environment"),
    flag("production"),
    text("version"),
    flag("attested"),
    text("started_by"),
    moment("started_at"),
    moment("window_end", nullable=True),
    moment("finished_at", nullable=True),
    text("finished_by", nullable=True),
    text("outcome", nullable=True),
    text("notes", nullable=True),
    number("nudged", nullable=True),
    moment("nudged_at", nullable=True),
    moment("escalated_at", nullable=True),
    moment("overran_at", nullable=True),
    text("healthy_by", nullable=True),
    moment("healthy_at", nullable=True),
    large_number("rolls_back", nullable=True),
    moment("alarmed_at", nullable=True),
    text("settled_by", nullable=True),
    text("settled_reason", nullable=True),
    text("settled_fix", nullable=True),
    moment("settled_at", nullable=True),
    index_where(
        "uq_deployments_running_in_production", "production AND outcome IS NULL", "service", unique=True
    ),
    Index(None, "change_id"),
    index_where("ix_deployments_in_production", "production", "service", "id"),
    Index(None, "service", "id"),
    Index(None, "started_by", "id"),
    *(index_where(name, where, "id") for name, where in RARE_DEPLOYMENTS.items()),
)
"""A deployment. `service` repeats the change's, so that the database itself allows one running to production."""

waivers = Table(
    "waivers",
    metadata,
    reference("change_id", "changes.id"),
    number("number"),
    text("environment"),
    text("version"),
    text("reason"),
    moment("expires_at"),
    text("asked_by"),
    moment("asked_at"),
    text("granted_by", nullable=True),
    moment("granted_at", nullable=True),
    text("deputy_for", nullable=True),
    text("refused_by", nullable=True),
    text("refused_reason", nullable=True),
    moment("refused_at", nullable=True),
    moment("effective_at", nullable=True),
    moment("expired_at", nullable=True),
    PrimaryKeyConstraint("change_id", "number"),
)
"""G-ENV-2: a version's leave to skip an environment, asked for and decided once."""

freeze_exceptions = Table(
    "freeze_exceptions",
    metadata,
    reference("change_id", "changes.id"),
    large_number("freeze_id"),
    text("by"),
    text("reason"),
    moment("at"),
    text("deputy_for", nullable=True),
    PrimaryKeyConstraint("change_id", "freeze_id"),
)
"""A Director's leave for one change during one freeze."""

baselines = Table(
    "baselines",
    metadata,
    Column("id", Number, primary_key=True),
    reference("change_id", "changes.id"),
    text("problem"),
    Column("value", Double, nullable=False),
    large_number("requests", nullable=True),
    text("by"),
    moment("at"),
    Index(None, "change_id"),
)
"""What production measured before the deployment; the newest of a kind counts."""

observations = Table(
    "observations",
    metadata,
    reference("change_id", "changes.id"),
    number("number"),
    large_number("deployment_id"),
    text("problem"),
    text("finding"),
    Column("before_value", Double, nullable=True),
    large_number("before_requests", nullable=True),
    Column("now_value", Double, nullable=True),
    large_number("now_requests", nullable=True),
    text("why"),
    text("notes"),
    text("by"),
    moment("at"),
    text("withdrawn_by", nullable=True),
    text("withdrawn_reason", nullable=True),
    moment("withdrawn_at", nullable=True),
    PrimaryKeyConstraint("change_id", "number"),
)
"""G-RB-1 to G-RB-4: a report about a deployment, what it amounted to, and how it was withdrawn."""

reminders = Table(
    "reminders",
    metadata,
    Column("id", Number, primary_key=True),
    reference("change_id", "changes.id"),
    text("phase"),
    number("round"),
    number("step"),
    moment("at"),
    Index(None, "change_id"),
)
"""How many reminders of one asking went out."""

snoozes = Table(
    "snoozes",
    metadata,
    Column("id", Number, primary_key=True),
    reference("change_id", "changes.id"),
    text("phase"),
    number("round"),
    text("person"),
    moment("until"),
    moment("at"),
    Index(None, "change_id"),
)
"""Who does not want to be reminded of one asking before a time; the newest counts."""
