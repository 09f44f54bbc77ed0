"""What people were told did not reach Slack, so that they can be told how much of it got through. One new table."""

import sqlalchemy as sa
from alembic import op

from bot.store.columns import Number, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "given_up",
        sa.Column("number", Number, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("noted_at", UtcDateTime(), nullable=False),
        sa.Column("through_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("number", "key", name=op.f("pk_given_up")),
    )


def downgrade() -> None:
    op.drop_table("given_up")
