"""What a person sees of all changes: what waits for them, their own, a list, their Home. Reads only.

Nothing loads a table: candidates come from an index, newest first and at most `CANDIDATES_MOST`, and the rules say of
each what waits for whom.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from bot.people.company import Company
from bot.people.look import Look
from bot.rules.change import Change
from bot.rules.deputies import Delegation
from bot.rules.deviations import deviates, deviations
from bot.rules.filters import ChangeFilter, DeploymentFilter
from bot.rules.life import Stage
from bot.rules.logged import (
    LoggedDeployment,
    approvals_for,
    code_seats_open,
    policy_of,
    reviewed_afterwards,
)
from bot.rules.organization import Organization
from bot.rules.review import due_at
from bot.rules.scene import Scene
from bot.rules.setting import Neighbors, Setting
from bot.rules.terms import ChangeId, PersonId, Role, ServiceName
from bot.rules.timeline_words import Timeline
from bot.rules.waiting import URGENCY, Waiting, WaitingChange, waiting_for
from bot.store import (
    calendar,
    delegations,
    deployment_log,
    directory_answers,
    freezes,
    incident_rooms,
    listing,
    queries,
)
from bot.store.changes import load_change
from bot.store.database import Database
from bot.store.reading import (
    Calendar,
    Cursor,
    DeploymentCursor,
    DeploymentPage,
    HomeContent,
    Listed,
    ListedDeployment,
    ListedDeployments,
    Waits,
)
from bot.store.timelines import timeline_of

CANDIDATES_MOST: Final = 200
PAGE_SIZE: Final = 10
SHOWN_AT_HOME: Final = 10
CALENDAR_SIZE: Final = 25


@dataclass(frozen=True, slots=True)
class _Found:
    """A change on which something waits for somebody, before anything is known that only showing it needs."""

    change: ChangeId
    waiting: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """Answers about all changes. `now` is business time, aware, UTC."""

    database: Database
    company: Company
    now: Callable[[], datetime]

    def waits(self, person: PersonId, most: int) -> Waits:
        """What waits for a person: the most pressing `most` changes, and how many there are."""
        with self.database.read() as connection:
            return self._waits(connection, person, most)

    def may_request(self, person: PersonId) -> bool:
        """Whether the person is an engineer of any service, who may ask for a deployment."""
        with self.database.read() as connection:
            return Look.at(self.company, connection, self.now()).is_engineer(person)

    def list_changes(self, wanted: ChangeFilter, cursor: Cursor | None) -> Listed:
        """One page of a list, newest first, with where each change's card stands."""
        with self.database.read() as connection:
            if wanted.waiting_for is None:
                page = listing.page(connection, wanted, cursor, PAGE_SIZE)
            else:
                page = listing.page_of(self._waiting_ids(connection, wanted), cursor, PAGE_SIZE)
            scenes = self._scenes(connection, page.ids)
            return Listed(page, scenes, listing.card_places(connection, page.ids))

    def list_deployments(
        self, wanted: DeploymentFilter, cursor: DeploymentCursor | None
    ) -> ListedDeployments:
        """One page of the log, newest first; services that are no longer in the organization's file are in it, too."""
        organization = self.company.organization
        with self.database.read() as connection:
            page = _page_of_log(connection, wanted, cursor, organization)
            found = deployment_log.of_ids(connection, page.ids)
            people = {each.deployment.started_by for each in found}
            names = {**organization.names(), **directory_answers.names(connection, people)}
            places = listing.card_places(connection, {each.change.id for each in found})
        shown = tuple(_listed(each, organization) for each in found)
        return ListedDeployments(page, shown, names, organization.zone, places)

    def home(self, person: PersonId) -> HomeContent:
        """All that stands in a person's Home."""
        now, most = self.now(), SHOWN_AT_HOME
        with self.database.read() as connection:
            look = Look.at(self.company, connection, now)
            services = look.services_of(person)
            watched = ChangeFilter(frozenset(services), frozenset({Stage.MONITORING}))
            mine = listing.unfinished_involving(connection, person, most + 1)
            ahead = calendar.filled(connection, self._empty_calendar(connection, services), most)
            being_watched = listing.page(connection, watched, None, most).ids if services else ()
            return HomeContent(
                waits=self._waits(connection, person, most, look),
                mine=self._scenes(connection, mine[:most], look),
                more_of_mine=len(mine) > most,
                ahead=ahead,
                watched=self._scenes(connection, being_watched, look),
                may_request=look.is_engineer(person),
                reviews=self._reviews(connection, person, services, look)[:most],
            )

    def calendar(self, services: Sequence[ServiceName]) -> Calendar:
        """The windows ahead and the freezes of these services."""
        with self.database.read() as connection:
            return calendar.filled(connection, self._empty_calendar(connection, services), CALENDAR_SIZE)

    def delegations(self) -> tuple[Delegation, ...]:
        """The delegations that are in force or ahead, the earliest first."""
        with self.database.read() as connection:
            return delegations.unended(connection, self.now())

    def named(self, text: str, person: PersonId, channel: str) -> tuple[ChangeId, ...]:
        """The changes that a person may mean: by number, version, service and version, "mine", or nothing at all.

        Nothing means the channel's hotfix, else the newest unfinished change of its service, else of the person. A version that several
        services have means the channel's service first.
        """
        here = self.service_of_channel(channel)
        wanted = text.encode("utf-8", "replace").decode().replace("\0", "").split()
        with self.database.read() as connection:
            match [word.lower() for word in wanted]:
                case []:
                    cards = {each.channel for each in self.company.organization.services.values()}
                    in_room = () if channel in cards else incident_rooms.in_channel(connection, channel)[:1]
                    newest = listing.newest_of_service(connection, here) if here and not in_room else None
                    own = (newest,) if newest else listing.unfinished_involving(connection, person, 1)
                    return in_room or tuple(own)
                case ["mine" | "my" | "me"]:
                    return tuple(listing.unfinished_involving(connection, person, 1))
            return self._by_words(connection, wanted, here)

    def in_production(self, text: str, person: PersonId, channel: str) -> tuple[ChangeId, ...]:
        """The changes in production that a person may mean: what they name, else of the channel's service or theirs."""
        services = {name.lower(): name for name in self.company.organization.services}
        here = self.service_of_channel(channel)
        named = services.get(text.strip().lower())
        if text.strip() and named is None:
            return self.named(text, person, channel)
        wanted = (named,) if named else (here,) if here else self.services_of(person)
        with self.database.read() as connection:
            found = (listing.newest_in_production(connection, service) for service in wanted)
            return tuple(number for number in found if number)

    def scenes(self, ids: Iterable[ChangeId]) -> tuple[Scene, ...]:
        """These changes as they stand, in this order."""
        with self.database.read() as connection:
            return self._scenes(connection, ids)

    def change_of_message(self, key: str) -> ChangeId | None:
        """The change that a message of ours is about, by the message's key."""
        with self.database.read() as connection:
            return listing.change_of_message(connection, key)

    def reviews(self, person: PersonId) -> tuple[Scene, ...]:
        """The reviews that are not signed of a person's services, or theirs to write; the one that is due first on top."""
        with self.database.read() as connection:
            look = Look.at(self.company, connection, self.now())
            return self._reviews(connection, person, look.services_of(person), look)

    def _reviews(
        self, connection: Connection, person: PersonId, services: Sequence[ServiceName], look: Look
    ) -> tuple[Scene, ...]:
        found = listing.owing_reviews(connection, person, services, CANDIDATES_MOST)
        scenes = self._scenes(connection, found, look)
        return tuple(sorted(scenes, key=lambda scene: due_at(scene.change, scene.setting.policy) or look.now))

    def timeline(self, change_id: ChangeId) -> Timeline | None:
        """The whole timeline of a hotfix, oldest first; None where there is no such change, or it is no hotfix."""
        with self.database.read() as connection:
            change = load_change(connection, change_id)
            if change is None or change.issue is None:
                return None
            return timeline_of(connection, self.company.organization, change)

    def incidents_in(self, channel: str) -> tuple[ChangeId, ...]:
        """The hotfixes whose incident is talked about in a channel: unfinished ones first, then the newest first."""
        with self.database.read() as connection:
            return incident_rooms.in_channel(connection, channel)

    def service_of_channel(self, channel: str) -> ServiceName | None:
        """The only service whose cards stand in this channel, or whose incident is talked about in it."""
        services = self.company.organization.services
        here = {service.name for service in services.values() if service.channel == channel}
        if not here and channel:
            with self.database.read() as connection:
                found = (
                    load_change(connection, each) for each in incident_rooms.in_channel(connection, channel)
                )
                here = {change.service for change in found if change and change.service in services}
        return here.pop() if len(here) == 1 else None

    def is_about_incidents(self, channel: str) -> bool:
        """Whether a channel is the organization's for incidents, or a hotfix was ever declared or talked about in it."""
        with self.database.read() as connection:
            known = incident_rooms.is_incident_channel(connection, channel)
        return known or channel == self.company.organization.incident_channel

    def service_of_engineer(self, person: PersonId) -> ServiceName | None:
        """The only service whose engineer a person is, leaving on-call aside where that makes them everybody's."""
        services = self.company.organization.services.values()
        with self.database.read() as connection:
            look = Look.at(self.company, connection, self.now())
            mine = [each for each in services if person in look.roster(each.name).holders(Role.ENGINEER)]
        named = [each for each in mine if person in each.roles.get(Role.ENGINEER, ())]
        only = mine if len(mine) == 1 else named
        return only[0].name if len(only) == 1 else None

    def declared(self, text: str, person: PersonId, channel: str) -> tuple[ChangeId, ...]:
        """The declared hotfixes that a person may mean: what they name, else the channel's, else those of their services."""
        if text:
            return self.named(text, person, channel)
        here = self.service_of_channel(channel)
        services = (here,) if here else self.services_of(person)
        wanted = ChangeFilter(frozenset(services), frozenset({Stage.DECLARED}))
        with self.database.read() as connection:
            found = listing.page(connection, wanted, None, PAGE_SIZE).ids if services else ()
            in_room = set(incident_rooms.in_channel(connection, channel)) if channel else set()
        return tuple(each for each in found if each in in_room) or found

    def services_of(self, person: PersonId) -> tuple[ServiceName, ...]:
        """The services for which a person holds a role now, or is in the rota at all."""
        with self.database.read() as connection:
            return Look.at(self.company, connection, self.now()).services_of(person)

    def _by_words(
        self, connection: Connection, wanted: Sequence[str], here: ServiceName | None
    ) -> tuple[ChangeId, ...]:
        services = {name.lower(): name for name in self.company.organization.services}
        named = [services[word.lower()] for word in wanted if word.lower() in services]
        others = [word for word in wanted if word.lower() not in services]
        match named, others:
            case [service], [version]:
                return tuple(line.id for line in listing.lines_of(connection, service, version))
            case [service], []:
                newest = listing.newest_of_service(connection, service)
                return (newest,) if newest else ()
            case [], [text]:
                lines = queries.change_lines_for(connection, text)
                local = [line.id for line in lines if line.service == here]
                is_number = queries.NUMBERED.fullmatch(text) is not None
                return tuple(local) if local and not is_number else tuple(line.id for line in lines)
        return ()

    def _waits(self, connection: Connection, person: PersonId, most: int, look: Look | None = None) -> Waits:
        look = look or Look.at(self.company, connection, self.now())
        found = self._found(connection, person, look)
        found.sort(key=lambda each: (URGENCY[each.waiting[0].kind], each.change))
        shown = {
            scene.change.id: scene
            for scene in self._scenes(connection, [each.change for each in found[:most]], look)
        }
        return Waits(
            tuple(WaitingChange(shown[each.change], each.waiting) for each in found if each.change in shown),
            len(found),
        )

    def _waiting_ids(self, connection: Connection, wanted: ChangeFilter) -> list[ChangeId]:
        """Newest first; the filter's other fields are asked of the table, of the candidates alone."""
        if wanted.waiting_for is None:
            return []
        look = Look.at(self.company, connection, self.now())
        waits = self._found(connection, wanted.waiting_for, look)
        found = sorted((each.change for each in waits), reverse=True)
        among = listing.fitting(connection, found, wanted)
        return [number for number in found if number in among]

    def _found(self, connection: Connection, person: PersonId, look: Look) -> list[_Found]:
        ahead = freezes.all_unended(connection, look.now)
        candidates = dict.fromkeys(
            (
                *listing.unfinished_involving(connection, person, CANDIDATES_MOST),
                *listing.unfinished_ids(connection, look.services_of(person), CANDIDATES_MOST),
                *listing.owing(connection, person, look.services_of(person), CANDIDATES_MOST),
            )
        )
        found = []
        for number in candidates:
            change = load_change(connection, number)
            if change is None or change.service not in self.company.organization.services:
                continue
            setting = self._setting(connection, change, person, look)
            concerned = tuple(freeze for freeze in ahead if freeze.is_for(change.service))
            waiting = waiting_for(person, change, replace(setting, freezes=concerned))
            if waiting:
                found.append(_Found(number, waiting))
        return found

    def _setting(self, connection: Connection, change: Change, person: PersonId, look: Look) -> Setting:
        """As much of it as the question needs: only a deployer's own start looks at the neighbors."""
        if person == change.deployer:
            return look.setting(connection, change)
        roster, frozen = look.roster_for(change), look.freezes_of(change.service)
        return Setting(self.company.policy(change.service), roster, look.now, Neighbors(), frozen)

    def _empty_calendar(self, connection: Connection, services: Sequence[ServiceName]) -> Calendar:
        organization, now = self.company.organization, self.now()
        named = {freeze.by for freeze in freezes.all_unended(connection, now)}
        names = {**organization.names(), **directory_answers.names(connection, named)}
        return Calendar(tuple(services), now, organization.zone, names=names)

    def _scenes(
        self, connection: Connection, ids: Iterable[ChangeId], look: Look | None = None
    ) -> tuple[Scene, ...]:
        """Those of services that are in the organization's file: the guide says nothing of any other."""
        look = look or Look.at(self.company, connection, self.now())
        found = (self._scene(connection, number, look) for number in ids)
        return tuple(scene for scene in found if scene)

    def _scene(self, connection: Connection, number: ChangeId, look: Look) -> Scene | None:
        change = load_change(connection, number)
        if change is None or change.service not in self.company.organization.services:
            return None
        setting = look.setting(connection, change)
        return Scene(change, setting, self.company.names(connection, change, setting.roster))


def _page_of_log(
    connection: Connection,
    wanted: DeploymentFilter,
    cursor: DeploymentCursor | None,
    organization: Organization,
) -> DeploymentPage:
    if not wanted.deviations:
        return deployment_log.page(connection, wanted, cursor, PAGE_SIZE)

    def fits(logged: LoggedDeployment) -> bool:
        change, policy = logged.change, policy_of(organization, logged.change.service)
        return deviates(change, logged.deployment, policy, wanted.deviations)

    return deployment_log.page_of_those(connection, wanted, cursor, PAGE_SIZE, fits)


def _listed(logged: LoggedDeployment, organization: Organization) -> ListedDeployment:
    change, deployment = logged.change, logged.deployment
    policy = policy_of(organization, change.service)
    return ListedDeployment(
        logged,
        approvals=len(approvals_for(change, deployment, policy.guide)),
        deviations=deviations(change, deployment, policy),
        shows_card=change.service in organization.services,
        code_open=code_seats_open(change, deployment, policy),
        code_afterwards=bool(reviewed_afterwards(change, deployment, policy.guide)),
    )
