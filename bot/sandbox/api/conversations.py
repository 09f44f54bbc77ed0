"""Conversations: open, look up, read back."""

from bot.sandbox.api.call import Arguments, method
from bot.sandbox.api.chat import by_id
from bot.sandbox.as_json import conversation_json, threaded_json
from bot.sandbox.posts import Conversation, Post
from bot.sandbox.refusal import Json, RefusalError
from bot.sandbox.workspace import Workspace


@method("conversations.open", "im:write")
def conversations_open(workspace: Workspace, args: Arguments) -> Json:
    """Open a direct message with one person. Groups of several are refused: the sandbox has none."""
    users = args.text("users").split(",")
    if len(users) > 1:
        raise RefusalError("method_not_supported_for_channel_type")
    person = workspace.user(users[0])
    if person is None:
        raise RefusalError("user_not_found")
    if person.deleted:
        raise RefusalError("user_disabled")
    if person.is_bot:
        raise RefusalError("cannot_dm_bot")
    known = f"D{person.id[1:]}" in workspace.conversations
    channel = workspace.direct(person.id)
    body: Json = conversation_json(channel) if args.flag("return_im") else {"id": channel.id}
    return {"channel": body, **({"no_op": True, "already_open": True} if known else {})}


@method("conversations.info", "channels:read")
def conversations_info(workspace: Workspace, args: Arguments) -> Json:
    """One conversation."""
    return {"channel": conversation_json(by_id(workspace, args.text("channel")))}


@method("conversations.list", "channels:read")
def conversations_list(workspace: Workspace, args: Arguments) -> Json:
    """The public channels, and with `types` the private ones and direct messages that the bot is in, page by page."""
    types = (args.words("types") or "public_channel").split(",")
    hide = args.flag("exclude_archived")
    found = [
        conversation_json(one)
        for one in workspace.conversations.values()
        if _type(one) in types and not (hide and one.is_archived) and (not one.is_private or one.has_bot)
    ]
    start, limit = page_start(args), args.number("limit", 100, 1000)
    more = str(start + limit) if len(found) > start + limit else ""
    return {"channels": found[start : start + limit], "response_metadata": {"next_cursor": more}}


def page_start(args: Arguments) -> int:
    """How many of a list the pages before have shown.

    Raises:
        RefusalError: `invalid_cursor`.
    """
    try:
        start = int(args.words("cursor") or 0)
    except ValueError:
        raise RefusalError("invalid_cursor") from None
    if start < 0:
        raise RefusalError("invalid_cursor")
    return start


def _type(one: Conversation) -> str:
    if one.kind == "im":
        return "im"
    return "private_channel" if one.is_private else "public_channel"


@method("conversations.members", "channels:read")
def conversations_members(workspace: Workspace, args: Arguments) -> Json:
    """Who is in a conversation, the bot included where it is."""
    one = by_id(workspace, args.text("channel"))
    own = [workspace.company.app.bot_user_id] if one.has_bot else []
    return {"members": [*sorted(one.members), *own], "response_metadata": {"next_cursor": ""}}


def _readable(workspace: Workspace, args: Arguments) -> Conversation:
    one = by_id(workspace, args.text("channel"))
    if not one.has_bot:
        raise RefusalError("not_in_channel")
    return one


def _between(posts: list[Post], args: Arguments) -> list[Post]:
    """Those between `oldest` and `latest`; the bounds themselves only if `inclusive`."""
    oldest, latest = _ts(args, "oldest"), _ts(args, "latest")
    inclusive = args.flag("inclusive")

    def inside(post: Post) -> bool:
        at = as_micros(post.ts)
        if inclusive:
            return (oldest is None or at >= oldest) and (latest is None or at <= latest)
        return (oldest is None or at > oldest) and (latest is None or at < latest)

    return [one for one in posts if inside(one)]


def as_micros(ts: str) -> int:
    """A ts as microseconds since the epoch.

    Raises:
        ValueError: when it is none.
    """
    seconds, _, fraction = ts.partition(".")
    return int(seconds) * 1_000_000 + int((fraction + "000000")[:6])


def _ts(args: Arguments, name: str) -> int | None:
    value = args.words(name)
    if not value or value == "0":
        return None
    try:
        return as_micros(value)
    except ValueError:
        raise RefusalError(f"invalid_ts_{name}") from None


def _page(posts: list[Post], args: Arguments, default: int) -> tuple[list[Post], Json]:
    limit, start = args.number("limit", default, 999), page_start(args)
    rest = len(posts) > start + limit
    more: Json = {"has_more": rest}
    if rest:
        more["response_metadata"] = {"next_cursor": str(start + limit)}
    return posts[start : start + limit], more


@method("conversations.history", "channels:history")
def conversations_history(workspace: Workspace, args: Arguments) -> Json:
    """The messages of a conversation, the newest first, without replies; metadata only if asked for."""
    one = _readable(workspace, args)
    posts, more = _page(_between(one.listed(), args)[::-1], args, 100)
    metadata = args.flag("include_all_metadata")
    return {
        "messages": [threaded_json(post, one, workspace.company, metadata=metadata) for post in posts],
        "pin_count": len(one.pins),
        **more,
    }


@method("conversations.replies", "channels:history")
def conversations_replies(workspace: Workspace, args: Arguments) -> Json:
    """A thread: its first message, then the replies, the oldest first."""
    one = _readable(workspace, args)
    root = one.post(args.text("ts"))
    if root is None:
        raise RefusalError("thread_not_found")
    posts, more = _page([root, *_between(one.replies(root.ts), args)], args, 1000 - 1)
    metadata = args.flag("include_all_metadata")
    return {
        "messages": [threaded_json(post, one, workspace.company, metadata=metadata) for post in posts],
        **more,
    }
