"""The guide's own words as types: who, what and where, shared by every room."""

from enum import StrEnum
from typing import NewType

PersonId = NewType("PersonId", str)
"""A Slack user id. The bot serves one workspace; people of another one hold no role (design: identity)."""

Words = NewType("Words", str)
"""What a person typed. Shown literally, and erasable from the audit log like a person's id."""

NO_WORDS = Words("")

ServiceName = NewType("ServiceName", str)
EnvironmentName = NewType("EnvironmentName", str)
ChangeId = NewType("ChangeId", int)
DeploymentId = NewType("DeploymentId", int)


class Role(StrEnum):
    """What a person may be for a service; values as they stand in the organization's file."""

    PRODUCT_MANAGER = "product_manager"
    ENGINEERING_MANAGER = "engineering_manager"
    ENGINEERING_DIRECTOR = "engineering_director"
    TECH_LEAD = "tech_lead"
    DEVELOPMENT_TEAM_LEAD = "development_team_lead"
    QA = "qa"
    PRODUCT = "product"
    ON_CALL = "on_call"
    ENGINEER = "engineer"

    @property
    def label(self) -> str:
        """The role as a person reads it."""
        return ROLE_TITLES[self]


ROLE_TITLES = {
    Role.PRODUCT_MANAGER: "Product Manager",
    Role.ENGINEERING_MANAGER: "Engineering Manager",
    Role.ENGINEERING_DIRECTOR: "Engineering Director",
    Role.TECH_LEAD: "Tech Lead",
    Role.DEVELOPMENT_TEAM_LEAD: "Development Team Lead",
    Role.QA: "QA",
    Role.PRODUCT: "Product team",
    Role.ON_CALL: "On-call Engineer",
    Role.ENGINEER: "Engineer",
}


class ChangeType(StrEnum):
    """The deployment types of G-TYPE-1."""

    ROUTINE = "routine"
    HOTFIX = "hotfix"
    CONFIG = "config"
    INFRA = "infra"


class ApprovalStage(StrEnum):
    """The stages of the guide's table of required approvals."""

    CODE = "code"
    STAGING = "staging"
    PRODUCTION = "production"


class Phase(StrEnum):
    """What a person is asked for.

    Approvals before staging, a verification, approvals for production, what a Director decides; of a hotfix whether a
    spoken word is theirs, whether a start in breach was right, and the sign-off of its review.
    """

    CODE = "code"
    VERIFICATION = "verification"
    PRODUCTION = "production"
    WAIVER = "waiver"
    EXCEPTION = "exception"
    CONFIRMATION = "confirmation"
    RATIFICATION = "ratification"
    REVIEW = "review"


class HourClass(StrEnum):
    """What a span of time touches: business hours, the time outside them, or both (G-APP-3, G-APP-4)."""

    BUSINESS = "business"
    AFTER = "after"


def change_label(change: ChangeId) -> str:
    """`CHG-142`, as people write and read it."""
    return f"CHG-{change}"


def deployment_label(deployment: DeploymentId) -> str:
    """`DEP-311`, as people write and read it."""
    return f"DEP-{deployment}"
