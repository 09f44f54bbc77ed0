"""What happens without a press of ours: people open Home or write to the bot, user groups and people change."""

from collections.abc import Iterable

from slack_bolt import Ack, App

from bot.rules.organization_outside import GroupId
from bot.rules.terms import PersonId
from bot.slack.ids import Event
from bot.slack.listeners.commands import today
from bot.slack.listeners.desk import Body, Desk, person_of


def register(bolt: App, desk: Desk) -> None:
    """One listener for each event. Slack repeats an event that goes unanswered; it counts once by its id."""

    @bolt.event(Event.HOME_OPENED)
    def opened_home(ack: Ack, body: Body) -> None:
        if body["event"].get("tab") == "home":
            desk.acts.show_home(person_of(body), event_key(body))
        ack()

    @bolt.event(Event.MESSAGE)
    def wrote(ack: Ack, body: Body) -> None:
        if _is_a_persons(body) and desk.acts.is_first(event_key(body)):
            shown = today(desk, person_of(body))
            where, thread = body["event"]["channel"], body["event"].get("thread_ts")
            desk.afterwards(
                lambda: desk.client.chat_postMessage(
                    channel=where, text=shown.text, blocks=shown.blocks, thread_ts=thread
                )
            )
        ack()

    @bolt.event(Event.GROUP_CHANGED)
    def group_changed(ack: Ack, body: Body) -> None:
        _outdated(desk, (body["event"].get("subteam") or {}).get("id"))
        ack()

    @bolt.event(Event.GROUP_MEMBERS_CHANGED)
    def members_changed(ack: Ack, body: Body) -> None:
        event = body["event"]
        _outdated(desk, event.get("subteam_id"), event.get("removed_users") or ())
        ack()

    @bolt.event(Event.USER_CHANGED)
    def user_changed(ack: Ack, body: Body) -> None:
        user = body["event"].get("user") or {}
        if user.get("id"):
            desk.acts.company.directory.told(user)
        ack()


def _outdated(desk: Desk, group: object, left: Iterable[str] = ()) -> None:
    """A group that changed is asked about anew before the next act; whoever left it holds nothing through it at once."""
    if isinstance(group, str) and group:
        people = [PersonId(person) for person in left]
        desk.acts.company.directory.groups.outdated(GroupId(group), people)


def event_key(body: Body) -> str:
    """Under which an event counts once."""
    return f"event:{body['event_id']}"


def _is_a_persons(body: Body) -> bool:
    """Whether a person wrote it to the bot: no edit, no deletion, no bot – answering one would never end."""
    event = body["event"]
    return event.get("channel_type") == "im" and not event.get("subtype") and not event.get("bot_id")
