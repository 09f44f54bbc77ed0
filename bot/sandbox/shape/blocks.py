"""Blocks: what each one may carry, and on which surfaces it may stand."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from bot.sandbox.shape.composition import TEXT_MOST, plain, text
from bot.sandbox.shape.elements import (
    ACCESSORIES,
    ACTIONS,
    ELEMENTS,
    IMAGE,
    INPUTS,
    image_source,
    standing_here,
)
from bot.sandbox.shape.spot import (
    Check,
    Field,
    Spot,
    Surface,
    boolean,
    by_type,
    fields,
    items,
    may,
    need,
    one_of,
    string,
)

CHARTS_MOST: Final = 2
_TEXTS: Final[dict[str, Check]] = {"plain_text": text(), "mrkdwn": text()}


def _block_id(value: object, spot: Spot) -> None:
    string(255)(value, spot)
    if isinstance(value, str):
        if value in spot.findings.block_ids:
            spot.refuse(f"duplicate block_id: {value}")
        spot.findings.block_ids.add(value)


def _block(**more: Field) -> dict[str, Field]:
    return {"type": need(string(50)), "block_id": may(_block_id), **more}


def _anything(value: object, spot: Spot) -> None:
    if value is None:
        spot.refuse("must not be null")


def _text_or_fields(block: Mapping[str, object], spot: Spot) -> None:
    if "text" not in block and "fields" not in block:
        spot.refuse("missing required field: text or fields")


def _one_table(_: Mapping[str, object], spot: Spot) -> None:
    spot.findings.tables += 1
    if spot.findings.tables > 1:
        spot.refuse("only_one_table_allowed")


def _two_charts(_: Mapping[str, object], spot: Spot) -> None:
    spot.findings.charts += 1
    if spot.findings.charts > CHARTS_MOST:
        spot.refuse(f"no more than {CHARTS_MOST} data_visualization blocks allowed")


def _count_input(_: Mapping[str, object], spot: Spot) -> None:
    spot.findings.inputs += 1


_RICH_PART: Final = by_type(
    {
        kind: fields(
            {
                "type": need(string(50)),
                "elements": need(items(_anything, 1000, 0)),
                "style": may(_anything),
                "indent": may(_anything),
                "offset": may(_anything),
                "border": may(_anything),
            }
        )
        for kind in (
            "rich_text_section",
            "rich_text_list",
            "rich_text_preformatted",
            "rich_text_quote",
        )
    },
    lambda _: (
        "rich_text_section",
        "rich_text_list",
        "rich_text_preformatted",
        "rich_text_quote",
    ),
)
_RICH_TEXT: Final = fields(_block(elements=need(items(_RICH_PART, 1000))))
_CELL: Final = by_type(
    {
        "raw_text": fields({"type": need(string(50)), "text": need(string(TEXT_MOST))}),
        "rich_text": _RICH_TEXT,
    },
    lambda _: ("raw_text", "rich_text"),
)
_COLUMN: Final = fields({"align": may(one_of("left", "center", "right")), "is_wrapped": may(boolean)})


def _element(allowed: frozenset[str]) -> Check:
    return by_type(ELEMENTS, partial(standing_here, allowed))


_SHAPES: Final[dict[str, Check]] = {
    "section": fields(
        _block(
            text=may(text()),
            fields=may(items(text(2000), 10)),
            accessory=may(_element(ACCESSORIES)),
            expand=may(boolean),
        ),
        _text_or_fields,
    ),
    "header": fields(_block(text=need(plain(150)))),
    "context": fields(
        _block(
            elements=need(
                items(
                    by_type(
                        {**_TEXTS, "image": ELEMENTS["image"]}, lambda _: ("plain_text", "mrkdwn", "image")
                    ),
                    10,
                )
            )
        )
    ),
    "actions": fields(_block(elements=need(items(_element(ACTIONS), 25)))),
    "divider": fields(_block()),
    "image": fields(
        _block(**{name: one for name, one in IMAGE.items() if name != "type"}, title=may(plain(2000))),
        image_source,
    ),
    "input": fields(
        _block(
            label=need(plain(2000)),
            element=need(_element(INPUTS)),
            hint=may(plain(2000)),
            optional=may(boolean),
            dispatch_action=may(boolean),
        ),
        _count_input,
    ),
    "markdown": fields(_block(text=need(string(12_000)))),
    "rich_text": _RICH_TEXT,
    "table": fields(
        _block(rows=need(items(items(_CELL, 20), 100)), column_settings=may(items(_COLUMN, 20))), _one_table
    ),
    "alert": fields(
        _block(text=need(text()), level=may(one_of("default", "info", "warning", "error", "success")))
    ),
    "data_visualization": fields(_block(title=need(string(50)), chart=need(_anything)), _two_charts),
}

_EVERYWHERE: Final = frozenset(
    {
        "section",
        "header",
        "context",
        "actions",
        "divider",
        "image",
        "input",
        "rich_text",
    }
)
ALLOWED: Final[dict[Surface, frozenset[str]]] = {
    "message": _EVERYWHERE | {"markdown", "table", "data_visualization"},
    "modal": _EVERYWHERE | {"alert"},
    "home": _EVERYWHERE,
}


def block(value: object, spot: Spot) -> None:
    """One block of a message or view."""
    if not spot.findings.unique_action_ids:
        spot.findings.action_ids = set()
    by_type(_SHAPES, lambda spot: ALLOWED[spot.findings.surface])(value, spot)
