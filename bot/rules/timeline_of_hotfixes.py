"""What is said on an incident's timeline of a hotfix itself, of its breach, of quotes and of its review."""

from bot.rules.hotfix import Issue
from bot.rules.hotfix_facts import (
    HotfixDeclared,
    IssueRevised,
    ReviewExtended,
    ReviewOpened,
    ReviewReturned,
    ReviewSigned,
    ReviewSubmitted,
    StartedInBreach,
    TimelineEntryAdded,
    TurnedIntoStandard,
)
from bot.rules.words import Part, Quote, Sentence, When, Who, join_names, say


def said_of_hotfix(fact: object) -> Sentence | None:
    """The sentence of one fact about a hotfix; None where it says nothing of the incident."""
    match fact:
        case HotfixDeclared(service=service, version=version, requester=requester, issue=issue):
            return say(Who((requester,)), f" declared the hotfix {service} {version}, ", *_issue(issue))
        case IssueRevised(issue, by):
            return say(Who((by,)), " said more about the issue: ", *_issue(issue))
        case StartedInBreach(reason=reason, tried=tried, missing=missing):
            seats = join_names([each.label for each in missing], "and")
            return say(f"🚨 In breach, without {seats}: ", Quote(reason), ". Tried: ", Quote(tried))
        case TurnedIntoStandard(kind, by):
            return say(Who((by,)), f" let it go the standard way, as {kind}")
        case TimelineEntryAdded():
            return _quote(fact)
        case _:
            return _said_of_review(fact)


def _issue(issue: Issue) -> list[Part]:
    cause: list[Part] = [". Root cause: ", Quote(issue.root_cause)] if issue.root_cause.strip() else []
    return [f"{issue.severity}: ", Quote(issue.impact), *cause]


def _quote(fact: TimelineEntryAdded) -> Sentence:
    """Who said it and when; who added it, where that is somebody else."""
    author: Part = Who((fact.said_by,)) if fact.said_by else "A bot"
    added: list[Part] = [] if fact.said_by == fact.by else [" (added by ", Who((fact.by,)), ")"]
    return say(author, ", ", When(fact.said_at), ": ", Quote(fact.text), *added)


def _said_of_review(fact: object) -> Sentence | None:
    match fact:
        case ReviewOpened():
            return say("The post-incident review is open")
        case ReviewSubmitted(_, by):
            return say(Who((by,)), " handed in the post-incident review")
        case ReviewReturned(by, reason):
            return say("⛔ ", Who((by,)), " returned the review: ", Quote(reason))
        case ReviewSigned(by):
            return say("✅ ", Who((by,)), " signed the post-incident review")
        case ReviewExtended(until, by, reason):
            return say("ℹ️ ", Who((by,)), " gave the review until ", When(until), ": ", Quote(reason))
        case _:
            return None
