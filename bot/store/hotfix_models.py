"""The tables of hotfixes: the issue, verbal approvals, starts in breach, the post-incident review, the timeline's quotes."""

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Index, PrimaryKeyConstraint, Table

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

hotfixes = Table(
    "hotfixes",
    metadata,
    Column("change_id", Number, ForeignKey("changes.id"), primary_key=True, autoincrement=False),
    text("severity"),
    text("impact"),
    text("root_cause"),
    text("channel"),
    Index(None, "channel"),
)
"""G-HOT-1: the issue that a hotfix is for, and the channel in which its incident is talked about."""

incident_rooms = Table(
    "incident_rooms",
    metadata,
    Column("change_id", Number, ForeignKey("changes.id"), primary_key=True, autoincrement=False),
    text("channel", nullable=True),
    text("name"),
    flag("opened"),
    text("note"),
    Index(None, "channel"),
)
"""Where in Slack a hotfix's incident is talked about; `note` says why it is not a channel of its own, where it is not.

A channel that was asked for and whose number did not come back yet has a name and no channel.
"""

verbal_approvals = Table(
    "verbal_approvals",
    metadata,
    large_number("change_id"),
    number("number"),
    text("version"),
    text("said"),
    text("how"),
    moment("given_at"),
    text("heard_by", nullable=True),
    text("recorded_by"),
    moment("confirmed_at", nullable=True),
    moment("disputed_at", nullable=True),
    text("dispute", nullable=True),
    number("chased"),
    PrimaryKeyConstraint("change_id", "number"),
    ForeignKeyConstraint(["change_id", "number"], ["approvals.change_id", "approvals.number"]),
)
"""G-HOT-2: that an approval was spoken, and what its giver says about it. `number` is the approval's, `version` what it was for."""

breaches = Table(
    "breaches",
    metadata,
    reference("change_id", "changes.id"),
    large_number("deployment_id"),
    text("by"),
    text("reason"),
    text("tried"),
    text("missing"),
    moment("at"),
    PrimaryKeyConstraint("change_id", "deployment_id"),
)
"""G-HOT-3: a start without the approvals. `missing` are the seats that nobody had filled, spaces between."""

breach_answers = Table(
    "breach_answers",
    metadata,
    Column("id", Number, primary_key=True),
    reference("change_id", "changes.id"),
    large_number("deployment_id"),
    text("person"),
    text("seat"),
    flag("ratified"),
    text("reason"),
    moment("at"),
    Index(None, "change_id"),
)
"""What a missing signer said afterwards about a breach."""

reviews = Table(
    "reviews",
    metadata,
    Column("change_id", Number, ForeignKey("changes.id"), primary_key=True, autoincrement=False),
    moment("opened_at"),
    text("summary", nullable=True),
    text("timeline", nullable=True),
    text("root_cause", nullable=True),
    text("follow_ups", nullable=True),
    text("author", nullable=True),
    moment("submitted_at", nullable=True),
    text("returned_by", nullable=True),
    text("returned_reason", nullable=True),
    text("signed_by", nullable=True),
    moment("signed_at", nullable=True),
    moment("extended_to", nullable=True),
    text("extended_by", nullable=True),
    text("extended_reason", nullable=True),
    moment("reminded_at", nullable=True),
    number("round"),
    index_where("ix_reviews_unsigned", "signed_at IS NULL", "change_id"),
)
"""G-HOT-5: the post-incident review as it is now; the audit log has how it came to that."""

timeline_entries = Table(
    "timeline_entries",
    metadata,
    Column("id", Number, primary_key=True),
    reference("change_id", "changes.id"),
    text("text"),
    text("said_by", nullable=True),
    moment("said_at"),
    text("by"),
    moment("at"),
    Index(None, "change_id"),
)
"""What somebody quoted into the timeline."""
