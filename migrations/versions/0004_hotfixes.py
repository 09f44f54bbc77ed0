"""Hotfixes: the issue, verbal approvals, starts in breach, the post-incident review, the timeline's quotes."""

import sqlalchemy as sa
from alembic import op

from bot.store.columns import Number, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = UtcDateTime()
NEW_TABLES = (
    "timeline_entries",
    "reviews",
    "breach_answers",
    "breaches",
    "verbal_approvals",
    "incident_rooms",
    "hotfixes",
)


def _change() -> sa.Column[int]:
    return sa.Column("change_id", Number, nullable=False)


def _belongs_to_change(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name=f"fk_{table}_change_id")


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, MOMENT, nullable=nullable)


def upgrade() -> None:
    _issues_and_words()
    _breaches()
    _reviews()
    op.create_table(
        "timeline_entries",
        sa.Column("id", Number, nullable=False),
        _change(),
        _text("text"),
        _text("said_by", nullable=True),
        _moment("said_at"),
        _text("by"),
        _moment("at"),
        _belongs_to_change("timeline_entries"),
        sa.PrimaryKeyConstraint("id", name="pk_timeline_entries"),
    )
    op.add_column("changes", sa.Column("owes", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_index(
        "ix_changes_owing",
        "changes",
        ["id"],
        sqlite_where=sa.text("owes"),
        postgresql_where=sa.text("owes"),
    )
    op.create_index("ix_changes_type_id", "changes", ["type", "id"])
    for table in ("breach_answers", "timeline_entries"):
        op.create_index(f"ix_{table}_change_id", table, ["change_id"])


def _issues_and_words() -> None:
    op.create_table(
        "hotfixes",
        _change(),
        *map(_text, ("severity", "impact", "root_cause", "channel")),
        _belongs_to_change("hotfixes"),
        sa.PrimaryKeyConstraint("change_id", name="pk_hotfixes"),
    )
    op.create_index("ix_hotfixes_channel", "hotfixes", ["channel"])
    op.create_table(
        "incident_rooms",
        _change(),
        _text("channel", nullable=True),
        _text("name"),
        sa.Column("opened", sa.Boolean, nullable=False),
        _text("note"),
        _belongs_to_change("incident_rooms"),
        sa.PrimaryKeyConstraint("change_id", name="pk_incident_rooms"),
    )
    op.create_index("ix_incident_rooms_channel", "incident_rooms", ["channel"])
    op.create_table(
        "verbal_approvals",
        _change(),
        sa.Column("number", sa.Integer, nullable=False),
        *map(_text, ("version", "said", "how")),
        _moment("given_at"),
        _text("heard_by", nullable=True),
        _text("recorded_by"),
        *(_moment(name, nullable=True) for name in ("confirmed_at", "disputed_at")),
        _text("dispute", nullable=True),
        sa.Column("chased", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id", "number"],
            ["approvals.change_id", "approvals.number"],
            name="fk_verbal_approvals_change_id_number",
        ),
        sa.PrimaryKeyConstraint("change_id", "number", name="pk_verbal_approvals"),
    )


def _breaches() -> None:
    op.create_table(
        "breaches",
        _change(),
        sa.Column("deployment_id", Number, nullable=False),
        *map(_text, ("by", "reason", "tried", "missing")),
        _moment("at"),
        _belongs_to_change("breaches"),
        sa.PrimaryKeyConstraint("change_id", "deployment_id", name="pk_breaches"),
    )
    op.create_table(
        "breach_answers",
        sa.Column("id", Number, nullable=False),
        _change(),
        sa.Column("deployment_id", Number, nullable=False),
        *map(_text, ("person", "seat")),
        sa.Column("ratified", sa.Boolean, nullable=False),
        _text("reason"),
        _moment("at"),
        _belongs_to_change("breach_answers"),
        sa.PrimaryKeyConstraint("id", name="pk_breach_answers"),
    )


def _reviews() -> None:
    op.create_table(
        "reviews",
        _change(),
        _moment("opened_at"),
        *(
            _text(name, nullable=True)
            for name in ("summary", "timeline", "root_cause", "follow_ups", "author")
        ),
        _moment("submitted_at", nullable=True),
        *(_text(name, nullable=True) for name in ("returned_by", "returned_reason", "signed_by")),
        *(_moment(name, nullable=True) for name in ("signed_at", "extended_to")),
        *(_text(name, nullable=True) for name in ("extended_by", "extended_reason")),
        _moment("reminded_at", nullable=True),
        sa.Column("round", sa.Integer, nullable=False),
        _belongs_to_change("reviews"),
        sa.PrimaryKeyConstraint("change_id", name="pk_reviews"),
    )
    op.create_index(
        "ix_reviews_unsigned",
        "reviews",
        ["change_id"],
        sqlite_where=sa.text("signed_at IS NULL"),
        postgresql_where=sa.text("signed_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_changes_type_id", "changes")
    op.drop_index("ix_changes_owing", "changes")
    op.drop_column("changes", "owes")
    for table in NEW_TABLES:
        op.drop_table(table)
