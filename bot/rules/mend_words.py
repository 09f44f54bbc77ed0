"""The sentences in which `countersign policy check` says what mends a deadlock."""

from collections.abc import Iterator, Mapping, Sequence

from bot.rules.deadlock_mends import Addition
from bot.rules.deadlocks import Deadlock
from bot.rules.terms import PersonId, Role, ServiceName
from bot.rules.words import join_names

Names = Mapping[PersonId, str]

_SHOWN = 6
"""How many names a sentence gives before it counts the rest."""


def mend_sentences(
    deadlocks: Sequence[Deadlock], services: Sequence[ServiceName], names: Names
) -> Iterator[str]:
    """What mends each of these deadlocks, the same mend for several services once."""
    where: dict[tuple[Addition, ...], list[Deadlock]] = {}
    others: dict[str, None] = {}
    for deadlock in deadlocks:
        mend = deadlock.mend
        if mend is None:
            others["more people are needed than one more for each signature"] = None
        elif mend.switch:
            others[f"let the organization's file say {mend.switch}, under [guide]"] = None
        else:
            where.setdefault(mend.additions, []).append(deadlock)
    for additions, mended in where.items():
        covered = {service for deadlock in mended for service in deadlock.services}
        which = services_in_words([one for one in services if one in covered], services, "all")
        yield "; and ".join(_addition(addition, which, mended, names) for addition in additions)
    yield from others


def _addition(addition: Addition, where: str, deadlocks: Sequence[Deadlock], names: Names) -> str:
    who = None if addition.person is None else names.get(addition.person, addition.person)
    moments = [stuck.moment for deadlock in deadlocks for stuck in deadlock.stuck]
    held = all(moment.holders[addition.role] for moment in moments)
    role = addition.role.label
    match addition.role, who:
        case Role.ON_CALL, _:
            return _on_call(where, min(len(moment.on_call) for moment in moments), who)
        case Role.ENGINEER, None:
            return f"take in another Engineer for {where}"
        case Role.ENGINEER, _:
            return f"make {who} an Engineer for {where} as well, in the organization's file"
        case _, None:
            return f"name {'another' if held else 'a'} {role} for {where}, in the organization's file"
        case _:
            return f"name a {'deputy' if held else 'holder'}: `/deploy delegate` {role} for {where} to {who}"


def _on_call(where: str, at_once: int, who: str | None) -> str:
    match at_once:
        case 0:
            first = f", one of them {who}" if who else ""
            return f"write a rota for {where}, with two people in each turn{first}"
        case 1:
            return f"put a second person on call for {where}{f', for example {who}' if who else ''}"
        case _:
            return f"let {who or 'somebody else'} take turns in the rota for {where} as well"


def services_in_words(
    some: Sequence[ServiceName], everything: Sequence[ServiceName], all_of_them: str
) -> str:
    """Say these services: "ledger or payments", and of all of them "any service"."""
    if len(some) == len(everything) > 1:
        return f"{all_of_them} {'services' if all_of_them == 'all' else 'service'}"
    return join_names(shortened(some), "or" if all_of_them == "any" else "and")


def people_in_words(some: Sequence[PersonId], names: Names, joined_by: str) -> str:
    """Say people by name; of many, how many more there are."""
    return join_names(shortened([names.get(person, person) for person in some]), joined_by)


def shortened(some: Sequence[str]) -> list[str]:
    """The first few, and how many more there are."""
    if len(some) <= _SHOWN:
        return list(some)
    return [*some[:_SHOWN], f"{len(some) - _SHOWN} more"]
