"""The forms that say what a change is: the request and its revision."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.rules.change import Change, Evidence, EvidenceKind, EvidenceState, PullRequest, RollbackPlan
from bot.rules.inputs import DeploymentRequest, Revision, WishedWindow
from bot.rules.terms import ChangeType, PersonId, ServiceName, Words
from bot.rules.verdict import Field
from bot.slack.forms.reading import FieldErrors, Filled, Values
from bot.slack.ids import ATTESTED, NOT_APPLICABLE, PRETESTED, VERSION_MOST

PULL_REQUESTS_MOST: Final = 20
REFERENCE_MOST: Final = 300
SHORT_MOST: Final = 300
LONG_MOST: Final = 3000

_NOT_APPLICABLE: Final = re.compile(
    rf"(?:{NOT_APPLICABLE}|not applicable)(?![\w/])[\s:;,.–—-]*", re.IGNORECASE
)
_NUMBER: Final = re.compile(r"#?([1-9][0-9]{0,9})")


def parse_request(values: Values, requester: PersonId) -> DeploymentRequest | FieldErrors:
    """Read the request's form. Without authors named, the requester wrote the code."""
    form = Filled(values)
    authors = form.people(Field.AUTHORS) or (requester,)
    code = read_code(form)
    window = form.span(required=False)
    reason = Words(form.line(Field.WINDOW_REASON, SHORT_MOST))
    evidence = read_evidence(form)
    request = DeploymentRequest(
        service=ServiceName(_chosen(form, Field.SERVICE, "Choose the service.")),
        type=_type(form),
        version=read_version(form),
        pull_requests=tuple(PullRequest(Words(each), authors) for each in code.references),
        reviewers=form.people(Field.REVIEWERS),
        evidence=(*code.evidence, *evidence),
        in_development=form.ticked(Field.DEVELOPMENT, ATTESTED),
        plan=_plan(form),
        wished=WishedWindow(window, reason) if window else None,
    )
    return FieldErrors(form.problems) if form.problems else request


def parse_revision(values: Values, change: Change, *, resubmit: bool) -> Revision | FieldErrors:
    """Read the revision's form. Pull requests keep their own authors where nobody touched the choice of people."""
    form = Filled(values)
    authors = form.people(Field.AUTHORS) or (change.requester,)
    before = authors_before(change, authors)
    code = read_code(form)
    if code.evidence:
        form.refuse(Field.PULL_REQUESTS, "Record in the evidence why there is none, and leave this empty.")
    revision = Revision(
        version=read_version(form),
        pull_requests=tuple(
            PullRequest(Words(each), before.get(Words(each), authors)) for each in code.references
        ),
        reviewers=form.people(Field.REVIEWERS),
        plan=_plan(form),
        resubmit=resubmit,
    )
    return FieldErrors(form.problems) if form.problems else revision


def authors_before(change: Change, authors: tuple[PersonId, ...]) -> Mapping[Words, tuple[PersonId, ...]]:
    """Who wrote each pull request, where these are the authors of all of them still: nobody touched the choice of people."""
    same = frozenset(authors) == change.authors
    return {each.reference: each.authors for each in change.pull_requests} if same else {}


def _chosen(form: Filled, field: Field, asking: str) -> str:
    chosen = form.choice(field)
    if not chosen:
        form.refuse(field, asking)
    return chosen or ""


def _type(form: Filled) -> ChangeType:
    chosen = _chosen(form, Field.TYPE, "Choose what kind of change it is.")
    if chosen in set(ChangeType):
        return ChangeType(chosen)
    form.refuse(Field.TYPE, "Choose what kind of change it is.")
    return ChangeType.ROUTINE


def read_version(form: Filled) -> str:
    """The version, in one word."""
    version = form.lines(Field.VERSION, VERSION_MOST)
    if not version:
        form.refuse(Field.VERSION, "Name the version.")
    elif any(character.isspace() for character in version):
        form.refuse(Field.VERSION, "A version has no spaces in it: 4.12.0, for example.")
    return version


def _plan(form: Filled) -> RollbackPlan:
    text = Words(form.lines(Field.PLAN, LONG_MOST))
    if not text:
        form.refuse(Field.PLAN, "Say how to get back to the version before.")
    chosen = _chosen(form, Field.PRETESTED, "Say whether the rollback was pre-tested.")
    pretest = Words(form.line(Field.PRETEST, SHORT_MOST))
    if not pretest:
        form.refuse(
            Field.PRETEST,
            "Say where the pre-test can be seen."
            if chosen == PRETESTED
            else "Say why a pre-test is not applicable.",
        )
    return RollbackPlan(text, pretested=chosen == PRETESTED, pretest=pretest)


@dataclass(frozen=True, slots=True)
class Code:
    """The references of pull requests, or the evidence that there is none and why."""

    references: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


def read_code(form: Filled) -> Code:
    """One a line: `881`, `#881` or an address; each once."""
    text = form.lines(Field.PULL_REQUESTS, LONG_MOST)
    none = _NOT_APPLICABLE.match(text)
    if none:
        reason = Words(" ".join(text[none.end() :].split()))
        return Code(evidence=(Evidence(EvidenceKind.PULL_REQUEST, EvidenceState.NOT_APPLICABLE, reason),))
    references = dict.fromkeys(_reference(each) for each in re.split(r"[\s,;]+", text) if each)
    if len(references) > PULL_REQUESTS_MOST:
        form.refuse(
            Field.PULL_REQUESTS,
            f"That are {len(references)} pull requests; one change carries {PULL_REQUESTS_MOST}.",
        )
    if any(len(each) > REFERENCE_MOST for each in references):
        form.refuse(Field.PULL_REQUESTS, f"A reference has at most {REFERENCE_MOST} characters.")
    return Code(references=tuple(references))


def _reference(text: str) -> str:
    number = _NUMBER.fullmatch(text)
    return f"#{number[1]}" if number else text


def read_evidence(form: Filled) -> tuple[Evidence, ...]:
    """Branch, CI and merge, as far as they are filled in."""
    found = (
        _or_not_applicable(EvidenceKind.BRANCH, form.line(Field.BRANCH, SHORT_MOST)),
        _ci(form),
        _or_not_applicable(EvidenceKind.MERGE, form.line(Field.MERGE, SHORT_MOST)),
    )
    return tuple(each for each in found if each)


def _or_not_applicable(kind: EvidenceKind, text: str) -> Evidence | None:
    if not text:
        return None
    none = _NOT_APPLICABLE.match(text)
    if none:
        return Evidence(kind, EvidenceState.NOT_APPLICABLE, Words(text[none.end() :].strip()))
    return Evidence(kind, EvidenceState.PRESENT, Words(text))


def _ci(form: Filled) -> Evidence | None:
    text = Words(form.line(Field.CI_LINK, SHORT_MOST))
    chosen = form.choice(Field.CI)
    if chosen not in set(EvidenceState):
        if text:
            form.refuse(Field.CI, "Say how the tests went.")
        return None
    state = EvidenceState(chosen)
    if state is EvidenceState.PRESENT and not text:
        form.refuse(Field.CI_LINK, "Say where the tests can be seen.")
    return Evidence(EvidenceKind.CI, state, text)
