"""The forms about a hotfix: declared, revised, more about its issue, turned into a standard change, started in breach."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.rules.change import Change
from bot.rules.guide import Guide
from bot.rules.hotfix import Issue
from bot.rules.scene import Scene
from bot.rules.terms import NO_WORDS, ChangeType, ServiceName, change_label
from bot.rules.verdict import Field
from bot.rules.words import join_names
from bot.slack.ids import VERSION_MOST, Modal, Ref, encode_room
from bot.slack.views.fields import Asked, Option, choice_field, people_field, radio_field, text_field
from bot.slack.views.kit import Form, Json, lines, modal, section, small
from bot.slack.views.request_modal import TYPE_WORDS, code_fields
from bot.slack.views.speech import Speech
from bot.slack.views.standing import missing_for_start, subject
from bot.slack.views.standing_of_hotfix import can_start_in_breach


@dataclass(frozen=True, slots=True)
class HotfixPrefill:
    """What is known before anybody types. `room` is the channel in which the incident is talked about, if there is one yet."""

    service: ServiceName | None = None
    version: str = ""
    impact: str = ""
    plan: str = ""
    room: str = ""


def declaration_modal(prefill: HotfixPrefill, services: Sequence[ServiceName], guide: Guide) -> Json:
    """`/deploy hotfix`: on a good night only the impact is typed."""
    where = (
        "Its timeline comes into the channel where you are."
        if prefill.room
        else "A channel for the incident is opened, and those who act and approve are invited."
    )
    issue = Issue(guide.hotfix.severities[0], NO_WORDS)
    return modal(
        Form(Modal.DECLARE_HOTFIX, "Declare a hotfix", "Declare", encode_room(prefill.room)),
        [
            choice_field(
                Asked(Field.SERVICE, "Service"), [Option(name, name) for name in services], prefill.service
            ),
            text_field(Asked(Field.VERSION, "Version"), prefill.version),
            *_issue_fields(issue, prefill.impact, guide),
            text_field(
                Asked(
                    Field.PULL_REQUESTS,
                    "Pull requests",
                    "Those you wrote, one a line: #886. Others: Revise… on the card.",
                    optional=True,
                ),
                lines=True,
            ),
            people_field(Asked(Field.REVIEWERS, "Peers to ask", "They get a direct message.", optional=True)),
            _plan_field(prefill.plan),
            small(where),
        ],
    )


def _issue_fields(issue: Issue, impact: str, guide: Guide) -> list[Json]:
    """G-HOT-1."""
    severities = [Option(each, each) for each in guide.hotfix.severities]
    return [
        choice_field(Asked(Field.SEVERITY, "Severity"), severities, issue.severity),
        text_field(
            Asked(Field.IMPACT, "Impact", "What customers and the business suffer."), impact, lines=True
        ),
        text_field(
            Asked(Field.ROOT_CAUSE, "Root cause", "If it is known.", optional=True),
            issue.root_cause,
            lines=True,
        ),
    ]


def _plan_field(plan: str) -> Json:
    return text_field(
        Asked(Field.PLAN, "Rollback plan", "How to get back; a line will do."), plan, lines=True
    )


def revise_hotfix_modal(change: Change) -> Json:
    """What its requester can change before it starts."""
    references = [each.reference for each in change.pull_requests]
    return modal(
        Form(Modal.REVISE_HOTFIX, f"Revise {change_label(change.id)}", "Save", Ref.of(change).encode()),
        [
            small(
                "Another version needs every approval again; other pull requests the peer's,"
                " another rollback plan those for production."
            ),
            text_field(Asked(Field.VERSION, "Version"), change.version[:VERSION_MOST]),
            _plan_field(change.plan.text),
            *code_fields(references, sorted(change.authors), change.reviewers),
        ],
    )


def issue_modal(scene: Scene) -> Json | None:
    """What became known about the issue since; nothing for a change without one."""
    change = scene.change
    if change.issue is None:
        return None
    form = Form(Modal.REVISE_ISSUE, f"Issue of {change_label(change.id)}", "Save", Ref.of(change).encode())
    return modal(form, _issue_fields(change.issue, change.issue.impact, scene.setting.guide))


def standard_modal(scene: Scene) -> Json:
    """As what a hotfix goes the standard way, and what of it goes along."""
    change, guide = scene.change, scene.setting.guide
    types = [Option(each.value, *TYPE_WORDS[each]) for each in ChangeType if not guide.follows_hotfix(each)]
    return modal(
        Form(
            Modal.TURN_INTO_STANDARD,
            f"{change_label(change.id)} can wait",
            "Turn into standard",
            Ref.of(change).encode(),
        ),
        [
            section(
                lines(
                    f"*{subject(scene)}* goes the standard way from here: staging, verification, a window.",
                    "Its evidence and the code reviews given by button go along; every other approval is asked for again.",
                )
            ),
            radio_field(Asked(Field.TYPE, "What kind of change"), types, ChangeType.ROUTINE),
        ],
    )


def breach_modal(scene: Scene) -> Json | None:
    """Why it cannot wait for the approvals, and who was tried; nothing where a start in breach cannot be recorded now."""
    if not can_start_in_breach(scene):
        return None
    change, speech = scene.change, Speech.of(scene)
    roles = scene.setting.guide.hotfix.alarmed
    names = [speech.name(person) for person in scene.setting.roster.holders_of(roles)]
    alarmed = join_names([*names, "the incident channel"], "and")
    missing = missing_for_start(scene)
    return modal(
        Form(
            Modal.START_IN_BREACH,
            f"{change_label(change.id)} in breach",
            "Start in breach",
            Ref.of(change).encode(),
        ),
        [
            section(
                lines(
                    f"🚨 *{subject(scene)}* starts in production without what the guide asks for.",
                    "Without:" if missing else None,
                    *(f"• {point}" for point in (missing.points if missing else ())),
                )
            ),
            small(
                f"It is recorded as a breach for ever, and alarms {alarmed}."
                " Those who did not approve are asked whether it was right."
            ),
            text_field(Asked(Field.REASON, "Why it cannot wait for them"), lines=True),
            text_field(
                Asked(Field.TRIED, "Who was tried, and how", "Eve: three calls. Paul: voicemail, 02:12."),
                lines=True,
            ),
        ],
    )
