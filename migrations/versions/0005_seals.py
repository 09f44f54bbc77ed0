"""Seals of the audit log: the heads of its streams, chained, so that a tail that was cut off shows."""

import sqlalchemy as sa
from alembic import op

from bot.store.columns import Number, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SEALED = ("seals", "sealed_heads")


def _sqlite_guards(table: str) -> tuple[str, ...]:
    same = {
        "seals": "number = NEW.number",
        "sealed_heads": "seal = NEW.seal AND stream = NEW.stream",
    }[table]
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} are never changed'); END"
    return (
        f"CREATE TRIGGER {table}_are_never_changed BEFORE UPDATE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_are_never_deleted BEFORE DELETE ON {table} {refuse}",
        # INSERT OR REPLACE deletes the old row without asking its DELETE trigger.
        (
            f"CREATE TRIGGER {table}_are_never_replaced BEFORE INSERT ON {table}"  # noqa: S608 - the names above
            f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) {refuse}"
        ),
    )


def _postgresql_guards(table: str) -> tuple[str, ...]:
    return (
        (
            f"CREATE TRIGGER {table}_are_never_changed BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION audit_refuses()"
        ),
        f"CREATE TRIGGER {table}_are_never_emptied BEFORE TRUNCATE ON {table} EXECUTE FUNCTION audit_refuses()",
    )


def upgrade() -> None:
    op.create_table(
        "seals",
        sa.Column("number", Number, nullable=False, autoincrement=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("last_row", Number, nullable=False),
        sa.Column("anchored", sa.Date, nullable=True),
        sa.Column("previous", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_seals"),
    )
    op.create_table(
        "sealed_heads",
        sa.Column("seal", Number, nullable=False),
        sa.Column("stream", sa.String, nullable=False),
        sa.Column("seq", Number, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        sa.ForeignKeyConstraint(["seal"], ["seals.number"], name="fk_sealed_heads_seal"),
        sa.PrimaryKeyConstraint("seal", "stream", name="pk_sealed_heads"),
    )
    op.create_index("ix_sealed_heads_stream_seq", "sealed_heads", ["stream", "seq"])
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for table in SEALED:
        for guard in (_postgresql_guards if on_postgresql else _sqlite_guards)(table):
            op.execute(guard)


def downgrade() -> None:
    for table in reversed(SEALED):
        op.drop_table(table)
