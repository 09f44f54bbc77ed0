"""The tables of what concerns the company as a whole: freezes, delegations, and the members of Slack's user groups."""

from sqlalchemy import Column, ForeignKey, Index, PrimaryKeyConstraint, String, Table

from bot.store.columns import Number, metadata, moment, number, reference, text

freezes = Table(
    "freezes",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    moment("starts_at"),
    moment("ends_at"),
    text("reason"),
    text("by"),
    moment("at"),
    text("lifted_by", nullable=True),
    text("lifted_reason", nullable=True),
    moment("lifted_at", nullable=True),
    Index(None, "ends_at"),
)
"""A change freeze, and how it was lifted. Without a row in `freeze_services` it is for all services."""

freeze_services = Table(
    "freeze_services",
    metadata,
    reference("freeze_id", "freezes.id"),
    text("service"),
    PrimaryKeyConstraint("freeze_id", "service"),
)
"""A service that a freeze is for."""

delegations = Table(
    "delegations",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    text("role"),
    text("service", nullable=True),
    text("principal", nullable=True),
    text("deputy"),
    moment("starts_at"),
    moment("ends_at"),
    text("named_by"),
    moment("at"),
    text("ended_by", nullable=True),
    moment("ended_at", nullable=True),
    Index(None, "ends_at"),
)
"""A deputy for a role, and how the delegation ended before its time."""

groups = Table(
    "groups",
    metadata,
    Column("id", String, primary_key=True),
    moment("read_at"),
)
"""A Slack user group whose members hold a role, and when they were last read (real time)."""

group_members = Table(
    "group_members",
    metadata,
    Column("group_id", String, ForeignKey("groups.id")),
    number("position"),
    text("person"),
    PrimaryKeyConstraint("group_id", "position"),
)
"""A member of a user group, in Slack's order."""
