"""The checklist of a change's next act, picked by its stage; the gates themselves are the rules'."""

from bot.rules.clauses import Clause
from bot.rules.gates import (
    approval_gates,
    evidence_gates,
    health_gates,
    production_gates,
    running_gates,
    service_gates,
    staging_gates,
    verification_gates,
    version_gates,
)
from bot.rules.hotfix_gates import hotfix_gates
from bot.rules.leaving_out import next_environment
from bot.rules.life import UNSTARTED, WINDOWED, Stage
from bot.rules.scene import Scene
from bot.rules.terms import ApprovalStage
from bot.rules.verdict import Gate


def next_gates(scene: Scene) -> tuple[Gate, ...]:
    """Everything that the next act needs, met or not; empty where nothing is to be decided."""
    match scene.stage:
        case Stage.DECLARED:
            return hotfix_gates(scene.change, scene.setting)
        case Stage.PREPARING | Stage.RETURNED | Stage.STAGING:
            if _awaits_waiver(scene):
                code = approval_gates(scene.change, scene.setting, ApprovalStage.CODE)
                return (*code, *evidence_gates(scene.change))
            return staging_gates(
                scene.change, next_environment(scene.change, scene.setting.guide), scene.setting
            )
        case Stage.VERIFYING:
            return verification_gates(scene.change, scene.setting)
        case Stage.VERIFIED | Stage.APPROVING | Stage.SCHEDULED:
            return production_gates(scene.change, scene.setting)
        case Stage.MONITORING | Stage.RESTORED:
            return health_gates(scene.change, scene.setting)
        case _:
            return ()


def next_act(scene: Scene) -> str:
    """What the next act is, to follow "before"; empty where there is none."""
    match scene.stage:
        case Stage.PREPARING | Stage.RETURNED | Stage.STAGING:
            if _awaits_waiver(scene):
                environment = next_environment(scene.change, scene.setting.guide)
                return f"the waiver of {environment} counts"
            return f"the deployment to {next_environment(scene.change, scene.setting.guide)}"
        case Stage.VERIFYING:
            return "a production window can be proposed"
        case Stage.DECLARED | Stage.VERIFIED | Stage.APPROVING | Stage.SCHEDULED:
            return f"the deployment to {scene.setting.guide.production}"
        case Stage.MONITORING | Stage.RESTORED:
            return "the watch can be closed"
        case _:
            return ""


def _awaits_waiver(scene: Scene) -> bool:
    """Whether the next environment is waived already, and only code and evidence are missing (G-ENV-2)."""
    waived = scene.change.waived(next_environment(scene.change, scene.setting.guide))
    return waived is not None and not waived.in_effect


def blocking_gates(scene: Scene) -> tuple[Gate, ...]:
    """Those of the next act that are neither signatures nor time: what a line of the card does not say already."""
    if scene.stage is Stage.DECLARED:
        return (
            *version_gates(scene.change, scene.setting),
            *running_gates(scene.change),
            *service_gates(scene.change, scene.setting),
        )
    if scene.stage not in UNSTARTED - {Stage.RETURNED, Stage.VERIFYING}:
        return ()
    signed = {row.clause for row in scene.setting.guide.approvals}
    windowed = scene.stage in WINDOWED
    return tuple(
        gate
        for gate in next_gates(scene)
        if gate.clause not in signed
        and not (gate.clause is Clause.STD_8 and (gate.passes_at or not windowed))
    )
