"""The company as rules need it: the policy of a service, its roster, and scenes of its changes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.people.directory import Directory
from bot.rules.change import Change
from bot.rules.organization import Organization, Roster
from bot.rules.scene import Scene
from bot.rules.setting import Policy, Setting
from bot.rules.terms import ChangeId, PersonId, Role, ServiceName
from bot.store import directory_answers, queries
from bot.store.changes import load_change


@dataclass(frozen=True, slots=True)
class Company:
    """The organization's file and the directory beside it."""

    organization: Organization
    directory: Directory

    def policy(self, service: ServiceName) -> Policy:
        """The guide as it applies to a service. KeyError for an unknown one."""
        organization = self.organization
        return Policy(organization.guide, organization.hours_of(service), organization.zone)

    def roster(self, service: ServiceName, now: datetime, window_start: datetime | None) -> Roster:
        """Who holds which role for a service, now and at a planned window's start (both aware, business time)."""
        return Roster.at(self.organization, service, now, window_start)

    def roster_for(self, change: Change, now: datetime) -> Roster:
        """Who holds which role for a change's service, now and at its window's start."""
        return self.roster(change.service, now, change.window.span.start if change.window else None)

    def setting(self, connection: Connection, change: Change, now: datetime, version: str) -> Setting:
        """All that a decision on a change depends on, beside itself; `version` is the one that it has or shall have."""
        neighbors = queries.neighbors(connection, change.service, version, except_change=change.id)
        return Setting(self.policy(change.service), self.roster_for(change, now), now, neighbors)

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
            *(deployment.healthy_by for deployment in change.deployments if deployment.healthy_by),
            *(person for role in Role for person in roster.holders(role)),
            *(person for role in Role for person in roster.holders(role, for_window=True)),
        }
        for at_hand in (change.returned, change.withdrawn, change.counter):
            if at_hand:
                people.add(at_hand.by)
        return {**self.organization.names(), **directory_answers.names(connection, people)}
