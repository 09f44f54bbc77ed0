"""What `countersign undelivered` does: lists the messages that Slack did not take, and has them tried again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from rich.console import Console
from sqlalchemy import Connection

from bot.rules.company_facts import DeliveryTriedAgain
from bot.rules.organization import Organization
from bot.rules.terms import PersonId, Words
from bot.rules.undelivered import Trouble, Undelivered, contents, counted_messages, mend, troubles
from bot.rules.words import When, plain, say
from bot.store import audit, directory_answers, outbox
from bot.store.audit import AuditEntry
from bot.store.database import Database
from bot.store.lines import LineKind
from bot.store.outbox import Line
from bot.store.undelivered import given_up, undelivered

LISTED: Final = 10_000
THROUGH: Final = "command line"
"""What the audit log says a retry came through."""

console = Console(highlight=False, soft_wrap=True)


def list_undelivered(database: Database, organization: Organization) -> bool:
    """Print what did not reach Slack, why, and what to do about it; returns whether there is nothing."""
    with database.read() as connection:
        found = undelivered(connection, organization, LISTED)
        waiting = outbox.waiting(connection)
        names = _names(connection, organization, found)
    if not found:
        _print(f"Nothing was given up. {_on_their_way(waiting)}")
        return True
    _print(f"{counted_messages(len(found))} did not reach Slack. {_on_their_way(waiting)}")
    for trouble in troubles(found):
        _print_trouble(trouble, organization, names)
    return False


def retry_undelivered(database: Database, now: datetime) -> str:
    """Have all of them tried again by the bot that runs, record that, and say so. `now` is real time, aware."""
    with database.write() as connection:
        audit.lock_workspace(connection)
        count = given_up(connection, now)
        if count == 0:
            return "Nothing is left to try: all of it got through, or is on its way again already."
        outbox.revive(connection, now)
        outbox.wish(connection, [Line(LineKind.UNDELIVERED.value, LineKind.UNDELIVERED)], now)
        said = (
            f"{counted_messages(count)} {'is' if count == 1 else 'are'} tried again, as soon as the bot runs."
        )
        audit.record(connection, _entry(DeliveryTriedAgain(count, None, now), said))
    return said


def _entry(fact: DeliveryTriedAgain, said: str) -> AuditEntry:
    return AuditEntry(
        stream=audit.WORKSPACE,
        act="try_again",
        outcome="done",
        person=None,
        roles=(),
        through=THROUGH,
        at=fact.at,
        facts=(fact,),
        clauses=(),
        said=Words(said),
        stage="",
    )


def _print_trouble(trouble: Trouble, organization: Organization, names: dict[PersonId, str]) -> None:
    zone = organization.zone
    where = plain(trouble.where, names, zone)
    _print(f"\n{counted_messages(len(trouble.messages))} cannot be shown {where}: {trouble.cause.why}.")
    _print(f"  {mend(trouble)}")
    for each in trouble.messages:
        since = plain(say("since ", When(each.since)), names, zone)
        _print(f"  - {contents([each])}, {since} ({each.key}: {each.problem})")


def _on_their_way(waiting: int) -> str:
    """Lines that live: none of them was given up, but where Slack does not let the bot in, they wait for that."""
    if waiting == 0:
        return "Nothing waits to be delivered."
    return f"{counted_messages(waiting)} {'is' if waiting == 1 else 'are'} on the way."


def _names(
    connection: Connection, organization: Organization, found: Sequence[Undelivered]
) -> dict[PersonId, str]:
    people = {person for each in found for person in each.where.people}
    return {**organization.names(), **directory_answers.names(connection, people)}


def _print(line: str) -> None:
    console.print(line, markup=False)
