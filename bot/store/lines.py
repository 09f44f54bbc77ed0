"""What an outbox line can ask for."""

from enum import StrEnum


class LineKind(StrEnum):
    """A change's card; a family of direct messages, or one of it, into which delivery splits it; a person's Home."""

    CARD = "card"
    ASKS = "asks"
    WATCHES = "watches"
    NOTICE = "notice"
    ASK = "ask"
    WATCH = "watch"
    TOLD = "told"
    REMINDER = "reminder"
    HOME = "home"
    THREAD = "thread"
    """A notice in the thread of the change's card."""
    INCIDENT = "incident"
    """A notice in the incident channel."""
    ALARM = "alarm"
    """One message of an alarm, to a person or to a channel, into which delivery splits its notice."""
    DELEGATION = "delegation"
    """A message about a delegation to one person: `delegation/7/U0DANA`."""
    ORGANIZATION = "organization"
    """That the organization's file cannot be used, for the admin channel: `organization/…`, its problems as payload."""
    TIMELINE = "timeline"
    """A hotfix's message in its incident channel, pinned there, with the channel's topic: `timeline/142`."""
    ENTRY = "entry"
    """What one entry of the audit log adds to the timeline, in the thread of that message: `entry/142/57`."""
    REVIEW = "review"
    """One reminder of a post-incident review to one person, into which delivery splits its notice."""
