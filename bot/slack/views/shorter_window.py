"""A form whose window was shortened to the end of business: the same form, all else as it was typed (G-APP-3, G-APP-4)."""

from collections.abc import Mapping

from bot.rules.change import Span
from bot.rules.setting import Policy
from bot.rules.straddling import signers_of
from bot.rules.verdict import Field
from bot.slack.ids import AFRESH
from bot.slack.views.kit import Json, blocks_of, lines, section
from bot.slack.views.speech import Speech

EXPLANATION = "shorter_window"
KEPT = ("type", "callback_id", "private_metadata", "title", "submit", "close")


def with_shorter_window(
    view: Mapping[str, object], wished: Span, shorter: Span, policy: Policy, speech: Speech
) -> Json:
    """The submitted view with the shorter window in it, to be submitted once more; a line at its top says what and why.

    The end's input gets a block id of its own: Slack keeps what was typed wherever block and action are the same.
    """
    blocks = [dict(block) for block in blocks_of(view) if block.get("block_id") != EXPLANATION]
    shown = {key: view[key] for key in KEPT if key in view}
    return {
        **shown,
        "blocks": [
            _explanation(wished, shorter, policy, speech),
            *(_with_end(block, shorter) if _is_end(block) else block for block in blocks),
        ],
    }


def _explanation(wished: Span, shorter: Span, policy: Policy, speech: Speech) -> Json:
    said = section(
        lines(
            f"ℹ️ *The window now ends {speech.when(shorter.end)}, with business hours.* Submit once more to take it:"
            f" it needs {signers_of(policy, shorter)}.",
            f"For {speech.span(wished)} set its end back and say why it cannot wait: that needs"
            f" {signers_of(policy, wished)}.",
        )
    )
    return {**said, "block_id": EXPLANATION}


def _is_end(block: Mapping[str, object]) -> bool:
    return str(block.get("block_id")).partition(AFRESH)[0] == Field.WINDOW_END.value


def _with_end(block: Json, shorter: Span) -> Json:
    element, before = block["element"], str(block["block_id"]).partition(AFRESH)[2]
    end = {"initial_date_time": int(shorter.end.timestamp())}
    shown = {**element, **end} if isinstance(element, dict) else element
    number = int(before) + 1 if before.isdecimal() else 1
    return {**block, "block_id": f"{Field.WINDOW_END.value}{AFRESH}{number}", "element": shown}
