"""The tables that carry the work: the audit log, messages in Slack, deadlines, the outbox and what was answered before."""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, String, Table, UniqueConstraint

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

audit = Table(
    "audit",
    metadata,
    Column("id", Number, primary_key=True),
    text("stream"),
    large_number("seq"),
    moment("at"),
    text("act"),
    text("outcome"),
    text("through"),
    text("stage"),
    text("content"),
    text("previous"),
    text("hash"),
    UniqueConstraint("stream", "seq"),
)
"""One act, carried out or refused. Triggers refuse to change or delete it; `hash` covers it and the one before."""

audit_texts = Table(
    "audit_texts",
    metadata,
    reference("audit_id", "audit.id"),
    number("number"),
    text("salt"),
    flag("person"),
    text("value"),
    PrimaryKeyConstraint("audit_id", "number"),
    index_where("ix_audit_texts_person", "person", "value"),
)
"""A person's id or words, kept apart from the audit row that has only their digest, so that they can be erased."""

messages = Table(
    "messages",
    metadata,
    Column("key", String, primary_key=True),
    text("kind"),
    reference("change_id", "changes.id", nullable=True),
    text("person", nullable=True),
    text("channel"),
    text("ts", nullable=True),
    text("digest", nullable=True),
    moment("posting_at", nullable=True),
    moment("posted_at", nullable=True),
    moment("updated_at", nullable=True),
    moment("gone_at", nullable=True),
    Index(None, "change_id", "kind"),
)
"""Where a card, a DM or a notice stands in Slack. `digest` tells whether what it shows is still what it should."""

deadlines = Table(
    "deadlines",
    metadata,
    Column("id", Number, primary_key=True),
    text("kind"),
    reference("change_id", "changes.id"),
    text("key"),
    moment("due_at"),
    moment("claimed_until", nullable=True),
    moment("done_at", nullable=True),
    moment("cancelled_at", nullable=True),
    UniqueConstraint("change_id", "key"),
    index_where("ix_deadlines_pending", "done_at IS NULL AND cancelled_at IS NULL", "due_at"),
)
"""Something that becomes due by itself, in business time; its claim is a lease in real time."""

outbox = Table(
    "outbox",
    metadata,
    Column("id", Number, primary_key=True),
    text("key"),
    text("kind"),
    reference("change_id", "changes.id", nullable=True),
    text("payload", nullable=True),
    number("wanted"),
    moment("wished_at"),
    moment("due_at"),
    moment("leased_until", nullable=True),
    number("attempts"),
    text("problem", nullable=True),
    moment("dead_at", nullable=True),
    UniqueConstraint("key"),
    index_where("ix_outbox_due", "dead_at IS NULL", "due_at", "id"),
    index_where("ix_outbox_dead", "dead_at IS NOT NULL", "due_at", "id"),
    index_where("ix_outbox_leased", "leased_until IS NOT NULL", "change_id"),
    index_where(
        "ix_outbox_in_order",
        "dead_at IS NULL AND kind IN ('entry', 'incident', 'thread')",
        "change_id",
        "kind",
        "id",
    ),
)
"""What is to be refreshed in Slack. `wanted` counts the wishes, so that one made during a delivery is not lost."""

given_up = Table(
    "given_up",
    metadata,
    large_number("number"),
    text("key"),
    moment("noted_at"),
    moment("through_at", nullable=True),
    PrimaryKeyConstraint("number", "key"),
)
"""One message that people were told did not reach Slack, under the number of the telling; `through_at`: that it did after all.

Both times are business time, as it was when people were told.
"""

dedupe = Table(
    "dedupe",
    metadata,
    Column("key", String, primary_key=True),
    moment("at"),
    text("answer", nullable=True),
    Index(None, "at"),
)
"""A delivery that was taken, and what it was answered."""

directory_answers = Table(
    "directory_answers",
    metadata,
    Column("person", String, primary_key=True),
    text("name"),
    text("answer"),
    moment("at"),
)
"""What the directory last said about a person, and when: it counts for a while when the directory is silent."""
