"""Every page of the log that a change's deployments can be shown as."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle, islice

from bot.rules.change import Deployment, Outcome
from bot.rules.clauses import Clause
from bot.rules.deviation import Deviation, DeviationCode
from bot.rules.logged import LoggedDeployment
from bot.rules.scene import Scene
from bot.rules.terms import DeploymentId
from bot.rules.words import Quote, Who, say
from bot.slack.views.deployment_list import deployments_message, unknown_log_word
from bot.slack.views.kit import Message
from bot.store.reading import DeploymentPage, ListedDeployment, ListedDeployments

CARD = "https://harbor.slack.com/archives/C0PAYMENTS/p1"
SIZE = 10


def of_every_kind(scene: Scene) -> Iterator[Deployment]:
    """The change's own, and what else could become of each."""
    for each in scene.change.deployments:
        yield each
        for outcome in (None, *Outcome):
            yield replace(each, outcome=outcome, attested=False)
        yield replace(each, rolls_back=DeploymentId(7), version="")


def full_page(scene: Scene, words: str) -> ListedDeployments:
    """As many lines as there can be, each with everything in it."""
    everything = tuple(
        Deviation(code, Clause.STD_8, say(Who((scene.change.requester,)), Quote(words)))
        for code in DeviationCode
    )
    shown = tuple(
        ListedDeployment(
            LoggedDeployment(scene.change, replace(deployment, id=DeploymentId(number))),
            approvals=number % 3,
            deviations=everything[: number % 4 * len(everything)],
            shows_card=number % 2 == 0,
        )
        for number, deployment in enumerate(islice(cycle(of_every_kind(scene)), SIZE), 1)
    )
    page = DeploymentPage(tuple(each.logged.deployment.id for each in shown), newer=True, older=True)
    return ListedDeployments(page, shown, scene.names, scene.setting.policy.zone, {})


def deployment_lists(scene: Scene, words: str) -> Iterator[Message]:
    """Pages, empty ones, and what a word that narrows nothing is answered."""
    full = full_page(scene, words)
    if scene.change.deployments:
        yield deployments_message(full, words, {})
        yield deployments_message(full, "", {scene.change.id: CARD})
    empty = replace(full, page=DeploymentPage(()), shown=())
    yield deployments_message(empty, words, {})
    yield deployments_message(empty, "", {})
    yield unknown_log_word(words, "payments")
    yield unknown_log_word(words, None)
