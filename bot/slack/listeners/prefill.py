"""What the request's form can be filled in with before anybody types."""

from bot.act import Acts
from bot.rules.change import Span
from bot.rules.terms import ChangeType, PersonId, ServiceName
from bot.rules.windows import end_of_business, first_legal_window
from bot.slack.views.request_modal import Prefill
from bot.store import queries


def prefill(acts: Acts, person: PersonId, service: ServiceName | None) -> Prefill:
    """For a service, the channel's: its last rollback plan, and a window that will still be legal after today's verification."""
    if service is None:
        return Prefill(authors=(person,))
    with acts.database.read() as connection:
        last = queries.latest_of_service(connection, service)
    return Prefill(
        authors=(person,),
        service=service,
        window=likely_window(acts, service, ChangeType.ROUTINE),
        plan=last.plan.text if last else "",
    )


def likely_window(acts: Acts, service: ServiceName, change_type: ChangeType) -> Span | None:
    """The first legal window if it were asked for at the end of this business day.

    One that is only just legal now would be too late by the time that QA and Product have looked, and a drafted window
    is to submit itself then.
    """
    policy = acts.company.policy(service)
    now = acts.now()
    asked_at = end_of_business(now, policy.hours, policy.zone) or now
    found = first_legal_window(asked_at, policy.guide.notice[change_type], policy.hours, policy.zone)
    return Span(*found) if found else None
