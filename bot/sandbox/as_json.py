"""People, conversations, messages and views as Slack writes them in its answers and payloads."""

import copy

from bot.sandbox.company import Company, Member, UserGroup
from bot.sandbox.posts import Conversation, Post
from bot.sandbox.refusal import Json
from bot.sandbox.views import View

UTC_OFFSETS = {"Europe/Berlin": 3600}


def group_json(group: UserGroup, company: Company, *, with_users: bool) -> Json:
    """A user group."""
    return {
        "id": group.id,
        "team_id": company.team_id,
        "is_usergroup": True,
        "handle": group.handle,
        "name": group.name,
        "date_delete": 0,
        "user_count": len(group.users),
        **({"users": list(group.users)} if with_users else {}),
    }


def user_json(one: Member, company: Company) -> Json:
    """A user object."""
    user: Json = {
        "id": one.id,
        "team_id": one.team_id,
        "name": one.name,
        "deleted": one.deleted,
        "profile": {
            "real_name": one.real_name,
            "real_name_normalized": one.real_name,
            "display_name": one.display_name,
            "display_name_normalized": one.display_name,
            "email": f"{one.name}@{company.domain}.example",
            "team": one.team_id,
        },
        "is_bot": one.is_bot,
        "is_app_user": False,
        "updated": 0,
    }
    if one.team_id != company.team_id:
        user["is_stranger"] = True
    if not one.deleted:
        user |= {
            "real_name": one.real_name,
            "tz": one.tz,
            "tz_offset": UTC_OFFSETS.get(one.tz, 0),
            "is_admin": False,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": one.is_restricted,
            "is_ultra_restricted": False,
        }
    return user


def conversation_json(one: Conversation) -> Json:
    """A conversation object."""
    if one.kind == "im":
        (user,) = one.members
        return {"id": one.id, "is_im": True, "is_archived": False, "user": user, "created": 0}
    return {
        "id": one.id,
        "name": one.name,
        "name_normalized": one.name,
        "is_channel": not one.is_private,
        "is_group": one.is_private,
        "is_im": False,
        "is_mpim": False,
        "is_private": one.is_private,
        "is_archived": one.is_archived,
        "is_general": False,
        "is_shared": one.is_shared,
        "is_ext_shared": one.is_shared,
        "is_member": one.has_bot,
        "num_members": len(one.members) + one.has_bot,
        "topic": {"value": one.topic, "creator": "", "last_set": 0},
        "creator": one.creator,
        "created": 0,
    }


def message_json(post: Post, company: Company, *, metadata: bool = True) -> Json:
    """A message object, without what only its conversation knows (its replies)."""
    message: Json = {
        "type": "message",
        "user": post.user,
        "ts": post.ts,
        "team": company.team_id,
        "text": post.text,
    }
    if post.subtype:
        message["subtype"] = post.subtype
    if post.bot_id:
        message |= {"bot_id": post.bot_id, "app_id": company.app.app_id}
    if post.blocks:
        message["blocks"] = copy.deepcopy(post.blocks)
    if post.attachments:
        message["attachments"] = copy.deepcopy(post.attachments)
    if post.thread_ts:
        message["thread_ts"] = post.thread_ts
    if post.edited:
        message["edited"] = {"user": post.user, "ts": post.edited}
    if post.metadata and metadata:
        message["metadata"] = copy.deepcopy(post.metadata)
    return message


def threaded_json(post: Post, conversation: Conversation, company: Company, *, metadata: bool = True) -> Json:
    """A message object with the count of its replies."""
    message = message_json(post, company, metadata=metadata)
    replies = conversation.replies(post.ts)
    if replies:
        users = list(dict.fromkeys(reply.user for reply in replies))
        message |= {
            "thread_ts": post.ts,
            "reply_count": len(replies),
            "reply_users": users,
            "reply_users_count": len(users),
            "latest_reply": replies[-1].ts,
        }
    return message


def view_json(view: View, company: Company) -> Json:
    """A view object, with what the person typed so far."""
    content = view.content
    return {
        "id": view.id,
        "team_id": company.team_id,
        "type": content["type"],
        "blocks": copy.deepcopy(view.blocks),
        "private_metadata": content.get("private_metadata", ""),
        "callback_id": content.get("callback_id", ""),
        "state": {"values": copy.deepcopy(view.values)},
        "hash": view.hash,
        "title": copy.deepcopy(content.get("title")),
        "clear_on_close": content.get("clear_on_close", False),
        "notify_on_close": content.get("notify_on_close", False),
        "close": copy.deepcopy(content.get("close")),
        "submit": copy.deepcopy(content.get("submit")),
        "previous_view_id": view.previous,
        "root_view_id": view.root,
        "app_id": company.app.app_id,
        "external_id": content.get("external_id", ""),
        "app_installed_team_id": company.team_id,
        "bot_id": company.app.bot_id,
    }
