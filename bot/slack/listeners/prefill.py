"""What the request's form can be filled in with before anybody types."""

from bot.act import Acts
from bot.overview import Overview
from bot.rules.terms import ChangeType, PersonId, ServiceName
from bot.rules.windows import end_of_business
from bot.slack.views.calendar import taken
from bot.slack.views.request_modal import Prefill
from bot.store import queries


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
