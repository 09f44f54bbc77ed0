"""What Slack delivers to a bot: the fields of commands, interactions and events."""

import secrets
import time
from dataclasses import replace

from bot.sandbox.as_json import group_json, message_json, view_json
from bot.sandbox.company import Member
from bot.sandbox.posts import Conversation, Post
from bot.sandbox.refusal import Json
from bot.sandbox.triggers import AnswerAddress
from bot.sandbox.views import View
from bot.sandbox.workspace import Workspace


def _response_url(workspace: Workspace, kind: str, address: AnswerAddress) -> str:
    secret = workspace.response_urls.issue(address)
    return f"{workspace.own_url}/{kind}/{workspace.company.team_id}/{secret}"


def _channel_name(one: Conversation) -> str:
    return "privategroup" if one.is_private else one.name


def command(
    workspace: Workspace, who: Member, where: Conversation, words: tuple[str, str], here: AnswerAddress
) -> Json:
    """A slash command's form; `words` are the command and its text, escaped, `here` is where answers go."""
    company = workspace.company
    return {
        "token": workspace.credentials.verification_token,
        "team_id": company.team_id,
        "team_domain": company.domain,
        "channel_id": where.id,
        "channel_name": _channel_name(where),
        "user_id": who.id,
        "user_name": who.name,
        "command": words[0],
        "text": words[1],
        "api_app_id": company.app.app_id,
        "is_enterprise_install": "false",
        "response_url": _response_url(workspace, "commands", here),
        "trigger_id": workspace.triggers.issue(who.id),
    }


def _interaction(workspace: Workspace, kind: str, who: Member) -> Json:
    company = workspace.company
    return {
        "type": kind,
        "team": {"id": company.team_id, "domain": company.domain},
        "user": {"id": who.id, "username": who.name, "name": who.name, "team_id": who.team_id},
        "api_app_id": company.app.app_id,
        "token": workspace.credentials.verification_token,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def click_on_message(workspace: Workspace, who: Member, post: Post, action: Json, values: Json) -> Json:
    """`block_actions` from a message; an ephemeral one's payload has no `message`."""
    where = workspace.conversations[post.channel]
    container: Json = {
        "type": "message",
        "message_ts": post.ts,
        "channel_id": post.channel,
        "is_ephemeral": post.seen_by is not None,
    }
    if post.thread_ts:
        container["thread_ts"] = post.thread_ts
    payload = {
        **_interaction(workspace, "block_actions", who),
        "container": container,
        "trigger_id": workspace.triggers.issue(who.id),
        "channel": {"id": where.id, "name": _channel_name(where)},
        "state": {"values": values},
        "response_url": _response_url(
            workspace,
            "actions",
            AnswerAddress(who.id, workspace.act_of(who.id), where.id, post.ts, post.thread_ts),
        ),
        "actions": [action],
    }
    if post.seen_by is None:
        payload["message"] = message_json(post, workspace.company)
    return payload


def click_in_view(workspace: Workspace, who: Member, view: View, action: Json) -> Json:
    """`block_actions` from a modal or a Home."""
    return {
        **_interaction(workspace, "block_actions", who),
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": workspace.triggers.issue(who.id, view.id),
        "view": view_json(view, workspace.company),
        "actions": [action],
    }


def submission(workspace: Workspace, who: Member, view: View) -> Json:
    """`view_submission`."""
    return {
        **_interaction(workspace, "view_submission", who),
        "trigger_id": workspace.triggers.issue(who.id, view.id),
        "view": view_json(view, workspace.company),
        "response_urls": [],
    }


def closing(workspace: Workspace, who: Member, view: View, *, cleared: bool) -> Json:
    """`view_closed`; `cleared` when all modals were closed at once."""
    return {
        **_interaction(workspace, "view_closed", who),
        "view": view_json(view, workspace.company),
        "is_cleared": cleared,
    }


def shortcut(workspace: Workspace, who: Member, callback_id: str, post: Post | None) -> Json:
    """A global shortcut, or a message shortcut when it is used on a message."""
    payload = {
        **_interaction(workspace, "shortcut" if post is None else "message_action", who),
        "callback_id": callback_id,
        "trigger_id": workspace.triggers.issue(who.id),
        "action_ts": f"{time.time():.6f}",
    }
    if post is not None:
        where = workspace.conversations[post.channel]
        address = AnswerAddress(who.id, workspace.act_of(who.id), where.id, post.ts, post.thread_ts)
        payload |= {
            "message_ts": post.ts,
            "channel": {"id": where.id, "name": _channel_name(where)},
            "message": message_json(post, workspace.company),
            "response_url": _response_url(workspace, "app", address),
        }
    return payload


def group_changed(workspace: Workspace, group_id: str, users: tuple[str, ...]) -> list[Json]:
    """Change a user group's members; the events by which Slack tells of it.

    Raises:
        KeyError: when there is no such group, or this is a free plan.
    """
    groups = workspace.groups or {}
    before = groups[group_id]
    groups[group_id] = after = replace(before, users=users)
    workspace.touch()
    added = [user for user in users if user not in before.users]
    removed = [user for user in before.users if user not in users]
    moved: Json = {
        "type": "subteam_members_changed",
        "subteam_id": group_id,
        "team_id": workspace.company.team_id,
        "date_previous_update": 0,
        "date_update": int(time.time()),
        "added_users": added,
        "added_users_count": len(added),
        "removed_users": removed,
        "removed_users_count": len(removed),
    }
    return [
        moved,
        {"type": "subteam_updated", "subteam": group_json(after, workspace.company, with_users=True)},
    ]


def event(workspace: Workspace, what: Json) -> Json:
    """An event in its envelope, with a new `event_id`."""
    company = workspace.company
    return {
        "token": workspace.credentials.verification_token,
        "team_id": company.team_id,
        "context_team_id": company.team_id,
        "context_enterprise_id": None,
        "api_app_id": company.app.app_id,
        "event": what,
        "type": "event_callback",
        "event_id": f"Ev{secrets.token_hex(5).upper()}",
        "event_time": int(time.time()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": company.team_id,
                "user_id": company.app.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{secrets.token_hex(12)}",
    }
