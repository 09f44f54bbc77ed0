"""What the search for deadlocks found, case by case."""

from collections.abc import Iterable, Iterator

from bot.rules.clauses import Clause
from bot.rules.deadlock_moments import WITHOUT_A_ROTA
from bot.rules.deadlock_needs import Need
from bot.rules.deadlocks import Deadlock
from tests.restated_signatures import Case


def cases_of(deadlock: Deadlock) -> Iterator[tuple[Need, Case]]:
    """Each single change that a deadlock speaks of."""
    for stuck in deadlock.stuck:
        for at in stuck.moment.turns or (WITHOUT_A_ROTA,):
            for change_type in stuck.need.types:
                for hours in stuck.need.hours:
                    for requester in stuck.requesters:
                        of = stuck.moment.service
                        yield stuck.need, Case(of, at, change_type, requester, hours, stuck.absent)


def clauses_by_case(deadlocks: Iterable[Deadlock]) -> dict[Case, set[Clause]]:
    """The clauses at which each change is stuck."""
    said: dict[Case, set[Clause]] = {}
    for deadlock in deadlocks:
        for need, case in cases_of(deadlock):
            said.setdefault(case, set()).add(need.clause)
    return said
