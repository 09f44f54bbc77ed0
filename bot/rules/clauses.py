"""The clauses of the deployment guide by id, each with the short title that stands beside it in small print.

A title carries no number of the guide: hours, minutes and percentages are policy, and a company may read them otherwise.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Clause(StrEnum):
    """The id of one clause, as refusals, pages, exports and tests write it."""

    ENV_1 = "G-ENV-1"
    ENV_2 = "G-ENV-2"
    TYPE_1 = "G-TYPE-1"
    APP_1 = "G-APP-1"
    APP_2 = "G-APP-2"
    APP_3 = "G-APP-3"
    APP_4 = "G-APP-4"
    STD_1 = "G-STD-1"
    STD_2 = "G-STD-2"
    STD_3 = "G-STD-3"
    STD_4 = "G-STD-4"
    STD_5 = "G-STD-5"
    STD_6 = "G-STD-6"
    STD_7 = "G-STD-7"
    STD_8 = "G-STD-8"
    STD_9 = "G-STD-9"
    STD_10 = "G-STD-10"
    HOT_1 = "G-HOT-1"
    HOT_2 = "G-HOT-2"
    HOT_3 = "G-HOT-3"
    HOT_4 = "G-HOT-4"
    HOT_5 = "G-HOT-5"
    RB_1 = "G-RB-1"
    RB_2 = "G-RB-2"
    RB_3 = "G-RB-3"
    RB_4 = "G-RB-4"
    LOG_1 = "G-LOG-1"


CLAUSES: Final[Mapping[Clause, str]] = MappingProxyType(
    {
        Clause.ENV_1: "Every environment in its turn",
        Clause.ENV_2: "Leaving out an environment needs the Director",
        Clause.TYPE_1: "The kind of change decides the process",
        Clause.APP_1: "Code approved by a peer and a Tech Lead",
        Clause.APP_2: "Staging approved by the Team Lead",
        Clause.APP_3: "Production in business hours: Product and Engineering Manager",
        Clause.APP_4: "Production after hours: Director and on-call engineer",
        Clause.STD_1: "Release branch from main",
        Clause.STD_2: "Automated tests pass",
        Clause.STD_3: "Pull request reviewed by a peer",
        Clause.STD_4: "Merged to main after approval",
        Clause.STD_5: "Deployed to staging",
        Clause.STD_6: "Verified in staging by QA and Product",
        Clause.STD_7: "Notice before a production window",
        Clause.STD_8: "Deployment inside its approved window",
        Clause.STD_9: "Monitoring after a deployment",
        Clause.STD_10: "Rollback plan, tested where possible",
        Clause.HOT_1: "The issue behind a hotfix is written down",
        Clause.HOT_2: "Verbal approval of a hotfix",
        Clause.HOT_3: "A hotfix goes ahead",
        Clause.HOT_4: "Monitoring during and after a hotfix",
        Clause.HOT_5: "Review after an incident",
        Clause.RB_1: "Rollback when the error rate rises",
        Clause.RB_2: "Rollback when critical functionality fails",
        Clause.RB_3: "Rollback when performance degrades",
        Clause.RB_4: "Rollback when customers report major issues",
        Clause.LOG_1: "Every deployment is in the log",
    }
)
"""Each clause's title, for people; in the order of the guide."""
