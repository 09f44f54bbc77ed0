"""What is said on an incident's timeline of evidence, revisions and deployers – and of the standard way, where a hotfix took it."""

from typing import Final, get_args

from bot.rules.change import EvidenceKind, EvidenceState, WindowEnd
from bot.rules.facts import (
    ApprovalTakenBack,
    ChangeRequested,
    ChangeResubmitted,
    ChangeReturned,
    ChangeRevised,
    ChangeSuperseded,
    ChangeWithdrawn,
    DeployerTookOver,
    EvidenceRecorded,
    FreezeExcepted,
    RequestFact,
    SupersedingUndone,
    VersionRevised,
    VersionVerified,
    WaiverAsked,
    WaiverExpired,
    WaiverGranted,
    WaiverRefused,
    WaiverTookEffect,
    WindowCountered,
    WindowEnded,
    WindowProposed,
)
from bot.rules.terms import change_label
from bot.rules.words import Part, Quote, Sentence, When, Who, say

REQUESTS: Final[tuple[type, ...]] = get_args(RequestFact)


def said_of_request(fact: object) -> Sentence | None:
    """The sentence of one fact; None where it says nothing of the incident."""
    match fact:
        case EvidenceRecorded():
            return _evidence(fact)
        case ChangeRevised(by=by):
            return say(Who((by,)), " revised the plan, the pull requests or the reviewers")
        case VersionRevised(version, by):
            return say(Who((by,)), f" revised the version: it is {version} now")
        case ApprovalTakenBack(person=person, reason=reason):
            return say("⛔ ", Who((person,)), " took the approval back: ", Quote(reason))
        case ChangeReturned(by=by, reason=reason):
            return say("⛔ ", Who((by,)), " sent it back: ", Quote(reason))
        case ChangeResubmitted(by=by):
            return say(Who((by,)), " asks again")
        case DeployerTookOver(by=by):
            return say(Who((by,)), " deploys from now on")
        case ChangeWithdrawn(by, reason):
            return say("ℹ️ ", Who((by,)), " withdrew it: ", Quote(reason))
        case ChangeRequested(service=service, version=version, requester=requester):
            return say(Who((requester,)), f" asked for {service} {version}")
        case _:
            return _said_of_standard_way(fact)


_NOUNS: Final = {
    EvidenceKind.BRANCH: "the branch",
    EvidenceKind.PULL_REQUEST: "the pull request",
    EvidenceKind.CI: "CI",
    EvidenceKind.MERGE: "the merge",
}
_STATES: Final = {
    EvidenceState.PENDING: " is still running",
    EvidenceState.PRESENT: "",
    EvidenceState.FAILED: " failed",
    EvidenceState.NOT_APPLICABLE: " does not apply",
}


def _evidence(fact: EvidenceRecorded) -> Sentence:
    found = fact.evidence
    passed = found.kind is EvidenceKind.CI and found.state is EvidenceState.PRESENT
    state = " passed" if passed else _STATES[found.state]
    text: list[Part] = [" – ", Quote(found.text)] if found.text.strip() else []
    return say(Who((fact.by,)), f" recorded: {_NOUNS[found.kind]}{state}", *text)


_WINDOW_ENDED: Final = {
    WindowEnd.MOVED: "The window was moved",
    WindowEnd.REJECTED: "The window was rejected",
    WindowEnd.LAPSED: "The window passed without a start",
    WindowEnd.VERSION_REVISED: "The window ended with the version before",
    WindowEnd.RETURNED: "The window ended with the failed verification",
}


def _said_of_standard_way(fact: object) -> Sentence | None:
    match fact:
        case VersionVerified(role=role, person=person, passed=passed, notes=notes):
            said: list[Part] = [" – ", Quote(notes)] if notes.strip() else []
            verdict = "✅ passed" if passed else "⛔ failed"
            return say(f"{verdict} in the eyes of ", Who((person,)), f" ({role.label})", *said)
        case WindowProposed(span=span):
            return say("Window proposed: ", When(span.start), " – ", When(span.end))
        case WindowEnded(because=because):
            return say(_WINDOW_ENDED[because])
        case WindowCountered(span=span, by=by):
            return say(Who((by,)), " proposes another window: ", When(span.start), " – ", When(span.end))
        case FreezeExcepted(by=by, reason=reason):
            return say(Who((by,)), " lets it go on during the freeze: ", Quote(reason))
        case ChangeSuperseded(newer):
            return say(f"ℹ️ Superseded by {change_label(newer)}")
        case SupersedingUndone(by):
            return say(Who((by,)), " wants it all the same")
        case _:
            return _said_of_waiver(fact)


def _said_of_waiver(fact: object) -> Sentence | None:
    match fact:
        case WaiverAsked(environment=environment, by=by, reason=reason):
            return say(Who((by,)), f" asked to leave out {environment}: ", Quote(reason))
        case WaiverGranted(by=by):
            return say("✅ ", Who((by,)), " granted the waiver")
        case WaiverRefused(by=by, reason=reason):
            return say("⛔ ", Who((by,)), " refused the waiver: ", Quote(reason))
        case WaiverTookEffect():
            return say("The waiver takes effect")
        case WaiverExpired():
            return say("The waiver ran out")
        case _:
            return None
