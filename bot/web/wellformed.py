"""Whether a body that Slack signed is one that Bolt can read, and what it says: pure, and bounded in time by the limits below.

Bolt parses first and asks afterwards, so that each of these would end as an error of ours instead of the sender's.
"""

import json
from binascii import a2b_qp
from collections.abc import Iterator, Mapping
from typing import Any, Final, NoReturn
from urllib.parse import unquote_to_bytes

MAX_FIELDS: Final = 64
MAX_DEPTH: Final = 64
MAX_VALUES: Final = 100_000

NAMES_OF_OBJECTS: Final = frozenset(
    {"assistant_thread", "container", "event", "function_data", "item", "message", "previous_message", "view"}
)
NAMES_OF_IDENTITIES: Final = frozenset({"channel", "enterprise", "team", "user"})
NAMES_OF_LISTS: Final = frozenset({"actions", "authorizations", "response_urls"})
NEVER_NULL: Final = frozenset({"event", "response_urls"})
"""Where Bolt looks for who, where and what; Slack sends these as objects, as objects or ids, as lists
of objects, and the last never as null."""


class MalformedError(ValueError):
    """The body is none that Slack sends; the text says why, and repeats nothing of it."""


def check(body: bytes, content_type: str) -> None:
    """Raise `MalformedError` unless `body` is a form or a JSON object as Slack sends them."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedError("The body is not UTF-8.") from None
    if _is_json(content_type):
        _check_object(text)
    else:
        _check_form(body)


def read(body: bytes, content_type: str) -> dict[str, Any]:
    """What a body says that `check` let pass, as Bolt would read it: the JSON, a form's payload, or the form's fields."""
    if _is_json(content_type):
        told: dict[str, Any] = json.loads(body)
        return told
    fields = dict(fields_of(body))
    return json.loads(fields["payload"]) if "payload" in fields else fields


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in {"application/json", "application/x-www-form-urlencoded"}:
        raise MalformedError("The content type is neither a form nor JSON.")
    return kind == "application/json"


def _check_form(body: bytes) -> None:
    # Bolt takes whatever starts so for JSON, whatever its content type says.
    if body.startswith(b"{"):
        raise MalformedError("The body is not a form.")
    try:
        fields = fields_of(body)
    except ValueError:
        raise MalformedError("The body is not a form, or has too many fields, or is not UTF-8.") from None
    names = [name for name, _ in fields]
    if not names or len(set(names)) < len(names):
        raise MalformedError("The form is empty or has a field twice.")
    if any("\0" in part for field in fields for part in field):
        raise MalformedError("The form has a NUL character.")
    payload = dict(fields).get("payload")
    if payload is not None:
        _check_object(payload)


def fields_of(body: bytes) -> list[tuple[str, str]]:
    """A form's fields as `parse_qsl` reads them, which takes fifteen times as long over a click. ValueError where it is none."""
    parts = body.split(b"&")
    if len(parts) > MAX_FIELDS:
        raise ValueError
    fields = []
    for part in parts:
        name, equals, value = part.partition(b"=")
        if not equals:
            raise ValueError
        fields.append((_decoded(name), _decoded(value)))
    return fields


def _decoded(part: bytes) -> str:
    """Percent-decoded. Where `%` is written `=` this is quoted-printable, for which there is a decoder in C."""
    part = part.replace(b"+", b" ")
    escapes = part.count(b"%")
    if not escapes:
        return part.decode("utf-8")
    # That knows more than escapes, in texts that have one of these; an escape that is none leaves the text too long.
    if not (b"=" in part or b"\r" in part or b"\n" in part):
        decoded = a2b_qp(part.replace(b"%", b"="))
        if len(decoded) == len(part) - 2 * escapes:
            return decoded.decode("utf-8")
    return unquote_to_bytes(part).decode("utf-8")


def _check_object(text: str) -> None:
    # The very first character: after a space, Bolt may take it for a form.
    if not text.startswith("{"):
        raise MalformedError("The JSON is not an object.")
    try:
        value: object = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise MalformedError("The JSON cannot be read.") from None
    for string in _strings(value):
        if "\0" in string or not _can_be_encoded(string):
            raise MalformedError("The JSON has a NUL character or half of a character.")
    if not _is_object_of_slacks_shape(value):
        raise MalformedError("The JSON does not have the shape of what Slack sends.")


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError


def _can_be_encoded(string: str) -> bool:
    if string.isascii():
        return True
    try:
        string.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _strings(value: object) -> Iterator[str]:
    """Every string in a JSON value, names included; raises when it is nested too deep or holds too much."""
    level: list[object] = [value]
    seen = 0
    for _ in range(MAX_DEPTH):
        seen += len(level)
        if seen > MAX_VALUES:
            raise MalformedError("The JSON holds too much.")
        below: list[object] = []
        for item in level:
            if isinstance(item, str):
                yield item
            elif isinstance(item, dict):
                yield from item
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
        if not below:
            return
        level = below
    raise MalformedError("The JSON is nested too deep.")


def _has_slacks_shape(value: Mapping[str, object]) -> bool:
    """Whether the parts that Bolt opens without looking are what it takes them for."""
    for name, part in value.items():
        if part is None and name not in NEVER_NULL:
            continue
        if name in NAMES_OF_OBJECTS and not _is_object_of_slacks_shape(part):
            return False
        if name in NAMES_OF_IDENTITIES and not isinstance(part, str | dict):
            return False
        if name in NAMES_OF_LISTS and not (
            isinstance(part, list) and all(map(_is_object_of_slacks_shape, part))
        ):
            return False
        if name == "actions" and part == []:  # Bolt takes the first
            return False
        # With several, which only forms that ask for it have, and ours do not, Bolt fails over its own log line.
        if name == "response_urls" and isinstance(part, list) and len(part) > 1:
            return False
    return True


def _is_object_of_slacks_shape(value: object) -> bool:
    return isinstance(value, dict) and _has_slacks_shape(value)
