"""The form about deputies."""

from bot.rules.change import Span
from bot.rules.inputs import DeputyWish
from bot.rules.terms import Role
from bot.rules.verdict import Field
from bot.slack.forms.reading import FieldErrors, Filled, Values
from bot.slack.ids import ALL_SERVICES, decode_service


def parse_deputy(values: Values) -> DeputyWish | FieldErrors:
    """Read a deputy to be named; nobody chosen for whom means that nobody holds the role."""
    form = Filled(values)
    role = form.choice(Field.ROLE)
    if role not in set(Role):
        form.refuse(Field.ROLE, "Choose the role.")
    chosen = form.choice(Field.SERVICE)
    service = decode_service(chosen)
    if service is None and chosen != ALL_SERVICES:
        form.refuse(Field.SERVICE, "Choose the service, or all of them.")
    deputy = form.person(Field.DEPUTY)
    if deputy is None:
        form.refuse(Field.DEPUTY, "Choose who stands in.")
    starts, ends = form.instant(Field.STARTS), form.instant(Field.ENDS)
    if starts is None:
        form.refuse(Field.STARTS, "Say when it begins.")
    if ends is None:
        form.refuse(Field.ENDS, "Say when it ends: a delegation expires.")
    if role is None or deputy is None or starts is None or ends is None or form.problems:
        return FieldErrors(form.problems)
    return DeputyWish(Role(role), service, form.person(Field.PRINCIPAL), deputy, Span(starts, ends))
