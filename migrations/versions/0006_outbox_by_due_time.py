"""The outbox by what is due, by what was given up, by the changes at work and by order. Only indexes; no table is touched."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_outbox_due": (("due_at", "id"), "dead_at IS NULL"),
    "ix_outbox_dead": (("due_at", "id"), "dead_at IS NOT NULL"),
    "ix_outbox_leased": (("change_id",), "leased_until IS NOT NULL"),
    "ix_outbox_in_order": (
        ("change_id", "kind", "id"),
        "dead_at IS NULL AND kind IN ('entry', 'incident', 'thread')",
    ),
}


def _create(name: str, columns: tuple[str, ...], where: str) -> None:
    op.create_index(
        name, "outbox", list(columns), sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )


def upgrade() -> None:
    op.drop_index("ix_outbox_living", table_name="outbox")
    for name, (columns, where) in INDEXES.items():
        _create(name, columns, where)


def downgrade() -> None:
    for name in reversed(INDEXES):
        op.drop_index(name, table_name="outbox")
    _create("ix_outbox_living", ("id",), "dead_at IS NULL")
