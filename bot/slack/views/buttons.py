"""Which buttons stand on a change at which stage. Whether an act is possible says the rules' table; who may is asked on the click."""

from bot.rules.approvals import missing_seats, rows_at
from bot.rules.change import ReturnedBecause
from bot.rules.life import TRANSITIONS, Act, Stage
from bot.rules.scene import Scene
from bot.rules.verdict import unmet
from bot.slack.ids import Choice, Press, Ref
from bot.slack.views.kit import Json, actions, button, more
from bot.slack.views.next_act import next_gates
from bot.slack.views.speech import Speech
from bot.slack.views.standing import production

_CHOICES = (
    (Choice.REVISE, Act.REVISE, "Revise…"),
    (Choice.MOVE_WINDOW, Act.MOVE_WINDOW, "Move window…"),
    (Choice.RECORD_EVIDENCE, Act.RECORD_EVIDENCE, "Record evidence…"),
    (Choice.START_STAGING, Act.START_STAGING, "Deploy to staging again"),
    (Choice.FAIL, Act.VERIFY, "Report a failed verification…"),
    (Choice.TAKE_OVER, Act.TAKE_OVER, "Take over as deployer"),
    (Choice.WITHDRAW, Act.WITHDRAW, "Withdraw…"),
)
_BUTTONED = {
    Stage.PREPARING: {Choice.START_STAGING},
    Stage.RETURNED: {Choice.REVISE},
    Stage.VERIFYING: {Choice.FAIL},
    Stage.APPROVING: {Choice.RECORD_EVIDENCE},
    Stage.SCHEDULED: {Choice.RECORD_EVIDENCE},
}
"""What has a button of its own at a stage, or is settled there: a window is only proposed once all evidence is in."""


def card_buttons(scene: Scene) -> Json | None:
    """The row of buttons under a card."""
    ref = Ref.of(scene.change)
    pressed = stage_buttons(scene, ref)
    if scene.stage in TRANSITIONS[Act.TAKE_OVER].stages:
        return actions(*pressed, button(Press.WHY, "Why?", ref), _menu(scene, ref))
    return actions(*pressed)


def _menu(scene: Scene, ref: Ref) -> Json | None:
    hidden = _BUTTONED.get(scene.stage, set())
    return more(
        [
            (choice, label)
            for choice, act, label in _CHOICES
            if scene.stage in TRANSITIONS[act].stages and choice not in hidden
        ],
        ref,
    )


def stage_buttons(scene: Scene, ref: Ref) -> list[Json]:
    """What can be done to get on, the likeliest first and primary."""
    match scene.stage:
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
            start = button(Press.START_PRODUCTION, "Start deployment", ref, "primary")
            return [start, button(Press.REJECT, "Reject…", ref)]
        case Stage.DEPLOYING:
            succeeded = button(Press.PRODUCTION_SUCCEEDED, "Succeeded", ref, "primary")
            return [succeeded, button(Press.PRODUCTION_FAILED, "Failed…", ref)]
        case Stage.MONITORING:
            return [healthy_button(scene)]
        case _:
            return []


def _preparing(scene: Scene, ref: Ref) -> list[Json]:
    reject = button(Press.REJECT, "Reject…", ref)
    if _approvals_missing(scene):
        approve = button(Press.APPROVE, "Approve", ref, "primary")
        return [approve, reject, button(Press.START_STAGING, "Start staging", ref)]
    ready = not unmet(next_gates(scene))
    start = button(Press.START_STAGING, "Start staging", ref, "primary" if ready else None)
    return [start, reject]


def _approvals_missing(scene: Scene) -> bool:
    policy = scene.setting.policy
    return bool(missing_seats(scene.change, policy, rows_at(scene.change, policy)))


def _approve_if_missing(scene: Scene, ref: Ref) -> list[Json]:
    return [button(Press.APPROVE, "Approve", ref)] if _approvals_missing(scene) else []


def returned_buttons(scene: Scene, ref: Ref) -> list[Json]:
    """What its requester can do about a change that came back."""
    revise = button(Press.REVISE, "Revise…", ref, "primary")
    returned = scene.change.returned
    if returned and returned.because is ReturnedBecause.VERIFICATION_FAILED:
        return [revise]
    return [revise, button(Press.RESUBMIT, "Resubmit as it is", ref)]


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


def healthy_button(scene: Scene) -> Json:
    """Closing the watch; primary once its time has come."""
    deployment = production(scene)
    ref = Ref.of(scene.change, deployment.id if deployment else None)
    return button(Press.HEALTHY, "Healthy", ref, None if unmet(next_gates(scene)) else "primary")
