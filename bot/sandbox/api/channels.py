"""Channels: open, join, invite into, give a topic, pin in."""

import re
from typing import Final

from bot.sandbox.api.call import Arguments, method
from bot.sandbox.api.chat import by_id
from bot.sandbox.as_json import conversation_json
from bot.sandbox.posts import Conversation, Post
from bot.sandbox.refusal import Json, RefusalError
from bot.sandbox.workspace import Workspace

NAME_MOST: Final = 80
TOPIC_MOST: Final = 250
INVITED_MOST: Final = 1000
_NAME: Final = re.compile(r"[a-z0-9_-]+")


def _checked_name(args: Arguments) -> str:
    """The name of a new channel: at most 80 lowercase letters, digits, hyphens and underscores, not of these alone."""
    name = args.words("name") or ""
    if not name:
        raise RefusalError("invalid_name_required")
    if len(name) > NAME_MOST:
        raise RefusalError("invalid_name_maxlength")
    if not _NAME.fullmatch(name):
        raise RefusalError("invalid_name_specials")
    if not name.strip("-_"):
        raise RefusalError("invalid_name_punctuation")
    return name


@method("conversations.create", "channels:manage")
def conversations_create(workspace: Workspace, args: Arguments) -> Json:
    """Open a public channel; the bot is its first member. Private ones need another scope, which the sandbox has not."""
    name = _checked_name(args)
    if args.flag("is_private"):
        raise RefusalError("missing_scope", more={"needed": "groups:write"})
    if any(one.name == name for one in workspace.conversations.values() if one.kind == "channel"):
        raise RefusalError("name_taken")
    number = sum(one.kind == "channel" for one in workspace.conversations.values()) + 1
    bot = workspace.company.app.bot_user_id
    made = Conversation(f"C0NEW{number}", "channel", name, set(), creator=bot)
    workspace.conversations[made.id] = made
    workspace.touch()
    return {"channel": conversation_json(made)}


def _own(workspace: Workspace, args: Arguments) -> Conversation:
    """The channel that is meant, of which the bot must be a member.

    Raises:
        RefusalError: `channel_not_found`, `method_not_supported_for_channel_type`, `is_archived`, `not_in_channel`.
    """
    one = by_id(workspace, args.text("channel"))
    if one.kind == "im":
        raise RefusalError("method_not_supported_for_channel_type")
    if one.is_archived:
        raise RefusalError("is_archived")
    if not one.has_bot:
        raise RefusalError("not_in_channel")
    return one


@method("conversations.join", "channels:join")
def conversations_join(workspace: Workspace, args: Arguments) -> Json:
    """Become a member of a public channel."""
    one = by_id(workspace, args.text("channel"))
    if one.kind == "im" or one.is_private:
        raise RefusalError("method_not_supported_for_channel_type")
    if one.is_archived:
        raise RefusalError("is_archived")
    if one.has_bot:
        return {"channel": conversation_json(one), "warning": "already_in_channel"}
    one.has_bot = True
    _say(workspace, one, "channel_join", "has joined the channel")
    return {"channel": conversation_json(one)}


@method("conversations.invite", "channels:manage")
def conversations_invite(workspace: Workspace, args: Arguments) -> Json:
    """Invite people. One who cannot be invited stops it for all, unless `force` lets the others in."""
    one = _own(workspace, args)
    users = [each for each in (args.words("users") or "").split(",") if each]
    if not users:
        raise RefusalError("no_user")
    if len(users) > INVITED_MOST:
        raise RefusalError("too_many_users")
    problems = {user: why for user in users if (why := _why_not(workspace, one, user))}
    if problems and (len(problems) == len(users) or not args.flag("force")):
        errors = [{"user": user, "ok": False, "error": why} for user, why in problems.items()]
        raise RefusalError(next(iter(problems.values())), more={"errors": errors})
    one.members.update(user for user in users if user not in problems)
    workspace.touch()
    return {"channel": conversation_json(one)}


def _why_not(workspace: Workspace, one: Conversation, user: str) -> str | None:
    """Slack's word for why somebody cannot be invited."""
    if user == workspace.company.app.bot_user_id:
        return "cant_invite_self"
    person = workspace.user(user)
    if person is None or person.deleted:
        return "user_not_found"
    if person.id in one.members:
        return "already_in_channel"
    if person.is_restricted:
        return "user_is_restricted"
    return "user_team_not_in_channel" if person.team_id != workspace.company.team_id else None


@method("conversations.setTopic", "channels:manage")
def conversations_set_topic(workspace: Workspace, args: Arguments) -> Json:
    """Give a channel a topic; the channel is told, each time."""
    one, topic = _own(workspace, args), args.words("topic") or ""
    if one.is_private:
        raise RefusalError("missing_scope", more={"needed": "groups:write"})
    if len(topic) > TOPIC_MOST:
        raise RefusalError("too_long")
    one.topic = topic
    _say(workspace, one, "channel_topic", f"set the channel topic: {topic}")
    return {"channel": conversation_json(one)}


@method("pins.add", "pins:write")
def pins_add(workspace: Workspace, args: Arguments) -> Json:
    """Pin a message."""
    one = by_id(workspace, args.text("channel"))
    ts = args.words("timestamp")
    if not ts:
        raise RefusalError("no_item_specified")
    if one.is_archived:
        raise RefusalError("is_archived")
    if not one.has_bot:
        raise RefusalError("not_in_channel")
    post = one.post(ts)
    if post is None:
        raise RefusalError("message_not_found")
    if post.subtype:
        raise RefusalError("not_pinnable")
    if ts in one.pins:
        raise RefusalError("already_pinned")
    one.pins.append(ts)
    workspace.touch()
    return {}


def _say(workspace: Workspace, where: Conversation, subtype: str, text: str) -> None:
    """What Slack itself writes into a channel when the bot does something to it."""
    bot = workspace.company.app.bot_user_id
    workspace.add(Post(workspace.next_ts(), where.id, bot, text, subtype=subtype))
