"""The forms that ask something before an act on a change."""

from bot.rules.change import Change, Deployment, EvidenceKind, EvidenceState, Outcome, ReturnedBecause
from bot.rules.guide import Evidence as Optional
from bot.rules.guide import Guide
from bot.rules.life import WINDOWED
from bot.rules.scene import Scene
from bot.rules.terms import change_label, deployment_label
from bot.rules.verdict import Field
from bot.slack.ids import NOT_APPLICABLE, VERSION_MOST, Modal, Ref
from bot.slack.views.calendar import ahead_block, taken
from bot.slack.views.fields import Asked, Option, instant_field, radio_field, text_field
from bot.slack.views.kit import Form, Json, modal, section, small
from bot.slack.views.request_modal import (
    Prefill,
    code_fields,
    evidence_fields,
    notice_words,
    plan_fields,
)
from bot.slack.views.standing import subject
from bot.slack.views.text import typed
from bot.store.reading import Calendar


def revise_modal(change: Change) -> Json:
    """What its requester can change; after a rejection saving it asks again."""
    rejected = change.returned is not None and change.returned.because is ReturnedBecause.REJECTED
    form = Form(
        Modal.REVISE_AND_RESUBMIT if rejected else Modal.REVISE,
        f"Revise {change_label(change.id)}",
        "Save and resubmit" if rejected else "Save",
        Ref.of(change).encode(),
    )
    return modal(
        form,
        [
            small(
                "A new version needs every approval again; other pull requests those of the code,"
                " another rollback plan those for production."
            ),
            text_field(Asked(Field.VERSION, "Version"), change.version[:VERSION_MOST]),
            *plan_fields(change.plan.text, change.plan.pretest, pretested=change.plan.pretested),
            *code_fields(
                [each.reference for each in change.pull_requests], sorted(change.authors), change.reviewers
            ),
        ],
    )


def evidence_modal(change: Change, guide: Guide) -> Json:
    """What became known about the code since the request; what is recorded already stands in it."""
    ci = change.evidence.get(EvidenceKind.CI)
    first = change.latest_in(guide.environments[0])
    prefill = Prefill(
        branch=_recorded(change, EvidenceKind.BRANCH),
        ci=ci.state if ci else None,
        ci_link=ci.text if ci else "",
        merge=_recorded(change, EvidenceKind.MERGE),
        in_development=bool(first and first.outcome is Outcome.SUCCEEDED),
    )
    optional = Optional.PULL_REQUEST in guide.types[change.type].not_applicable
    no_pull_request = text_field(
        Asked(Field.PULL_REQUESTS, "Why there is no pull request", optional=True),
        _recorded(change, EvidenceKind.PULL_REQUEST).removeprefix(NOT_APPLICABLE).strip(),
    )
    return modal(
        Form(
            Modal.RECORD_EVIDENCE,
            f"Evidence for {change_label(change.id)}",
            "Record",
            Ref.of(change).encode(),
        ),
        [
            *evidence_fields(prefill, guide),
            no_pull_request if optional and not change.pull_requests else None,
        ],
    )


def _recorded(change: Change, kind: EvidenceKind) -> str:
    """A piece of evidence as a person would type it."""
    evidence = change.evidence.get(kind)
    if evidence is None:
        return ""
    if evidence.state is EvidenceState.NOT_APPLICABLE:
        return f"{NOT_APPLICABLE} {evidence.text}"
    return evidence.text


def reject_modal(scene: Scene) -> Json:
    """Why not; and for a window, which other one would do."""
    ref = Ref.of(scene.change).encode()
    why = text_field(
        Asked(Field.REASON, "What has to change", f"{_who(scene)} reads it, and the log keeps it."),
        lines=True,
    )
    if scene.stage not in WINDOWED:
        form = Form(Modal.REJECT, "Send it back", "Send back", ref)
        return modal(form, [section(f"*{subject(scene)}* goes back to {typed(_who(scene))}."), why])
    form = Form(Modal.REJECT_WINDOW, "Reject the window", "Reject", ref)
    other = "Proposing one is not approving it."
    return modal(
        form,
        [
            section(f"*{subject(scene)}* needs another window; the approvals for this one become void."),
            why,
            instant_field(Asked(Field.WINDOW_START, "A window that would do: from", other, optional=True)),
            instant_field(Asked(Field.WINDOW_END, "A window that would do: to", optional=True)),
        ],
    )


def _who(scene: Scene) -> str:
    return scene.name(scene.change.requester)


def fail_modal(change: Change) -> Json:
    """What failed in the verification (G-STD-6)."""
    return modal(
        Form(Modal.FAIL_VERIFICATION, "Verification failed", "Fail it", Ref.of(change).encode()),
        [
            section(
                f"*{typed(change.service)} {typed(change.version)}* can't go to production any more: a new version will be needed."
            ),
            text_field(Asked(Field.NOTES, "What failed", "What you did, and what you saw."), lines=True),
        ],
    )


def window_modal(scene: Scene) -> Json:
    """When the deployment to production may be done; filled in with the present, the wished or the first legal window."""
    change, moved = scene.change, scene.stage in WINDOWED
    ahead = calendar_of(scene)
    legal = scene.setting.policy.first_window(change.type, scene.setting.now, taken(ahead))
    wished = change.wished if change.wished and change.wished.start >= scene.setting.now else None
    initial = change.window.span if change.window else wished if wished and not change.windows else legal
    label = change_label(change.id)
    form = (
        Form(Modal.MOVE_WINDOW, f"Move {label}", "Move window", Ref.of(change).encode())
        if moved
        else Form(Modal.PROPOSE_WINDOW, f"Window of {label}", "Propose", Ref.of(change).encode())
    )
    reason = change.window.reason if change.window else change.wished_reason
    return modal(
        form,
        [
            small("Inside the present window you may narrow it; any other window is approved anew.")
            if moved
            else None,
            ahead_block(ahead),
            instant_field(
                Asked(Field.WINDOW_START, "From", notice_words(scene.setting.guide)),
                initial.start if initial else None,
            ),
            instant_field(Asked(Field.WINDOW_END, "To"), initial.end if initial else None),
            text_field(
                Asked(
                    Field.WINDOW_REASON,
                    "Why it cannot wait for business hours",
                    "Only for a window outside them; its approvers read it.",
                    optional=True,
                ),
                reason,
            ),
        ],
    )


def calendar_of(scene: Scene) -> Calendar:
    """What else is planned for the change's service."""
    setting = scene.setting
    return Calendar(
        services=(scene.change.service,),
        at=setting.now,
        zone=setting.policy.zone,
        windows=setting.neighbors.windows,
        freezes=setting.freezes,
        names=scene.names,
    )


def finish_failed_modal(scene: Scene, deployment: Deployment) -> Json:
    """How a deployment failed; for production, whether it was touched."""
    to_production = deployment.environment == scene.setting.guide.production
    which = Modal.PRODUCTION_FAILED if to_production else Modal.STAGING_FAILED
    ref = Ref.of(scene.change, deployment.id).encode()
    touched = radio_field(
        Asked(Field.OUTCOME, f"Was {deployment.environment} touched?"),
        [
            Option(Outcome.FAILED, "Yes, or nobody knows", "an immediate rollback is required"),
            Option(Outcome.FAILED_UNTOUCHED, "No, it is as it was", "it may be started again in its window"),
        ],
    )
    return modal(
        Form(which, f"{deployment_label(deployment.id)} failed", "It failed", ref),
        [
            touched if to_production else None,
            text_field(Asked(Field.NOTES, "What failed", "A few words; the log keeps them."), lines=True),
        ],
    )


def withdraw_modal(change: Change) -> Json:
    """Why the change ends without production."""
    return modal(
        Form(Modal.WITHDRAW, f"Withdraw {change_label(change.id)}", "Withdraw", Ref.of(change).encode()),
        [
            section(
                f"*{typed(change.service)} {typed(change.version)}* ends here, for good. Another try is another request."
            ),
            text_field(Asked(Field.REASON, "Why", "The log keeps it."), lines=True),
        ],
    )
