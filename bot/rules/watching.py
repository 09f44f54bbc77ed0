"""Who may say that production is healthy, and who may roll back (G-STD-9, G-RB-1 to G-RB-4)."""

from bot.rules.change import Change, Deployment
from bot.rules.setting import Setting
from bot.rules.terms import PersonId, Role


def who_can_confirm(change: Change, deployment: Deployment, setting: Setting) -> tuple[PersonId, ...]:
    """The deployer while an engineer of the service, those on call, and after the escalation those it went to."""
    monitoring = setting.guide.monitoring
    roles = (*monitoring.roles, *(monitoring.escalates_to if deployment.escalated_at else ()))
    return _deployer_and(roles, change, setting)


def who_can_roll_back(change: Change, setting: Setting) -> tuple[PersonId, ...]:
    """The deployer while an engineer of the service, and whom the guide names."""
    return _deployer_and(setting.guide.rollback.started_by, change, setting)


def _deployer_and(roles: tuple[Role, ...], change: Change, setting: Setting) -> tuple[PersonId, ...]:
    engineers = setting.roster.holders(Role.ENGINEER)
    deployer = (change.deployer,) if change.deployer in engineers else ()
    return tuple(dict.fromkeys((*deployer, *setting.roster.holders_of(roles))))


def is_still_in_production(change: Change, setting: Setting) -> bool:
    """Whether what this change put into production, or put back there, is what runs there now."""
    neighbors = setting.neighbors
    return neighbors.put_there_by == change.id or neighbors.in_production == change.version
