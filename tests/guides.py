"""Guides to test with: the one that the bot comes with, and what is wrong with others."""

from collections.abc import Mapping
from datetime import timedelta
from importlib import resources
from pathlib import Path

import pytest

import bot.rules
from bot.rules.guide import (
    GUIDE_FILE,
    Guide,
)
from bot.rules.guide_reading import BadGuide, parse_guide

TEXT = resources.files(bot.rules).joinpath(GUIDE_FILE).read_text("utf-8")
DOCUMENT = Path(__file__).parents[1] / "docs" / "guide.md"
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def guide(overrides: Mapping[str, object] | None = None) -> Guide:
    return parse_guide(TEXT, source=GUIDE_FILE, overrides=overrides)


def problems(text: str = TEXT, overrides: Mapping[str, object] | None = None) -> list[str]:
    with pytest.raises(BadGuide) as caught:
        parse_guide(text, source=GUIDE_FILE, overrides=overrides)
    return str(caught.value).splitlines()


def line_of(line: str, text: str = TEXT) -> int:
    return text.splitlines().index(line) + 1
