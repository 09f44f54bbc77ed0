"""The guide's table of the life of a change, written down a second time: who does what, from where, to where.

Read from the guide, not from the code; `reading` says where a row needed one, `needs` what else must be so.
"""

from dataclasses import dataclass
from itertools import product

Stages = tuple[str, ...]

BEFORE_VERIFIED = ("PREPARING", "STAGING", "VERIFYING")
STANDARD = ("PREPARING", "RETURNED", "STAGING", "VERIFYING", "VERIFIED", "APPROVING", "SCHEDULED")
UNSTARTED = ("DECLARED", *STANDARD)
NOTHING_RUNNING = tuple(each for each in UNSTARTED if each != "STAGING")
UP_TO_VERIFIED = ("PREPARING", "STAGING", "VERIFYING", "VERIFIED")
WINDOWED = ("APPROVING", "SCHEDULED")
STARTED = ("DEPLOYING", "MONITORING", "ROLLBACK_REQUIRED", "ROLLING_BACK", "RESTORED")
LIVE = (*UNSTARTED, *STARTED)
ENDS = ("DONE", "ROLLED_BACK", "WITHDRAWN", "SUPERSEDED")
ANYWHERE = (*LIVE, *ENDS)
"""A hotfix leaves words to confirm, a breach to answer for and a review wherever it is by then, turned standard or withdrawn."""
SAME: Stages = ("same",)


@dataclass(frozen=True)
class Row:
    """One row: `who` in the guide's words, `to` SAME where the change stays."""

    act: str
    who: Stages
    frm: Stages
    to: Stages
    reading: str = ""
    hotfix: bool | None = None
    """Whether it is for what follows the hotfix process, or for all else; None for both."""
    needs: Stages = ()


ROWS = (
    Row("request_deployment", ("engineer",), (), ("PREPARING",)),
    Row("declare_hotfix", ("engineer",), (), ("DECLARED",)),
    Row("record_evidence", ("requester",), UNSTARTED, SAME),
    Row("record_evidence", ("requester",), ("SCHEDULED",), ("APPROVING",), "evidence turned not applicable voids code"),
    Row("revise", ("requester",), UNSTARTED, SAME),
    Row("revise", ("requester",), ("SCHEDULED",), ("APPROVING",)),
    Row("revise", ("requester",), ("RETURNED",), ("PREPARING",), "revises and resubmits in one form"),
    Row("revise_version", ("requester",), tuple(set(NOTHING_RUNNING) - {"DECLARED"}), ("PREPARING",)),
    Row("revise_version", ("requester",), ("DECLARED",), SAME),
    Row("approve", ("peer", "tech lead", "team lead"), STANDARD, SAME),
    Row("approve", ("approver",), ("APPROVING",), ("SCHEDULED",)),
    Row("take_back_approval", ("its giver",), tuple(set(UNSTARTED) - {"SCHEDULED"}), SAME),
    Row("take_back_approval", ("its giver",), ("SCHEDULED",), ("APPROVING",)),
    Row("take_back_approval", ("its giver",), ("SCHEDULED",), SAME, "one more than was needed, as in a narrower window"),
    Row("reject", ("peer", "tech lead", "team lead"), ("PREPARING",), ("RETURNED",)),
    Row("resubmit", ("requester",), ("RETURNED",), ("PREPARING",)),
    Row("start_staging", ("deployer",), ("PREPARING", "VERIFYING"), ("STAGING",)),
    Row("finish_staging", ("deployer",), ("STAGING",), ("VERIFYING", "PREPARING")),
    Row("finish_staging", ("deployer",), ("SUPERSEDED",), SAME, "an outcome is recorded at whatever stage"),
    Row("verify", ("QA", "Product"), ("VERIFYING",), ("VERIFYING", "VERIFIED")),
    Row("verify", ("QA", "Product"), ("VERIFYING",), ("APPROVING",), "a drafted window submits itself"),
    Row("verify", ("QA", "Product"), ("VERIFYING", "VERIFIED", *WINDOWED), ("RETURNED",)),
    Row("ask_for_waiver", ("requester",), UP_TO_VERIFIED, SAME),
    Row("grant_waiver", ("Director",), UP_TO_VERIFIED, SAME),
    Row("refuse_waiver", ("Director",), UP_TO_VERIFIED, SAME),
    Row("propose_window", ("requester",), ("VERIFIED",), ("APPROVING",)),
    Row("accept_counter_proposal", ("requester",), ("VERIFIED",), ("APPROVING",)),
    Row("reject", ("approver",), WINDOWED, ("VERIFIED",)),
    Row("move_window", ("requester",), WINDOWED, ("APPROVING",)),
    Row("move_window", ("requester",), WINDOWED, ("SCHEDULED",), "narrowed: as its approvals stand"),
    Row("except_from_freeze", ("Director",), STANDARD, SAME, "no freeze holds a hotfix"),
    Row("record_baseline", ("engineer",), UNSTARTED, SAME, "a baseline is from before the start"),
    Row("lapse_window", ("time",), WINDOWED, ("VERIFIED",)),
    Row("start_production", ("deployer",), ("SCHEDULED",), ("DEPLOYING",)),
    Row("start_production", ("deployer",), ("DECLARED",), ("DEPLOYING",), hotfix=True, needs=("signed",)),
    Row("take_over", ("engineer",), LIVE, SAME),
    Row("flag_overrun", ("time",), ("DEPLOYING", "ROLLBACK_REQUIRED"), SAME, "one that runs may be alarmed about"),
    Row("finish_production", ("deployer",), ("DEPLOYING",), ("MONITORING",)),
    Row("finish_production", ("deployer",), ("DEPLOYING",), ("SCHEDULED", "VERIFIED", "DECLARED")),
    Row("finish_production", ("deployer",), ("DEPLOYING",), ("ROLLBACK_REQUIRED",)),
    Row("finish_production", ("deployer",), ("ROLLBACK_REQUIRED",), SAME, "at whatever stage; the alarm stands", needs=("running",)),
    Row("observe", ("anybody with a role",), ("DEPLOYING", "MONITORING", "RESTORED", "DONE", "ROLLED_BACK"), ("ROLLBACK_REQUIRED",)),
    Row("observe", ("anybody with a role",), ("DEPLOYING", "MONITORING", "RESTORED", "DONE", "ROLLED_BACK"), SAME, "what meets no criterion is recorded"),
    Row("observe", ("anybody with a role",), ("ROLLING_BACK",), SAME),
    Row("observe", ("anybody with a role",), ("ROLLBACK_REQUIRED",), SAME, "a further report is recorded, too"),
    Row("settle_rollback", ("Engineering Manager",), ("ROLLBACK_REQUIRED",), ("ROLLED_BACK",), needs=("idle",)),
    Row("withdraw_observation", ("not the deployer",), ("ROLLBACK_REQUIRED",), ("DEPLOYING", "MONITORING", "RESTORED", "DONE", "ROLLED_BACK"), "as before"),
    Row("withdraw_observation", ("not the deployer",), ("ROLLBACK_REQUIRED",), ("SCHEDULED", "VERIFIED", "DECLARED"), "as before, where it failed untouched meanwhile"),
    Row("withdraw_observation", ("not the deployer",), ("ROLLBACK_REQUIRED",), SAME, "others stand, or it failed meanwhile"),
    Row("start_rollback", ("deployer", "on call", "Engineering Manager"), ("DEPLOYING", "MONITORING", "DONE", "ROLLBACK_REQUIRED"), ("ROLLING_BACK",)),
    Row("finish_rollback", ("deployer", "on call", "Engineering Manager"), ("ROLLING_BACK",), ("RESTORED", "ROLLBACK_REQUIRED")),
    Row("repeat_alarm", ("time",), ("ROLLBACK_REQUIRED", "ROLLING_BACK"), SAME),
    Row("nudge_monitoring", ("time",), ("MONITORING", "RESTORED"), SAME),
    Row("confirm_healthy", ("deployer", "on call"), ("MONITORING",), ("DONE",)),
    Row("confirm_healthy", ("deployer", "on call"), ("RESTORED",), ("ROLLED_BACK",)),
    Row("escalate_monitoring", ("time",), ("MONITORING", "RESTORED"), SAME),
    Row("withdraw", ("requester", "Engineering Manager"), NOTHING_RUNNING, ("WITHDRAWN",)),
    Row("supersede", ("time",), STANDARD, ("SUPERSEDED",)),
    Row("undo_superseding", ("requester",), ("SUPERSEDED",), STANDARD, "back where it was"),
    Row("expire_waiver", ("time",), STANDARD, SAME, "one that carried nothing yet, or where the version has been meanwhile"),
    Row("remind_asked", ("time",), ("PREPARING", "STAGING", "VERIFYING", "VERIFIED", "APPROVING"), SAME, "where something is asked for"),
    Row("snooze_reminder", ("whoever is asked",), ("PREPARING", "STAGING", "VERIFYING", "VERIFIED", "APPROVING"), SAME),
    Row("approve", ("whose approval is missing",), ("DECLARED",), SAME, hotfix=True),
    Row("record_verbal", ("who can have heard it",), ("DECLARED",), SAME, hotfix=True),
    Row("confirm_verbal", ("named approver",), ANYWHERE, SAME, hotfix=True),
    Row("dispute_verbal", ("named approver",), ANYWHERE, SAME, hotfix=True),
    Row("start_in_breach", ("engineer",), ("DECLARED",), ("DEPLOYING",), hotfix=True, needs=("unsigned",)),
    Row("ratify_breach", ("missing signer",), ANYWHERE, SAME, hotfix=True),
    Row("refuse_breach", ("missing signer",), ANYWHERE, SAME, hotfix=True),
    Row("turn_into_standard", ("requester",), ("DECLARED",), ("PREPARING",), hotfix=True),
    Row("add_to_timeline", ("anybody with a role",), ANYWHERE, SAME, hotfix=True),
    Row("revise_issue", ("anybody with a role",), ANYWHERE, SAME, hotfix=True),
    Row("review_code", ("whose code review is open",), (*STARTED, *ENDS), SAME, "before a start it is an approval as any other", True, ("review",)),
    Row("draft_review", ("engineer",), ANYWHERE, SAME, "of the service; whoever writes is its author", True, ("open",)),
    Row("submit_review", ("engineer",), ANYWHERE, SAME, "of the service; whoever writes is its author", True, ("open",)),
    Row("sign_review", ("signer",), ANYWHERE, SAME, hotfix=True, needs=("submitted", "code reviewed", "idle")),
    Row("return_review", ("signer",), ANYWHERE, SAME, hotfix=True, needs=("submitted",)),
    Row("extend_review", ("Director",), ANYWHERE, SAME, hotfix=True, needs=("review",)),
    Row("snooze_review", ("who owes the review",), ANYWHERE, SAME, hotfix=True, needs=("review",)),
    Row("chase_verbal", ("time",), ("DECLARED", *STARTED, "DONE", "ROLLED_BACK", "WITHDRAWN"), SAME, "words are void once it is turned standard", hotfix=True, needs=("words",)),
    Row("remind_review", ("time",), ANYWHERE, SAME, hotfix=True, needs=("review",)),
    Row("ask_whether_contained", ("time",), STANDARD, SAME, "a hotfix only asks", hotfix=False),
)  # fmt: skip

COMPLETING = ("record_evidence", "approve", "grant_waiver")
"""What can meet the last of a waiver's conditions: G-APP-1, G-STD-1 to 4, and the Director's word itself."""


def _waived() -> set[tuple[str, str, str]]:
    """`as if that environment were done, once APP-1 and STD-1…4 are met`; a drafted window submits itself then.

    The same by whatever else ends the time before: a deployment to the waived environment, or a resubmission. When the
    waiver ends, the change is where it would be without it. With more than three environments the waived one may be the
    only one that a version lacked, so that it is verified next.
    """
    on = ("VERIFIED", "APPROVING")
    back = {
        "VERIFYING": ("PREPARING",),
        "VERIFIED": ("PREPARING", "VERIFYING"),
        "APPROVING": ("PREPARING", "VERIFYING"),
        "SCHEDULED": ("PREPARING", "VERIFYING"),
    }
    return {
        *product(("PREPARING", "VERIFYING"), COMPLETING, on),
        *product(("PREPARING",), COMPLETING, ("VERIFYING",)),
        *product(("STAGING",), ("finish_staging",), on),
        *product(("RETURNED",), ("resubmit", "revise"), ("VERIFYING", *on)),
        *((frm, "expire_waiver", to) for frm, ends in back.items() for to in ends),
    }


def edges() -> set[tuple[str, str, str]]:
    """Every (from, act, to) of the guide's table; from `–` for what is not there yet."""
    plain = {
        (frm, row.act, frm if to == "same" else to)
        for row in ROWS
        for frm, to in product(row.frm or ("–",), row.to)
    }
    return plain | _waived()
