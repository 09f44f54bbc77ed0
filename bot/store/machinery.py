"""The tables that carry the work: the audit log, messages in Slack, deadlines, the outbox and what was answered before."""

from datetime import datetime
from typing import cast

from sqlalchemy import ForeignKey, Index, PrimaryKeyConstraint, Table, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Base, Number, index_where


class AuditRow(Base):
    """One act, carried out or refused. Triggers refuse to change or delete it; `hash` covers it and the one before."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    stream: Mapped[str]
    seq: Mapped[int] = mapped_column(Number)
    at: Mapped[datetime]
    act: Mapped[str]
    outcome: Mapped[str]
    through: Mapped[str]
    stage: Mapped[str]
    content: Mapped[str]
    previous: Mapped[str]
    hash: Mapped[str]

    __table_args__ = (UniqueConstraint("stream", "seq"),)


class AuditTextRow(Base):
    """A person's id or words, kept apart from the audit row that has only their digest, so that they can be erased."""

    __tablename__ = "audit_texts"

    audit_id: Mapped[int] = mapped_column(Number, ForeignKey("audit.id"))
    number: Mapped[int]
    salt: Mapped[str]
    person: Mapped[bool]
    value: Mapped[str]

    __table_args__ = (
        PrimaryKeyConstraint("audit_id", "number"),
        Index("ix_audit_texts_person", "value", sqlite_where=text("person"), postgresql_where=text("person")),
    )


class MessageRow(Base):
    """Where a card, a DM or a notice stands in Slack. `digest` tells whether what it shows is still what it should."""

    __tablename__ = "messages"

    key: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    change_id: Mapped[int | None] = mapped_column(Number, ForeignKey("changes.id"))
    person: Mapped[str | None]
    channel: Mapped[str]
    ts: Mapped[str | None]
    digest: Mapped[str | None]
    posting_at: Mapped[datetime | None]
    posted_at: Mapped[datetime | None]
    updated_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "change_id", "kind"),)


class DeadlineRow(Base):
    """Something that becomes due by itself, in business time; its claim is a lease in real time."""

    __tablename__ = "deadlines"

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    kind: Mapped[str]
    change_id: Mapped[int] = mapped_column(Number, ForeignKey("changes.id"))
    key: Mapped[str]
    due_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("change_id", "key"),
        Index(
            "ix_deadlines_pending",
            "due_at",
            sqlite_where=text("done_at IS NULL AND cancelled_at IS NULL"),
            postgresql_where=text("done_at IS NULL AND cancelled_at IS NULL"),
        ),
    )


class OutboxRow(Base):
    """What is to be refreshed in Slack. `wanted` counts the wishes, so that one made during a delivery is not lost."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    change_id: Mapped[int | None] = mapped_column(Number, ForeignKey("changes.id"))
    payload: Mapped[str | None]
    wanted: Mapped[int]
    wished_at: Mapped[datetime]
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int]
    problem: Mapped[str | None]
    dead_at: Mapped[datetime | None]

    __table_args__ = (
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


class GivenUpRow(Base):
    """One message that people were told did not reach Slack, under the number of the telling; `through_at`: that it did after all.

    Both times are business time, as it was when people were told.
    """

    __tablename__ = "given_up"

    number: Mapped[int] = mapped_column(Number)
    key: Mapped[str]
    noted_at: Mapped[datetime]
    through_at: Mapped[datetime | None]

    __table_args__ = (PrimaryKeyConstraint("number", "key"),)


class DedupeRow(Base):
    """A delivery that was taken, and what it was answered."""

    __tablename__ = "dedupe"

    key: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    answer: Mapped[str | None]


class DirectoryAnswerRow(Base):
    """What the directory last said about a person, and when: it counts for a while when the directory is silent."""

    __tablename__ = "directory_answers"

    person: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    answer: Mapped[str]
    at: Mapped[datetime]


audit = cast("Table", AuditRow.__table__)
audit_texts = cast("Table", AuditTextRow.__table__)
messages = cast("Table", MessageRow.__table__)
deadlines = cast("Table", DeadlineRow.__table__)
outbox = cast("Table", OutboxRow.__table__)
given_up = cast("Table", GivenUpRow.__table__)
dedupe = cast("Table", DedupeRow.__table__)
directory_answers = cast("Table", DirectoryAnswerRow.__table__)
