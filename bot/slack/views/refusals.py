"""What the person who acted reads, and nobody else: that it is done, or why not and what to press next."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.rules.clauses import Clause
from bot.rules.terms import PersonId
from bot.rules.verdict import Field, Gate, Refused, unmet
from bot.rules.words import Sentence
from bot.slack.ids import AFRESH, COMMAND, Press, Ref
from bot.slack.views.gate_lines import gate_blocks, gate_line
from bot.slack.views.kit import Json, Message, actions, blocks_of, button, message, section
from bot.slack.views.speech import Speech
from bot.slack.views.text import clip, typed

FIELD_ERROR_MOST = 500


@dataclass(frozen=True, slots=True)
class Offer:
    """Who was refused, on what: so that the refusal can offer what they themselves can do about it."""

    actor: PersonId
    ref: Ref
    also: tuple[Json, ...] = ()
    """Buttons that help this act, whoever was refused."""


def refusal(refused: Refused, doing: str, speech: Speech, offer: Offer | None = None) -> Message:
    """Why not, a line for each unmet gate. `doing` follows "You can't": "start CHG-142"."""
    gates = unmet(refused.gates)
    if not gates:
        said = "That was done already, or is no longer wanted. Nothing was recorded."
        return message(said, section(f"ℹ️ {said}"))
    if refused.moved_on:
        said = " ".join(gate_line(gate, speech) for gate in gates)
        return message(said, section(f"ℹ️ {said}"))
    headline = f"You can't {typed(doing)}{' yet' if any(_can_pass(gate) for gate in gates) else ''}"
    reader = offer.actor if offer else None
    first = gate_line(gates[0], speech, reader)
    if len(gates) == 1 and first.startswith(_PERSONAL):
        return message(first, *gate_blocks(gates, speech, reader), _next_steps(gates, offer))
    return message(
        f"{headline}: {first}",
        section(f"*{headline}.*"),
        *gate_blocks(gates, speech, reader),
        _next_steps(gates, offer),
    )


_PERSONAL = ("You ", "This is your own")
"""How a sentence begins that says by itself that somebody can't do something."""


def _can_pass(gate: Gate) -> bool:
    return gate.passes_at is not None or bool(gate.who)


_MENDED_BY = {
    Clause.ENV_1: (Press.RECORD_EVIDENCE, "Record evidence…"),
    Clause.STD_1: (Press.RECORD_EVIDENCE, "Record evidence…"),
    Clause.STD_2: (Press.RECORD_EVIDENCE, "Record evidence…"),
    Clause.STD_3: (Press.REVISE, "Revise…"),
    Clause.STD_4: (Press.RECORD_EVIDENCE, "Record evidence…"),
    Clause.STD_6: (Press.REVISE, "Revise…"),
    Clause.STD_10: (Press.REVISE, "Revise…"),
}


def _next_steps(gates: tuple[Gate, ...], offer: Offer | None) -> Json | None:
    if offer is None:
        return None
    mine = [gate for gate in gates if offer.actor in gate.who]
    steps = dict.fromkeys(_MENDED_BY[gate.clause] for gate in mine if gate.clause in _MENDED_BY)
    if any(gate.clause is Clause.STD_8 and gate.passes_at for gate in mine):
        steps[Press.MOVE_WINDOW, "Move window…"] = None
    return actions(*(button(press, label, offer.ref) for press, label in steps), *offer.also)


def field_errors(refused: Refused, view: Mapping[str, object], speech: Speech) -> dict[str, str]:
    """Every unmet gate beside a field of this modal: its own where the modal has that, else the first. Never empty."""
    inputs = [
        block_id
        for block in blocks_of(view)
        if block.get("type") == "input" and isinstance(block_id := block.get("block_id"), str)
    ]
    errors: dict[str, list[str]] = {}
    for gate in unmet(refused.gates):
        errors.setdefault(_beside(gate.field, inputs), []).append(_plainly(gate, speech))
    if not errors:
        errors[_beside(None, inputs)] = ["That is so already; nothing was recorded."]
    return {block_id: clip(" ".join(said), FIELD_ERROR_MOST) for block_id, said in errors.items()}


_NEAREST = {Field.PRETEST: Field.PLAN, Field.WINDOW_END: Field.WINDOW_START, Field.CI_LINK: Field.CI}


def _beside(field: Field | None, inputs: list[str]) -> str:
    for wanted in (field, _NEAREST.get(field) if field else None):
        found = [each for each in inputs if wanted is not None and each.partition(AFRESH)[0] == wanted.value]
        if found:
            return found[0]
    return inputs[0] if inputs else ""


def _plainly(gate: Gate, speech: Speech) -> str:
    return speech.say_plainly(gate.why)


def gone(label: str) -> Message:
    """That what was asked for does not exist here; `label` is what the person typed or pressed."""
    said = f"There is no {typed(label, 60)} here. `{COMMAND} help` shows what you can do."
    return message(said, section(said))


def done_message(said: Sentence, speech: Speech) -> Message:
    """That it is done."""
    return message(speech.say(said), section(f"✅ {speech.say(said)}"))
