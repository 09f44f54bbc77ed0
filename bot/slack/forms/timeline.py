"""Adding to an incident's timeline: what a message says, who said it and when – quoted, and at most shortened."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from bot.rules.hotfix_inputs import TimelineEntry
from bot.rules.terms import ChangeId, PersonId, Words
from bot.rules.verdict import Field
from bot.slack.forms.messages import plain_text
from bot.slack.forms.reading import FieldErrors, Filled, Values
from bot.slack.ids import Ref

QUOTED_MOST: Final = 2000
METADATA_MOST: Final = 2900
_LEFT_OUT: Final = re.compile(r"\s*(?:\[…\]|\[\.\.\.\]|…|\.\.\.)\s*")
_PERSON: Final = re.compile(r"[UW][A-Z0-9]{1,29}")
_TS: Final = re.compile(r"[0-9]{1,11}\.[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Quotation:
    """A message to quote: its words in plain text, who wrote it (None: no person did), and when (aware, UTC)."""

    text: str
    said_by: PersonId | None
    said_at: datetime

    def encode(self) -> str:
        """The metadata of the form that shortens it: at most what Slack takes, so a very long text is cut."""
        kept = self
        while len(encoded := kept._encoded()) > METADATA_MOST:
            kept = replace(kept, text=kept.text[:-100])
        return encoded

    def _encoded(self) -> str:
        return json.dumps([self.text, self.said_by, self.said_at.timestamp()], ensure_ascii=False)

    @classmethod
    def decode(cls, text: str | None) -> "Quotation | None":
        """What `encode` made, or None."""
        try:
            match json.loads(text or ""):
                case [str(words), str() | None as said_by, int() | float() as at]:
                    return cls(words, PersonId(said_by) if said_by else None, datetime.fromtimestamp(at, UTC))
        except (ValueError, OverflowError, OSError):
            return None
        return None


def quotation(message: Mapping[str, object], names: Mapping[PersonId, str]) -> Quotation | None:
    """What a message says, as a person reads it; None where it has no words, or is no message of Slack's."""
    text, ts = plain_text(raw_text(message), names), str(message.get("ts") or "")
    if not text or not _TS.fullmatch(ts):
        return None
    user = message.get("user")
    person = isinstance(user, str) and not message.get("bot_id") and _PERSON.fullmatch(user)
    return Quotation(
        text[:QUOTED_MOST],
        PersonId(user) if isinstance(user, str) and person else None,
        datetime.fromtimestamp(float(ts), UTC),
    )


def raw_text(message: Mapping[str, object]) -> str:
    """A message's text as Slack delivers it; a bot's may stand in its attachments alone."""
    text = message.get("text")
    if isinstance(text, str) and text.strip():
        return text
    attached = message.get("attachments")
    parts = [each for each in attached if isinstance(each, Mapping)] if isinstance(attached, list) else []
    said = (str(each.get("text") or each.get("fallback") or "") for each in parts)
    return "\n".join(filter(None, said))


def parse_quote(values: Values, quoted: Quotation) -> tuple[ChangeId, TimelineEntry] | FieldErrors:
    """Read to which hotfix's timeline it is added, and what of it. Leaving out is all that the form allows."""
    form = Filled(values)
    ref = Ref.decode(form.choice(Field.CHOICE))
    if ref is None:
        form.refuse(Field.CHOICE, "Choose the hotfix.")
    text = form.lines(Field.NOTES, QUOTED_MOST)
    if not text:
        form.refuse(Field.NOTES, "Leave something of it: the timeline quotes.")
    elif not _is_part_of(text, quoted.text):
        form.refuse(Field.NOTES, "A quote is not edited: leave out what you like, and put … in its place.")
    if ref is None or form.problems:
        return FieldErrors(form.problems)
    return ref.change, TimelineEntry(Words(text), quoted.said_by, quoted.said_at)


def _is_part_of(text: str, whole: str) -> bool:
    """Whether a text is the other one shortened: its pieces between dots stand in it word for word, in their order."""
    wanted, rest = _in_one_line(text), _in_one_line(whole)
    if wanted in rest:
        return True
    for piece in _LEFT_OUT.split(wanted):
        _, found, rest = rest.partition(piece) if piece else ("", True, rest)
        if not found:
            return False
    return True


def _in_one_line(text: str) -> str:
    return " ".join(text.split())
