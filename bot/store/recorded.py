"""Facts as the content of an audit row, and back.

The codec follows the facts' own type hints. What identifies a person or was typed by one – whatever is hinted as
`PersonId` or `Words`, however deep – never stands in the content: in its place stands a salted digest, and the text
itself goes to a table from which it can be erased. The content, and the hash over it, stay as they are.
"""

import hashlib
import re
import secrets
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from bot.rules.company_facts import CompanyFact
from bot.rules.facts import Fact
from bot.rules.terms import PersonId, Words

Json = bool | int | float | str | list["Json"] | dict[str, "Json"] | None

ERASED: Final = "(erased)"
"""What is read where a person was forgotten, for their id as for their words."""

OF_A_PERSON: Final = "p"
OF_WORDS: Final = "w"
SALT_OF_A_PERSON: Final = re.compile(rf"{OF_A_PERSON}?[0-9a-f]{{32}}")
SALT_OF_WORDS: Final = re.compile(rf"{OF_WORDS}?[0-9a-f]{{32}}")

POINTER: Final = re.compile(r'\{"digest":"[0-9a-f]{64}","text":[0-9]+\}')
"""What stands for a text in a content, as `canonical` spells it."""

Recorded = Fact | CompanyFact
"""What the log keeps: what happened to a change, and to the company as a whole."""

FACTS: Final[Mapping[str, type]] = {kind.__name__: kind for kind in get_args(Recorded)}
"""The facts by the names under which they are recorded: renaming one needs its old name here."""


@dataclass(frozen=True, slots=True)
class ErasableText:
    """A person's id or words, with the salt without which its digest says nothing about it."""

    number: int
    salt: str
    person: bool
    value: str

    @property
    def digest(self) -> str:
        """What stands for it in the content."""
        return digest(self.salt, self.value)


def digest(salt: str, value: str) -> str:
    """SHA-256 of salt and value, in hexadecimal."""
    return hashlib.sha256((salt + value).encode()).hexdigest()


def new_salt(*, person: bool) -> str:
    """A salt that says whether a person's id or words are salted with it, so that the digest vouches for that, too."""
    return f"{OF_A_PERSON if person else OF_WORDS}{secrets.token_hex(16)}"


def is_salt(salt: str, *, person: bool) -> bool:
    """Whether this salts a person's id, or words; an earlier release did not say which.

    A digest alone would let the first letters of a text be moved to the end of its salt.
    """
    return (SALT_OF_A_PERSON if person else SALT_OF_WORDS).fullmatch(salt) is not None


class Texts:
    """The erasable texts of one audit row, numbered as they are met; the same text is kept once."""

    def __init__(self) -> None:
        self._kept: dict[tuple[bool, str], ErasableText] = {}

    def keep(self, value: str, *, person: bool) -> Json:
        """Put a text aside; what comes back stands for it in the content. Nobody is known by an empty text."""
        if not value:
            return ""
        key = (person, value)
        if key not in self._kept:
            self._kept[key] = ErasableText(len(self._kept), new_salt(person=person), person, value)
        kept = self._kept[key]
        return {"digest": kept.digest, "text": kept.number}

    @property
    def kept(self) -> Sequence[ErasableText]:
        """All that was put aside, by number."""
        return tuple(self._kept.values())


Encode = Callable[[Any, Texts], Json]
Decode = Callable[[Any, Mapping[int, str]], Any]


def encode_facts(facts: Iterable[Recorded], texts: Texts) -> list[Json]:
    """Each fact by its name and fields; the texts in them are put aside into `texts`."""
    return [
        {"fact": type(fact).__name__, "says": _codec(FACTS[type(fact).__name__]).encode(fact, texts)}
        for fact in facts
    ]


def decode_facts(content: Iterable[Any], texts: Mapping[int, str]) -> tuple[Recorded, ...]:
    """The facts of an audit row's content, with the texts that are still there, by number; the rest reads "(erased)"."""
    return tuple(_codec(FACTS[entry["fact"]]).decode(entry["says"], texts) for entry in content)


def encode_text(value: str | None, texts: Texts, *, person: bool) -> Json:
    """One person's id or words outside any fact."""
    return None if value is None else texts.keep(value, person=person)


def decode_text(content: Any, texts: Mapping[int, str]) -> str | None:  # noqa: ANN401 - parsed JSON
    """What `encode_text` made of a text: the text, or "(erased)"."""
    return None if content is None else _restored(content, texts)


def pointers(content: str) -> set[str]:
    """All that stands for erasable texts in a content, in its canonical spelling.

    What somebody typed cannot look like it: within a JSON text each quotation mark is escaped.
    """
    return set(POINTER.findall(content))


def pointer(digest: str, number: int) -> str:
    """What stands for a text in a content, as `canonical` spells it."""
    return f'{{"digest":"{digest}","text":{number}}}'


@dataclass(frozen=True, slots=True)
class _Codec:
    """How values of one type hint are written and read."""

    encode: Encode
    decode: Decode


def _restored(content: Any, texts: Mapping[int, str]) -> str:  # noqa: ANN401 - parsed JSON
    return "" if content == "" else texts.get(content["text"], ERASED)


def _erasable(*, person: bool) -> _Codec:
    return _Codec(lambda value, texts: texts.keep(value, person=person), _restored)


@cache
def _codec(hint: Any) -> _Codec:  # noqa: ANN401 - a type hint is a type, a NewType, a union or a generic alias
    """The codec of a type hint, worked out once.

    Raises:
        TypeError: facts hold something that nobody has yet said how to record.
    """
    if hint is PersonId or hint is Words:
        return _erasable(person=hint is PersonId)
    plain = getattr(hint, "__supertype__", hint)
    if plain in {str, int, float, bool}:
        return _Codec(lambda value, _: value, lambda content, _: content)
    if plain is datetime:
        return _Codec(
            lambda value, _: value.astimezone(UTC).isoformat(),
            lambda content, _: datetime.fromisoformat(content),
        )
    if isinstance(plain, type) and issubclass(plain, Enum):
        return _Codec(lambda value, _: value.value, lambda content, _: plain(content))
    if is_dataclass(plain):
        return _record(plain)
    return _composite(plain)


def _composite(hint: Any) -> _Codec:  # noqa: ANN401 - as above
    arguments = get_args(hint)
    if get_origin(hint) in {Union, types.UnionType}:
        kinds = [argument for argument in arguments if isinstance(argument, type)]
        if len(kinds) == len(arguments) and all(issubclass(kind, Enum) for kind in kinds):
            return _one_of(kinds)
        (present,) = (argument for argument in arguments if argument is not types.NoneType)
        inner = _codec(present)
        return _Codec(
            lambda value, texts: None if value is None else inner.encode(value, texts),
            lambda content, texts: None if content is None else inner.decode(content, texts),
        )
    if get_origin(hint) is tuple and arguments[1:] == (...,):
        item = _codec(arguments[0])
        return _Codec(
            lambda value, texts: [item.encode(one, texts) for one in value],
            lambda content, texts: tuple(item.decode(one, texts) for one in content),
        )
    raise TypeError(f"nobody has said how {hint} is recorded")


def _one_of(kinds: Sequence[type[Enum]]) -> _Codec:
    """A value of one of several enumerations, whose values differ."""
    members = {member.value: member for kind in kinds for member in kind}
    return _Codec(lambda value, _: value.value, lambda content, _: members[content])


def _record(kind: Any) -> _Codec:  # noqa: ANN401 - a dataclass
    hints = get_type_hints(kind)
    codecs = {field.name: _codec(hints[field.name]) for field in fields(kind)}

    def encode(value: Any, texts: Texts) -> Json:  # noqa: ANN401 - an instance of it
        return {name: codec.encode(getattr(value, name), texts) for name, codec in codecs.items()}

    def decode(content: Any, texts: Mapping[int, str]) -> Any:  # noqa: ANN401 - as above
        # A field that a later release added, with a default, is not in what an earlier one wrote.
        known = {name: codec for name, codec in codecs.items() if name in content}
        return kind(**{name: codec.decode(content[name], texts) for name, codec in known.items()})

    return _Codec(encode, decode)
