"""The guide that the bot comes with, which an organization's file overrides."""

from importlib.resources import files

from bot.rules.guide import GUIDE_FILE


def default_guide_text() -> str:
    """Its text, as TOML."""
    return files("bot.rules").joinpath(GUIDE_FILE).read_text(encoding="utf-8")
