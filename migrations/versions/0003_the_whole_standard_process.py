"""The whole standard process: waivers, freezes, delegations, observations and rollbacks, reminders, user groups.

No table is rebuilt: SQLite would lose what hangs on it. What older rows lack is filled in from what they have.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.store.columns import Number, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = UtcDateTime()


def _added() -> tuple[tuple[str, sa.Column[Any]], ...]:
    return (
        ("changes", sa.Column("code_asked_at", MOMENT)),
        ("changes", sa.Column("production_asked_at", MOMENT)),
        ("changes", sa.Column("superseded_by", Number)),
        ("changes", sa.Column("superseded_at", MOMENT)),
        ("changes", sa.Column("claims_version", sa.Boolean, nullable=False, server_default=sa.false())),
        ("approvals", sa.Column("deputizing", sa.String)),
        ("verifications", sa.Column("deputy_for", sa.String)),
        ("deployments", sa.Column("rolls_back", Number)),
        ("deployments", sa.Column("alarmed_at", MOMENT)),
        ("deployments", sa.Column("nudged_at", MOMENT)),
        ("deployments", sa.Column("settled_by", sa.String)),
        ("deployments", sa.Column("settled_reason", sa.String)),
        ("deployments", sa.Column("settled_fix", sa.String)),
        ("deployments", sa.Column("settled_at", MOMENT)),
    )


NEW_TABLES = (
    "group_members",
    "groups",
    "delegations",
    "freeze_services",
    "freezes",
    "snoozes",
    "reminders",
    "observations",
    "baselines",
    "freeze_exceptions",
    "waivers",
)


DEPLOYMENTS_BY = (("service", "id"), ("started_by", "id"))
RARE_DEPLOYMENTS = {
    "ix_deployments_running": "outcome IS NULL",
    "ix_deployments_failed": "outcome IN ('failed', 'failed_untouched')",
    "ix_deployments_rollbacks": "rolls_back IS NOT NULL",
}


def _of_change() -> sa.Column[int]:
    return sa.Column("change_id", Number, nullable=False)


def _belongs_to_change(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name=f"fk_{table}_change_id")


def _id() -> sa.Column[int]:
    return sa.Column("id", Number, nullable=False)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, MOMENT, nullable=nullable)


def upgrade() -> None:
    for table, column in _added():
        op.add_column(table, column)
    op.execute("UPDATE changes SET code_asked_at = requested_at, claims_version = NOT finished")
    op.drop_index("uq_changes_unfinished_version", table_name="changes")
    op.create_index(
        "uq_changes_claimed_version",
        "changes",
        ["service", "version"],
        unique=True,
        sqlite_where=sa.text("claims_version"),
        postgresql_where=sa.text("claims_version"),
    )
    op.create_index(
        "ix_deployments_in_production",
        "deployments",
        ["service", "id"],
        sqlite_where=sa.text("production"),
        postgresql_where=sa.text("production"),
    )
    for columns in DEPLOYMENTS_BY:
        op.create_index(f"ix_deployments_{'_'.join(columns)}", "deployments", list(columns))
    for name, which in RARE_DEPLOYMENTS.items():
        where = sa.text(which)
        op.create_index(name, "deployments", ["id"], sqlite_where=where, postgresql_where=where)
    _tables_of_changes()
    _tables_of_the_company()


def _tables_of_changes() -> None:
    op.create_table(
        "waivers",
        _of_change(),
        sa.Column("number", sa.Integer, nullable=False),
        *map(_text, ("environment", "version", "reason")),
        _moment("expires_at"),
        _text("asked_by"),
        _moment("asked_at"),
        _text("granted_by", nullable=True),
        _moment("granted_at", nullable=True),
        *(_text(name, nullable=True) for name in ("deputy_for", "refused_by", "refused_reason")),
        *(_moment(name, nullable=True) for name in ("refused_at", "effective_at", "expired_at")),
        _belongs_to_change("waivers"),
        sa.PrimaryKeyConstraint("change_id", "number", name="pk_waivers"),
    )
    op.create_table(
        "freeze_exceptions",
        _of_change(),
        sa.Column("freeze_id", Number, nullable=False),
        *map(_text, ("by", "reason")),
        _moment("at"),
        _text("deputy_for", nullable=True),
        _belongs_to_change("freeze_exceptions"),
        sa.PrimaryKeyConstraint("change_id", "freeze_id", name="pk_freeze_exceptions"),
    )
    op.create_table(
        "baselines",
        _id(),
        _of_change(),
        _text("problem"),
        sa.Column("value", sa.Double, nullable=False),
        sa.Column("requests", Number),
        _text("by"),
        _moment("at"),
        _belongs_to_change("baselines"),
        sa.PrimaryKeyConstraint("id", name="pk_baselines"),
    )
    op.create_table(
        "observations",
        _of_change(),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("deployment_id", Number, nullable=False),
        *map(_text, ("problem", "finding")),
        sa.Column("before_value", sa.Double),
        sa.Column("before_requests", Number),
        sa.Column("now_value", sa.Double),
        sa.Column("now_requests", Number),
        *map(_text, ("why", "notes", "by")),
        _moment("at"),
        *(_text(name, nullable=True) for name in ("withdrawn_by", "withdrawn_reason")),
        _moment("withdrawn_at", nullable=True),
        _belongs_to_change("observations"),
        sa.PrimaryKeyConstraint("change_id", "number", name="pk_observations"),
    )
    op.create_table(
        "reminders",
        _id(),
        _of_change(),
        _text("phase"),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        _moment("at"),
        _belongs_to_change("reminders"),
        sa.PrimaryKeyConstraint("id", name="pk_reminders"),
    )
    op.create_table(
        "snoozes",
        _id(),
        _of_change(),
        _text("phase"),
        sa.Column("round", sa.Integer, nullable=False),
        _text("person"),
        *map(_moment, ("until", "at")),
        _belongs_to_change("snoozes"),
        sa.PrimaryKeyConstraint("id", name="pk_snoozes"),
    )
    for table in ("baselines", "reminders", "snoozes"):
        op.create_index(f"ix_{table}_change_id", table, ["change_id"])


def _tables_of_the_company() -> None:
    op.create_table(
        "freezes",
        _id(),
        *map(_moment, ("starts_at", "ends_at")),
        *map(_text, ("reason", "by")),
        _moment("at"),
        *(_text(name, nullable=True) for name in ("lifted_by", "lifted_reason")),
        _moment("lifted_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_freezes"),
    )
    op.create_table(
        "freeze_services",
        sa.Column("freeze_id", Number, nullable=False),
        _text("service"),
        sa.ForeignKeyConstraint(["freeze_id"], ["freezes.id"], name="fk_freeze_services_freeze_id"),
        sa.PrimaryKeyConstraint("freeze_id", "service", name="pk_freeze_services"),
    )
    op.create_table(
        "delegations",
        _id(),
        _text("role"),
        *(_text(name, nullable=True) for name in ("service", "principal")),
        _text("deputy"),
        *map(_moment, ("starts_at", "ends_at")),
        _text("named_by"),
        _moment("at"),
        _text("ended_by", nullable=True),
        _moment("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_delegations"),
    )
    for table in ("freezes", "delegations"):
        op.create_index(f"ix_{table}_ends_at", table, ["ends_at"])
    op.create_table(
        "groups", _text("id"), _moment("read_at"), sa.PrimaryKeyConstraint("id", name="pk_groups")
    )
    op.create_table(
        "group_members",
        _text("group_id"),
        sa.Column("position", sa.Integer, nullable=False),
        _text("person"),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_group_members_group_id"),
        sa.PrimaryKeyConstraint("group_id", "position", name="pk_group_members"),
    )


def downgrade() -> None:
    for table in NEW_TABLES:
        op.drop_table(table)
    for name in (*(f"ix_deployments_{'_'.join(columns)}" for columns in DEPLOYMENTS_BY), *RARE_DEPLOYMENTS):
        op.drop_index(name, table_name="deployments")
    op.drop_index("ix_deployments_in_production", table_name="deployments")
    op.drop_index("uq_changes_claimed_version", table_name="changes")
    op.create_index(
        "uq_changes_unfinished_version",
        "changes",
        ["service", "version"],
        unique=True,
        sqlite_where=sa.text("NOT finished"),
        postgresql_where=sa.text("NOT finished"),
    )
    for table, column in reversed(_added()):
        op.drop_column(table, column.name)
