"""The Slack app's manifest, made of what the bot registers and calls (https://docs.slack.dev/reference/app-manifest)."""

from collections.abc import Mapping
from typing import Final

from bot.slack.ids import COMMAND, Event, Shortcut

NAME: Final = "Countersign"
BOT_NAME: Final = "countersign"
DESCRIPTION: Final = "Carries the deployment guide: asks, reminds, records, and lets nothing past it."

HISTORY: Final = frozenset({"channels:history", "groups:history", "im:history"})
"""A lost answer is looked for where it was posted: in a public or private channel, or in a direct message."""
SCOPES_OF_METHODS: Final[Mapping[str, frozenset[str]]] = {
    "apps_connections_open": frozenset(),
    "auth_test": frozenset(),
    "chat_getPermalink": frozenset(),
    "chat_postMessage": frozenset({"chat:write"}),
    "chat_update": frozenset({"chat:write"}),
    "conversations_create": frozenset({"channels:manage"}),
    "conversations_history": HISTORY,
    "conversations_invite": frozenset({"channels:manage"}),
    "conversations_join": frozenset({"channels:join"}),
    "conversations_list": frozenset({"channels:read"}),
    "conversations_open": frozenset({"im:write"}),
    "conversations_replies": HISTORY,
    "conversations_setTopic": frozenset({"channels:manage"}),
    "pins_add": frozenset({"pins:write"}),
    "usergroups_users_list": frozenset({"usergroups:read"}),
    "users_info": frozenset({"users:read"}),
    "views_open": frozenset(),
    "views_publish": frozenset(),
    "views_update": frozenset(),
    "views_push": frozenset(),
}
"""Every method of the Web API that the bot calls, as the SDK spells it, and the bot scopes that it needs."""
EVENT_SUBSCRIPTIONS: Final[Mapping[Event, tuple[str, frozenset[str]]]] = {
    Event.HOME_OPENED: ("app_home_opened", frozenset()),
    Event.MESSAGE: ("message.im", frozenset({"im:history"})),
    Event.GROUP_CHANGED: ("subteam_updated", frozenset({"usergroups:read"})),
    Event.GROUP_MEMBERS_CHANGED: ("subteam_members_changed", frozenset({"usergroups:read"})),
    Event.USER_CHANGED: ("user_change", frozenset({"users:read"})),
}
"""Every event that the bot listens to: what is subscribed for it, and the scopes that this needs."""
SHORTCUTS: Final[Mapping[Shortcut, Mapping[str, str]]] = {
    Shortcut.REQUEST_DEPLOYMENT: {
        "name": "Request a deployment",
        "type": "global",
        "description": "Asks for a new version to go to production",
    },
    Shortcut.STATUS_OF_MESSAGE: {
        "name": "Status of this change",
        "type": "message",
        "description": "How the change of this message stands",
    },
    Shortcut.DECLARE_HOTFIX: {
        "name": "Declare a hotfix",
        "type": "global",
        "description": "For what production suffers and cannot wait",
    },
    Shortcut.HOTFIX_OF_MESSAGE: {
        "name": "Declare a hotfix",
        "type": "message",
        "description": "For what this message says that production suffers",
    },
    Shortcut.ADD_TO_TIMELINE: {
        "name": "Add to timeline",
        "type": "message",
        "description": "Quotes this message in the incident's timeline",
    },
}
COMMAND_SCOPE: Final = "commands"
"""For the slash command and for shortcuts."""


def scopes() -> frozenset[str]:
    """The bot scopes that everything together needs, and no other."""
    of_methods = (needed for each in SCOPES_OF_METHODS.values() for needed in each)
    of_events = (needed for _, each in EVENT_SUBSCRIPTIONS.values() for needed in each)
    return frozenset({COMMAND_SCOPE, *of_methods, *of_events})


def manifest(request_url: str | None) -> dict[str, object]:
    """The manifest, for JSON. `request_url` is where Slack reaches the bot over HTTPS; None means Socket Mode."""
    by_http = {} if request_url is None else {"url": request_url}
    interactivity = {} if request_url is None else {"request_url": request_url}
    return {
        "display_information": {"name": NAME, "description": DESCRIPTION},
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": BOT_NAME, "always_online": True},
            "shortcuts": [{**words, "callback_id": each.value} for each, words in SHORTCUTS.items()],
            "slash_commands": [
                {
                    "command": COMMAND,
                    "description": "Deployments by the guide: what waits for you, and more",
                    "usage_hint": "[request | hotfix | status CHG-142 | why | list | calendar | help]",
                    "should_escape": False,
                    **by_http,
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": sorted(scopes())}},
        "settings": {
            "event_subscriptions": {
                "bot_events": sorted(name for name, _ in EVENT_SUBSCRIPTIONS.values()),
                **interactivity,
            },
            "interactivity": {"is_enabled": True, **interactivity},
            "org_deploy_enabled": False,
            "socket_mode_enabled": request_url is None,
            "token_rotation_enabled": False,
        },
    }
