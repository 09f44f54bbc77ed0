"""What the forms of a request and of a hotfix can be filled in with before anybody types."""

from typing import Final

from sqlalchemy import Connection

from bot.act import Acts
from bot.overview import Overview
from bot.rules.terms import ChangeType, PersonId, ServiceName
from bot.rules.versions import next_patch
from bot.rules.windows import end_of_business
from bot.slack.forms.commands import parse_hotfix_words
from bot.slack.views.calendar import taken
from bot.slack.views.hotfix_modals import HotfixPrefill
from bot.slack.views.request_modal import Prefill
from bot.store import queries

VERSIONS_TRIED: Final = 20
"""How many versions ahead are looked at for one that nobody has asked for yet."""


def prefill(acts: Acts, overview: Overview, person: PersonId, service: ServiceName | None) -> Prefill:
    """For a service, the channel's: its last rollback plan, its calendar, and a window that will likely still be legal.

    That is the first one if it were asked for at the end of this business day: one that is only just legal now would be
    too late by the time that QA and Product have looked, and a drafted window is to submit itself then.
    """
    if service is None:
        return Prefill(authors=(person,))
    with acts.database.read() as connection:
        last = queries.latest_of_service(connection, service)
    ahead, policy = overview.calendar((service,)), acts.company.policy(service)
    asked_at = end_of_business(ahead.at, policy.hours, policy.zone) or ahead.at
    return Prefill(
        authors=(person,),
        service=service,
        window=policy.first_window(ChangeType.ROUTINE, asked_at, taken(ahead)),
        plan=last.plan.text if last else "",
        ahead=ahead,
    )


def prefill_hotfix(
    acts: Acts, overview: Overview, person: PersonId, words: str, channel: str
) -> HotfixPrefill:
    """Of a command's words service, version and impact; else the place's or the person's service, and its next patch."""
    services = acts.company.organization.services
    named = parse_hotfix_words(words, services)
    service = named.service or overview.service_of_channel(channel) or overview.service_of_engineer(person)
    if service is None:
        return HotfixPrefill(version=named.version, impact=named.impact)
    with acts.database.read() as connection:
        last = queries.latest_of_service(connection, service)
        version = named.version or _next_patch(connection, service)
    return HotfixPrefill(service, version, named.impact, last.plan.text if last else "")


def _next_patch(connection: Connection, service: ServiceName) -> str:
    """The patch after what is in production that no change carries or carried; empty where nobody can tell."""
    version = queries.neighbors(connection, service, "").in_production or ""
    for _ in range(VERSIONS_TRIED):
        version = next_patch(version)
        lines = queries.change_lines_for(connection, version) if version else []
        if all(line.service != service for line in lines):
            return version
    return ""
