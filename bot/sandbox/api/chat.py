"""Messages: post, update, delete, whisper, point at."""

from typing import Final

from bot.sandbox.api.call import Arguments, method
from bot.sandbox.as_json import message_json
from bot.sandbox.blocks import completed
from bot.sandbox.posts import Conversation, Post
from bot.sandbox.refusal import Json, RefusalError
from bot.sandbox.shape import check_message, check_metadata
from bot.sandbox.workspace import Workspace

TEXT_MOST: Final = 40_000
UPDATED_TEXT_MOST: Final = 4_000


def read_content(workspace: Workspace, args: Arguments, most: int = TEXT_MOST) -> Post:
    """The text, blocks, attachments and metadata of a message, checked; its place is still empty.

    Raises:
        RefusalError: `no_text`, `msg_too_long`, `invalid_blocks`, `invalid_attachments` …
    """
    text = args.words("text") or ""
    blocks = args.structure("blocks", "invalid_blocks_format")
    attachments = args.structure("attachments", "invalid_attachments")
    metadata = check_metadata(args.structure("metadata", "invalid_metadata_format"))
    check_message(blocks, attachments, unique_action_ids=workspace.strictness.unique_action_ids)
    if not text and not blocks and not attachments:
        raise RefusalError("no_text")
    if len(text) > most:
        raise RefusalError("msg_too_long")
    app = workspace.company.app
    return Post(
        ts="",
        channel="",
        user=app.bot_user_id,
        text=text,
        blocks=completed(blocks) if isinstance(blocks, list) else [],
        attachments=_completed_attachments(attachments),
        bot_id=app.bot_id,
        metadata=metadata,
    )


def _completed_attachments(attachments: object) -> list[Json]:
    if not isinstance(attachments, list):
        return []
    return [
        {**one, "blocks": completed(one["blocks"])} if isinstance(one.get("blocks"), list) else dict(one)
        for one in attachments
    ]


def writable(workspace: Workspace, name: str) -> Conversation:
    """The conversation that the bot may post in: a channel by id or name, or a person by id.

    Raises:
        RefusalError: `channel_not_found`, `not_in_channel`, `is_archived`.
    """
    person = workspace.user(name)
    if person is not None:
        if person.deleted or person.is_bot:
            raise RefusalError("channel_not_found")
        return workspace.direct(person.id)
    try:
        conversation = workspace.channel_named(name)
    except KeyError:
        raise RefusalError("channel_not_found") from None
    if conversation.is_private and not conversation.has_bot:
        raise RefusalError("channel_not_found")
    if conversation.is_archived:
        raise RefusalError("is_archived")
    if not conversation.has_bot:
        raise RefusalError("not_in_channel")
    return conversation


def by_id(workspace: Workspace, channel: str) -> Conversation:
    """A conversation by its id; names and people will not do where a message is meant.

    Raises:
        RefusalError: `channel_not_found`.
    """
    conversation = workspace.conversations.get(channel)
    if conversation is None or (conversation.is_private and not conversation.has_bot):
        raise RefusalError("channel_not_found")
    return conversation


@method("chat.postMessage", "chat:write")
def post_message(workspace: Workspace, args: Arguments) -> Json:
    """Post to a channel, a thread or a person."""
    conversation = writable(workspace, args.text("channel"))
    post = read_content(workspace, args)
    post.channel = conversation.id
    post.thread_ts = args.words("thread_ts") or None
    if post.thread_ts is not None:
        root = conversation.post(post.thread_ts)
        if root is None:
            raise RefusalError("thread_not_found")
        post.thread_ts = root.thread_ts or root.ts
    post.broadcast = args.flag("reply_broadcast")
    if workspace.strictness.rate_limits:
        workspace.limits.post(conversation.id)
    post.ts = workspace.next_ts()
    workspace.add(post)
    return {"channel": conversation.id, "ts": post.ts, "message": message_json(post, workspace.company)}


def own_post(workspace: Workspace, args: Arguments, refused: str) -> Post:
    """The bot's own message that a call means.

    Raises:
        RefusalError: `message_not_found` (ephemerals, too), or `refused` when somebody else wrote it.
    """
    conversation = by_id(workspace, args.text("channel"))
    if conversation.is_archived:
        raise RefusalError("is_archived")
    post = conversation.post(args.text("ts"))
    if post is None:
        raise RefusalError("message_not_found")
    if post.bot_id != workspace.company.app.bot_id:
        raise RefusalError(refused)
    return post


@method("chat.update", "chat:write")
def update(workspace: Workspace, args: Arguments) -> Json:
    """Change the bot's own message. Blocks and metadata that are not given stay, given empty they go."""
    post = own_post(workspace, args, "cant_update_message")
    new = read_content(workspace, args, UPDATED_TEXT_MOST)
    post.text = new.text
    if "blocks" in args.given or "text" in args.given:
        post.blocks = new.blocks
    if "attachments" in args.given:
        post.attachments = new.attachments
    if "metadata" in args.given:
        post.metadata = new.metadata
    post.edited = workspace.next_ts()
    workspace.touch()
    message = message_json(post, workspace.company)
    return {"channel": post.channel, "ts": post.ts, "text": post.text, "message": message}


@method("chat.delete", "chat:write")
def delete(workspace: Workspace, args: Arguments) -> Json:
    """Delete the bot's own message."""
    post = own_post(workspace, args, "cant_delete_message")
    workspace.conversations[post.channel].posts.remove(post)
    workspace.touch()
    return {"channel": post.channel, "ts": post.ts}


@method("chat.postEphemeral", "chat:write")
def post_ephemeral(workspace: Workspace, args: Arguments) -> Json:
    """Show a message to one person in a channel; it cannot be updated or deleted by its ts."""
    conversation = writable(workspace, args.text("channel"))
    user = args.text("user")
    if workspace.user(user) is None or user not in conversation.members:
        raise RefusalError("user_not_in_channel")
    post = read_content(workspace, args)
    post.channel, post.seen_by, post.ts = conversation.id, user, workspace.next_ts()
    post.thread_ts = args.words("thread_ts") or None
    workspace.add(post)
    return {"message_ts": post.ts}


@method("chat.getPermalink")
def get_permalink(workspace: Workspace, args: Arguments) -> Json:
    """The address of a message."""
    conversation = by_id(workspace, args.text("channel"))
    post = conversation.post(args.text("message_ts"))
    if post is None:
        raise RefusalError("message_not_found")
    address = (
        f"https://{workspace.company.domain}.slack.com/archives/{conversation.id}/p{post.ts.replace('.', '')}"
    )
    if post.thread_ts and post.thread_ts != post.ts:
        address += f"?thread_ts={post.thread_ts}&cid={conversation.id}"
    return {"channel": conversation.id, "permalink": address}
