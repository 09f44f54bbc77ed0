"""Slack's mrkdwn, taken apart: what is bold, a link, a mention, a date. The page and the plain reading share it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from bot.sandbox.dates import read_date

Kind = Literal["text", "bold", "italic", "strike", "code", "pre", "quote", "link", "mention", "date"]
_STYLES: Final[dict[str, Kind]] = {"*": "bold", "_": "italic", "~": "strike"}
_INLINE: Final = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|<(?P<angle>[^<>\n]+)>"
    r"|(?<![\w*_~])(?P<mark>[*_~])(?=\S)(?P<styled>[^\n]*?)(?<=\S)(?P=mark)(?![\w*])"
)
_QUOTE: Final = re.compile(r"(?:(?:&gt;|>)[^\n]*(?:\n|$))+")
_PRE: Final = re.compile(r"```(?:\n)?(.*?)```", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text: what it is, its own text or what is inside it, and where it leads."""

    kind: Kind
    text: str = ""
    inside: "tuple[Span, ...]" = ()
    target: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: their zone, and how they see the names of people and channels."""

    zone: str
    name_of: Callable[[str], str]


def mrkdwn(text: str, reader: Reader) -> tuple[Span, ...]:
    """Take mrkdwn apart."""
    spans: list[Span] = []
    end = 0
    for found in _PRE.finditer(text):
        spans.extend(_quotes(text[end : found.start()], reader))
        spans.append(Span("pre", _unescaped(found[1].removesuffix("\n"))))
        end = found.end()
    spans.extend(_quotes(text[end:], reader))
    return tuple(spans)


def literal(text: str) -> tuple[Span, ...]:
    """A `plain_text`: nothing in it means anything."""
    return (Span("text", text),) if text else ()


def plain(spans: tuple[Span, ...]) -> str:
    """The words alone, as one reads them aloud; quotes keep their `>`, struck text its `~`."""
    return "".join(_plain(one) for one in spans)


def _plain(span: Span) -> str:
    words = span.text + plain(span.inside)
    if span.kind == "strike":
        return f"~{words}~"
    if span.kind == "quote":
        return "".join(f"> {line}\n" for line in words.removesuffix("\n").split("\n"))
    return words


def _quotes(text: str, reader: Reader) -> list[Span]:
    spans: list[Span] = []
    rest = ""
    for line in text.splitlines(keepends=True):
        if not _QUOTE.fullmatch(line):
            rest += line
            continue
        if rest:
            spans.extend(_inline(rest, reader))
            rest = ""
        inner = re.sub(r"^(?:&gt;|>) ?", "", line)
        if spans and spans[-1].kind == "quote":
            spans[-1] = Span("quote", inside=(*spans[-1].inside, *_inline(inner, reader)))
        else:
            spans.append(Span("quote", inside=tuple(_inline(inner, reader))))
    return [*spans, *_inline(rest, reader)]


def _inline(text: str, reader: Reader) -> list[Span]:
    spans: list[Span] = []
    end = 0
    for found in _INLINE.finditer(text):
        if found.start() > end:
            spans.append(Span("text", _unescaped(text[end : found.start()])))
        end = found.end()
        if found["code"] is not None:
            spans.append(Span("code", _code(found["code"], reader)))
        elif found["angle"] is not None:
            spans.append(_angle(found["angle"], reader))
        else:
            spans.append(Span(_STYLES[found["mark"]], inside=tuple(_inline(found["styled"], reader))))
    if end < len(text):
        spans.append(Span("text", _unescaped(text[end:])))
    return spans


def _code(text: str, reader: Reader) -> str:
    """Code is literal, but for links and mentions, which Slack reads even there."""
    parts = re.split(r"<([^<>\n]+)>", text)
    read = [plain((_angle(part, reader),)) if odd % 2 else _unescaped(part) for odd, part in enumerate(parts)]
    return "".join(read)


def _angle(token: str, reader: Reader) -> Span:
    if token.startswith("!date^"):
        text, link = read_date(token, reader.zone)
        return Span("date", _unescaped(text), target=link)
    target, bar, label = token.partition("|")
    if target.startswith(("@", "#")):
        name = _unescaped(label) if bar and label else reader.name_of(target[1:])
        return Span("mention", f"{target[0]}{name}", target=target[1:])
    if target.startswith("!subteam^"):
        return Span("mention", label or f"@{reader.name_of(target.removeprefix('!subteam^'))}")
    if target.startswith("!"):
        return Span("mention", f"@{target[1:]}")
    words = (
        tuple(_inline(label, reader)) if bar else (Span("text", _unescaped(target.removeprefix("mailto:"))),)
    )
    return Span("link", inside=words, target=_unescaped(target))


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
