"""The form behind `/deploy request`: short on a good day, since most of it is filled in."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.rules.change import EvidenceState, Span
from bot.rules.guide import Guide
from bot.rules.terms import ChangeType, PersonId, ServiceName
from bot.rules.verdict import Field
from bot.rules.words import join_names, span
from bot.slack.ids import ATTESTED, NO_PRETEST, NOT_APPLICABLE, PRETESTED, Modal
from bot.slack.views.calendar import ahead_block
from bot.slack.views.fields import (
    Asked,
    Option,
    choice_field,
    instant_field,
    people_field,
    radio_field,
    text_field,
    tick_field,
)
from bot.slack.views.kit import Form, Json, modal, section
from bot.store.reading import Calendar


@dataclass(frozen=True, slots=True)
class Prefill:
    """What is known before anybody types. `pull_requests` are references; `window` is the first legal one, `ahead` the service's calendar."""

    authors: tuple[PersonId, ...] = ()
    service: ServiceName | None = None
    type: ChangeType = ChangeType.ROUTINE
    version: str = ""
    pull_requests: tuple[str, ...] = ()
    reviewers: tuple[PersonId, ...] = ()
    branch: str = ""
    ci: EvidenceState | None = EvidenceState.PENDING
    ci_link: str = ""
    merge: str = ""
    in_development: bool = False
    plan: str = ""
    pretested: bool | None = None
    pretest: str = ""
    window: Span | None = None
    window_reason: str = ""
    ahead: Calendar | None = None


TYPE_WORDS = {
    ChangeType.ROUTINE: ("Routine", "code that was planned"),
    ChangeType.HOTFIX: ("Hotfix", "an emergency"),
    ChangeType.CONFIG: ("Config", "settings or flags, no code"),
    ChangeType.INFRA: ("Infra", "machines, networks, databases"),
}
OR_NOT_APPLICABLE = f"Config and infra: {NOT_APPLICABLE} and why, if there is none."


def request_modal(prefill: Prefill, services: Sequence[ServiceName], guide: Guide) -> Json:
    """The whole form; `services` are those that can be chosen."""
    return modal(
        Form(Modal.REQUEST, "Request a deployment", "Request"),
        [
            *_what(prefill, services, guide),
            *code_fields(prefill.pull_requests, prefill.authors, prefill.reviewers),
            *plan_fields(prefill.plan, prefill.pretest, pretested=prefill.pretested),
            *_window(prefill, guide),
            section("*Evidence* – what you don't have yet can follow."),
            *evidence_fields(prefill, guide),
        ],
    )


def _what(prefill: Prefill, services: Sequence[ServiceName], guide: Guide) -> list[Json]:
    types = [
        Option(change_type.value, *TYPE_WORDS[change_type])
        for change_type in ChangeType
        if not guide.follows_hotfix(change_type)
    ]
    return [
        choice_field(
            Asked(Field.SERVICE, "Service"), [Option(name, name) for name in services], prefill.service
        ),
        text_field(Asked(Field.VERSION, "Version"), prefill.version),
        choice_field(Asked(Field.TYPE, "What kind of change"), types, prefill.type),
    ]


def code_fields(
    pull_requests: Sequence[str], authors: Sequence[PersonId], reviewers: Sequence[PersonId]
) -> list[Json]:
    """Pull requests, who wrote them, and who is asked to look."""
    one_a_line = f"One a line: #881, or its address. {OR_NOT_APPLICABLE}"
    not_peers = "None of them can be the peer who approves it."
    return [
        text_field(
            Asked(Field.PULL_REQUESTS, "Pull requests", one_a_line, optional=True),
            "\n".join(pull_requests),
            lines=True,
        ),
        people_field(Asked(Field.AUTHORS, "Who wrote the code", not_peers, optional=True), authors),
        people_field(
            Asked(Field.REVIEWERS, "Peers to ask", "They get a direct message.", optional=True), reviewers
        ),
    ]


def plan_fields(plan: str, pretest: str, *, pretested: bool | None) -> list[Json]:
    """The rollback plan and its pre-test (G-STD-10)."""
    initial = None if pretested is None else PRETESTED if pretested else NO_PRETEST
    options = [Option(PRETESTED, "It was pre-tested"), Option(NO_PRETEST, "A pre-test is not applicable")]
    return [
        text_field(
            Asked(Field.PLAN, "Rollback plan", "How to get back, and how long it takes."), plan, lines=True
        ),
        radio_field(Asked(Field.PRETESTED, "Pre-test of the rollback"), options, initial),
        text_field(
            Asked(Field.PRETEST, "Where the pre-test can be seen", "Or why it is not applicable."), pretest
        ),
    ]


def _window(prefill: Prefill, guide: Guide) -> list[Json]:
    start, end = (prefill.window.start, prefill.window.end) if prefill.window else (None, None)
    planned = ahead_block(prefill.ahead) if prefill.ahead else None
    return [
        *([planned] if planned else []),
        instant_field(
            Asked(Field.WINDOW_START, "Wished window: from", notice_words(guide), optional=True), start
        ),
        instant_field(Asked(Field.WINDOW_END, "Wished window: to", optional=True), end),
        text_field(
            Asked(
                Field.WINDOW_REASON,
                "Why it cannot wait for business hours",
                "Only for a window outside them; its approvers read it.",
                optional=True,
            ),
            prefill.window_reason,
        ),
    ]


def notice_words(guide: Guide) -> str:
    """G-STD-7 in a line: "At least 48 h ahead in business hours (09:00–17:00)."."""
    hours = f"{guide.hours.start:%H:%M}–{guide.hours.end:%H:%M}"
    lengths = {
        change_type: length
        for change_type, length in guide.notice.items()
        if not guide.follows_hotfix(change_type)
    }
    if len(set(lengths.values())) == 1:
        ahead = span(next(iter(lengths.values())))
    else:
        ahead = join_names([f"{span(length)} ({name})" for name, length in lengths.items()])
    return f"At least {ahead} ahead in business hours ({hours}); outside them, with a reason."


def evidence_fields(prefill: Prefill, guide: Guide) -> list[Json]:
    """Branch, CI, merge and the deployment to the first environment (G-STD-1 to G-STD-4, G-ENV-1)."""
    first = guide.environments[0]
    states = [
        Option(EvidenceState.PENDING, "Still running"),
        Option(EvidenceState.PRESENT, "Passed"),
        Option(EvidenceState.FAILED, "Failed"),
        Option(EvidenceState.NOT_APPLICABLE, "Not applicable"),
    ]
    return [
        text_field(Asked(Field.BRANCH, "Release branch", OR_NOT_APPLICABLE, optional=True), prefill.branch),
        choice_field(Asked(Field.CI, "Automated tests", optional=True), states, prefill.ci),
        text_field(
            Asked(
                Field.CI_LINK, "Where the tests can be seen", "Or why they are not applicable.", optional=True
            ),
            prefill.ci_link,
        ),
        text_field(
            Asked(
                Field.MERGE,
                "Merge to main",
                f"The commit, or its address. {OR_NOT_APPLICABLE}",
                optional=True,
            ),
            prefill.merge,
        ),
        tick_field(
            Asked(Field.DEVELOPMENT, first.capitalize(), optional=True),
            Option(ATTESTED, f"This version was deployed to {first} and works there"),
            ticked=prefill.in_development,
        ),
    ]
