"""From the text of a company's file to an `Organization` with its `Guide`; or to every reason why not."""

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import combinations
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.rules.calendars import Calendars, NoCalendars
from bot.rules.guide_reading import read_guide
from bot.rules.organization import ChannelId, Handle, Organization, PersonEntry, Service, Shift
from bot.rules.organization_outside import GroupId, StandingDeputy
from bot.rules.terms import PersonId, Role, ServiceName
from bot.rules.toml_places import BadFile, Places, Problems, find_lines, load
from bot.rules.toml_reading import Table, quoted

People = Mapping[Handle, PersonEntry]

_TEAM = re.compile(r"T[A-Z0-9]+")
_CHANNEL = re.compile(r"[CG][A-Z0-9]+")
_PERSON = re.compile(r"[UW][A-Z0-9]+")
_GROUP = re.compile(r"@S[A-Z0-9]+")
_GROUP_MARK = "@"
_DEFAULT_GUIDE = "the default guide"
NO_CALENDARS = NoCalendars()


class BadOrganization(BadFile):
    """An organization's file that cannot be used; one line for each problem, with file, line and key."""


def parse_organization(
    text: str, *, source: str, default_guide_text: str, calendars: Calendars = NO_CALENDARS
) -> Organization:
    """Read a company's file; its `[guide]` tables stand in for the default guide's values, key by key.

    `calendars` knows the holiday calendars that a service can name.

    Raises:
        BadOrganization: with all problems of the file, those of its guide included.
    """
    values = load(text, source, BadOrganization)
    problems = Problems()
    places = Places(source, find_lines(text))
    root = Table(values, "", places, problems)
    zone = _zone(root)
    people = _people(root)
    services = _services(root, people, calendars)
    channels = root.table("channels")
    roles, groups = _roles(root.table("roles"), people)
    organization = Organization(
        name=root.text("name"),
        team=_slack_id(root, "team", _TEAM, "a Slack team id such as T0HARBOR"),
        zone=zone,
        admin_channel=_channel(channels, "admin"),
        audit_channel=_channel(channels, "audit"),
        incident_channel=_channel(channels, "incidents"),
        services=services,
        people=people,
        roles=roles,
        rota=_rota(root, people, services, zone),
        guide=read_guide(
            default_guide_text,
            source=_DEFAULT_GUIDE,
            overrides=_overrides(root),
            override_places=Places(source, places.lines, "guide"),
            problems=problems,
        ),
        groups=groups,
    )
    organization = replace(organization, deputies=_deputies(root, organization))
    root.report_unknown()
    problems.raise_any(BadOrganization)
    return organization


def _overrides(root: Table) -> Mapping[str, object]:
    if not root.has("guide"):
        return {}
    overrides = root.raw("guide")
    if isinstance(overrides, dict):
        return overrides
    root.bad("guide", "must be a table, [guide]")
    return {}


def _zone(root: Table) -> ZoneInfo:
    name = root.text("zone")
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):  # the last for a folder of zones, such as "Europe"
        root.bad("zone", f'must be a time zone such as "Europe/Berlin"; there is no "{name}"')
        return ZoneInfo("UTC")


def _slack_id(table: Table, key: str, shape: re.Pattern[str], what: str) -> str:
    text = table.text(key)
    if text and not shape.fullmatch(text):
        table.bad(key, f'must be {what}, not "{text}"')
    return text


def _channel(table: Table, key: str) -> ChannelId:
    return ChannelId(_slack_id(table, key, _CHANNEL, "a Slack channel id such as C0PAYMENTS"))


def _people(root: Table) -> People:
    table = root.table("people")
    people: dict[Handle, PersonEntry] = {}
    handles: dict[PersonId, str] = {}
    for handle in table.names():
        entry = table.table(handle)
        person = PersonId(_slack_id(entry, "id", _PERSON, "a Slack user id such as U0ANA"))
        if person and person in handles:
            entry.bad("id", f'is the id of "{handles[person]}" already: one person has one handle')
        handles.setdefault(person, handle)
        people[Handle(handle)] = PersonEntry(person, entry.text("name"), Handle(handle))
    if not people and not root.problems.found:
        root.bad("people", "must introduce somebody")
    return MappingProxyType(people)


def _services(root: Table, people: People, calendars: Calendars) -> Mapping[ServiceName, Service]:
    table = root.table("services")
    services: dict[ServiceName, Service] = {}
    for name in table.names():
        entry = table.table(name)
        roles, groups = _roles(entry.table("roles"), people)
        services[ServiceName(name)] = Service(
            name=ServiceName(name),
            channel=_channel(entry, "channel"),
            roles=roles,
            holidays=entry.days("holidays") if entry.has("holidays") else frozenset(),
            calendar=_calendar(entry, calendars) if entry.has("calendar") else frozenset(),
            groups=groups,
        )
    if not services:
        root.bad("services", "must have one service or more, each in a table such as [services.payments]")
    return MappingProxyType(services)


def _calendar(table: Table, calendars: Calendars) -> Container[date]:
    name = table.text("calendar")
    found = calendars.find(name) if name else None
    if name and found is None:
        near = calendars.nearest(name)
        meant = f', did you mean "{near}"?' if near else ""
        table.bad(
            "calendar",
            'must be a holiday calendar: a country such as "DE", a region such as "DE-BE" or a market such as'
            f' "XECB"; there is no "{name}"{meant or ", list the days under holidays instead"}',
        )
    return frozenset() if found is None else found


Held = tuple[Mapping[Role, tuple[PersonId, ...]], Mapping[Role, tuple[GroupId, ...]]]


def _roles(table: Table, people: People) -> Held:
    """Who holds each role: people by their handles, and user groups such as "@S0TECHLEADS"."""
    roles: dict[Role, tuple[PersonId, ...]] = {}
    groups: dict[Role, tuple[GroupId, ...]] = {}
    for name in table.names():
        role = _role(table, name, name)
        if role is not None:
            named = table.texts(name)
            handles = [each for each in named if not each.startswith(_GROUP_MARK)]
            roles[role] = tuple(_known(table, name, handle, people) for handle in handles)
            marked = [each for each in named if each.startswith(_GROUP_MARK)]
            if marked:
                groups[role] = tuple(_group(table, name, each) for each in marked)
    return MappingProxyType(roles), MappingProxyType(groups)


def _role(table: Table, key: str, name: str) -> Role | None:
    """A role by its name; on call stands in the rota, and is none that can be named."""
    if name == Role.ON_CALL:
        table.bad(key, "is read from the rota, [[rota]], and cannot be listed here")
    elif name not in list(Role):
        known = quoted(role for role in Role if role is not Role.ON_CALL)
        what = "" if key == name else f'names "{name}", which '
        table.bad(key, f"{what}is not a role; roles are {known}")
    else:
        return Role(name)
    return None


def _group(table: Table, key: str, marked: str) -> GroupId:
    if not _GROUP.fullmatch(marked):
        table.bad(key, f'must name a user group by its Slack id, such as "@S0TECHLEADS", not "{marked}"')
    return GroupId(marked.removeprefix(_GROUP_MARK))


def _deputies(root: Table, organization: Organization) -> tuple[StandingDeputy, ...]:
    read = (_deputy(table, organization) for table in root.tables("deputies"))
    return tuple(deputy for deputy in read if deputy is not None)


def _deputy(table: Table, organization: Organization) -> StandingDeputy | None:
    """One of [[deputies]]: of whom, in which role, and who stands in. Both must be whom the role admits."""
    name = table.text("role")
    role = _role(table, "role", name) if name else None
    principal = _person(table, "for", organization.people) if table.has("for") else None
    deputy = _person(table, "deputy", organization.people)
    covered = _covered(table, organization.services)
    if deputy and deputy == principal:
        table.bad("deputy", "must be somebody else than the one for whom they act")
    if role is None:
        return None
    named = StandingDeputy(role, deputy, principal, covered)
    services = [service for service in organization.services if named.is_for(service)]
    _check_principal(table, named, services, organization)
    if deputy and services and all(deputy in _listed(organization, role, service) for service in services):
        table.bad("deputy", f"names somebody who is {role.value} already")
    return named


def _check_principal(
    table: Table, named: StandingDeputy, services: Sequence[ServiceName], organization: Organization
) -> None:
    """Whether the one for whom a deputy acts holds the role; the members of a user group are not known here."""
    principal, role = named.principal, named.role
    without = [
        service
        for service in services
        if not organization.groups_of(role, service) and principal not in _listed(organization, role, service)
    ]
    # A deputy for all services stands in wherever the holder is one.
    too_many = bool(without) if named.services is not None else len(without) == len(services)
    if principal and services and too_many:
        table.bad("for", f"names somebody who is not {role.value} of {', '.join(without)}")


def _listed(organization: Organization, role: Role, service: ServiceName) -> tuple[PersonId, ...]:
    return (*organization.roles.get(role, ()), *organization.services[service].roles.get(role, ()))


def _person(table: Table, key: str, people: People) -> PersonId:
    handle = table.text(key)
    return _known(table, key, handle, people) if handle else PersonId("")


def _known(table: Table, key: str, handle: str, people: People) -> PersonId:
    entry = people.get(Handle(handle))
    if entry is None:
        table.bad(key, f'names "{handle}", whom [people] does not introduce')
        return PersonId("")
    return entry.person


def _covered(table: Table, services: Mapping[ServiceName, Service]) -> frozenset[ServiceName] | None:
    if not table.has("services"):
        return None
    names = table.texts("services")
    for name in names:
        if name not in services:
            table.bad("services", f'names "{name}", which is not a service of this file')
    return frozenset(ServiceName(name) for name in names)


def _rota(
    root: Table, people: People, services: Mapping[ServiceName, Service], zone: ZoneInfo
) -> tuple[Shift, ...]:
    read = [(table, _shift(table, people, services, zone)) for table in root.tables("rota")]
    shifts = [(table, shift) for table, shift in read if shift is not None]
    for (_, one), (table, other) in combinations(shifts, 2):
        if (
            one.starts < other.ends
            and other.starts < one.ends
            and any(map(other.is_for, _services_of(one, services)))
        ):
            local = one.starts.astimezone(zone)
            table.bad(
                "starts", f"overlaps the shift that starts at {local:%Y-%m-%d %H:%M}, for the same service"
            )
    return tuple(shift for _, shift in shifts)


def _services_of(shift: Shift, services: Mapping[ServiceName, Service]) -> frozenset[ServiceName]:
    return frozenset(services) if shift.services is None else shift.services


def _shift(
    table: Table, people: People, services: Mapping[ServiceName, Service], zone: ZoneInfo
) -> Shift | None:
    starts, ends = _instant(table, "starts", zone), _instant(table, "ends", zone)
    primary = _person(table, "primary", people)
    secondary = _person(table, "secondary", people) if table.has("secondary") else None
    covered = _covered(table, services)
    if primary and primary == secondary:
        table.bad("secondary", "must be somebody else than the primary")
    if starts is None or ends is None:
        return None
    if ends <= starts:
        table.bad("ends", "must be later than the shift's start")
        return None
    return Shift(starts, ends, primary, secondary, covered)


def _instant(table: Table, key: str, zone: ZoneInfo) -> datetime | None:
    """The instant (UTC) at which clocks of the zone show a time; the first, where they show it twice."""
    local = table.local_instant(key)
    if local is None:
        return None
    instant = local.replace(tzinfo=zone).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != local:
        table.bad(key, f"must be a time that exists; clocks in {zone.key} skip {local:%Y-%m-%d %H:%M}")
        return None
    return instant
