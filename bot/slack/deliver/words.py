"""Slack's words for what it refuses, by what they mean to whoever delivers."""

import re
from typing import Final

SLACKS_WORD: Final = re.compile(r"[a-z0-9_.]+")
"""How Slack names an error, such as `channel_not_found`."""
LOCKED_OUT: Final = frozenset(
    {
        "invalid_auth",
        "not_authed",
        "account_inactive",
        "token_revoked",
        "token_expired",
        "team_access_not_granted",
        "ekm_access_denied",
    }
)
"""Slack does not let the bot in at all: that says nothing about any one message."""
SLOW_DOWN: Final = frozenset({"ratelimited", "rate_limited"})
SLACKS_OWN_TROUBLE: Final = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)
GONE: Final = frozenset(
    {"message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found"}
)
"""The message cannot be updated any more: deleted, too old, or another bot's. The next one is a new post."""
NOT_IN_CHANNEL: Final = "not_in_channel"
OUT_OF_REACH: Final = frozenset(
    {NOT_IN_CHANNEL, "channel_not_found", "is_archived", "restricted_action", "missing_scope"}
)
"""A channel in which the bot cannot write (any more)."""
HOPELESS: Final = OUT_OF_REACH | {
    "blocks_too_long",
    "cannot_dm_bot",
    "cannot_reply_to_message",
    "invalid_blocks",
    "invalid_blocks_format",
    "invalid_metadata_format",
    "metadata_too_large",
    "method_not_supported_for_channel_type",
    "msg_blocks_too_long",
    "msg_too_long",
    "no_permission",
    "no_text",
    "not_allowed_token_type",
    "restricted_action_non_threadable_channel",
    "restricted_action_read_only_channel",
    "restricted_action_thread_locked",
    "restricted_action_thread_only_channel",
    "user_disabled",
    "user_not_found",
    "user_not_visible",
    "users_not_found",
}
"""No repetition mends it; somebody has to do something in Slack first."""
