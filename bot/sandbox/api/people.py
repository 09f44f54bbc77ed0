"""Who the bot is, the people, and their groups."""

from bot.sandbox.api.call import Arguments, method
from bot.sandbox.as_json import group_json, user_json
from bot.sandbox.company import UserGroup
from bot.sandbox.refusal import Json, RefusalError
from bot.sandbox.workspace import Workspace


@method("auth.test")
def auth_test(workspace: Workspace, _: Arguments) -> Json:
    """Whose token this is."""
    company = workspace.company
    return {
        "url": f"https://{company.domain}.slack.com/",
        "team": company.name,
        "user": company.app.name,
        "team_id": company.team_id,
        "user_id": company.app.bot_user_id,
        "bot_id": company.app.bot_id,
        "is_enterprise_install": False,
    }


def _bot_user(workspace: Workspace) -> Json:
    company = workspace.company
    return {
        "id": company.app.bot_user_id,
        "team_id": company.team_id,
        "name": company.app.name,
        "real_name": company.app.name.capitalize(),
        "deleted": False,
        "is_bot": True,
        "profile": {"bot_id": company.app.bot_id, "api_app_id": company.app.app_id, "display_name": ""},
    }


@method("users.info", "users:read")
def users_info(workspace: Workspace, args: Arguments) -> Json:
    """One person."""
    wanted = args.text("user")
    if wanted == workspace.company.app.bot_user_id:
        return {"user": _bot_user(workspace)}
    person = workspace.user(wanted)
    if person is None:
        raise RefusalError("user_not_found")
    return {"user": user_json(person, workspace.company)}


@method("users.list", "users:read")
def users_list(workspace: Workspace, _: Arguments) -> Json:
    """Everybody, deactivated people too; strangers are not on the list."""
    company = workspace.company
    now = (workspace.user(one.id) or one for one in company.people)
    own = [one for one in now if one.team_id == company.team_id]
    members = [user_json(one, company) for one in own]
    return {
        "members": [*members, _bot_user(workspace)],
        "cache_ts": 0,
        "response_metadata": {"next_cursor": ""},
    }


def _groups(workspace: Workspace) -> tuple[UserGroup, ...]:
    if workspace.groups is None:
        raise RefusalError("paid_teams_only")
    return tuple(workspace.groups.values())


@method("usergroups.list", "usergroups:read")
def usergroups_list(workspace: Workspace, args: Arguments) -> Json:
    """The user groups, on a paid plan."""
    return {
        "usergroups": [
            group_json(group, workspace.company, with_users=args.flag("include_users"))
            for group in _groups(workspace)
        ]
    }


@method("usergroups.users.list", "usergroups:read")
def usergroups_users_list(workspace: Workspace, args: Arguments) -> Json:
    """Who is in a user group."""
    wanted = args.text("usergroup")
    for group in _groups(workspace):
        if group.id == wanted:
            return {"users": list(group.users)}
    raise RefusalError("no_such_subteam")
