"""What one person's screen shows, as the page gets it: texts are taken apart here, so that the page only lays out."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.sandbox.company import Member
from bot.sandbox.controls import to_control
from bot.sandbox.posts import SLACKBOT, Conversation, Post
from bot.sandbox.reading import reader_for
from bot.sandbox.refusal import Json
from bot.sandbox.spans import Reader, Span, literal, mrkdwn, plain
from bot.sandbox.views import View
from bot.sandbox.workspace import Workspace

TEXTS: Final = frozenset({"plain_text", "mrkdwn"})
HOME: Final = "home"


@dataclass(frozen=True, slots=True)
class Looking:
    """Who looks at what: a conversation's id or `home`, and the ts of an open thread."""

    who: Member
    at: str
    thread: str | None


class Screens:
    """The screens of all people, and what each has read. Hold the workspace's lock."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._read: dict[tuple[str, str], str] = {}

    def show(self, looking: Looking) -> Json:
        """One screen. Looking at a conversation marks it as read."""
        workspace, who = self._workspace, looking.who
        reader = reader_for(workspace, who.id)
        workspace.direct(who.id)
        where = workspace.conversations.get(looking.at)
        if where is not None and where.posts and who.id in where.members:
            self._read[who.id, where.id] = where.posts[-1].ts
        modal, home = workspace.views.top(who.id), workspace.views.homes.get(who.id)
        return {
            "revision": workspace.revision,
            "now": self.now(who),
            "company": workspace.company.name,
            "app": workspace.company.app.name.capitalize(),
            "command": workspace.company.app.command,
            "shortcuts": [
                {"name": one.name, "callback_id": one.callback_id, "on_message": one.on_message}
                for one in workspace.company.app.shortcuts
            ],
            "people": [_person(one, workspace) for one in workspace.company.people],
            "me": who.id,
            "conversations": [self._listed(one, who) for one in self._of(who)],
            "at": looking.at,
            "feed": self._feed(where, who, reader) if where else None,
            "thread": self._thread(where, looking.thread, who, reader) if where else None,
            "home": _view(home, who, reader) if home else None,
            "modal": _view(modal, who, reader) if modal else None,
        }

    def now(self, who: Member) -> Json:
        """Business time in a person's zone: for a control, and in words."""
        now = self._workspace.clock.now().astimezone(ZoneInfo(who.tz))
        return {"local": f"{now:%Y-%m-%dT%H:%M}", "text": f"{now:%a} {now.day} {now:%b %Y, %H:%M}"}

    def _of(self, who: Member) -> list[Conversation]:
        return [one for one in self._workspace.conversations.values() if who.id in one.members]

    def _visible(self, where: Conversation, who: Member) -> list[Post]:
        """What stands in the channel itself for this person, ephemerals included."""
        return [
            one
            for one in where.posts
            if one.seen_by in {None, who.id} and (one.thread_ts in {None, one.ts} or one.broadcast)
        ]

    def _listed(self, where: Conversation, who: Member) -> Json:
        read = self._read.get((who.id, where.id), "")
        unread = [one for one in self._visible(where, who) if one.ts > read and one.user != who.id]
        name = where.name if where.kind == "channel" else self._workspace.company.app.name.capitalize()
        return {"id": where.id, "name": name, "kind": where.kind, "unread": len(unread)}

    def _feed(self, where: Conversation, who: Member, reader: Reader) -> Json:
        if who.id not in where.members:
            return {"id": where.id, "name": where.name, "kind": where.kind, "messages": []}
        return {
            **self._listed(where, who),
            "archived": where.is_archived,
            "topic": where.topic,
            "messages": [self._message(one, where, reader) for one in self._visible(where, who)],
        }

    def _thread(self, where: Conversation, ts: str | None, who: Member, reader: Reader) -> Json | None:
        root = where.post(ts) if ts else None
        if root is None or who.id not in where.members:
            return None
        replies = [
            one
            for one in where.posts
            if one.thread_ts == ts and one.ts != ts and one.seen_by in {None, who.id}
        ]
        return {
            "ts": root.ts,
            "messages": [self._message(one, where, reader) for one in (root, *replies)],
        }

    def _message(self, post: Post, where: Conversation, reader: Reader) -> Json:
        at = datetime.fromtimestamp(float(post.ts), UTC).astimezone(ZoneInfo(reader.zone))
        blocks = [prepared(one, reader) for one in post.blocks]
        if not blocks and post.text:
            blocks = [{"type": "section", "text": _text("mrkdwn", post.text, reader)}]
        replies = where.replies(post.ts) if post.seen_by is None else []
        return {
            "ts": post.ts,
            "author": "Slackbot" if post.user == SLACKBOT else reader.name_of(post.user),
            "is_bot": post.bot_id is not None or post.user == SLACKBOT,
            "day": f"{at:%A} {at.day} {at:%B %Y}",
            "time": f"{at:%H:%M}",
            "blocks": blocks,
            "attachments": [
                {
                    "color": str(one.get("color", "")),
                    "blocks": [prepared(block, reader) for block in one.get("blocks", [])],
                    "text": _text("mrkdwn", str(one.get("text", "")), reader) if one.get("text") else None,
                }
                for one in post.attachments
            ],
            "ephemeral": post.seen_by is not None,
            "pinned": post.seen_by is None and post.ts in where.pins,
            "is_note": post.subtype is not None,
            "edited": post.edited is not None,
            "replies": len(replies),
        }


def _person(one: Member, workspace: Workspace) -> Json:
    notes = {
        "guest": one.is_restricted,
        "another workspace": one.team_id != workspace.company.team_id,
        "bot": one.is_bot,
        "deactivated": one.deleted,
    }
    note = ", ".join(name for name, holds in notes.items() if holds)
    return {"id": one.id, "name": one.name, "real_name": one.real_name, "note": note}


def _view(view: View, who: Member, reader: Reader) -> Json:
    content = view.content
    return {
        "id": view.id,
        "hash": view.hash,
        **{name: content[name]["text"] if name in content else "" for name in ("title", "submit", "close")},
        "blocks": [prepared(one, reader) for one in view.blocks],
        "values": {
            block: {action: to_control(value, who) for action, value in actions.items()}
            for block, actions in view.values.items()
        },
        "errors": view.errors,
        "trouble": view.trouble,
    }


def prepared(value: Json, reader: Reader) -> Json:
    """A block with every text object taken apart for this reader."""
    ready: Json = {}
    for name, one in value.items():
        ready[name] = _prepared(one, reader)
    return ready


def _prepared(value: object, reader: Reader) -> object:
    if isinstance(value, list):
        return [_prepared(one, reader) for one in value]
    if isinstance(value, dict):
        if value.get("type") in TEXTS:
            return _text(value["type"], value["text"], reader)
        return prepared(value, reader)
    return value


def _text(kind: str, text: str, reader: Reader) -> Json:
    spans = mrkdwn(text, reader) if kind == "mrkdwn" else literal(text)
    return {"type": kind, "words": plain(spans), "spans": [_span(one) for one in spans]}


def _span(span: Span) -> Json:
    return {
        "kind": span.kind,
        "text": span.text,
        "inside": [_span(one) for one in span.inside],
        "target": span.target,
    }
