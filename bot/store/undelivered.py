"""The messages that were given up, as people speak of them: which, where they belong, since when, what stands in the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, func, select

from bot.rules.organization import ChannelId, Organization
from bot.rules.terms import ChangeId, PersonId, ServiceName, change_label
from bot.rules.undelivered import Undelivered
from bot.rules.words import Sentence, Who, join_names, say
from bot.store import outbox
from bot.store.lines import LineKind
from bot.store.machinery import outbox as lines
from bot.store.models import changes
from bot.store.outbox import DeadLine

NAMES: Final[Mapping[LineKind, tuple[str, str]]] = {
    LineKind.CARD: ("the card", "cards"),
    LineKind.ASKS: ("the requests to sign", "families of requests"),
    LineKind.ASK: ("a request", "requests"),
    LineKind.REMINDER: ("a reminder", "reminders"),
    LineKind.WATCHES: ("the questions whether it is healthy", "families of questions"),
    LineKind.WATCH: ("a question whether it is healthy", "questions whether it is healthy"),
    LineKind.NOTICE: ("a notice", "notices"),
    LineKind.TOLD: ("a notice", "notices"),
    LineKind.THREAD: ("a notice", "notices"),
    LineKind.INCIDENT: ("a notice", "notices"),
    LineKind.ALARM: ("an alarm", "alarms"),
    LineKind.HOME: ("a Home", "Homes"),
    LineKind.DELEGATION: ("a message about a deputy", "messages about deputies"),
    LineKind.ORGANIZATION: (
        "a message about the organization's file",
        "messages about the organization's file",
    ),
    LineKind.TIMELINE: ("the incident's message", "incidents' messages"),
    LineKind.ENTRY: ("an entry of the timeline", "entries of the timeline"),
    LineKind.REVIEW: ("a reminder of the review", "reminders of reviews"),
    LineKind.ANCHOR: ("a seal of the log", "seals of the log"),
    LineKind.UNDELIVERED: ("this list itself", "copies of this list"),
    LineKind.FALLBACK: ("the card for its requester", "cards for their requesters"),
}
"""What one line of a kind is called, and several."""
PERSONAL: Final = frozenset(
    {
        LineKind.ASK,
        LineKind.REMINDER,
        LineKind.WATCH,
        LineKind.TOLD,
        LineKind.REVIEW,
        LineKind.HOME,
        LineKind.DELEGATION,
    }
)
"""Kinds whose keys end with the person for whom they are."""

GIVEN_UP: Final = select(func.count()).where(
    lines.c.dead_at.is_not(None),
    lines.c.due_at > bindparam("now"),
    lines.c.kind != LineKind.UNDELIVERED.value,
)
PROBLEM: Final = select(lines.c.problem).where(lines.c.key == bindparam("key"), lines.c.dead_at.is_not(None))
OF_CHANGES: Final = select(changes.c.id, changes.c.service, changes.c.requester).where(
    changes.c.id.in_(bindparam("ids", expanding=True))
)


@dataclass(frozen=True, slots=True)
class _Change:
    service: ServiceName
    requester: PersonId


def given_up(connection: Connection, now_real: datetime) -> int:
    """How many messages were given up and are not on their way again; the list of them is not counted."""
    return connection.execute(GIVEN_UP, {"now": now_real}).scalar_one()


def problem_of(connection: Connection, key: str) -> str | None:
    """What stands in the way of the line with this key; None where it was not given up."""
    return connection.execute(PROBLEM, {"key": key}).scalar_one_or_none()


def undelivered(connection: Connection, organization: Organization, limit: int) -> list[Undelivered]:
    """At most `limit` of the messages that were given up, oldest first."""
    dead = outbox.dead_lines(connection, limit)
    ids = sorted({each.change for each in dead if each.change is not None})
    rows = connection.execute(OF_CHANGES, {"ids": ids}) if ids else ()
    about = {ChangeId(row.id): _Change(ServiceName(row.service), PersonId(row.requester)) for row in rows}
    return [_undelivered(each, organization, about) for each in dead]


def _undelivered(
    dead: DeadLine, organization: Organization, about: Mapping[ChangeId, _Change]
) -> Undelivered:
    one, many = NAMES[LineKind(dead.kind)]
    change = about.get(dead.change) if dead.change is not None else None
    return Undelivered(
        key=dead.key,
        one=one,
        many=many,
        change=dead.change,
        where=_where(dead, organization, change),
        problem=dead.problem,
        since=dead.dead_at,
    )


def _where(dead: DeadLine, organization: Organization, change: _Change | None) -> Sentence:
    """Where it belongs: `in the channel of payments`, `to Ana by direct message`."""
    kind, last = LineKind(dead.kind), dead.key.rpartition("/")[2]
    if kind in PERSONAL:
        return to_person(PersonId(last))
    match kind:
        case LineKind.FALLBACK if change:
            return to_person(change.requester)
        case LineKind.CARD | LineKind.THREAD if change:
            return in_channel_of(change.service)
        case LineKind.ORGANIZATION:
            return in_channel(organization, organization.admin_channel)
        case LineKind.ANCHOR:
            return in_channel(organization, organization.audit_channel)
        case LineKind.UNDELIVERED:
            admins = in_channel(organization, organization.admin_channel)
            return to_person(PersonId(last)) if "/" in dead.key else admins
        case LineKind.ALARM if last not in {"thread", "incidents"}:
            return to_person(PersonId(last))
        case LineKind.ALARM if last == "thread" and change:
            return in_channel_of(change.service)
        case LineKind.INCIDENT | LineKind.ALARM | LineKind.TIMELINE | LineKind.ENTRY:
            return _in_incident(dead, organization)
        case _:
            return say("in Slack")


def _in_incident(dead: DeadLine, organization: Organization) -> Sentence:
    known = dead.channel is not None and _names_of(organization, ChannelId(dead.channel))
    if dead.channel is not None and known:
        return in_channel(organization, ChannelId(dead.channel))
    own = dead.channel is not None or dead.kind in {LineKind.TIMELINE, LineKind.ENTRY}
    if own and dead.change is not None:
        return say(f"in the channel of {change_label(dead.change)}'s incident")
    return in_channel(organization, organization.incident_channel)


def to_person(person: PersonId) -> Sentence:
    """`to Ana by direct message`."""
    return say("to ", Who((person,)), " by direct message")


def in_channel_of(service: ServiceName) -> Sentence:
    """`in the channel of payments`."""
    return say(f"in the channel of {service}")


def in_channel(organization: Organization, channel: ChannelId) -> Sentence:
    """`in the admin channel`: a channel as the organization's file knows it."""
    names = _names_of(organization, channel)
    return say(f"in the {join_names(names, 'and')}") if names else say(f"in the channel {channel}")


def _names_of(organization: Organization, channel: ChannelId) -> list[str]:
    everybodys = {
        organization.admin_channel: "admin channel",
        organization.audit_channel: "audit channel",
        organization.incident_channel: "incident channel",
    }
    services = [name for name, service in organization.services.items() if service.channel == channel]
    named = [everybodys[channel]] if channel in everybodys else []
    return [*named, f"channel of {join_names(services, 'and')}"] if services else named
