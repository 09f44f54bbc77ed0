"""The button beneath the list of messages that did not reach Slack."""

from slack_bolt import Ack, App

from bot.rules.verdict import Refused
from bot.slack.ids import Press
from bot.slack.listeners.desk import Body, Desk, caller_of_action
from bot.slack.views.kit import message, section
from bot.slack.views.text import typed
from bot.workflows.try_again import try_again


def register(bolt: App, desk: Desk) -> None:
    """Trying all of them again; what comes of it shows in the list."""

    @bolt.action(Press.TRY_AGAIN.pattern)
    def pressed_try_again(ack: Ack, body: Body) -> None:
        answer = desk.company_acts.perform(caller_of_action(body), try_again, None)
        said = typed(answer.said, 400)
        sign = "ℹ️" if isinstance(answer.verdict, Refused) else "✅"
        desk.tell(body, message(said, section(f"{sign} {said}")))
        ack()
