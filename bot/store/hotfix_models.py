"""The tables of hotfixes: the issue, verbal approvals, starts in breach, the post-incident review, the timeline's quotes."""

from datetime import datetime
from typing import cast

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, PrimaryKeyConstraint, Table, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Base, Number


class HotfixRow(Base):
    """G-HOT-1: the issue that a hotfix is for, and the channel in which its incident is talked about."""

    __tablename__ = "hotfixes"

    change_id: Mapped[int] = mapped_column(
        Number, ForeignKey("changes.id"), primary_key=True, autoincrement=False
    )
    severity: Mapped[str]
    impact: Mapped[str]
    root_cause: Mapped[str]
    channel: Mapped[str]

    __table_args__ = (Index(None, "channel"),)


class IncidentRoomRow(Base):
    """Where in Slack a hotfix's incident is talked about; `note` says why it is not a channel of its own, where it is not.

    A channel that was asked for and whose number did not come back yet has a name and no channel.
    """

    __tablename__ = "incident_rooms"

    change_id: Mapped[int] = mapped_column(
        Number, ForeignKey("changes.id"), primary_key=True, autoincrement=False
    )
    channel: Mapped[str | None]
    name: Mapped[str]
    opened: Mapped[bool]
    note: Mapped[str]

    __table_args__ = (Index(None, "channel"),)


class VerbalApprovalRow(Base):
    """G-HOT-2: that an approval was spoken, and what its giver says about it. `number` is the approval's, `version` what it was for."""

    __tablename__ = "verbal_approvals"

    change_id: Mapped[int] = mapped_column(Number)
    number: Mapped[int]
    version: Mapped[str]
    said: Mapped[str]
    how: Mapped[str]
    given_at: Mapped[datetime]
    heard_by: Mapped[str | None]
    recorded_by: Mapped[str]
    confirmed_at: Mapped[datetime | None]
    disputed_at: Mapped[datetime | None]
    dispute: Mapped[str | None]
    chased: Mapped[int]

    __table_args__ = (
        PrimaryKeyConstraint("change_id", "number"),
        ForeignKeyConstraint(["change_id", "number"], ["approvals.change_id", "approvals.number"]),
    )


class BreachRow(Base):
    """G-HOT-3: a start without the approvals. `missing` are the seats that nobody had filled, spaces between."""

    __tablename__ = "breaches"

    change_id: Mapped[int] = mapped_column(Number, ForeignKey("changes.id"))
    deployment_id: Mapped[int] = mapped_column(Number)
    by: Mapped[str]
    reason: Mapped[str]
    tried: Mapped[str]
    missing: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (PrimaryKeyConstraint("change_id", "deployment_id"),)


class BreachAnswerRow(Base):
    """What a missing signer said afterwards about a breach."""

    __tablename__ = "breach_answers"

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    change_id: Mapped[int] = mapped_column(Number, ForeignKey("changes.id"))
    deployment_id: Mapped[int] = mapped_column(Number)
    person: Mapped[str]
    seat: Mapped[str]
    ratified: Mapped[bool]
    reason: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (Index(None, "change_id"),)


class ReviewRow(Base):
    """G-HOT-5: the post-incident review as it is now; the audit log has how it came to that."""

    __tablename__ = "reviews"

    change_id: Mapped[int] = mapped_column(
        Number, ForeignKey("changes.id"), primary_key=True, autoincrement=False
    )
    opened_at: Mapped[datetime]
    summary: Mapped[str | None]
    timeline: Mapped[str | None]
    root_cause: Mapped[str | None]
    follow_ups: Mapped[str | None]
    author: Mapped[str | None]
    submitted_at: Mapped[datetime | None]
    returned_by: Mapped[str | None]
    returned_reason: Mapped[str | None]
    signed_by: Mapped[str | None]
    signed_at: Mapped[datetime | None]
    extended_to: Mapped[datetime | None]
    extended_by: Mapped[str | None]
    extended_reason: Mapped[str | None]
    reminded_at: Mapped[datetime | None]
    round: Mapped[int]

    __table_args__ = (
        Index(
            "ix_reviews_unsigned",
            "change_id",
            sqlite_where=text("signed_at IS NULL"),
            postgresql_where=text("signed_at IS NULL"),
        ),
    )


class TimelineEntryRow(Base):
    """What somebody quoted into the timeline."""

    __tablename__ = "timeline_entries"

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    change_id: Mapped[int] = mapped_column(Number, ForeignKey("changes.id"))
    text: Mapped[str]
    said_by: Mapped[str | None]
    said_at: Mapped[datetime]
    by: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (Index(None, "change_id"),)


hotfixes = cast("Table", HotfixRow.__table__)
incident_rooms = cast("Table", IncidentRoomRow.__table__)
verbal_approvals = cast("Table", VerbalApprovalRow.__table__)
breaches = cast("Table", BreachRow.__table__)
breach_answers = cast("Table", BreachAnswerRow.__table__)
reviews = cast("Table", ReviewRow.__table__)
timeline_entries = cast("Table", TimelineEntryRow.__table__)
