"""Messages and views as wholes."""

import json
from typing import Final

from bot.sandbox.refusal import Json, RefusalError
from bot.sandbox.shape.blocks import block
from bot.sandbox.shape.composition import plain
from bot.sandbox.shape.spot import (
    Field,
    Findings,
    Spot,
    Surface,
    boolean,
    fields,
    items,
    may,
    need,
    one_of,
    string,
)

MESSAGE_BLOCKS: Final = 50
VIEW_BLOCKS: Final = 100
BLOCKS_CHARACTERS: Final = 12_000
"""Text in all blocks of a message; Slack does not document its bound, which lies between this and 13,300."""
VIEW_BYTES: Final = 250_000
METADATA_BYTES: Final = 8_000
ATTACHMENTS: Final = 100

_VIEW: Final[dict[str, Field]] = {
    "type": need(one_of("modal", "home")),
    "blocks": need(items(block, VIEW_BLOCKS)),
    "private_metadata": may(string(3000, 0)),
    "callback_id": may(string(255, 0)),
    "external_id": may(string(255, 0)),
}
_MODAL: Final[dict[str, Field]] = {
    **_VIEW,
    "type": need(one_of("modal")),
    "title": need(plain(24)),
    "submit": may(plain(24)),
    "close": may(plain(24)),
    "clear_on_close": may(boolean),
    "notify_on_close": may(boolean),
    "submit_disabled": may(boolean),
}
_HOME: Final[dict[str, Field]] = {**_VIEW, "type": need(one_of("home"))}


def _something(value: object, spot: Spot) -> None:
    if value is None:
        spot.refuse("must not be null")


_ATTACHMENT: Final = fields(
    {
        **{
            name: may(_something)
            for name in (
                "color",
                "fallback",
                "text",
                "pretext",
                "title",
                "title_link",
                "footer",
                "ts",
                "fields",
                "mrkdwn_in",
                "author_name",
            )
        },
        "blocks": may(items(block, MESSAGE_BLOCKS)),
    }
)


def check_message(
    blocks: object = None, attachments: object = None, *, unique_action_ids: bool = True
) -> None:
    """Whether a message may carry these blocks and attachments.

    Raises:
        RefusalError: `invalid_blocks`, `invalid_attachments` or `msg_blocks_too_long`.
    """
    findings = Findings("message", unique_action_ids)
    if blocks is not None:
        if not isinstance(blocks, list):
            raise RefusalError("invalid_blocks_format")
        items(block, MESSAGE_BLOCKS, 0)(blocks, Spot("/blocks", findings))
        _raise("invalid_blocks", findings)
    if attachments is not None:
        if isinstance(attachments, list) and len(attachments) > ATTACHMENTS:
            raise RefusalError("too_many_attachments")
        items(_ATTACHMENT, ATTACHMENTS, 0)(attachments, Spot("/attachments", findings))
        _raise("invalid_attachments", findings)
    if findings.characters > BLOCKS_CHARACTERS:
        raise RefusalError("msg_blocks_too_long")


def check_view(view: object, surface: Surface, *, unique_action_ids: bool = True) -> None:
    """Whether this can be shown as a modal or as a Home.

    Raises:
        RefusalError: `invalid_arguments`, `view_too_large`.
    """
    findings = Findings(surface, unique_action_ids)
    spot = Spot("/view", findings)
    fields(_HOME if surface == "home" else _MODAL)(view, spot)
    if isinstance(view, dict) and surface == "modal" and findings.inputs and "submit" not in view:
        spot.refuse("must define `submit` to use an `input` block in modals")
    _raise("invalid_arguments", findings)
    if len(json.dumps(view).encode()) > VIEW_BYTES:
        raise RefusalError("view_too_large")


def check_metadata(metadata: object) -> Json | None:
    """A message's metadata, as they are kept.

    Raises:
        RefusalError: `invalid_metadata_format`, `invalid_metadata_schema`, `metadata_too_large`.
    """
    if metadata is None:
        return None
    if not isinstance(metadata, dict):
        raise RefusalError("invalid_metadata_format")
    kind, payload = metadata.get("event_type"), metadata.get("event_payload")
    if not isinstance(kind, str) or not kind or not isinstance(payload, dict):
        raise RefusalError("invalid_metadata_schema")
    if metadata.keys() - {"event_type", "event_payload"}:
        raise RefusalError("invalid_metadata_schema")
    if len(json.dumps(metadata).encode()) > METADATA_BYTES:
        raise RefusalError("metadata_too_large")
    return {"event_type": kind, "event_payload": payload}


def _raise(error: str, findings: Findings) -> None:
    if findings.problems:
        raise RefusalError(error, tuple(findings.problems))
