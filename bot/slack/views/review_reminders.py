"""The review's direct messages (G-HOT-5): the ask for its sign-off, its reminders, and what becomes of both."""

from datetime import datetime, timedelta

from bot.rules.asking import Ask
from bot.rules.clauses import Clause
from bot.rules.hotfix import Review, ReviewStage
from bot.rules.review import REVIEW_LABELS, author_of, due_at, who_signs
from bot.rules.review_draft import lacking
from bot.rules.scene import Scene
from bot.rules.terms import PersonId
from bot.rules.words import join_names
from bot.slack.ids import Press, Ref
from bot.slack.views.kit import (
    Json,
    Message,
    actions,
    beside,
    button,
    card_link,
    dots,
    lines,
    message,
    repeated,
    section,
    small,
)
from bot.slack.views.lateness import late_words
from bot.slack.views.review import (
    asleep,
    due_words,
    extended,
    long,
    open_words_line,
    return_button,
    returned,
    review_buttons,
    review_line,
    snooze_button,
)
from bot.slack.views.speech import Speech
from bot.slack.views.standing import label, subject
from bot.slack.views.text import clip_mrkdwn, quoted, typed

NOTHING_LEFT = "Nothing left for you here."
NOW = timedelta(minutes=30)
"""As near as this to its time a review is due *now*."""
NO_REVIEWS = "No review waits."
SHOWN_MOST = 15
LINE_MOST = 600


def review_question(scene: Scene, ask: Ask) -> str:
    """What one Engineering Manager or Director is asked, in a sentence of mrkdwn."""
    held = scene.setting.roster.roles_of(ask.person)
    roles = [role.label for role in scene.setting.guide.review.signed_by if role in held]
    author = Speech.of(scene).name(author_of(scene.change))
    capacity = f", as *{join_names(roles, 'and')}*," if roles else ""
    return f"{author} asks you{capacity} to sign off the review of hotfix *{subject(scene)}*, {due_words(scene)}."


def review_details(scene: Scene) -> tuple[str, ...]:
    """What they need to know before they open it."""
    return (_impact(scene), open_words_line(scene))


def review_small(scene: Scene) -> str:
    """The same in small print: where it left the guide, and the clause."""
    return dots(_breach(scene), extended(scene).removeprefix(" · "), Clause.HOT_5.value)


def review_answers(scene: Scene) -> list[Json]:
    """Signing only after reading; returning with a reason."""
    read = button(Press.READ_REVIEW, "Read and sign", Ref.of(scene.change), "primary")
    return [read, return_button(scene)]


def _impact(scene: Scene) -> str:
    issue = scene.change.issue
    return f"{typed(issue.severity, 20)}: {quoted(issue.impact)}" if issue else ""


def _breach(scene: Scene) -> str:
    return "🚨 started in breach" if scene.change.breach else ""


def settled_review(scene: Scene, person: PersonId, round_: int) -> str:
    """What became of an ask for a sign-off, as mrkdwn; `round_` is the handing-in that it was about."""
    speech, review = Speech.of(scene), scene.change.review
    if review is None:
        return NOTHING_LEFT
    if review.signed_by and review.signed_at:
        return _signed(scene, person)
    if review.stage is ReviewStage.SUBMITTED and round_ < review.round:
        return f"{speech.name(author_of(scene.change))} handed it in anew: a new message asks you."
    if review.stage is ReviewStage.OPEN and review.returned_by:
        by = "You" if review.returned_by == person else speech.name(review.returned_by)
        author = speech.name(author_of(scene.change))
        return f"{by} returned it: {quoted(review.returned_reason or '')}. It is {author}'s turn."
    if review.stage is ReviewStage.OPEN:
        return "The hotfix was deployed anew, so the review goes on. A new message asks you then."
    if review.author == person:
        return "You wrote it: somebody else signs."
    return NOTHING_LEFT


def _signed(scene: Scene, person: PersonId) -> str:
    """Who signed it, and when."""
    review = scene.change.review
    if review is None or review.signed_by is None or review.signed_at is None:
        return NOTHING_LEFT
    when = Speech.of(scene).when(review.signed_at)
    if review.signed_by == person:
        return f"You signed the review {when}."
    return f"{Speech.of(scene).name(review.signed_by)} signed the review {when}. {NOTHING_LEFT}"


def review_reminder(
    scene: Scene, reader: PersonId, at: datetime, late: int = 0, permalink: str | None = None
) -> Message:
    """One reminder, sent `at`, as far as it still holds; `late` is how many minutes it came too late."""
    lead = f"⏳ {_lead(scene, reader, at)}"
    sleeps = asleep(scene, reader)
    until = f"ℹ️ snoozed: you are reminded again {Speech.of(scene).when(sleeps)}" if sleeps else ""
    return message(
        f"{lead} ({subject(scene)})",
        section(lines(lead, _state(scene, reader), open_words_line(scene))),
        small(dots(f"hotfix {subject(scene)}", _breach(scene), until, late_words(late))),
        actions(*review_buttons(scene, reader), snooze_button(scene, reader), card_link(permalink)),
    )


def _lead(scene: Scene, reader: PersonId, at: datetime) -> str:
    """Who the reader is to the review, and how much time there was when they were reminded."""
    speech, change = Speech.of(scene), scene.change
    review, author, name = change.review, author_of(change), speech.name(reader)
    what, when = f"the review of *{label(scene)}*", _when(scene, at)
    if review and review.stage is ReviewStage.SUBMITTED:
        if reader in who_signs(change, scene.setting):
            return f"{name}, {what} waits for your sign-off. It {when}."
        return f"{name}, {what} waits for its sign-off. It {when}."
    if reader == author:
        return f"{name}, {what} {when}."
    return f"{name}, {speech.name(author)} owes {what}, which {when}."


def _when(scene: Scene, at: datetime) -> str:
    """`is due in *6 hours* (Thu 02:31)`, seen from when it was said."""
    due = due_at(scene.change, scene.setting.policy)
    if due is None:
        return "is not due yet"
    clock = Speech.of(scene).when(due)
    if abs(due - at) < NOW:
        return f"is due *now* ({clock})"
    if at < due:
        return f"is due in *{long(due - at)}* ({clock})"
    return f"is *{long(at - due)} overdue* (due {clock})"


def _state(scene: Scene, reader: PersonId) -> str:
    """How far it is: what the draft lacks, who returned it, who can sign it."""
    change, speech, review = scene.change, Speech.of(scene), scene.change.review
    if review is None:
        return ""
    if review.stage is ReviewStage.SUBMITTED:
        others = [person for person in who_signs(change, scene.setting) if person != reader]
        since = (
            f"Handed in by {speech.name(author_of(change))} {speech.when(review.submitted_at)}."
            if review.submitted_at
            else ""
        )
        mine = reader in who_signs(change, scene.setting)
        return since if mine else f"{since} {speech.people(others)} can sign it.".strip()
    sent_back = returned(review, speech).removeprefix(" · ")
    return lines(f"{sent_back}." if sent_back else "", _draft(scene, reader, review))


def _draft(scene: Scene, reader: PersonId, review: Review) -> str:
    missing = [f"*{REVIEW_LABELS[field]}*" for field in lacking(scene.change, scene.setting.policy)]
    has = "The draft has the timeline and the approvals" if review.text is None else "The draft is kept"
    if missing:
        return f"{has}; missing: {', '.join(missing)}."
    if reader == author_of(scene.change):
        return "The draft says all that it must: hand it in."
    return "The draft says all that it must, but is not handed in."


def settled_reminder(scene: Scene, reader: PersonId, *, newer: bool) -> Message:
    """A reminder in one line, once it is over: signed, told anew, handed in, or no longer this person's."""
    said = _settled_words(scene, reader, newer=newer)
    return message(f"{label(scene)}: {said}", small(f"{said} · review of {label(scene)}"))


def _settled_words(scene: Scene, reader: PersonId, *, newer: bool) -> str:
    speech, review, author = Speech.of(scene), scene.change.review, author_of(scene.change)
    if review and review.stage is ReviewStage.SIGNED:
        return f"✅ {_signed(scene, reader)}"
    if newer:
        return "ℹ️ You were reminded again since: the newer message counts."
    if review and review.submitted_at:
        handed_in = f"{'You' if reader == author else speech.name(author)} handed it in {speech.when(review.submitted_at)}."
        signers = who_signs(scene.change, scene.setting)
        if reader in signers[: scene.setting.guide.asking.ask_at_most]:
            return f"ℹ️ {handed_in} A newer message asks you to sign it."
        return f"✅ {handed_in} {speech.people(signers)} can sign it."
    return f"ℹ️ {speech.name(author)} writes the review. {NOTHING_LEFT}"


def review_message(scene: Scene, reader: PersonId) -> Message:
    """How the review of one hotfix stands, for whoever asks, with what they can do about it."""
    line = review_line(scene)
    if line is None:
        said = f"{label(scene)} owes no review: that is for hotfixes, from their start in production on."
        return message(said, section(f"ℹ️ {said}"))
    draft = _draft(scene, reader, scene.change.review) if _is_open(scene) and scene.change.review else ""
    sleeps = asleep(scene, reader)
    until = f"ℹ️ snoozed: you are reminded again {Speech.of(scene).when(sleeps)}" if sleeps else ""
    return message(
        f"{label(scene)}: {line}",
        section(lines(f"*{subject(scene)}* · {label(scene)}", line, draft, open_words_line(scene))),
        small(until),
        actions(*review_buttons(scene, reader), snooze_button(scene, reader)),
    )


def _is_open(scene: Scene) -> bool:
    return scene.change.review is not None and scene.change.review.stage is ReviewStage.OPEN


def reviews_message(scenes: tuple[Scene, ...], reader: PersonId) -> Message:
    """The reviews that wait, the one that is due first on top, each with what the reader does about it next."""
    if not scenes:
        return message(NO_REVIEWS, section(f"✅ {NO_REVIEWS}"))
    said = "1 review waits" if len(scenes) == 1 else f"{len(scenes)} reviews wait"
    more = len(scenes) - SHOWN_MOST
    return message(
        said,
        section(f"*{said}*"),
        *_rows(scenes[:SHOWN_MOST], reader),
        small(f"and {more} more, due later" if more > 0 else ""),
    )


def _rows(scenes: tuple[Scene, ...], reader: PersonId) -> list[Json]:
    """A line for each review, with the button that the reader presses next."""
    rows = []
    for scene in scenes:
        line = clip_mrkdwn(lines(f"*{subject(scene)}* · {label(scene)}", review_line(scene)), LINE_MOST)
        pressed = review_buttons(scene, reader)
        rows.append(
            beside(line, repeated(pressed[0], f"review-{scene.change.id}")) if pressed else section(line)
        )
    return rows
