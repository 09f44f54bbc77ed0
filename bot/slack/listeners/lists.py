"""Pages of lists: asked for before the delivery is acknowledged, shown after it, since the cards' addresses are Slack's to tell."""

from slack_bolt import Respond

from bot.rules.filters import ChangeFilter
from bot.rules.terms import ChangeId
from bot.slack.ids.turns import Turn
from bot.slack.listeners.desk import Body, Desk
from bot.slack.views.calendar import calendar_message
from bot.slack.views.kit import Message
from bot.slack.views.listing import list_message
from bot.store.reading import Calendar, Cursor


def show_list(desk: Desk, body: Body, wanted: ChangeFilter, words: str, turn: Turn | None = None) -> None:
    """Show a page to the person alone: a new one for a command, in place of the page that was turned."""
    cursor = Cursor(ChangeId(turn.beside), newer=turn.newer) if turn else None
    listed = desk.overview.list_changes(wanted, cursor)
    if not listed.page.ids and cursor:
        listed = desk.overview.list_changes(wanted, None)

    def show() -> None:
        shown = list_message(listed, words, desk.links.of(listed.places))
        show_page(desk, body, shown, replaces=turn is not None)

    desk.afterwards(show)


def show_calendar(desk: Desk, body: Body, calendar: Calendar) -> None:
    """Show a calendar to the person alone."""
    desk.afterwards(lambda: desk.tell(body, calendar_message(calendar, desk.links.of(calendar.places))))


def show_page(desk: Desk, body: Body, shown: Message, *, replaces: bool) -> None:
    """Show a page to the person alone, in place of the page that was turned or as a new one; after the acknowledgement."""
    address = body.get("response_url")
    if replaces and address:
        Respond(response_url=address)(
            text=shown.text, blocks=shown.blocks, response_type="ephemeral", replace_original=True
        )
    else:
        desk.tell(body, shown)
