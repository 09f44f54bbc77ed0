"""Pages of lists: asked for before the delivery is acknowledged, shown after it, since the cards' addresses are Slack's to tell."""

from slack_bolt import Respond

from bot.rules.filters import ChangeFilter
from bot.slack.ids import Turn
from bot.slack.listeners.desk import Body, Desk
from bot.slack.views.listing import list_message
from bot.store.reading import Cursor, Listed


def show_list(desk: Desk, body: Body, wanted: ChangeFilter, words: str, turn: Turn | None = None) -> None:
    """Show a page to the person alone: a new one for a command, in place of the page that was turned."""
    cursor = Cursor(turn.beside, newer=turn.newer) if turn else None
    listed = desk.overview.list_changes(wanted, cursor)
    if not listed.page.ids and cursor:
        listed = desk.overview.list_changes(wanted, None)
    desk.afterwards(lambda: _show(desk, body, listed, words, replaces=turn is not None))


def _show(desk: Desk, body: Body, listed: Listed, words: str, *, replaces: bool) -> None:
    shown = list_message(listed, words, desk.links.of(listed.places))
    address = body.get("response_url")
    if replaces and address:
        Respond(response_url=address)(
            text=shown.text, blocks=shown.blocks, response_type="ephemeral", replace_original=True
        )
    else:
        desk.tell(body, shown)
