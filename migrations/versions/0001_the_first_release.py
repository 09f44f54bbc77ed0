"""The first release: changes, their audit log, and what carries the work."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)

NUMBERS = ("change_numbers", "deployment_numbers")

TABLES_NEWEST_FIRST = (
    "directory_answers",
    "dedupe",
    "deadlines",
    "outbox",
    "messages",
    "audit_texts",
    "audit",
    "deployments",
    "windows",
    "verifications",
    "approvals",
    "evidence",
    "pull_request_authors",
    "pull_requests",
    "reviewers",
    "changes",
)

SQLITE_GUARDS = (
    """
    CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'rows of the audit log are never changed'); END
    """,
    """
    CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'rows of the audit log are never deleted'); END
    """,
    # INSERT OR REPLACE deletes the old row without asking its DELETE trigger.
    """
    CREATE TRIGGER audit_is_never_replaced BEFORE INSERT ON audit
    WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id OR (stream = NEW.stream AND seq = NEW.seq))
    BEGIN SELECT RAISE(ABORT, 'rows of the audit log are never replaced'); END
    """,
    """
    CREATE TRIGGER audit_texts_are_never_changed BEFORE UPDATE ON audit_texts
    BEGIN SELECT RAISE(ABORT, 'texts of the audit log are erased, never changed'); END
    """,
    """
    CREATE TRIGGER audit_texts_are_never_replaced BEFORE INSERT ON audit_texts
    WHEN EXISTS (SELECT 1 FROM audit_texts WHERE audit_id = NEW.audit_id AND number = NEW.number)
    BEGIN SELECT RAISE(ABORT, 'texts of the audit log are erased, never replaced'); END
    """,
)

POSTGRESQL_GUARDS = (
    """
    CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% of % is refused: the audit log is only appended to', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER audit_is_never_changed BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_refuses()
    """,
    "CREATE TRIGGER audit_is_never_emptied BEFORE TRUNCATE ON audit EXECUTE FUNCTION audit_refuses()",
    "CREATE TRIGGER audit_texts_are_never_changed BEFORE UPDATE ON audit_texts FOR EACH ROW EXECUTE FUNCTION audit_refuses()",
    "CREATE TRIGGER audit_texts_are_never_emptied BEFORE TRUNCATE ON audit_texts EXECUTE FUNCTION audit_refuses()",
)


def upgrade() -> None:
    for make in (_changes, _decisions, _audit, _messages_and_timers, _memory):
        make()
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for guard in POSTGRESQL_GUARDS if on_postgresql else SQLITE_GUARDS:
        op.execute(guard)
    if on_postgresql:
        for numbers in NUMBERS:
            op.execute(sa.schema.CreateSequence(sa.Sequence(numbers)))


def downgrade() -> None:
    for table in TABLES_NEWEST_FIRST:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_refuses()")
        for numbers in NUMBERS:
            op.execute(sa.schema.DropSequence(sa.Sequence(numbers)))


def _changes() -> None:
    op.create_table(
        "changes",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("requester", sa.String(), nullable=False),
        sa.Column("deployer", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("plan_text", sa.String(), nullable=False),
        sa.Column("plan_pretested", sa.Boolean(), nullable=False),
        sa.Column("plan_pretest", sa.String(), nullable=False),
        sa.Column("wished_start", INSTANT, nullable=True),
        sa.Column("wished_end", INSTANT, nullable=True),
        sa.Column("wished_reason", sa.String(), nullable=False),
        sa.Column("counter_start", INSTANT, nullable=True),
        sa.Column("counter_end", INSTANT, nullable=True),
        sa.Column("counter_by", sa.String(), nullable=True),
        sa.Column("returned_because", sa.String(), nullable=True),
        sa.Column("returned_by", sa.String(), nullable=True),
        sa.Column("returned_reason", sa.String(), nullable=True),
        sa.Column("returned_at", INSTANT, nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=True),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("code_round", sa.Integer(), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("production_round", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_changes"),
    )
    op.create_index("ix_changes_requester_id", "changes", ["requester", "id"])
    op.create_index("ix_changes_service_id", "changes", ["service", "id"])
    op.create_index("ix_changes_version", "changes", ["version"])
    op.create_index(
        "uq_changes_unfinished_version",
        "changes",
        ["service", "version"],
        unique=True,
        sqlite_where=sa.text("NOT finished"),
        postgresql_where=sa.text("NOT finished"),
    )
    op.create_table(
        "reviewers",
        sa.Column("change_id", NUMBER, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_reviewers_change_id"),
        sa.PrimaryKeyConstraint("change_id", "revision", "position", name="pk_reviewers"),
    )
    op.create_table(
        "pull_requests",
        sa.Column("change_id", NUMBER, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_pull_requests_change_id"),
        sa.PrimaryKeyConstraint("change_id", "revision", "position", name="pk_pull_requests"),
    )
    op.create_table(
        "pull_request_authors",
        sa.Column("change_id", NUMBER, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("author_position", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id", "revision", "position"],
            ["pull_requests.change_id", "pull_requests.revision", "pull_requests.position"],
            name="fk_pull_request_authors_change_id_revision_position",
        ),
        sa.PrimaryKeyConstraint(
            "change_id", "revision", "position", "author_position", name="pk_pull_request_authors"
        ),
    )
    op.create_table(
        "evidence",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("change_id", NUMBER, nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_evidence_change_id"),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
    )
    op.create_index("ix_evidence_change_id_version_number", "evidence", ["change_id", "version_number"])


def _decisions() -> None:
    op.create_table(
        "approvals",
        sa.Column("change_id", NUMBER, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("row", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("roles", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("voided_at", INSTANT, nullable=True),
        sa.Column("voided_because", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_approvals_change_id"),
        sa.PrimaryKeyConstraint("change_id", "number", name="pk_approvals"),
    )
    op.create_table(
        "verifications",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("change_id", NUMBER, nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_verifications_change_id"),
        sa.PrimaryKeyConstraint("id", name="pk_verifications"),
    )
    op.create_index("ix_verifications_change_id", "verifications", ["change_id"])
    op.create_index("ix_verifications_version", "verifications", ["version"])
    op.create_table(
        "windows",
        sa.Column("change_id", NUMBER, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("submitted_at", INSTANT, nullable=False),
        sa.Column("narrowed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("ended", sa.String(), nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_windows_change_id"),
        sa.PrimaryKeyConstraint("change_id", "number", name="pk_windows"),
    )
    op.create_index("ix_windows_starts_at", "windows", ["starts_at"])
    op.create_table(
        "deployments",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("change_id", NUMBER, nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("production", sa.Boolean(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("attested", sa.Boolean(), nullable=False),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("window_end", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("finished_by", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("nudged", sa.Integer(), nullable=True),
        sa.Column("escalated_at", INSTANT, nullable=True),
        sa.Column("overran_at", INSTANT, nullable=True),
        sa.Column("healthy_by", sa.String(), nullable=True),
        sa.Column("healthy_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_deployments_change_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deployments"),
    )
    op.create_index("ix_deployments_change_id", "deployments", ["change_id"])
    op.create_index(
        "uq_deployments_running_in_production",
        "deployments",
        ["service"],
        unique=True,
        sqlite_where=sa.text("production AND outcome IS NULL"),
        postgresql_where=sa.text("production AND outcome IS NULL"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("seq", NUMBER, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("through", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sa.UniqueConstraint("stream", "seq", name="uq_audit_stream_seq"),
    )
    op.create_table(
        "audit_texts",
        sa.Column("audit_id", NUMBER, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("person", sa.Boolean(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name="fk_audit_texts_audit_id"),
        sa.PrimaryKeyConstraint("audit_id", "number", name="pk_audit_texts"),
    )
    op.create_index(
        "ix_audit_texts_person",
        "audit_texts",
        ["value"],
        sqlite_where=sa.text("person"),
        postgresql_where=sa.text("person"),
    )


def _messages_and_timers() -> None:
    op.create_table(
        "messages",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("change_id", NUMBER, nullable=True),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("ts", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("posting_at", INSTANT, nullable=True),
        sa.Column("posted_at", INSTANT, nullable=True),
        sa.Column("updated_at", INSTANT, nullable=True),
        sa.Column("gone_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_messages_change_id"),
        sa.PrimaryKeyConstraint("key", name="pk_messages"),
    )
    op.create_index("ix_messages_change_id_kind", "messages", ["change_id", "kind"])
    op.create_table(
        "outbox",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("change_id", NUMBER, nullable=True),
        sa.Column("payload", sa.String(), nullable=True),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("wished_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("leased_until", INSTANT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("dead_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_outbox_change_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
    )
    op.create_index(
        "ix_outbox_living",
        "outbox",
        ["id"],
        sqlite_where=sa.text("dead_at IS NULL"),
        postgresql_where=sa.text("dead_at IS NULL"),
    )
    op.create_table(
        "deadlines",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("change_id", NUMBER, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("claimed_until", INSTANT, nullable=True),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("cancelled_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_deadlines_change_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deadlines"),
        sa.UniqueConstraint("change_id", "key", name="uq_deadlines_change_id_key"),
    )
    op.create_index(
        "ix_deadlines_pending",
        "deadlines",
        ["due_at"],
        sqlite_where=sa.text("done_at IS NULL AND cancelled_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL AND cancelled_at IS NULL"),
    )


def _memory() -> None:
    op.create_table(
        "dedupe",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_dedupe"),
    )
    op.create_index("ix_dedupe_at", "dedupe", ["at"])
    op.create_table(
        "directory_answers",
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_directory_answers"),
    )
