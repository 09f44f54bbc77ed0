"""What a company reads otherwise than the default guide without its sentences showing it: who is asked how often, and the like."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from typing import Final, cast

from bot.rules.guide import Guide
from bot.rules.guide_words import demands_of
from bot.rules.words import join_names, span

_Path = tuple[str, ...]

_ABOUT_THE_DOCUMENT: Final = frozenset({"title", "owner", "updated"})


def unsaid_differences(guide: Guide, default: Guide) -> Iterator[tuple[str, str, str]]:
    """Each key of the organization's [guide] whose value no sentence shows, with its value and the default's."""
    said = demands_of(guide)
    for path, ours, usual in _differing(guide, default, ()):
        if path[0] not in _ABOUT_THE_DOCUMENT and demands_of(_with(guide, path, usual)) == said:
            yield ".".join(path), _shown(ours), _shown(usual)


def _differing(ours: object, usual: object, path: _Path) -> Iterator[tuple[_Path, object, object]]:
    if ours == usual:
        return
    if is_dataclass(ours):
        for field in fields(ours):
            yield from _differing(getattr(ours, field.name), getattr(usual, field.name), (*path, field.name))
    elif isinstance(ours, Mapping) and isinstance(usual, Mapping):
        for key in ours:
            yield from _differing(ours[key], usual[key], (*path, str(key)))
    else:
        yield path, ours, usual


def _with(guide: Guide, path: _Path, value: object) -> Guide:
    return cast("Guide", _replaced(guide, path, value))


def _replaced(part: object, path: _Path, value: object) -> object:
    if not path:
        return value
    first, *rest = path
    if isinstance(part, Mapping):
        return {key: _replaced(one, tuple(rest), value) if key == first else one for key, one in part.items()}
    if is_dataclass(part) and not isinstance(part, type):
        return replace(part, **{first: _replaced(getattr(part, first), tuple(rest), value)})
    raise TypeError(f"{first} is no part of {part!r}")


def _shown(value: object) -> str:
    match value:
        case timedelta():
            return span(value)
        case bool():
            return "true" if value else "false"
        case tuple():
            return join_names([_shown(each) for each in value], "and")
        case frozenset():
            return join_names(sorted(_shown(each) for each in value), "and")
        case _:
            return str(value)
