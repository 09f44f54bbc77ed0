"""The forms about hotfixes: declared, revised, approvals that were spoken, a start in breach, what became known since."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.rules.change import Change, PullRequest, RollbackPlan
from bot.rules.hotfix import How, Issue
from bot.rules.hotfix_inputs import BreachStart, HotfixDeclaration, SpokenBy, Standardization, VerbalRecord
from bot.rules.inputs import Revision
from bot.rules.terms import NO_WORDS, ChangeType, PersonId, ServiceName, Words
from bot.rules.verdict import Field
from bot.slack.forms.reading import FieldErrors, Filled, Values
from bot.slack.forms.request import LONG_MOST, SHORT_MOST, authors_before, read_code, read_version
from bot.slack.ids import AFRESH, decode_speaker


def parse_declaration(values: Values, declarer: PersonId, room: str) -> HotfixDeclaration | FieldErrors:
    """Read what is declared; the pull requests are the declarer's. `room` is the incident's channel, empty where none is open."""
    form = Filled(values)
    service = form.choice(Field.SERVICE)
    if not service:
        form.refuse(Field.SERVICE, "Choose the service.")
    declaration = HotfixDeclaration(
        service=ServiceName(service or ""),
        version=read_version(form),
        issue=_issue(form),
        channel=room,
        pull_requests=tuple(PullRequest(Words(each), (declarer,)) for each in _references(form)),
        reviewers=form.people(Field.REVIEWERS),
        plan=RollbackPlan(_plan(form), pretested=False, pretest=NO_WORDS),
    )
    return FieldErrors(form.problems) if form.problems else declaration


def parse_hotfix_revision(values: Values, change: Change) -> Revision | FieldErrors:
    """Read what its requester changed before the start."""
    form = Filled(values)
    authors = form.people(Field.AUTHORS) or (change.requester,)
    before = authors_before(change, authors)
    revision = Revision(
        version=read_version(form),
        pull_requests=tuple(
            PullRequest(Words(each), before.get(Words(each), authors)) for each in _references(form)
        ),
        reviewers=form.people(Field.REVIEWERS),
        plan=replace(change.plan, text=_plan(form)),
        resubmit=False,
    )
    return FieldErrors(form.problems) if form.problems else revision


def parse_issue(values: Values) -> Issue | FieldErrors:
    """Read what became known about the issue."""
    form = Filled(values)
    issue = _issue(form)
    return FieldErrors(form.problems) if form.problems else issue


def parse_spoken(values: Values) -> VerbalRecord | FieldErrors:
    """Read who said yes, in which role, and how it was said; `spoken_in` says in which block somebody was chosen."""
    form = Filled(values)
    how, given_at = form.choice(Field.HOW), form.instant(Field.GIVEN_AT)
    people = _each_once(values)
    if not people:
        form.refuse(Field.PEOPLE, "Choose who said yes.")
    said = Words(form.line(Field.SAID, SHORT_MOST))
    if not said:
        form.refuse(Field.SAID, "Say what was said, in their words.")
    if how not in set(How):
        form.refuse(Field.HOW, "Say how it was said.")
    if given_at is None:
        form.refuse(Field.GIVEN_AT, "Say when it was said.")
    if how is None or given_at is None or form.problems:
        return FieldErrors(form.problems)
    return VerbalRecord(people, said, How(how), given_at, form.person(Field.HEARD_BY))


def _each_once(values: Values) -> tuple[SpokenBy, ...]:
    """Those of the menus, and whoever else was chosen and is in none of them."""
    speakers = list(dict.fromkeys(speaker for _, speaker in _speakers(values)))
    in_menus = {each.person for each in speakers if each.role}
    return tuple(each for each in speakers if each.role or each.person not in in_menus)


def spoken_in(values: Values) -> dict[PersonId, str]:
    """The block in which each person was chosen, so that a refusal can stand beside it."""
    return {speaker.person: block_id for block_id, speaker in _speakers(values)}


def _speakers(values: Values) -> Iterator[tuple[str, SpokenBy]]:
    """Whoever was chosen in the menu of a seat, by the role of that seat; whoever else, by whatever is missing."""
    for block_id, block in values.items():
        name, _, seat = block_id.partition(AFRESH)
        if name == Field.PEOPLE and seat:
            element = block.get(block_id) if isinstance(block, Mapping) else None
            menu = Filled({Field.PEOPLE.value: {Field.PEOPLE.value: element}})
            chosen = decode_speaker(menu.choice(Field.PEOPLE))
            if chosen:
                yield block_id, SpokenBy(*chosen)
        elif name == Field.PEOPLE:
            for person in Filled({name: block}).people(Field.PEOPLE):
                yield block_id, SpokenBy(person)


def parse_breach(values: Values) -> BreachStart | FieldErrors:
    """Read why it starts without its approvals, and who was tried."""
    form = Filled(values)
    reason = Words(form.lines(Field.REASON, LONG_MOST))
    tried = Words(form.lines(Field.TRIED, LONG_MOST))
    if not reason:
        form.refuse(Field.REASON, "Say why it cannot wait: the log keeps it.")
    if not tried:
        form.refuse(Field.TRIED, "Say who was tried, and how.")
    return FieldErrors(form.problems) if form.problems else BreachStart(reason, tried)


def parse_standardization(values: Values) -> Standardization | FieldErrors:
    """Read as what it goes the standard way."""
    form = Filled(values)
    chosen = form.choice(Field.TYPE)
    if chosen not in set(ChangeType):
        form.refuse(Field.TYPE, "Choose what kind of change it is.")
        return FieldErrors(form.problems)
    return Standardization(ChangeType(chosen))


def _issue(form: Filled) -> Issue:
    severity = form.choice(Field.SEVERITY)
    if not severity:
        form.refuse(Field.SEVERITY, "Choose how grave it is.")
    impact = Words(form.lines(Field.IMPACT, LONG_MOST))
    if not impact:
        form.refuse(Field.IMPACT, "Say what customers and the business suffer.")
    return Issue(severity or "", impact, Words(form.lines(Field.ROOT_CAUSE, LONG_MOST)))


def _plan(form: Filled) -> Words:
    text = Words(form.lines(Field.PLAN, LONG_MOST))
    if not text:
        form.refuse(Field.PLAN, "Say how to get back to the version before.")
    return text


def _references(form: Filled) -> tuple[str, ...]:
    code = read_code(form)
    if code.evidence:
        form.refuse(Field.PULL_REQUESTS, "Leave this empty if there is none.")
    return code.references
