"""Gates that are not met, as blocks: what is missing, who can give it, when it passes by itself, and in small print the clause."""

from collections.abc import Iterator, Sequence

from bot.rules.clauses import CLAUSES
from bot.rules.terms import PersonId
from bot.rules.verdict import Gate
from bot.rules.words import When, Who
from bot.slack.views.kit import Json, section, small
from bot.slack.views.speech import Speech
from bot.slack.views.text import clip_mrkdwn

SHOWN_MOST = 15
GATE_MOST = 600
_BUDGET = 8000


def gate_blocks(
    gates: Sequence[Gate], speech: Speech, reader: PersonId | None = None
) -> Iterator[Json | None]:
    """Two blocks for each gate; of very many the first, and how many more there are."""
    spent = 0
    for place, gate in enumerate(gates):
        line = f"⛔ {gate_line(gate, speech, reader)}"
        spent += len(line)
        if place == SHOWN_MOST or spent > _BUDGET:
            yield small(f"… and {len(gates) - place} more")
            return
        yield section(line)
        yield small(f"{CLAUSES[gate.clause]} · {gate.clause}")


def gate_line(gate: Gate, speech: Speech, reader: PersonId | None = None) -> str:
    """A gate as one line of mrkdwn; who and when are added where its sentence does not say them itself; `reader` reads it."""
    said = speech.say(gate.why)
    named = {person for part in gate.why.parts if isinstance(part, Who) for person in part.people}
    instants = {part.at for part in gate.why.parts if isinstance(part, When)}
    who = ""
    if gate.who and not gate.passes_at and not named & set(gate.who):
        who = " That is yours to do." if reader in gate.who else f" {speech.people(gate.who)} can help."
    when = ""
    if gate.passes_at and gate.passes_at not in instants:
        when = f" It passes by itself {speech.when(gate.passes_at)}."
    return clip_mrkdwn(f"{said}{who}{when}", GATE_MOST)
