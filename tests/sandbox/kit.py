"""Small pieces of Block Kit for tests."""

from typing import Any

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: str = "Hello", **more: object) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def button(text: str = "Approve", **more: object) -> Json:
    return {"type": "button", "text": plain(text), "action_id": text.lower(), **more}


def actions(*elements: Json, **more: object) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def option(text: str) -> Json:
    return {"text": plain(text), "value": text.lower()}


def options(count: int) -> list[Json]:
    return [option(f"Option {number}") for number in range(count)]


def field(label: str, element: Json, **more: object) -> Json:
    block_id = label.lower()
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": {"action_id": f"{block_id}-action", **element},
        **more,
    }


def text_input(**more: object) -> Json:
    return {"type": "plain_text_input", **more}


def modal(*blocks: Json, **more: object) -> Json:
    return {
        "type": "modal",
        "title": plain("Request a deployment"),
        "submit": plain("Request"),
        "blocks": list(blocks) or [section()],
        **more,
    }


def home(*blocks: Json) -> Json:
    return {"type": "home", "blocks": list(blocks)}
