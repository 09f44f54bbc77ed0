"""Deputies: the form that names one beneath those that there are, and the messages to whom a delegation concerns."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.rules.change import Span
from bot.rules.deputies import Delegation
from bot.rules.organization_outside import StandingDeputy
from bot.rules.terms import PersonId, Role, ServiceName
from bot.rules.verdict import Field
from bot.slack.ids import ALL_SERVICES, Modal, Press, encode_delegation, encode_service
from bot.slack.views.deputizing import acting
from bot.slack.views.fields import Asked, Option, choice_field, instant_field, person_field
from bot.slack.views.kit import (
    Form,
    Json,
    Message,
    actions,
    beside,
    button,
    lines,
    message,
    modal,
    repeated,
    section,
    small,
    worded_button,
)
from bot.slack.views.speech import Speech
from bot.slack.views.text import typed

SHOWN_MOST: Final = 20
USUAL_LENGTH: Final = timedelta(days=7)
_GIVEN: Final = tuple(role for role in Role if role is not Role.ON_CALL)
"""On call is read from the rota alone."""


@dataclass(frozen=True, slots=True)
class Deputies:
    """What the form shows: services to choose from, delegations in force or ahead, the file's standing deputies."""

    services: tuple[ServiceName, ...]
    delegations: tuple[Delegation, ...]
    standing: tuple[StandingDeputy, ...]


def delegate_modal(
    deputies: Deputies, person: PersonId, now: datetime, speech: Speech, said: str = ""
) -> Json:
    """The deputies there are, each of whose delegations can be ended, and the form for another one.

    `said` is what came of the button that was just pressed, as mrkdwn.
    """
    shown, left_out = deputies.delegations[:SHOWN_MOST], len(deputies.delegations) - SHOWN_MOST
    standing = lines(*(f"• {_standing_line(each, speech)}" for each in deputies.standing[:SHOWN_MOST]))
    none = "Nobody is named as a deputy." if not deputies.delegations and not deputies.standing else ""
    services = [
        Option(ALL_SERVICES, "All services"),
        *(Option(encode_service(name), name) for name in deputies.services),
    ]
    return modal(
        Form(Modal.DELEGATE, "Deputies", "Name deputy"),
        [
            section(said) if said else None,
            section(none) if none else None,
            *(_with_end(each, speech) for each in shown),
            small(f"and {left_out} more") if left_out > 0 else None,
            small(f"By the organization's file, without an end:\n{standing}") if standing else None,
            {"type": "divider"},
            section("*Name a deputy*\nWhatever they sign in the role shows both names."),
            choice_field(Asked(Field.ROLE, "Role"), [Option(role.value, role.label) for role in _GIVEN]),
            choice_field(Asked(Field.SERVICE, "Service"), services, ALL_SERVICES),
            person_field(
                Asked(
                    Field.PRINCIPAL,
                    "For whom",
                    "Yourself. A Director can choose any holder of the role. Empty only where nobody holds it.",
                    optional=True,
                ),
                person,
            ),
            person_field(Asked(Field.DEPUTY, "Deputy")),
            instant_field(Asked(Field.STARTS, "From"), now),
            instant_field(Asked(Field.ENDS, "To"), now + USUAL_LENGTH),
        ],
    )


def _with_end(delegation: Delegation, speech: Speech) -> Json:
    pressed = worded_button(Press.END_DELEGATION, "End", encode_delegation(delegation.id))
    return beside(delegation_line(delegation, speech), repeated(pressed, str(delegation.id)))


def delegation_line(delegation: Delegation, speech: Speech) -> str:
    """`Dana for Dora · Engineering Director of payments · Fri 4 Dec 09:00 – Mon 7 Dec 09:00`, as mrkdwn."""
    who = acting(delegation.deputy, delegation.principal, speech)
    when = speech.span(Span(delegation.starts, delegation.ends))
    return f"*{who}* · {delegation.role.label} of {_services(delegation.service)} · {when}"


def _standing_line(deputy: StandingDeputy, speech: Speech) -> str:
    services = "all services" if deputy.services is None else ", ".join(map(typed, sorted(deputy.services)))
    return f"{acting(deputy.deputy, deputy.principal, speech)} · {deputy.role.label} of {services}"


def _services(service: ServiceName | None) -> str:
    return "all services" if service is None else typed(service)


def delegation_message(delegation: Delegation, person: PersonId, now: datetime, speech: Speech) -> Message:
    """What a deputy, or the holder for whom somebody else named one, reads; after its end, that it is over."""
    said = (
        _told_deputy(delegation, speech) if person == delegation.deputy else _told_holder(delegation, speech)
    )
    over = delegation.ended_at is not None or delegation.ends <= now
    if over:
        ended = delegation.ended_at or delegation.ends
        said = f"This is over since {speech.when(ended)}: {delegation_line(delegation, speech)}"
    return message(
        said,
        section(f"🤝 {said}" if not over else f"ℹ️ {said}"),
        None if over else actions(button(Press.DELEGATE, "Deputies…")),
    )


def _told_deputy(delegation: Delegation, speech: Speech) -> str:
    by, principal = speech.name(delegation.named_by), delegation.principal
    instead = "" if principal is None else f" for {speech.name(principal)}"
    return (
        f"*{by} named you {delegation.role.label} of {_services(delegation.service)}*{instead},"
        f" {speech.span(Span(delegation.starts, delegation.ends))}."
        " What waits for that role waits for you, too; what you sign shows both names."
    )


def _told_holder(delegation: Delegation, speech: Speech) -> str:
    by, deputy = speech.name(delegation.named_by), speech.name(delegation.deputy)
    return (
        f"*{by} named {deputy} as your deputy*: {delegation.role.label} of {_services(delegation.service)},"
        f" {speech.span(Span(delegation.starts, delegation.ends))}. You can end that at any time."
    )
