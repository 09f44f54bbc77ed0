"""The draft of a post-incident review (G-HOT-5): what is known, put into words, so that its author adds only what is not.

What a person saved wins, part by part. A part that they left as it was prepared is not kept: it is prepared anew the next
time, with all that has happened since.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.rules.change import Change, Deployment, Outcome
from bot.rules.hotfix import Issue, ReviewText
from bot.rules.review import text_gates
from bot.rules.setting import Policy
from bot.rules.terms import NO_WORDS, EnvironmentName, Words, deployment_label
from bot.rules.verdict import Field
from bot.rules.words import span

PART_MOST: Final = 3000
"""Characters of each part of a review: as many as a form takes."""
WRITES_ITSELF: Final = "written from the record"

_ENDED: Final = {
    Outcome.SUCCEEDED: "succeeded",
    Outcome.FAILED: "failed",
    Outcome.FAILED_UNTOUCHED: "failed and left production as it was",
}


def prepared_text(change: Change, policy: Policy, timeline: str) -> ReviewText:
    """Summary, timeline and root cause as far as they are recorded; the follow-ups are for people to find.

    `timeline` is the incident's, at most as long as a part may be.
    """
    issue = change.issue
    return ReviewText(
        summary=_cut(_summary(change, issue, policy)) if issue else NO_WORDS,
        timeline=_cut(timeline),
        root_cause=_cut(issue.root_cause.strip()) if issue else NO_WORDS,
        follow_ups=NO_WORDS,
    )


def draft(change: Change, prepared: ReviewText) -> ReviewText:
    """What its author is shown: what was saved, and where nothing was, what is prepared."""
    saved = change.review.text if change.review else None
    if saved is None:
        return prepared
    return ReviewText(
        summary=saved.summary if saved.summary.strip() else prepared.summary,
        timeline=saved.timeline if saved.timeline.strip() else prepared.timeline,
        root_cause=saved.root_cause if saved.root_cause.strip() else prepared.root_cause,
        follow_ups=saved.follow_ups,
    )


def worth_keeping(written: ReviewText, prepared: ReviewText) -> ReviewText:
    """What is saved of a draft: not what stands there as it was prepared."""
    kept = written
    if _same(written.summary, prepared.summary):
        kept = replace(kept, summary=NO_WORDS)
    if _same(written.timeline, prepared.timeline):
        kept = replace(kept, timeline=NO_WORDS)
    if _same(written.root_cause, prepared.root_cause):
        kept = replace(kept, root_cause=NO_WORDS)
    return kept


def _same(written: Words, prepared: Words) -> bool:
    return written.split() == prepared.split()


def missing_parts(text: ReviewText) -> tuple[Field, ...]:
    """What such a text would still lack if it were handed in."""
    return tuple(gate.field for gate in text_gates(text) if gate.field)


def lacking(change: Change, policy: Policy) -> tuple[Field, ...]:
    """What the draft lacks as it stands now. Its timeline writes itself."""
    return missing_parts(draft(change, prepared_text(change, policy, WRITES_ITSELF)))


def _cut(text: str) -> Words:
    return Words(text if len(text) <= PART_MOST else f"{text[: PART_MOST - 1].rstrip()}…")


def _summary(change: Change, issue: Issue, policy: Policy) -> str:
    """What happened to whom, what was deployed when, and how it ended; a paragraph for each."""
    told = [f"{issue.severity}: {' '.join(issue.impact.split())}"]
    told.append(
        f"{change.service} {change.version} was declared a hotfix on {_at(change.requested_at, policy)}."
    )
    deployed = [each for each in change.deployments if _is_to(each, policy.guide.production)]
    told += [_deployment(each, change, policy) for each in deployed]
    return "\n".join(told)


def _is_to(deployment: Deployment, environment: EnvironmentName) -> bool:
    return deployment.environment == environment


def _deployment(deployment: Deployment, change: Change, policy: Policy) -> str:
    """One attempt, or one rollback, in a sentence."""
    label, started = deployment_label(deployment.id), _at(deployment.started_at, policy)
    after = span(deployment.started_at - change.requested_at)
    if deployment.rolls_back:
        what = f"{label} rolled back {deployment_label(deployment.rolls_back)} on {started}"
    else:
        what = f"{label} put it into {deployment.environment} on {started}, {after} after the declaration"
    if deployment.outcome is None or deployment.finished_at is None:
        return f"{what}; it is not finished."
    lasted = span(deployment.finished_at - deployment.started_at)
    notes = f": {' '.join(deployment.notes.split())}" if deployment.notes.strip() else ""
    return f"{what}; it {_ENDED[deployment.outcome]} after {lasted}{notes or '.'}"


def _at(at: datetime, policy: Policy) -> str:
    local = at.astimezone(policy.zone)
    return f"{local:%a} {local.day} {local:%b %H:%M %Z}"
