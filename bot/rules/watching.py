"""Who may say that production is healthy (G-STD-9)."""

from bot.rules.change import Change, Deployment
from bot.rules.setting import Setting
from bot.rules.terms import PersonId, Role


def who_can_confirm(change: Change, deployment: Deployment, setting: Setting) -> tuple[PersonId, ...]:
    """The deployer while an engineer of the service, those on call, and after the escalation those it went to."""
    monitoring = setting.guide.monitoring
    roles = (*monitoring.roles, *(monitoring.escalates_to if deployment.escalated_at else ()))
    engineers = setting.roster.holders(Role.ENGINEER)
    deployer = (change.deployer,) if change.deployer in engineers else ()
    held = (person for role in roles for person in setting.roster.holders(role))
    return tuple(dict.fromkeys((*deployer, *held)))
