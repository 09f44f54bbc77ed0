"""What `/deploy help` answers."""

from bot.slack.ids import COMMAND, Press
from bot.slack.views.kit import Message, actions, button, lines, message, section, small


def help_message() -> Message:
    """The commands, one a line, and the button that most people look for."""
    return message(
        f"What you can do with {COMMAND}",
        section(
            lines(
                f"*What you can do with* `{COMMAND}`",
                f"`{COMMAND} request` – ask for a deployment of a new version",
                f"`{COMMAND} status CHG-142` – how a change stands",
                f"`{COMMAND} why CHG-142` – what is still missing, and who can give it",
                f"`{COMMAND} help` – this",
            )
        ),
        actions(button(Press.REQUEST, "Request a deployment…")),
        small(
            "Everything else has a button on the change's card. Commands do not work inside threads; buttons do."
        ),
    )
