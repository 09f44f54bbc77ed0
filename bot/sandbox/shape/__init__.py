"""Block Kit as strictly as Slack reads it: every limit, required field and place of a block or element.

What Slack has and the sandbox does not show (videos, files, external selects, cards …) is refused as unknown.
"""

from bot.sandbox.shape.surfaces import check_message, check_metadata, check_view

__all__ = ["check_message", "check_metadata", "check_view"]
