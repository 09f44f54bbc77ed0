"""Slack's word on people and their groups: how long it counts, and what is said when it is old or missing."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest
from sqlalchemy import update

from bot.people.company import Company
from bot.people.current import Current
from bot.people.directory import Directory
from bot.people.unreachable import Unreachable
from bot.people.user_groups import FRESH, UserGroups
from bot.rules.guide import GUIDE_FILE
from bot.rules.organization_outside import GroupId
from bot.rules.organization_reading import parse_organization
from bot.rules.terms import PersonId, Role, ServiceName
from bot.rules.words import Sentence, plain
from bot.store import directory_answers, groups, machinery
from bot.store.database import Database, open_database
from bot.store.directory_answers import DirectoryAnswer

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
LEADS, QUALITY = GroupId("S0LEADS"), GroupId("S0QUALITY")
TIA, TOM, ZED = PersonId("U0TIA"), PersonId("U0TOM"), PersonId("U0ZED")
GUIDE = files("bot.rules").joinpath(GUIDE_FILE).read_text("utf-8")
HARBOR = files("bot.sandbox").joinpath("harbor.toml").read_text("utf-8")
FILE = HARBOR.replace('tech_lead = ["tia", "tom"]', 'tech_lead = ["@S0LEADS"]').replace(
    'qa = ["quinn", "qadir"]', 'qa = ["quinn", "@S0QUALITY"]'
)
DAY = timedelta(hours=24)
PATIENCE = 20.0


@dataclass
class Slack:
    """Answers about people and groups, or is silent."""

    silent: bool = False
    members_of: dict[GroupId, tuple[PersonId, ...]] = field(
        default_factory=lambda: {LEADS: (TIA,), QUALITY: ()}
    )
    people: dict[PersonId, DirectoryAnswer | None] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    answers: threading.Event = field(default_factory=threading.Event)
    """Set while it answers at once; else it takes its time."""

    def __post_init__(self) -> None:
        self.answers.set()

    def members(self, group: GroupId) -> tuple[PersonId, ...]:
        self.asked.append(group)
        self.answers.wait(PATIENCE)
        if self.silent:
            raise Unreachable("paid_teams_only")
        return self.members_of[group]

    def profile(self, person: PersonId) -> DirectoryAnswer | None:
        self.asked.append(person)
        self.answers.wait(PATIENCE)
        if self.silent:
            raise Unreachable("timeout")
        return self.people.get(person, DirectoryAnswer(person, "T0HARBOR"))


@dataclass
class Office:
    database: Database
    slack: Slack
    now: datetime = NOON

    def __post_init__(self) -> None:
        organization = parse_organization(FILE, source="o", default_guide_text=GUIDE)
        current = Current(organization)
        user_groups = UserGroups(self.database, self.slack, current, lambda: self.now)
        self.directory = Directory(self.database, self.slack, user_groups, current, lambda: self.now)
        self.company = Company(current, self.directory)

    def holders(self, role: Role = Role.TECH_LEAD) -> tuple[PersonId, ...]:
        with self.database.read() as connection:
            outside = self.company.outside(connection, self.now)
        return self.company.roster(ServiceName("payments"), self.now, None, outside).holders(role)

    def passes(self, time: timedelta) -> None:
        self.now += time

    @contextmanager
    def locks(self, person: PersonId) -> Iterator[None]:
        """Somebody else is writing what is known of a person, and has not finished."""
        with self.database.write() as connection:
            same = update(machinery.directory_answers).values(name=machinery.directory_answers.c.name)
            connection.execute(same.where(machinery.directory_answers.c.person == person))
            yield


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    database = open_database(database_url)
    made = Office(database, Slack())
    yield made
    made.slack.answers.set()
    made.directory.close()
    database.dispose()


def said(sentence: Sentence | None) -> str:
    assert sentence is not None
    return plain(sentence, {}, UTC)


@pytest.mark.clause("G-APP-1")
def test_groups_are_asked_about_before_an_act_and_again_after_a_minute(office: Office) -> None:
    assert office.directory.who_is(TIA, "T0HARBOR").problem is None
    assert office.holders() == (TIA,)
    office.slack.asked.clear()
    office.passes(FRESH - timedelta(seconds=1))
    office.directory.who_is(TIA, None)
    assert office.slack.asked == []
    office.passes(timedelta(seconds=1))
    office.slack.members_of[LEADS] = (TOM,)
    office.directory.who_is(TIA, None)
    assert LEADS in office.slack.asked
    assert office.holders() == (TOM,)


@pytest.mark.clause("G-APP-1")
def test_a_silent_slack_lets_the_last_answer_count_for_a_day_flagged_with_its_age(office: Office) -> None:
    office.directory.who_is(TIA, None)
    office.slack.silent = True
    office.passes(DAY - timedelta(minutes=1))
    standing = office.directory.who_is(TIA, None)
    assert standing.problem is None
    assert standing.age_in_seconds == (DAY - timedelta(minutes=1)).total_seconds()
    assert said(standing.flag) == "Slack did not answer in time: its answer of 23 h 59 min ago counted."
    assert office.holders() == (TIA,)
    office.passes(timedelta(minutes=1))
    assert office.holders() == ()
    refused = office.directory.who_is(TIA, None)
    assert "its last word is 24 h old" in said(refused.problem)
    assert refused.flag is None


@pytest.mark.clause("G-APP-1")
def test_whom_slack_no_longer_knows_has_no_older_answer_that_counts(office: Office) -> None:
    office.directory.who_is(TIA, None)
    office.passes(FRESH)
    office.slack.people[TIA] = None
    assert "knows nobody" in said(office.directory.who_is(TIA, None).problem)
    office.slack.silent = True
    assert "cannot say right now" in said(office.directory.who_is(TIA, None).problem)


@pytest.mark.clause("G-APP-1")
def test_an_answer_from_before_the_machines_clock_was_set_back_is_no_fresh_one(office: Office) -> None:
    office.directory.who_is(TIA, None)
    office.passes(timedelta(minutes=-10))
    office.slack.asked.clear()
    office.directory.who_is(TIA, None)
    assert {TIA, LEADS} <= set(office.slack.asked)
    office.slack.silent = True
    office.passes(-DAY)
    assert "its last word is 24 h old" in said(office.directory.who_is(TIA, None).problem)
    assert office.holders() == ()


def test_an_old_answer_about_a_group_flags_only_those_who_are_in_it(office: Office) -> None:
    office.directory.who_is(TIA, None)
    office.directory.who_is(TOM, None)
    with office.database.write() as connection:
        groups.outdate(connection, LEADS, NOON - timedelta(hours=2))
    office.slack.silent = True
    assert office.directory.who_is(TOM, None).age is None
    assert office.directory.who_is(TIA, None).age == timedelta(hours=2)


def test_a_source_that_is_silent_once_is_not_asked_for_the_other_groups(office: Office) -> None:
    office.directory.who_is(TIA, None)
    office.passes(FRESH)
    office.slack.silent = True
    office.slack.asked.clear()
    office.directory.groups.refresh()
    assert office.slack.asked == [LEADS]


def test_a_slack_that_is_silent_about_the_person_is_not_asked_about_groups(office: Office) -> None:
    office.directory.who_is(TIA, None)
    office.passes(FRESH)
    office.slack.silent = True
    office.slack.asked.clear()
    assert office.directory.who_is(TIA, None).age == FRESH
    assert office.slack.asked == [TIA]


@pytest.mark.clause("G-APP-1")
def test_without_any_answer_nobody_holds_a_role_through_a_group(office: Office) -> None:
    office.slack.silent = True
    office.directory.groups.refresh()
    assert office.holders() == ()
    assert office.holders(Role.QA) == (PersonId("U0QUINN"),)


def test_a_change_that_slack_tells_of_is_asked_about_at_once_and_a_leaver_is_out_even_if_it_is_silent_then(
    office: Office,
) -> None:
    office.slack.members_of[LEADS] = (TIA, TOM)
    office.directory.who_is(TIA, None)
    office.slack.silent = True
    office.directory.groups.outdated(LEADS, [TIA])
    assert office.holders() == (TOM,)
    office.slack.silent = False
    office.slack.members_of[LEADS] = (TOM, ZED)
    office.directory.who_is(TOM, None)
    assert office.holders() == (TOM, ZED)


@pytest.mark.clause("G-APP-1")
@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"deactivated": True}, "U0TIA's Slack account is deactivated: it holds no role."),
        ({"bot": True}, "U0TIA is a bot: it holds no role."),
        ({"guest": True}, "U0TIA is a guest in this workspace: guests hold no role."),
        (
            {"team": "T0OTHER"},
            "U0TIA belongs to another workspace: people from shared channels hold no role here.",
        ),
    ],
)
def test_whom_slack_describes_as_no_colleague_holds_nothing_though_a_group_has_them(
    office: Office, changed: dict[str, object], sentence: str
) -> None:
    office.slack.people[TIA] = replace(DirectoryAnswer("Tia", "T0HARBOR"), **changed)  # type: ignore[arg-type] # fields
    office.directory.groups.refresh()
    assert office.holders() == (TIA,)  # nobody has asked about her yet
    assert said(office.directory.why_no_role(TIA)) == sentence
    assert office.holders() == ()
    assert office.directory.who_is(TIA, None).problem is not None


def test_nothing_bars_a_colleague_and_an_unknown_one_is_barred_with_a_sentence(office: Office) -> None:
    assert office.directory.why_no_role(TIA) is None
    office.slack.silent = True
    assert said(office.directory.why_no_role(TOM)) == "Slack does not say who U0TOM is."
    office.passes(DAY)
    assert said(office.directory.why_no_role(TIA)) == "Slack does not say right now who U0TIA is."


def test_a_profile_that_slack_sends_by_itself_counts_at_once_for_people_who_are_known(office: Office) -> None:
    office.directory.groups.refresh()
    office.directory.told({"id": TOM, "team_id": "T0HARBOR", "deleted": True, "name": "tom"})
    office.directory.who_is(TIA, None)
    assert office.holders() == (TIA,)
    office.directory.told({"id": TIA, "team_id": "T0HARBOR", "deleted": True, "name": "tia"})
    assert office.holders() == ()


def test_whoever_acts_does_not_wait_for_a_slow_slack_and_its_late_word_counts_for_the_next_act(
    office: Office,
) -> None:
    office.directory.who_is(TIA, None)
    office.passes(FRESH)
    office.slack.people[TIA] = DirectoryAnswer("Tia", "T0HARBOR", deactivated=True)
    office.slack.answers.clear()
    standing = office.directory.who_is(TIA, None)
    assert standing.problem is None
    assert standing.age == FRESH, "the record says that an older answer counted"
    assert office.holders() == (TIA,), "and so it is with groups"
    office.slack.answers.set()
    office.directory.close()
    with office.database.read() as connection:
        known = directory_answers.known(connection, TIA)
    assert known is not None
    assert known[0].deactivated


def test_a_locked_database_keeps_nobody_from_hearing_slacks_word(office: Office) -> None:
    office.directory.who_is(TIA, None)
    office.passes(FRESH)
    office.slack.people[TIA] = DirectoryAnswer("Tia", "T0HARBOR", deactivated=True)
    with office.locks(TIA):
        refused = office.directory.who_is(TIA, None)
    assert "deactivated" in said(refused.problem)


DEPUTY = '\n[[deputies]]\nrole = "development_team_lead"\nfor = "lea"\ndeputy = "tom"\n'


@pytest.mark.clause("G-APP-1")
def test_what_is_read_for_one_service_gives_it_the_roster_that_the_whole_company_gives(
    office: Office,
) -> None:
    """Whoever is barred by Slack's word is barred there, too: holders, members of groups, on call, deputies."""
    organization = parse_organization(FILE + DEPUTY, source="o", default_guide_text=GUIDE)
    office.company.current.organization = organization
    office.slack.members_of = {LEADS: (TIA, ZED), QUALITY: ()}
    office.directory.who_is(TIA, None)
    everybody = {entry.person for entry in organization.people.values()} | {ZED}
    for barred in sorted(everybody):
        office.slack.people = {barred: DirectoryAnswer(barred, "T0HARBOR", deactivated=True)}
        office.passes(FRESH)
        office.directory.who_is(barred, None)
        with office.database.read() as connection:
            for service in organization.services:
                whole = office.company.outside(connection, office.now)
                of_it = office.company.outside(connection, office.now, service)
                by_whole = office.company.roster(service, office.now, office.now + DAY, whole)
                assert office.company.roster(service, office.now, office.now + DAY, of_it) == by_whole
                assert barred not in by_whole.holders_of(Role)
        office.slack.people = {}
        office.passes(FRESH)
        office.directory.who_is(barred, None)
