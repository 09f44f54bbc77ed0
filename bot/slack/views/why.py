"""The whole checklist of a change's next act: what is missing in full, what is met in small print."""

from bot.rules.clauses import CLAUSES
from bot.rules.scene import Scene
from bot.rules.verdict import Gate, unmet
from bot.slack.views.freezes import exception_button
from bot.slack.views.gate_lines import gate_blocks
from bot.slack.views.kit import CONTEXT_MOST, Message, actions, lines, message, section, small
from bot.slack.views.next_act import next_act, next_gates
from bot.slack.views.speech import Speech
from bot.slack.views.standing import label, standing, subject
from bot.slack.views.text import typed


def why(scene: Scene) -> Message:
    """Each gate of the next act, with its clause's title; where there is none, how the change stands."""
    gates, speech = next_gates(scene), Speech.of(scene)
    missing = unmet(gates)
    what = f"{subject(scene)} ({label(scene)})"
    if not gates:
        return message(f"{what}: {standing(scene).said}", section(lines(f"*{what}*", standing(scene).shown)))
    verb = "is" if len(missing) == 1 else "are"
    count = "one thing" if len(missing) == 1 else f"{len(missing)} things"
    lead = (
        f"{count} {verb} missing before {typed(next_act(scene))}"
        if missing
        else f"nothing is missing before {typed(next_act(scene))}"
    )
    return message(
        f"{what}: {lead}",
        section(f"*{what}: {lead}*"),
        *gate_blocks(missing, speech),
        small(_met(gates, speech)),
        actions(exception_button(scene, ahead=True)),
    )


def _met(gates: tuple[Gate, ...], speech: Speech) -> str:
    met = [
        f"✅ {speech.say(gate.why)} · {CLAUSES[gate.clause]} · {gate.clause}" for gate in gates if gate.met
    ]
    shown: list[str] = []
    for line in met:
        if sum(map(len, shown)) + len(line) > CONTEXT_MOST - 100:
            shown.append(f"✅ and {len(met) - len(shown)} more")
            break
        shown.append(line)
    return lines(*shown)
