"""Lists of changes: by deployer, by stage, and those that are not over yet. Only indexes; no table is touched."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_changes_deployer_id", "changes", ["deployer", "id"])
    op.create_index("ix_changes_stage_id", "changes", ["stage", "id"])
    op.create_index(
        "ix_changes_unfinished",
        "changes",
        ["id"],
        sqlite_where=sa.text("NOT finished"),
        postgresql_where=sa.text("NOT finished"),
    )


def downgrade() -> None:
    for index in ("ix_changes_unfinished", "ix_changes_stage_id", "ix_changes_deployer_id"):
        op.drop_index(index, table_name="changes")
