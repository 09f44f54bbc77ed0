"""Submitting a modal: what Slack checks before the bot hears of it, and what it makes of the bot's answer."""

import json
from typing import Final

from bot.sandbox.api.views import read_view
from bot.sandbox.blocks import is_empty
from bot.sandbox.refusal import RefusalError
from bot.sandbox.views import View, new_view
from bot.sandbox.workspace import Workspace

EMPTY_FIELD: Final = "Please complete this required field."


def missing_fields(view: View) -> dict[str, str]:
    """What Slack says beside a modal's fields before it submits: required ones left empty, too short texts."""
    errors: dict[str, str] = {}
    for block in view.blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        value = view.values[block["block_id"]][element["action_id"]]
        if is_empty(value):
            if not block.get("optional", False):
                errors[block["block_id"]] = EMPTY_FIELD
        elif len(str(value.get("value", ""))) < element.get("min_length", 0):
            errors[block["block_id"]] = f"Please enter at least {element['min_length']} characters."
    return errors


def take_response(workspace: Workspace, view: View, body: str) -> dict[str, str]:
    """Carry out the `response_action` of the bot's answer; returns the sentences beside fields, by block id.

    Raises:
        RefusalError: where Slack would not, so that the person sees trouble connecting.
    """
    try:
        answer = json.loads(body) if body.strip() else {}
    except ValueError:
        raise RefusalError("invalid_response") from None
    if not isinstance(answer, dict):
        raise RefusalError("invalid_response")
    act = workspace.act_of(view.user)
    match answer.get("response_action"):
        case None if not answer:
            workspace.views.close(view)
        case "clear":
            workspace.views.clear(view.user)
        case "errors":
            view.errors = _known_errors(view, answer.get("errors"))
        case "update":
            view.show(read_view(workspace, answer.get("view"), "modal"), act)
        case "push":
            workspace.views.push(
                new_view(view.user, read_view(workspace, answer.get("view"), "modal"), act, view)
            )
        case _:
            raise RefusalError("invalid_response_action")
    workspace.touch()
    return view.errors


def _known_errors(view: View, errors: object) -> dict[str, str]:
    inputs = {one["block_id"] for one in view.blocks if one["type"] == "input"}
    if not isinstance(errors, dict) or not errors:
        raise RefusalError("invalid_errors")
    unknown = sorted(errors.keys() - inputs)
    if unknown:
        raise RefusalError("unknown_block_id_in_errors", tuple(unknown))
    if not all(isinstance(one, str) and one for one in errors.values()):
        raise RefusalError("invalid_errors")
    return dict(errors)
