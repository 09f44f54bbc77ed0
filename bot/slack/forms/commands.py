"""What follows `/deploy`: its words, and the filter that the words of a list mean."""

from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import chain
from typing import Final

from bot.rules.filters import (
    DEVIATION_WORDS,
    STAGE_WORDS,
    TYPE_WORDS,
    ChangeFilter,
    DeploymentFilter,
    DeploymentState,
)
from bot.rules.terms import EnvironmentName, PersonId, ServiceName
from bot.slack.ids import VERSION_MOST

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
    """Read the words of a list of deployments, such as `payments hotfix breach`; *mine* are those that one started."""
    by_name = {name.lower(): name for name in services}
    by_environment = {name.lower(): name for name in environments}
    known = (by_name, by_environment, STATE_WORDS, TYPE_WORDS, DEVIATION_WORDS)
    words = [raw.lower() for raw in text.split()]
    for raw, word in zip(text.split(), words, strict=True):
        if word not in MINE | ROLLBACKS | {ALL} and not any(word in each for each in known):
            return UnknownWord(raw, nearest(word, {*chain.from_iterable(known), "mine", "rollback"}))
    # A word means the first of these that knows it: a service may be called like a type.
    meant = [(word, next((each for each in known if word in each), None)) for word in words]
    return DeploymentFilter(
        services=frozenset(by_name[word] for word, of in meant if of is by_name),
        environments=frozenset(by_environment[word] for word, of in meant if of is by_environment),
        types=frozenset(TYPE_WORDS[word] for word, of in meant if of is TYPE_WORDS),
        deviations=frozenset(
            code for word, of in meant if of is DEVIATION_WORDS for code in DEVIATION_WORDS[word]
        ),
        states=frozenset(STATE_WORDS[word] for word, of in meant if of is STATE_WORDS),
        only_rollbacks=any(word in ROLLBACKS for word, of in meant if of is None),
        started_by=person if any(word in MINE for word, of in meant if of is None) else None,
    )


@dataclass(frozen=True, slots=True)
class HotfixWords:
    """What follows `/deploy hotfix`: service and version where they are named, and whatever else was typed."""

    service: ServiceName | None = None
    version: str = ""
    impact: str = ""


def parse_hotfix_words(text: str, services: Collection[ServiceName]) -> HotfixWords:
    """Read `payments 4.12.1 checkout fails`; a version has a digit in it and stands first, or right behind the service."""
    by_name = {name.lower(): name for name in services}
    words = text.split()
    service = by_name.get(words[0].lower()) if words else None
    rest = words[1:] if service else words
    version = rest[0] if rest and any(each.isdigit() for each in rest[0]) else ""
    return HotfixWords(service, version[:VERSION_MOST], " ".join(rest[1:] if version else rest))


def parse_services(text: str, services: Collection[ServiceName]) -> tuple[ServiceName, ...] | UnknownWord:
    """Read the names of services; none is none."""
    by_name = {name.lower(): name for name in services}
    for word in text.split():
        if word.lower() not in by_name:
            return UnknownWord(word, nearest(word, by_name))
    return tuple(dict.fromkeys(by_name[word.lower()] for word in text.split()))
