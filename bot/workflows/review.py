"""The post-incident review (G-HOT-5): handed in by its author, signed or returned by somebody else, reminded until then."""

from bot.rules.approvals import rows_that_gain
from bot.rules.change import Change
from bot.rules.clauses import Clause
from bot.rules.facts import ReminderSnoozed
from bot.rules.hotfix import Review, ReviewStage
from bot.rules.hotfix_facts import (
    ReviewDrafted,
    ReviewExtended,
    ReviewReminded,
    ReviewReturned,
    ReviewSigned,
    ReviewSubmitted,
)
from bot.rules.hotfix_inputs import ReviewExtension, ReviewHandIn, ReviewSignature
from bot.rules.inputs import Reason, Seen
from bot.rules.life import Act, refuse_by_stage
from bot.rules.review import (
    by_own_acts,
    code_review_gates,
    due_at,
    moment_passed,
    next_reminder,
    owed_by,
    sign_gates,
    snooze_end,
    snoozes_of,
    text_gates,
)
from bot.rules.setting import Setting
from bot.rules.terms import ApprovalStage, Phase, Role
from bot.rules.verdict import Done, Field, Refused, Verdict, refuse, unmet
from bot.rules.words import When, join_names, say
from bot.workflows.moment import Moment, approval_given, reason_missing


def submit_review(moment: Moment, form: ReviewHandIn) -> Verdict:
    """Hand the review in, with all that it must say. Whoever does is its author."""
    review = _writable(moment, Act.SUBMIT_REVIEW)
    if isinstance(review, Refused):
        return review
    gates = text_gates(form.text)
    if gates:
        return Refused(gates)
    submitted = ReviewSubmitted(form.text, moment.actor, moment.now)
    return Done((submitted,), say(f"You handed in the review of {moment.label}."))


def draft_review(moment: Moment, form: ReviewHandIn) -> Verdict:
    """Keep what was written so far; nothing of it needs to be complete. Whoever wrote last is its author."""
    review = _writable(moment, Act.DRAFT_REVIEW)
    if isinstance(review, Refused):
        return review
    drafted = ReviewDrafted(form.text, moment.actor, moment.now)
    return Done((drafted,), say(f"The draft of the review of {moment.label} is kept."))


def _writable(moment: Moment, act: Act) -> Review | Refused:
    """The review while it is in its author's hands."""
    review = _review(moment, act)
    if isinstance(review, Refused):
        return review
    engineers = moment.setting.roster.holders(Role.ENGINEER)
    if moment.actor not in engineers:
        why = say(f"The review is written by engineers of {moment.change.service}.")
        return refuse(Clause.HOT_5, why, who=engineers)
    if review.stage is ReviewStage.SUBMITTED:
        return refuse(Clause.HOT_5, say("The review is handed in already, and waits for its sign-off."))
    return review


def sign_review(moment: Moment, form: ReviewSignature | None) -> Verdict:
    """Complete the review: by an Engineering Manager or Director who is not its author, once nothing of it is open."""
    review = _submitted(moment, Act.SIGN_REVIEW)
    if isinstance(review, Refused):
        return review
    if form and form.round not in {None, review.round}:
        return refuse(
            Clause.HOT_5, say("The review was handed in anew since you read it: read it once more.")
        )
    gates = unmet(sign_gates(moment.change, moment.setting))
    if gates:
        return Refused(gates)
    return Done((ReviewSigned(moment.actor, moment.now),), say(f"You signed the review of {moment.label}."))


def return_review(moment: Moment, form: Reason) -> Verdict:
    """Give the review back to its author, with a reason."""
    review = _submitted(moment, Act.RETURN_REVIEW)
    if isinstance(review, Refused):
        return review
    refused = reason_missing(Clause.HOT_5, form.reason, "Say what is missing: its author must know.")
    if refused:
        return refused
    returned = ReviewReturned(moment.actor, form.reason, moment.now)
    return Done((returned,), say(f"You returned the review of {moment.label}."))


def extend_review(moment: Moment, form: ReviewExtension) -> Verdict:
    """Give more time: a Director only, with a reason; it shows as a deviation for ever."""
    review = _review(moment, Act.EXTEND_REVIEW)
    if isinstance(review, Refused):
        return review
    roles = moment.setting.guide.review.extended_by
    refused = _refused_unless_holder(moment, roles, "Extending a review")
    due = due_at(moment.change, moment.setting.policy)
    if refused is None and (form.until <= moment.now or (due and form.until <= due)):
        refused = refuse(Clause.HOT_5, say("Choose a time after the present one."), field=Field.UNTIL)
    refused = refused or reason_missing(Clause.HOT_5, form.reason, "Say why the review needs more time.")
    if refused:
        return refused
    extended = ReviewExtended(form.until, moment.actor, form.reason, moment.now)
    return Done((extended,), say(f"The review of {moment.label} is due ", When(form.until), "."))


def snooze_review(moment: Moment, form: None) -> Verdict:
    """Be left alone by its reminders until tomorrow, but never past the time at which it is due."""
    del form
    review = _review(moment, Act.SNOOZE_REVIEW)
    if isinstance(review, Refused):
        return review
    until = snooze_end(moment.change, moment.setting.policy, moment.now)
    owed = owed_by(moment.change, moment.setting)
    if moment.actor not in owed:
        return refuse(Clause.HOT_5, say(f"Nobody reminds you of the review of {moment.label}."), who=owed)
    if until is None:
        return refuse(Clause.HOT_5, say("It is due: reminders go on until it is signed."))
    snoozed = ReminderSnoozed(Phase.REVIEW, review.round, moment.actor, until, moment.now)
    return Done((snoozed,), say("You are reminded again on ", When(until), "."))


def review_code(moment: Moment, form: Seen) -> Verdict:
    """Do the code review that was deferred, by one's own act, before the review is signed (G-APP-1)."""
    change, setting = moment.change, moment.setting
    review = _review(moment, Act.REVIEW_CODE)
    if isinstance(review, Refused):
        return review
    refused = moment.moved_on(form.revision, Clause.APP_1)
    if refused:
        return refused
    gaining = rows_that_gain(by_own_acts(change), setting, moment.actor)
    rows = [row for row in gaining if row.stage is ApprovalStage.CODE]
    if not rows:
        return _no_code_left(moment)
    given = tuple(
        approval_given(moment, row, len(change.approvals) + 1 + place) for place, row in enumerate(rows)
    )
    return Done(given, say(f"You approved the code of {moment.label}."))


def _no_code_left(moment: Moment) -> Refused:
    gates = code_review_gates(moment.change, moment.setting)
    if not gates:
        return refuse(Clause.APP_1, say("The code review is done. Nothing left for you here."))
    if any(each.person == moment.actor for each in by_own_acts(moment.change).standing_approvals):
        return refuse(Clause.APP_1, say("You approved this already."))
    return Refused(gates)


def remind_review(change: Change, setting: Setting) -> Verdict:
    """Remind those who owe the review, at the guide's hours and when a snooze ends; of several that are late it is one."""
    gate = refuse_by_stage(Act.REMIND_REVIEW, change, setting.policy)
    at, due = next_reminder(change, setting.policy), due_at(change, setting.policy)
    if gate or at is None or due is None or change.review is None or setting.now < at:
        return Refused((gate,) if gate else ())
    since, now = change.review.reminded_at or change.review.opened_at, setting.now
    owed = owed_by(change, setting)
    asleep = {each.person for each in snoozes_of(change) if each.until > now}
    woken = {each.person for each in snoozes_of(change) if since < each.until <= now}
    everybody = moment_passed(change, setting.policy, now)
    people = tuple(person for person in owed if (person not in asleep if everybody else person in woken))
    return Done((ReviewReminded(due, people, now),), say("The review is waited for."))


def _review(moment: Moment, act: Act) -> Review | Refused:
    """The review that is still to be completed."""
    refused = moment.refused_by_stage(act)
    if refused:
        return refused
    review = moment.change.review
    if review is None:
        return refuse(Clause.HOT_5, say(f"{moment.label} owes no review."))
    if review.stage is ReviewStage.SIGNED:
        return refuse(Clause.HOT_5, say("The review is signed. Nothing left for you here."))
    return review


def _submitted(moment: Moment, act: Act) -> Review | Refused:
    review = _review(moment, act)
    if isinstance(review, Refused):
        return review
    if review.stage is not ReviewStage.SUBMITTED:
        who = (moment.change.requester,)
        return refuse(Clause.HOT_5, say("The review has not been handed in yet."), who=who)
    refused = _refused_unless_holder(moment, moment.setting.guide.review.signed_by, "Signing a review")
    if refused:
        return refused
    if moment.actor == review.author:
        others = tuple(
            person
            for person in moment.setting.roster.holders_of(moment.setting.guide.review.signed_by)
            if person != review.author
        )
        return refuse(Clause.HOT_5, say("You wrote it: somebody else signs."), who=others)
    return review


def _refused_unless_holder(moment: Moment, roles: tuple[Role, ...], doing: str) -> Refused | None:
    able = moment.setting.roster.holders_of(roles)
    if moment.actor in able:
        return None
    titles = join_names([role.label for role in roles])
    return refuse(Clause.HOT_5, say(f"{doing} is for the {titles}."), who=able)
