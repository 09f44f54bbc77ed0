"""Messages and views as plain text, as one person would read them aloud."""

from bot.sandbox.blocks import Values
from bot.sandbox.posts import Post
from bot.sandbox.refusal import Json
from bot.sandbox.spans import Reader, literal, mrkdwn, plain
from bot.sandbox.views import View
from bot.sandbox.workspace import Workspace


def reader_for(workspace: Workspace, user_id: str | None) -> Reader:
    """How a person reads; nobody in particular reads in the company's zone."""
    person = workspace.user(user_id) if user_id else None
    zone = person.tz if person else workspace.company.people[0].tz

    def name_of(one: str) -> str:
        app = workspace.company.app
        member = workspace.user(one)
        if member is not None:
            return member.display_name
        if one == app.bot_user_id:
            return app.name.capitalize()
        groups = {group.id: group.handle for group in (workspace.groups or {}).values()}
        where = workspace.conversations.get(one)
        return where.name if where else groups.get(one, one)

    return Reader(zone, name_of)


def text_of(value: Json, reader: Reader) -> str:
    """A text object's words."""
    if value["type"] == "mrkdwn":
        return plain(mrkdwn(value["text"], reader))
    return plain(literal(value["text"]))


def read_post(post: Post, reader: Reader) -> str:
    """A message: its blocks, or its text where it has none, then its attachments."""
    lines = [read_block(block, reader) for block in post.blocks] or [plain(mrkdwn(post.text, reader))]
    for one in post.attachments:
        lines += [read_block(block, reader) for block in one.get("blocks", [])]
        if one.get("text"):
            lines.append(plain(mrkdwn(one["text"], reader)))
    return "\n".join(line.rstrip("\n") for line in lines if line)


def read_view(view: View, reader: Reader) -> str:
    """A modal or Home: its title, its blocks with what is typed and what is wrong, its buttons."""
    content = view.content
    lines = [content["title"]["text"]] if "title" in content else []
    for block in view.blocks:
        lines.append(read_block(block, reader, view.values))
        if block["block_id"] in view.errors:
            lines.append(f"  ✗ {view.errors[block['block_id']]}")
    if view.trouble:
        lines.append(f"✗ {view.trouble}")
    ends = [f"[{content['close']['text']}]"] if "close" in content else []
    ends += [f"[[{content['submit']['text']}]]"] if "submit" in content else []
    return "\n".join([*(line for line in lines if line), *([" ".join(ends)] if ends else [])])


def read_block(block: Json, reader: Reader, values: Values | None = None) -> str:
    """One block."""
    typed = (values or {}).get(block["block_id"], {})
    match block["type"]:
        case "divider":
            return "———"
        case "header" | "alert":
            return text_of(block["text"], reader)
        case "section":
            return _section(block, reader, typed)
        case "context" | "actions":
            return " ".join(_element(one, reader, typed) for one in block["elements"])
        case "input":
            label = block["label"]["text"] + (" (optional)" if block.get("optional") else "")
            hint = f"\n  {block['hint']['text']}" if "hint" in block else ""
            return f"{label}: {_element(block['element'], reader, typed)}{hint}"
        case "markdown":
            return str(block["text"])
        case "image":
            return f"({block['alt_text']})"
        case "table":
            return "\n".join(" | ".join(_cell(cell) for cell in row) for row in block["rows"])
        case "rich_text":
            return _cell(block)
        case _:
            return f"({block.get('title', block['type'])})"


def _section(block: Json, reader: Reader, typed: dict[str, Json]) -> str:
    lines = [text_of(block["text"], reader)] if "text" in block else []
    lines += [text_of(one, reader) for one in block.get("fields", [])]
    if "accessory" in block:
        lines[-1] += f"  {_element(block['accessory'], reader, typed)}"
    return "\n".join(lines)


def _cell(value: Json) -> str:
    """The words of a rich text, or of a table's cell."""
    own = value.get("text", "")
    inside = "".join(_cell(one) for one in value.get("elements", []) if isinstance(one, dict))
    return f"{own if isinstance(own, str) else ''}{inside}"


def _element(element: Json, reader: Reader, typed: dict[str, Json]) -> str:
    match element["type"]:
        case "plain_text" | "mrkdwn":
            return text_of(element, reader)
        case "image":
            return f"({element['alt_text']})"
        case "button":
            words = element["text"]["text"]
            return f"[[{words}]]" if element.get("style") == "primary" else f"[{words}]"
        case "overflow":
            return f"[⋯ {', '.join(one['text']['text'] for one in element['options'])}]"
        case _:
            value = typed.get(element["action_id"])
            shown = read_value(value, reader) if value else ""
            return shown or f"[{element.get('placeholder', {}).get('text', '…')}]"


def read_value(value: Json, reader: Reader) -> str:
    """What an input holds, in words; empty where it holds nothing."""
    match next(((name, one) for name, one in value.items() if name not in {"type", "timezone"}), ("", None)):
        case (_, None):
            return ""
        case ("selected_option", dict(option)):
            return text_of(option["text"], reader)
        case ("selected_options", list(options)):
            return ", ".join(text_of(one["text"], reader) for one in options)
        case ("selected_users", list(users)):
            return ", ".join(reader.name_of(one) for one in users)
        case ("selected_user" | "selected_channel" | "selected_conversation", str(one)):
            return reader.name_of(one)
        case ("selected_date_time", int(seconds)):
            return plain(mrkdwn(f"<!date^{seconds}^{{date_num}} {{time}}|{seconds}>", reader))
        case (_, one):
            return str(one)
