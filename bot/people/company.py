"""The company as rules need it: the policy of a service, its roster, and scenes of its changes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from bot.people.current import Current
from bot.people.directory import Directory, holds_no_role
from bot.rules.change import Change
from bot.rules.organization import Organization, Roster
from bot.rules.organization_outside import Outside
from bot.rules.scene import Scene
from bot.rules.setting import Policy, Setting
from bot.rules.terms import ChangeId, PersonId, Role, ServiceName
from bot.store import calendar, delegations, directory_answers, freezes, groups, queries
from bot.store.changes import load_change


@dataclass(frozen=True, slots=True)
class Company:
    """The organization's file as it reads now, and the directory beside it."""

    current: Current
    directory: Directory

    @property
    def organization(self) -> Organization:
        """The organization as its file says now; ask for it each time, since the file may be read anew."""
        return self.current.organization

    def policy(self, service: ServiceName) -> Policy:
        """The guide as it applies to a service. KeyError for an unknown one."""
        organization = self.organization
        return Policy(organization.guide, organization.hours_of(service), organization.zone)

    def outside(self, connection: Connection, now: datetime, service: ServiceName | None = None) -> Outside:
        """What roles depend on beside the file, as the database has it: groups' members, delegations, who holds no role.

        `now` is business time, aware. Ask once for many rosters; where it is one service's alone, name it, so that an act
        costs the same however large the company is. KeyError for an unknown one.
        """
        organization = self.organization
        by_file = organization.everybody() if service is None else organization.named_for(service)
        of_groups = organization.all_groups() if service is None else organization.groups_for(service)
        members = self.directory.groups.counting(groups.answers(connection, of_groups))
        named = delegations.unended(connection, now)
        people = {
            *by_file,
            *(person for group in members.values() for person in group),
            *(each.deputy for each in named),
        }
        answers = directory_answers.known_of(connection, people)
        barred = (person for person, answer in answers.items() if holds_no_role(answer, organization.team))
        return Outside(members, named, frozenset(barred))

    def roster(
        self, service: ServiceName, now: datetime, window_start: datetime | None, outside: Outside
    ) -> Roster:
        """Who holds which role for a service, now and at a planned window's start (both aware, business time)."""
        return Roster.at(self.organization, service, now, window_start, outside)

    def roster_for(self, change: Change, now: datetime, outside: Outside) -> Roster:
        """Who holds which role for a change's service, now and at its window's start."""
        return self.roster(change.service, now, change.window.span.start if change.window else None, outside)

    def setting(
        self,
        connection: Connection,
        change: Change,
        now: datetime,
        version: str,
        outside: Outside | None = None,
    ) -> Setting:
        """All that a decision on a change depends on, beside itself; `version` is the one that it has or shall have.

        Whoever asks for many changes brings what `outside` says.
        """
        neighbors = queries.neighbors(connection, change.service, version, except_change=change.id)
        others = calendar.others_ahead(connection, change.service, now, except_change=change.id)
        return Setting(
            self.policy(change.service),
            self.roster_for(change, now, outside or self.outside(connection, now, change.service)),
            now,
            replace(neighbors, windows=others),
            freezes.unended(connection, change.service, now),
        )

    def scene(self, connection: Connection, change_id: ChangeId, now: datetime) -> Scene | None:
        """A change as it is shown now; None when there is no such change."""
        change = load_change(connection, change_id)
        if change is None:
            return None
        setting = self.setting(connection, change, now, change.version)
        return Scene(change, setting, self.names(connection, change, setting.roster))

    def names(self, connection: Connection, change: Change, roster: Roster) -> dict[PersonId, str]:
        """The names of everybody in a change and its roster: Slack's, else the organization's file's."""
        people = {
            change.requester,
            change.deployer,
            *change.reviewers,
            *change.authors,
            *(approval.person for approval in change.approvals),
            *(verification.person for verification in change.verifications),
            *(exception.by for exception in change.exceptions),
            *(
                person
                for waiver in change.waivers
                for person in (waiver.granted_by, waiver.refused_by)
                if person
            ),
            *(deployment.healthy_by for deployment in change.deployments if deployment.healthy_by),
            *(person for person in _around_hotfix(change) if person),
            *(person for role in Role for person in roster.holders(role)),
            *(person for role in Role for person in roster.holders(role, for_window=True)),
        }
        people.update(_principals(change))
        for at_hand in (change.returned, change.withdrawn, change.counter):
            if at_hand:
                people.add(at_hand.by)
        return {**self.organization.names(), **directory_answers.names(connection, people)}


def _around_hotfix(change: Change) -> Iterator[PersonId | None]:
    """Who recorded or heard what was spoken, started in breach or answered for it, wrote the review, was quoted."""
    for spoken in (each.spoken for each in change.approvals if each.spoken):
        yield from (spoken.recorded_by, spoken.heard_by)
    for entry in change.entries:
        yield from (entry.by, entry.said_by)
    if change.breach:
        yield from (change.breach.by, *(each.person for each in change.breach.answers))
    if change.review:
        review = change.review
        yield from (review.author, review.returned_by, review.signed_by, review.extended_by)


def _principals(change: Change) -> Iterator[PersonId]:
    """For whom deputies acted on a change."""
    acted = (
        *(each.principal for approval in change.approvals for each in approval.deputizing),
        *(each.deputy_for for each in change.verifications),
        *(each.deputy_for for each in change.waivers),
        *(each.deputy_for for each in change.exceptions),
    )
    yield from (person for person in acted if person is not None)
