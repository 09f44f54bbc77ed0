"""The guide's table of the life of a change, written down a second time: who does what, from where, to where.

Hotfixes and their reviews are left out. Read from the guide, not from the code; `readings` say where a row needed one.
"""

from dataclasses import dataclass
from itertools import product

Stages = tuple[str, ...]

BEFORE_VERIFIED = ("PREPARING", "STAGING", "VERIFYING")
UNSTARTED = ("PREPARING", "RETURNED", "STAGING", "VERIFYING", "VERIFIED", "APPROVING", "SCHEDULED")
NOTHING_RUNNING = tuple(each for each in UNSTARTED if each != "STAGING")
UP_TO_VERIFIED = ("PREPARING", "STAGING", "VERIFYING", "VERIFIED")
WINDOWED = ("APPROVING", "SCHEDULED")
STARTED = ("DEPLOYING", "MONITORING", "ROLLBACK_REQUIRED", "ROLLING_BACK", "RESTORED")
LIVE = (*UNSTARTED, *STARTED)
ENDS = ("DONE", "ROLLED_BACK", "WITHDRAWN", "SUPERSEDED")
SAME: Stages = ("same",)


@dataclass(frozen=True)
class Row:
    """One row: `who` in the guide's words, `to` SAME where the change stays."""

    act: str
    who: Stages
    frm: Stages
    to: Stages
    reading: str = ""


ROWS = (
    Row("request_deployment", ("engineer",), (), ("PREPARING",)),
    Row("record_evidence", ("requester",), UNSTARTED, SAME),
    Row("record_evidence", ("requester",), ("SCHEDULED",), ("APPROVING",), "evidence turned not applicable voids code"),
    Row("revise", ("requester",), UNSTARTED, SAME),
    Row("revise", ("requester",), ("SCHEDULED",), ("APPROVING",)),
    Row("revise", ("requester",), ("RETURNED",), ("PREPARING",), "revises and resubmits in one form"),
    Row("revise_version", ("requester",), NOTHING_RUNNING, ("PREPARING",)),
    Row("approve", ("peer", "tech lead", "team lead"), UNSTARTED, SAME),
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
    Row("except_from_freeze", ("Director",), UNSTARTED, SAME),
    Row("record_baseline", ("engineer",), UNSTARTED, SAME, "a baseline is from before the start"),
    Row("lapse_window", ("time",), WINDOWED, ("VERIFIED",)),
    Row("start_production", ("deployer",), ("SCHEDULED",), ("DEPLOYING",)),
    Row("take_over", ("engineer",), LIVE, SAME),
    Row("flag_overrun", ("time",), ("DEPLOYING", "ROLLBACK_REQUIRED"), SAME, "one that runs may be alarmed about"),
    Row("finish_production", ("deployer",), ("DEPLOYING",), ("MONITORING",)),
    Row("finish_production", ("deployer",), ("DEPLOYING",), ("SCHEDULED", "VERIFIED")),
    Row("finish_production", ("deployer",), ("DEPLOYING",), ("ROLLBACK_REQUIRED",)),
    Row("finish_production", ("deployer",), ("ROLLBACK_REQUIRED",), SAME, "at whatever stage; the alarm stands"),
    Row("observe", ("anybody with a role",), ("DEPLOYING", "MONITORING", "RESTORED", "DONE", "ROLLED_BACK"), ("ROLLBACK_REQUIRED",)),
    Row("observe", ("anybody with a role",), ("DEPLOYING", "MONITORING", "RESTORED", "DONE", "ROLLED_BACK"), SAME, "what meets no criterion is recorded"),
    Row("observe", ("anybody with a role",), ("ROLLING_BACK",), SAME),
    Row("observe", ("anybody with a role",), ("ROLLBACK_REQUIRED",), SAME, "a further report is recorded, too"),
    Row("settle_rollback", ("Engineering Manager",), ("ROLLBACK_REQUIRED",), ("ROLLED_BACK",)),
    Row("withdraw_observation", ("not the deployer",), ("ROLLBACK_REQUIRED",), ("DEPLOYING", "MONITORING", "RESTORED", "DONE", "ROLLED_BACK"), "as before"),
    Row("withdraw_observation", ("not the deployer",), ("ROLLBACK_REQUIRED",), ("SCHEDULED", "VERIFIED"), "as before, where it failed untouched meanwhile"),
    Row("withdraw_observation", ("not the deployer",), ("ROLLBACK_REQUIRED",), SAME, "others stand, or it failed meanwhile"),
    Row("start_rollback", ("deployer", "on call", "Engineering Manager"), ("DEPLOYING", "MONITORING", "DONE", "ROLLBACK_REQUIRED"), ("ROLLING_BACK",)),
    Row("finish_rollback", ("deployer", "on call", "Engineering Manager"), ("ROLLING_BACK",), ("RESTORED", "ROLLBACK_REQUIRED")),
    Row("repeat_alarm", ("time",), ("ROLLBACK_REQUIRED", "ROLLING_BACK"), SAME),
    Row("nudge_monitoring", ("time",), ("MONITORING", "RESTORED"), SAME),
    Row("confirm_healthy", ("deployer", "on call"), ("MONITORING",), ("DONE",)),
    Row("confirm_healthy", ("deployer", "on call"), ("RESTORED",), ("ROLLED_BACK",)),
    Row("escalate_monitoring", ("time",), ("MONITORING", "RESTORED"), SAME),
    Row("withdraw", ("requester", "Engineering Manager"), NOTHING_RUNNING, ("WITHDRAWN",)),
    Row("supersede", ("time",), UNSTARTED, ("SUPERSEDED",)),
    Row("undo_superseding", ("requester",), ("SUPERSEDED",), UNSTARTED, "back where it was"),
    Row("expire_waiver", ("time",), UNSTARTED, SAME, "one that carried nothing yet, or where the version has been meanwhile"),
    Row("remind_asked", ("time",), ("PREPARING", "STAGING", "VERIFYING", "VERIFIED", "APPROVING"), SAME, "where something is asked for"),
    Row("snooze_reminder", ("whoever is asked",), ("PREPARING", "STAGING", "VERIFYING", "VERIFIED", "APPROVING"), SAME),
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
