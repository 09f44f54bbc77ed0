"""From what people typed, and from people and instants, to Slack's mrkdwn: harmless, and within its limits.

Typed text can mention nobody, format nothing, and break no line. Slack has no escape for its formatting characters, so
one that stands where it could begin or end formatting gets a zero-width space on both sides; within a word, as in
`fix_login`, Slack leaves it alone and so do we.
"""

import re
import unicodedata
from datetime import datetime, tzinfo
from typing import Final
from urllib.parse import urlsplit

TYPED_MOST: Final = 200
"""How much of a person's text stands in one line."""

_ZERO_WIDTH_SPACE: Final = "\u200b"
_ISOLATE: Final = "\u2068{}\u2069"
_RIGHT_TO_LEFT: Final = {"R", "AL", "AN"}
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff0-\ufffb]"
)
_EDGE_MARKERS: Final = re.compile(r"(?<![^\W_])[*_~]|[*_~](?![^\W_])")
_OWN_BOLD: Final = re.compile(r"(?<!\u200b)(?:(?<![^\W_])\*|\*(?![^\W_]))(?!\u200b)")
_ESCAPES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "`": "ˋ"}  # noqa: RUF001 - the grave accent opens no code
_WEB: Final = re.compile(r"https?://[^\s<>|\"'`]{1,500}")
_PULL_REQUEST: Final = re.compile(r"/(?:pull|pulls|pull-requests|merge_requests)/(\d{1,10})(?:/[^?#]*)?/?$")


def one_line(raw: str, most: int = TYPED_MOST) -> str:
    """Text as one line of at most `most` characters, nothing unseen in it; for plain text, where nothing is escaped."""
    whole = raw.encode("utf-8", "replace").decode()
    line = " ".join(_UNSEEN.sub(" ", whole).split())
    return clip(line, most)


def clip(text: str, most: int) -> str:
    """At most `most` characters, with "…" where some are left out."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def typed(raw: str, most: int = TYPED_MOST) -> str:
    """A person's text as mrkdwn: shown literally, in one line of at most `most` characters before escaping."""
    line = one_line(raw, most)
    apart = _EDGE_MARKERS.sub(rf"{_ZERO_WIDTH_SPACE}\g<0>{_ZERO_WIDTH_SPACE}", line)
    escaped = "".join(_ESCAPES.get(character, character) for character in apart)
    if any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in line):
        return _ISOLATE.format(escaped)
    return escaped


def quoted(raw: str, most: int = TYPED_MOST) -> str:
    """A person's words, visibly theirs: “…”."""
    return f"“{typed(raw, most)}”"


def unformatted(mrkdwn: str) -> str:
    """Without the views' own bold: for notifications, which show the markers. What a person typed stays."""
    return _OWN_BOLD.sub("", mrkdwn)


def link(address: str, label: str) -> str:
    """A link where the address is one of the web, else the address as typed text. `label` is mrkdwn already."""
    whole = address.strip()
    return f"<{whole.replace('&', '&amp;')}|{label}>" if is_web(whole) else typed(whole)


def is_web(address: str) -> bool:
    """Whether this is nothing but an address of the web, short enough to be linked."""
    if not _WEB.fullmatch(address):
        return False
    try:
        return bool(urlsplit(address).hostname)
    except ValueError:
        return False


def pull_request_label(reference: str) -> str:
    """A pull request as mrkdwn: `#881`, linked where its address is known."""
    whole = reference.strip()
    if not is_web(whole):
        return typed(whole, 60)
    number = _PULL_REQUEST.search(whole)
    return link(whole, f"#{number[1]}" if number else typed(whole.partition("://")[2], 60))


def evidence_label(text: str) -> str:
    """A branch, a commit or an address, as it was recorded."""
    whole = text.strip()
    return link(whole, typed(urlsplit(whole).hostname or whole, 60)) if is_web(whole) else typed(whole, 80)


def day_and_time(at: datetime, zone: tzinfo) -> str:
    """An instant with its weekday, in the reader's own zone; where Slack cannot tell that, in `zone`, which is named.

    Slack leaves the year out of a date that is less than half a year away.
    """
    return _token(at, "{date_long_pretty} {time}", in_zone(at, zone))


def time_only(at: datetime, zone: tzinfo) -> str:
    """As `day_and_time`, for an instant on a day that has just been named."""
    return _token(at, "{time}", f"{at.astimezone(zone):%H:%M %Z}")


def in_zone(at: datetime, zone: tzinfo) -> str:
    """`Wed 2 Dec 15:00 CET`: for plain text, where no date tokens work."""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %H:%M %Z}"


def _token(at: datetime, tokens: str, fallback: str) -> str:
    return f"<!date^{int(at.timestamp())}^{tokens}|{fallback}>"


def clip_mrkdwn(text: str, most: int) -> str:
    """At most `most` characters of mrkdwn, cut at the end of a line or of a word, never inside a token."""
    if len(text) <= most:
        return text
    kept = text[: most - 2]  # room for the dots, and for bold to be closed
    line, word = kept.rfind("\n"), kept.rfind(" ")
    cut = line if line > most // 2 else word
    kept = kept[:cut] if cut > 0 else kept
    if kept.rfind("<") > kept.rfind(">"):
        kept = kept[: kept.rfind("<")]
    kept = re.sub(r"&[a-z]{0,3}$", "", kept)
    last = kept.rfind("\n") + 1
    if kept.count("*", last) % 2:
        kept += "*"
    return f"{kept.rstrip()}…"
