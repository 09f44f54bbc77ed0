"""Pages of the log of deployments, shown like the lists of changes in `lists`."""

from bot.rules.terms import DeploymentId
from bot.slack.forms.commands import UnknownWord, parse_deployment_filter
from bot.slack.ids import DEPLOYMENTS
from bot.slack.ids.turns import Turn
from bot.slack.listeners.desk import Body, Desk, person_of
from bot.slack.listeners.lists import show_page
from bot.slack.views.deployment_list import deployments_message, unknown_log_word
from bot.slack.views.kit import Message
from bot.store.reading import DeploymentCursor


def asks_for_deployments(words: str) -> bool:
    """Whether the words of a list ask for deployments, and not for changes."""
    return words.lower().split()[:1] == [DEPLOYMENTS]


def list_deployments(desk: Desk, body: Body, words: str, turn: Turn | None = None) -> Message | None:
    """Show a page to the person alone; what comes back says that a word narrows nothing."""
    organization = desk.acts.company.organization
    narrowing = " ".join(dict.fromkeys(words.lower().split()[1:]))
    wanted = parse_deployment_filter(
        narrowing, organization.services, organization.guide.environments, person_of(body)
    )
    if isinstance(wanted, UnknownWord):
        return unknown_log_word(wanted.word, wanted.near)
    cursor = DeploymentCursor(DeploymentId(turn.beside), newer=turn.newer) if turn else None
    listed = desk.overview.list_deployments(wanted, cursor)
    if not listed.page.ids and listed.page.looked_to is None and cursor:
        listed = desk.overview.list_deployments(wanted, None)

    def show() -> None:
        shown = deployments_message(listed, narrowing, desk.links.of(listed.places))
        show_page(desk, body, shown, replaces=turn is not None)

    desk.afterwards(show)
    return None
