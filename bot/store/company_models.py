"""The tables of what concerns the company as a whole: freezes, delegations, and the members of Slack's user groups."""

from datetime import datetime
from typing import cast

from sqlalchemy import ForeignKey, Index, PrimaryKeyConstraint, Table
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Base, Number


class FreezeRow(Base):
    """A change freeze, and how it was lifted. Without a row in `freeze_services` it is for all services."""

    __tablename__ = "freezes"

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]
    lifted_by: Mapped[str | None]
    lifted_reason: Mapped[str | None]
    lifted_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "ends_at"),)


class FreezeServiceRow(Base):
    """A service that a freeze is for."""

    __tablename__ = "freeze_services"

    freeze_id: Mapped[int] = mapped_column(Number, ForeignKey("freezes.id"))
    service: Mapped[str]

    __table_args__ = (PrimaryKeyConstraint("freeze_id", "service"),)


class DelegationRow(Base):
    """A deputy for a role, and how the delegation ended before its time."""

    __tablename__ = "delegations"

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    role: Mapped[str]
    service: Mapped[str | None]
    principal: Mapped[str | None]
    deputy: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    named_by: Mapped[str]
    at: Mapped[datetime]
    ended_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "ends_at"),)


class GroupRow(Base):
    """A Slack user group whose members hold a role, and when they were last read (real time)."""

    __tablename__ = "groups"

    id: Mapped[str] = mapped_column(primary_key=True)
    read_at: Mapped[datetime]


class GroupMemberRow(Base):
    """A member of a user group, in Slack's order."""

    __tablename__ = "group_members"

    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id"))
    position: Mapped[int]
    person: Mapped[str]

    __table_args__ = (PrimaryKeyConstraint("group_id", "position"),)


freezes = cast("Table", FreezeRow.__table__)
freeze_services = cast("Table", FreezeServiceRow.__table__)
delegations = cast("Table", DelegationRow.__table__)
groups = cast("Table", GroupRow.__table__)
group_members = cast("Table", GroupMemberRow.__table__)
