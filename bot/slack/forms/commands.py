"""What follows `/deploy`: its words, and the filter that the words of a list mean."""

from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from bot.rules.filters import STAGE_WORDS, ChangeFilter, DeploymentFilter, DeploymentState
from bot.rules.terms import EnvironmentName, PersonId, ServiceName

MINE: Final = frozenset({"mine", "my", "me"})
WAITING: Final = frozenset({"waiting", "todo"})
ALL: Final = "all"
ROLLBACKS: Final = frozenset({"rollback", "rollbacks"})
STATE_WORDS: Final = {state.value: state for state in DeploymentState}


@dataclass(frozen=True, slots=True)
class UnknownWord:
    """A word that narrows no list, and the known one nearest to it, if any is near."""

    word: str
    near: str | None


def unescaped(text: str) -> str:
    """What a person typed: Slack hands a command's text on with `&`, `<` and `>` as entities, and nothing else."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def nearest(word: str, known: Collection[str]) -> str | None:
    """The known word that was probably meant."""
    found = get_close_matches(word.lower(), [each.lower() for each in known], n=1)
    return found[0] if found else None


def parse_filter(
    text: str, services: Collection[ServiceName], person: PersonId
) -> ChangeFilter | UnknownWord:
    """Read the words of a list, such as `payments mine scheduled`; several services or stages mean any of them."""
    by_name = {name.lower(): name for name in services}
    wanted_services: set[ServiceName] = set()
    chosen: list[str] = []
    mine = waiting = False
    for raw in text.split():
        word = raw.lower()
        if word in by_name:
            wanted_services.add(by_name[word])
        elif word in MINE:
            mine = True
        elif word in WAITING:
            waiting = True
        elif word in STAGE_WORDS:
            chosen.append(word)
        elif word != ALL:
            return UnknownWord(raw, nearest(word, {*by_name, *STAGE_WORDS, "mine", "waiting"}))
    return ChangeFilter(
        frozenset(wanted_services),
        frozenset(stage for word in chosen for stage in STAGE_WORDS[word]),
        involving=person if mine else None,
        waiting_for=person if waiting else None,
    )


def parse_deployment_filter(
    text: str,
    services: Collection[ServiceName],
    environments: Collection[EnvironmentName],
    person: PersonId,
) -> DeploymentFilter | UnknownWord:
    """Read the words of a list of deployments, such as `payments production failed`; *mine* are those that one started."""
    by_name = {name.lower(): name for name in services}
    by_environment = {name.lower(): name for name in environments}
    wanted: dict[str, set[str]] = {"services": set(), "environments": set(), "states": set()}
    mine = rollbacks = False
    for raw in text.split():
        word = raw.lower()
        if word in by_name:
            wanted["services"].add(word)
        elif word in by_environment:
            wanted["environments"].add(word)
        elif word in STATE_WORDS:
            wanted["states"].add(word)
        elif word in MINE:
            mine = True
        elif word in ROLLBACKS:
            rollbacks = True
        elif word != ALL:
            known = {*by_name, *by_environment, *STATE_WORDS, "mine", "rollback"}
            return UnknownWord(raw, nearest(word, known))
    return DeploymentFilter(
        frozenset(by_name[word] for word in wanted["services"]),
        frozenset(by_environment[word] for word in wanted["environments"]),
        frozenset(STATE_WORDS[word] for word in wanted["states"]),
        only_rollbacks=rollbacks,
        started_by=person if mine else None,
    )


def parse_services(text: str, services: Collection[ServiceName]) -> tuple[ServiceName, ...] | UnknownWord:
    """Read the names of services; none is none."""
    by_name = {name.lower(): name for name in services}
    for word in text.split():
        if word.lower() not in by_name:
            return UnknownWord(word, nearest(word, by_name))
    return tuple(dict.fromkeys(by_name[word.lower()] for word in text.split()))
