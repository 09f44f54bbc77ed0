"""Which environments a version has been through, and which it leaves out by a waiver (G-ENV-1, G-ENV-2)."""

from bot.rules.change import Change, Outcome
from bot.rules.guide import Guide
from bot.rules.terms import EnvironmentName


def is_left_out(change: Change, environment: EnvironmentName) -> bool:
    """G-ENV-2: whether a waiver in effect lets this version leave an environment out."""
    return change.left_out(environment) is not None


def is_through(change: Change, environment: EnvironmentName) -> bool:
    """G-ENV-1, G-ENV-2: whether this version was deployed to an environment, or leaves it out."""
    latest = change.latest_in(environment)
    return (latest is not None and latest.outcome is Outcome.SUCCEEDED) or is_left_out(change, environment)


def next_environment(change: Change, guide: Guide) -> EnvironmentName:
    """Where the version goes next before production; the last of those environments again once it was in all of them."""
    for environment in guide.staging_environments:
        if not is_through(change, environment):
            return environment
    return guide.verified_in


def is_verified(change: Change, guide: Guide) -> bool:
    """G-STD-6: whether every role that verifies has let this version pass."""
    return all(
        (given := change.verified_by(role)) is not None and given.passed for role in guide.verification.roles
    )


def waivable(change: Change, guide: Guide) -> tuple[EnvironmentName, ...]:
    """G-ENV-2: what this version may still ask to leave out, the last environment before production first.

    That is whatever still lies before it, verification included, and what is left out already: a waiver may be renewed.
    """
    return tuple(
        environment
        for environment in reversed(guide.environments[:-1])
        if not is_through(change, environment)
        or change.waived(environment) is not None
        or (environment == guide.verified_in and not is_verified(change, guide))
    )
