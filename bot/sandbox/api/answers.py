"""What a `response_url` takes: an answer to a command or a click, for half an hour."""

from bot.sandbox.api.call import Arguments
from bot.sandbox.api.chat import read_content
from bot.sandbox.posts import Post
from bot.sandbox.refusal import Json
from bot.sandbox.triggers import AnswerAddress
from bot.sandbox.workspace import Workspace


def answer_through(workspace: Workspace, secret: str, body: Json) -> None:
    """Do what was posted to a response_url: answer, replace or delete.

    Raises:
        RefusalError: `expired_url`, `used_url`, or what is wrong with the message.
    """
    address = workspace.response_urls.use(secret)
    args = Arguments(body)
    original = _original(workspace, address)
    if original is not None and args.flag("delete_original"):
        workspace.conversations[original.channel].posts.remove(original)
        workspace.touch()
    elif original is not None and args.flag("replace_original"):
        _replace(workspace, original, read_content(workspace, args), address.during)
    else:
        post_answer(workspace, address, args)


def post_answer(workspace: Workspace, address: AnswerAddress, args: Arguments) -> Post:
    """Post an answer to a person: for their eyes only, unless `response_type` is `in_channel`.

    Raises:
        RefusalError: what is wrong with the message.
    """
    post = read_content(workspace, args)
    post.channel, post.ts = address.channel, workspace.next_ts()
    post.thread_ts = args.words("thread_ts") or address.thread_ts
    if args.words("response_type") != "in_channel":
        post.seen_by, post.during = address.user, address.during
    return workspace.add(post)


def _original(workspace: Workspace, address: AnswerAddress) -> Post | None:
    """The message that was clicked, ephemeral or not; None for a command."""
    for post in workspace.conversations[address.channel].posts:
        if post.ts == address.ts and post.seen_by in {None, address.user}:
            return post
    return None


def _replace(workspace: Workspace, original: Post, new: Post, during: int) -> None:
    original.text, original.blocks, original.attachments = new.text, new.blocks, new.attachments
    original.edited = workspace.next_ts()
    if original.seen_by is not None:
        original.during = during
    workspace.touch()
