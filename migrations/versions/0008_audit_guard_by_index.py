"""The guard against replaced rows of the audit log looks for a row by one index and then by the other. SQLite alone.

With both in one OR, SQLite walks the whole log at every insertion, once somebody had it ANALYZE a log of a few rows.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SAME_NUMBER = "SELECT 1 FROM audit WHERE id = NEW.id"
SAME_PLACE = "SELECT 1 FROM audit WHERE stream = NEW.stream AND seq = NEW.seq"


def _guarded_when(condition: str) -> None:
    if op.get_context().dialect.name != "sqlite":
        return  # PostgreSQL replaces rows by UPDATE, which has a guard of its own
    op.execute("DROP TRIGGER audit_is_never_replaced")
    op.execute(
        f"CREATE TRIGGER audit_is_never_replaced BEFORE INSERT ON audit WHEN {condition}"
        " BEGIN SELECT RAISE(ABORT, 'rows of the audit log are never replaced'); END"
    )


def upgrade() -> None:
    _guarded_when(f"EXISTS ({SAME_NUMBER}) OR EXISTS ({SAME_PLACE})")


def downgrade() -> None:
    _guarded_when(f"EXISTS ({SAME_NUMBER} OR (stream = NEW.stream AND seq = NEW.seq))")
