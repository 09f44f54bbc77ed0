"""A message as a modal: for where a person clicked and no message can answer, as in Home."""

from bot.slack.views.kit import Json, Message, plain_text, section

TITLE = "Countersign"


def told_modal(shown: Message) -> Json:
    """What the message says, without its buttons: those under the modal are nearer."""
    said = [{key: value for key, value in block.items() if key != "accessory"} for block in shown.blocks]
    blocks = [block for block in said if block["type"] != "actions"]
    return {
        "type": "modal",
        "title": plain_text(TITLE, 24),
        "close": plain_text("Close", 24),
        "blocks": blocks or [section(shown.text)],
    }
