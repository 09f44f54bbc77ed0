"""Which buttons stand on a change at which stage. Whether an act is possible says the rules' table; who may is asked on the click."""

from bot.rules.approvals import missing_seats, rows_now
from bot.rules.change import ReturnedBecause
from bot.rules.clauses import Clause
from bot.rules.freeze_gates import freezes_over
from bot.rules.life import TRANSITIONS, Act, Stage
from bot.rules.scene import Scene
from bot.rules.verdict import unmet
from bot.slack.ids import Press, Ref
from bot.slack.views.freezes import exception_button
from bot.slack.views.hotfix_buttons import hotfix_actions, hotfix_buttons
from bot.slack.views.kit import Json, actions, button
from bot.slack.views.menu import menu
from bot.slack.views.next_act import next_gates
from bot.slack.views.production_buttons import production_buttons
from bot.slack.views.speech import Speech
from bot.slack.views.standing_of_hotfix import is_hotfix

_MENDED_BY_EVIDENCE = frozenset({Clause.ENV_1, Clause.STD_1, Clause.STD_2, Clause.STD_4})
"""Gates that recording something about the code can meet."""


def card_buttons(scene: Scene) -> Json | None:
    """The row of buttons under a card."""
    if is_hotfix(scene):
        return actions(*hotfix_actions(scene))
    pressed = buttons_of(scene)
    if scene.stage in TRANSITIONS[Act.TAKE_OVER].stages:
        why = button(Press.WHY, "Why?", Ref.of(scene.change))
        return actions(*pressed, why, menu(scene, pressed))
    return actions(*pressed)


def buttons_of(scene: Scene) -> list[Json]:
    """What a card's buttons do, without its menu."""
    exception = exception_button(scene)
    return [*stage_buttons(scene, Ref.of(scene.change)), *([exception] if exception else [])]


def stage_buttons(scene: Scene, ref: Ref) -> list[Json]:
    """What can be done to get on, the likeliest first and primary."""
    match scene.stage:
        case Stage.DECLARED:
            return hotfix_buttons(scene)
        case Stage.PREPARING:
            return _preparing(scene, ref)
        case Stage.RETURNED:
            return returned_buttons(scene, ref)
        case Stage.STAGING:
            succeeded = button(Press.STAGING_SUCCEEDED, "Staging succeeded", ref, "primary")
            return [succeeded, button(Press.STAGING_FAILED, "Failed…", ref), *_approve_if_missing(scene, ref)]
        case Stage.VERIFYING:
            passing = button(Press.PASS, "Pass", ref, "primary")
            return [passing, button(Press.FAIL, "Fail…", ref), *_approve_if_missing(scene, ref)]
        case Stage.VERIFIED:
            return [*window_buttons(scene, ref), *_approve_if_missing(scene, ref)]
        case Stage.APPROVING:
            return [button(Press.APPROVE, "Approve", ref, "primary"), button(Press.REJECT, "Reject…", ref)]
        case Stage.SCHEDULED:
            frozen = freezes_over(scene.change, scene.setting)
            start = button(Press.START_PRODUCTION, "Start deployment", ref, None if frozen else "primary")
            baseline = button(Press.RECORD_BASELINE, "Record baseline…", ref)
            return [start, button(Press.REJECT, "Reject…", ref), baseline]
        case Stage.SUPERSEDED:
            return superseded_buttons(scene, ref)
        case _:
            return production_buttons(scene)


def _preparing(scene: Scene, ref: Ref) -> list[Json]:
    """A start is only offered when it is possible; before that, what is missing for it can be mended."""
    reject = button(Press.REJECT, "Reject…", ref)
    missing = unmet(next_gates(scene))
    if not missing:
        return [button(Press.START_STAGING, "Start staging", ref, "primary"), reject]
    signed = not _approvals_missing(scene)
    evidence = (
        [button(Press.RECORD_EVIDENCE, "Record evidence…", ref, "primary" if signed else None)]
        if any(gate.clause in _MENDED_BY_EVIDENCE for gate in missing)
        else []
    )
    if signed:
        return [*evidence, reject]
    return [button(Press.APPROVE, "Approve", ref, "primary"), reject, *evidence]


def _approvals_missing(scene: Scene) -> bool:
    policy = scene.setting.policy
    return bool(missing_seats(scene.change, policy, rows_now(scene.change, scene.setting)))


def _approve_if_missing(scene: Scene, ref: Ref) -> list[Json]:
    return [button(Press.APPROVE, "Approve", ref)] if _approvals_missing(scene) else []


def returned_buttons(scene: Scene, ref: Ref) -> list[Json]:
    """What its requester can do about a change that came back."""
    revise = button(Press.REVISE, "Revise…", ref, "primary")
    returned = scene.change.returned
    if returned and returned.because is ReturnedBecause.VERIFICATION_FAILED:
        return [revise]
    return [revise, button(Press.RESUBMIT, "Resubmit as it is", ref)]


def superseded_buttons(scene: Scene, ref: Ref) -> list[Json]:
    """Going on all the same; a staging deployment that still runs gets its end, too."""
    back = button(Press.BRING_BACK, "Bring it back", ref)
    if scene.change.running is None:
        return [back]
    succeeded = button(Press.STAGING_SUCCEEDED, "Staging succeeded", ref)
    return [back, succeeded, button(Press.STAGING_FAILED, "Failed…", ref)]


def window_buttons(scene: Scene, ref: Ref) -> list[Json]:
    """How its requester gets a window."""
    counter = scene.change.counter
    if counter is None:
        return [button(Press.PROPOSE_WINDOW, "Propose window…", ref, "primary")]
    accept = f"Accept {Speech.of(scene).span_in_zone(counter.span)}"
    return [
        button(Press.ACCEPT_COUNTER, accept, ref, "primary"),
        button(Press.PROPOSE_WINDOW, "Propose another…", ref),
    ]
