"""Texts that people type by accident or to do harm, and how a payload of the bot is searched for what they could do."""

import random
from collections.abc import Iterator
from typing import Any, Final

MENTIONS: Final = (
    "<!channel>",
    "<!here>",
    "<!everyone|all>",
    "<@U0EVIL>",
    "<@U0EVE>",
    "<#C0EVIL|general>",
    "<#C0PAYMENTS>",
    "<!subteam^S0EVIL>",
    "<!date^0^{date}|never>",
    "@channel @here @everyone",
)
MARKS: Final = (
    "<https://evil.example|your bank>",
    "https://evil.example/|<!channel>",
    "https://evil.example/a>b<!here>",
    "<javascript:alert(1)|click>",
    "javascript:alert(1)",
    "mailto:eve@evil.example",
    "&lt;!channel&gt;",
    "&amp;lt;!here&amp;gt;",
    "```code``` `x` *bold* _it_ ~gone~ > quote",
    "|a|b| \\ / \" ' `",
    ">>> quoted",
    ":tada: :skull_and_crossbones:",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "'; DROP TABLE audit; --",
    '{"blocks": [{"type": "section"}], "text": "<!channel>"}',
    "{{7*7}} ${7*7} %s %(x)s {0} {name}",
    '=HYPERLINK("https://evil.example")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    "\uff1dcmd",
    "../../etc/passwd",
    "None",
    "null",
    "NaN",
)
SIGNS: Final = (
    "\x07\x08\x1b[31m",
    "\u202etxt.exe\u202c",
    "\u2066\u2067\u2068\u2069",
    "\u200b\u200d\ufeff",
    "e\u0301\u0301\u0301\u0301\u0301",
    "Z\u0351\u036b\u0343\u036a\u0302a\u0335\u0338l\u0321g\u031bo",
    "👩‍👩‍👧‍👦🏳️‍🌈",
    "\U0001f1e9\U0001f1ea",
    "مرحبا שלום",
    "漢字かな",
    "\ufffe\uffff",
    "\u2028\u2029",
    "\\ud800\\u0000",
    "ﷺ" * 30,
    "ß" * 40,
)
BLANK: Final = (" ", "\t", "\n", "\n\n\n", "\r\n", "\u00a0", "\u3000")
LONGEST: Final = 3000
NEVER_SENT: Final = (
    "<!channel",
    "<!here",
    "<!everyone",
    "<@u0evil",
    "<#c0evil",
    "<!subteam^s0evil",
    "<!date^0^",
    "<javascript:",
    "<mailto:",
    "<script",
    "<img",
)
"""Nothing that the bot sends as Slack's markup has this: it came from a person, and should have been escaped."""


def hostile(dice: random.Random) -> str:
    """One text: one such thing, several of them, or very many."""
    kind = dice.randrange(10)
    if not dice.randrange(40):
        return "nothing\0at all"
    if kind == 0:
        return dice.choice(BLANK) * dice.randrange(1, 30)
    if kind == 1:
        return (dice.choice((*MENTIONS, *MARKS, *SIGNS)) + " ") * 400
    if kind == 2:
        return dice.choice("a<&>`*|\u0301👩") * LONGEST
    if kind == 3:
        return "".join(chr(_scalar(dice)) for _ in range(dice.randrange(1, 80)))
    parts = [dice.choice((*MENTIONS, *MARKS, *SIGNS, *BLANK)) for _ in range(dice.randrange(1, 6))]
    return dice.choice(("", " ", "\n", "x")).join(parts)


def _scalar(dice: random.Random) -> int:
    """Any code point but a surrogate, which JSON in UTF-8 cannot carry."""
    found = dice.choice((dice.randrange(1, 0x80), dice.randrange(1, 0x3000), dice.randrange(1, 0x110000)))
    return found if not 0xD800 <= found < 0xE000 else 0x20


def in_markup(payload: Any) -> Iterator[str]:  # noqa: ANN401 - parsed JSON
    """Every text in it that Slack reads as its markup: mrkdwn, and a message's own text; plain texts are literal."""
    if isinstance(payload, list):
        for one in payload:
            yield from in_markup(one)
    elif isinstance(payload, dict):
        if payload.get("type") == "plain_text":
            return
        for name, value in payload.items():
            if name == "text" and isinstance(value, str):
                yield value
            elif name not in {"metadata", "private_metadata", "value", "initial_value", "url"}:
                yield from in_markup(value)


def harmful(payload: Any) -> str | None:  # noqa: ANN401 - parsed JSON
    """What a person could do to others by it; None for nothing."""
    for markup in in_markup(payload):
        lower = markup.lower()
        for never in NEVER_SENT:
            if never in lower:
                return f"{never} in {markup[max(0, lower.index(never) - 40) :][:120]!r}"
    return None
