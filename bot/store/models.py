"""The tables of changes: what people asked for, decided and did. The machinery's tables stand in `machinery`.

A row that a person's act made is not edited: an approval is voided by columns that say when and why, a plan's older
reviewers and pull requests are marked as removed, a window is ended. Only `changes` holds the present.
"""

from datetime import datetime
from typing import Final, cast

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Sequence,
    Table,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Base, Number, index_where

change_numbers = Sequence("change_numbers", metadata=Base.metadata)
deployment_numbers = Sequence("deployment_numbers", metadata=Base.metadata)
"""PostgreSQL hands out CHG- and DEP-numbers from sequences; on SQLite, where writers queue, the highest plus one is it."""


class ChangeRow(Base):
    """One change as it is now. `stage` and `finished` are projections for queries, rebuilt at every act."""

    __tablename__ = "changes"

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    service: Mapped[str]
    type: Mapped[str]
    requester: Mapped[str]
    deployer: Mapped[str]
    version: Mapped[str]
    requested_at: Mapped[datetime]
    plan_text: Mapped[str]
    plan_pretested: Mapped[bool]
    plan_pretest: Mapped[str]
    wished_start: Mapped[datetime | None]
    wished_end: Mapped[datetime | None]
    wished_reason: Mapped[str]
    counter_start: Mapped[datetime | None]
    counter_end: Mapped[datetime | None]
    counter_by: Mapped[str | None]
    returned_because: Mapped[str | None]
    returned_by: Mapped[str | None]
    returned_reason: Mapped[str | None]
    returned_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]
    withdrawn_reason: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    revision: Mapped[int]
    code_round: Mapped[int]
    version_number: Mapped[int]
    production_round: Mapped[int]
    code_asked_at: Mapped[datetime | None]
    production_asked_at: Mapped[datetime | None]
    superseded_by: Mapped[int | None] = mapped_column(Number)
    superseded_at: Mapped[datetime | None]
    stage: Mapped[str]
    finished: Mapped[bool]
    claims_version: Mapped[bool] = mapped_column(server_default=false())
    """Whether no other change may take the version: it is unfinished, and was never closed before."""
    owes: Mapped[bool] = mapped_column(server_default=false())
    """Whether a hotfix leaves something to do that outlives its end: words to answer, a breach, the review."""

    __table_args__ = (
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


class ReviewerRow(Base):
    """A reviewer whom the requester named, with the revision that named them."""

    __tablename__ = "reviewers"

    change_id: Mapped[int] = mapped_column(Number, ForeignKey("changes.id"))
    revision: Mapped[int]
    position: Mapped[int]
    person: Mapped[str]
    removed_at: Mapped[datetime | None]

    __table_args__ = (PrimaryKeyConstraint("change_id", "revision", "position"),)


class PullRequestRow(Base):
    """A pull request in the version, with the revision that named it."""

    __tablename__ = "pull_requests"

    change_id: Mapped[int] = mapped_column(Number, ForeignKey("changes.id"))
    revision: Mapped[int]
    position: Mapped[int]
    reference: Mapped[str]
    removed_at: Mapped[datetime | None]

    __table_args__ = (PrimaryKeyConstraint("change_id", "revision", "position"),)


class PullRequestAuthorRow(Base):
    """Somebody who wrote part of a pull request."""

    __tablename__ = "pull_request_authors"

    change_id: Mapped[int] = mapped_column(Number)
    revision: Mapped[int]
    position: Mapped[int]
    author_position: Mapped[int]
    person: Mapped[str]

    __table_args__ = (
        PrimaryKeyConstraint("change_id", "revision", "position", "author_position"),
        ForeignKeyConstraint(
            ["change_id", "revision", "position"],
            ["pull_requests.change_id", "pull_requests.revision", "pull_requests.position"],
        ),
    )


class EvidenceRow(Base):
    """Something known about the code of the change's n-th version; the newest of a kind counts."""

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    change_id: Mapped[int] = mapped_column(Number, ForeignKey("changes.id"))
    version_number: Mapped[int]
    kind: Mapped[str]
    state: Mapped[str]
    text: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (Index(None, "change_id", "version_number"),)


class ApprovalRow(Base):
    """An approval; `roles` are the roles held at that moment, in the guide's order, separated by spaces.

    `deputizing` says for whom those of them were held that a delegation gave: `engineering_director:U0DORA`, spaces between.
    """

    __tablename__ = "approvals"

    change_id: Mapped[int] = mapped_column(Number, ForeignKey("changes.id"))
    number: Mapped[int]
    row: Mapped[str]
    stage: Mapped[str]
    person: Mapped[str]
    roles: Mapped[str]
    deputizing: Mapped[str | None]
    at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    voided_because: Mapped[str | None]

    __table_args__ = (PrimaryKeyConstraint("change_id", "number"),)


class VerificationRow(Base):
    """An attestation of QA or Product, for the version that they looked at."""

    __tablename__ = "verifications"

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    change_id: Mapped[int] = mapped_column(Number, ForeignKey("changes.id"))
    version: Mapped[str]
    role: Mapped[str]
    person: Mapped[str]
    passed: Mapped[bool]
    notes: Mapped[str]
    at: Mapped[datetime]
    deputy_for: Mapped[str | None]

    __table_args__ = (Index(None, "change_id"), Index(None, "version"))


class WindowRow(Base):
    """A proposed change window, and how its being the current one ended."""

    __tablename__ = "windows"

    change_id: Mapped[int] = mapped_column(Number, ForeignKey("changes.id"))
    number: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    submitted_at: Mapped[datetime]
    narrowed: Mapped[bool]
    reason: Mapped[str]
    by: Mapped[str | None]
    at: Mapped[datetime]
    ended: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    end_reason: Mapped[str | None]

    __table_args__ = (PrimaryKeyConstraint("change_id", "number"), Index(None, "starts_at"))


RARE_DEPLOYMENTS: Final = {
    "ix_deployments_running": "outcome IS NULL",
    "ix_deployments_failed": "outcome IN ('failed', 'failed_untouched')",
    "ix_deployments_rollbacks": "rolls_back IS NOT NULL",
}
"""What people look for in the log, and few rows are: each kind has an index of its own."""


class DeploymentRow(Base):
    """A deployment. `service` repeats the change's, so that the database itself allows one running to production."""

    __tablename__ = "deployments"

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    change_id: Mapped[int] = mapped_column(Number, ForeignKey("changes.id"))
    service: Mapped[str]
    environment: Mapped[str]
    production: Mapped[bool]
    version: Mapped[str]
    attested: Mapped[bool]
    started_by: Mapped[str]
    started_at: Mapped[datetime]
    window_end: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    finished_by: Mapped[str | None]
    outcome: Mapped[str | None]
    notes: Mapped[str | None]
    nudged: Mapped[int | None]
    nudged_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    overran_at: Mapped[datetime | None]
    healthy_by: Mapped[str | None]
    healthy_at: Mapped[datetime | None]
    rolls_back: Mapped[int | None] = mapped_column(Number)
    alarmed_at: Mapped[datetime | None]
    settled_by: Mapped[str | None]
    settled_reason: Mapped[str | None]
    settled_fix: Mapped[str | None]
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        index_where(
            "uq_deployments_running_in_production", "production AND outcome IS NULL", "service", unique=True
        ),
        Index(None, "change_id"),
        index_where("ix_deployments_in_production", "production", "service", "id"),
        Index(None, "service", "id"),
        Index(None, "started_by", "id"),
        *(index_where(name, where, "id") for name, where in RARE_DEPLOYMENTS.items()),
    )


class WaiverRow(Base):
    """G-ENV-2: a version's leave to skip an environment, asked for and decided once."""

    __tablename__ = "waivers"

    change_id: Mapped[int] = mapped_column(Number, ForeignKey("changes.id"))
    number: Mapped[int]
    environment: Mapped[str]
    version: Mapped[str]
    reason: Mapped[str]
    expires_at: Mapped[datetime]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    granted_by: Mapped[str | None]
    granted_at: Mapped[datetime | None]
    deputy_for: Mapped[str | None]
    refused_by: Mapped[str | None]
    refused_reason: Mapped[str | None]
    refused_at: Mapped[datetime | None]
    effective_at: Mapped[datetime | None]
    expired_at: Mapped[datetime | None]

    __table_args__ = (PrimaryKeyConstraint("change_id", "number"),)


class FreezeExceptionRow(Base):
    """A Director's leave for one change during one freeze."""

    __tablename__ = "freeze_exceptions"

    change_id: Mapped[int] = mapped_column(Number, ForeignKey("changes.id"))
    freeze_id: Mapped[int] = mapped_column(Number)
    by: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime]
    deputy_for: Mapped[str | None]

    __table_args__ = (PrimaryKeyConstraint("change_id", "freeze_id"),)


class BaselineRow(Base):
    """What production measured before the deployment; the newest of a kind counts."""

    __tablename__ = "baselines"

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    change_id: Mapped[int] = mapped_column(Number, ForeignKey("changes.id"))
    problem: Mapped[str]
    value: Mapped[float]
    requests: Mapped[int | None] = mapped_column(Number)
    by: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (Index(None, "change_id"),)


class ObservationRow(Base):
    """G-RB-1 to G-RB-4: a report about a deployment, what it amounted to, and how it was withdrawn."""

    __tablename__ = "observations"

    change_id: Mapped[int] = mapped_column(Number, ForeignKey("changes.id"))
    number: Mapped[int]
    deployment_id: Mapped[int] = mapped_column(Number)
    problem: Mapped[str]
    finding: Mapped[str]
    before_value: Mapped[float | None]
    before_requests: Mapped[int | None] = mapped_column(Number)
    now_value: Mapped[float | None]
    now_requests: Mapped[int | None] = mapped_column(Number)
    why: Mapped[str]
    notes: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]
    withdrawn_by: Mapped[str | None]
    withdrawn_reason: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (PrimaryKeyConstraint("change_id", "number"),)


class ReminderRow(Base):
    """How many reminders of one asking went out."""

    __tablename__ = "reminders"

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    change_id: Mapped[int] = mapped_column(Number, ForeignKey("changes.id"))
    phase: Mapped[str]
    round: Mapped[int]
    step: Mapped[int]
    at: Mapped[datetime]

    __table_args__ = (Index(None, "change_id"),)


class SnoozeRow(Base):
    """Who does not want to be reminded of one asking before a time; the newest counts."""

    __tablename__ = "snoozes"

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    change_id: Mapped[int] = mapped_column(Number, ForeignKey("changes.id"))
    phase: Mapped[str]
    round: Mapped[int]
    person: Mapped[str]
    until: Mapped[datetime]
    at: Mapped[datetime]

    __table_args__ = (Index(None, "change_id"),)


changes = cast("Table", ChangeRow.__table__)
reviewers = cast("Table", ReviewerRow.__table__)
pull_requests = cast("Table", PullRequestRow.__table__)
pull_request_authors = cast("Table", PullRequestAuthorRow.__table__)
evidence = cast("Table", EvidenceRow.__table__)
approvals = cast("Table", ApprovalRow.__table__)
verifications = cast("Table", VerificationRow.__table__)
windows = cast("Table", WindowRow.__table__)
deployments = cast("Table", DeploymentRow.__table__)
waivers = cast("Table", WaiverRow.__table__)
freeze_exceptions = cast("Table", FreezeExceptionRow.__table__)
baselines = cast("Table", BaselineRow.__table__)
observations = cast("Table", ObservationRow.__table__)
reminders = cast("Table", ReminderRow.__table__)
snoozes = cast("Table", SnoozeRow.__table__)
