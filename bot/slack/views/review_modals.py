"""The forms of the post-incident review (G-HOT-5): written by its author, read and signed, returned, given more time."""

import re
import textwrap
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from bot.rules.hotfix import ReviewStage, ReviewText
from bot.rules.review import REVIEW_LABELS, author_of, due_at, sign_gates, who_signs
from bot.rules.scene import Scene
from bot.rules.terms import PersonId, change_label
from bot.rules.verdict import Field
from bot.rules.words import Who, say
from bot.slack.ids import HAND_IN, Modal, Ref, encode_review
from bot.slack.views.fields import Asked, Option, instant_field, text_field, tick_field
from bot.slack.views.gate_lines import gate_line
from bot.slack.views.kit import (
    SECTION_MOST,
    Form,
    Json,
    actions,
    dots,
    lines,
    modal,
    plain_text,
    section,
)
from bot.slack.views.review import (
    beside_lines,
    due_words,
    extend_button,
    extended,
    open_words_line,
    return_button,
    returned,
)
from bot.slack.views.speech import Speech
from bot.slack.views.standing import subject
from bot.slack.views.text import link, typed

MORE_TIME: Final = timedelta(days=1)
PIECE_MOST: Final = 500
"""Characters of typed text that are escaped at once: five times as many still fit into a paragraph."""
LINK_LABEL_MOST: Final = 80
NOT_WRITTEN: Final = "Nobody has written this yet."
_ADDRESS: Final = re.compile(r"(https?://\S+)")
_HINTS: Final = {
    Field.SUMMARY: "What happened to whom, and how it ended. A text or a link.",
    Field.TIMELINE: "Prepared from the record; leave it as it is, and it goes on growing until you hand it in.",
    Field.ROOT_CAUSE: "Needed to hand it in. Why it could happen, not who did it.",
    Field.FOLLOW_UPS: "Needed to hand it in. One a line: what, who, until when; or “none”.",
}


def draft_modal(scene: Scene, text: ReviewText, *, hand_in: bool) -> Json | None:
    """The review in its author's hands, with all that is known filled in; nothing once it is handed in or signed.

    `hand_in` is whether the box is ticked by which saving it hands it in.
    """
    review = scene.change.review
    if review is None or review.stage is not ReviewStage.OPEN:
        return None
    written = {
        Field.SUMMARY: text.summary,
        Field.TIMELINE: text.timeline,
        Field.ROOT_CAUSE: text.root_cause,
        Field.FOLLOW_UPS: text.follow_ups,
    }
    inputs = [
        text_field(
            Asked(field, REVIEW_LABELS[field].capitalize(), _HINTS[field], optional=True), words, lines=True
        )
        for field, words in written.items()
    ]
    return modal(
        Form(
            Modal.REVIEW, f"Review of {change_label(scene.change.id)}", "Save", Ref.of(scene.change).encode()
        ),
        [
            section(lines(_heading(scene), open_words_line(scene))),
            *inputs,
            _hand_in_field(scene, hand_in),
            {"type": "divider"},
            _beside(scene),
        ],
    )


def _hand_in_field(scene: Scene, hand_in: bool) -> Json:  # noqa: FBT001 - which of two ways a box is shown
    signers = who_signs(scene.change, scene.setting)
    asked = Speech.of(scene).say_plainly(say("It then waits for ", Who(signers), "."))
    option = Option(HAND_IN, "Hand it in for sign-off", asked)
    return tick_field(Asked(Field.CHOICE, "When you save", optional=True), option, ticked=hand_in)


def _heading(scene: Scene) -> str:
    """What this is about, by when, and who touched it last."""
    speech, change = Speech.of(scene), scene.change
    review, severity = change.review, change.issue.severity if change.issue else ""
    if review is None:
        return f"*{subject(scene)}*"
    by = f"last written by {speech.name(review.author)}" if review.author and review.text else ""
    if review.stage is ReviewStage.SUBMITTED and review.submitted_at:
        by = f"handed in by {speech.name(author_of(change))} {speech.when(review.submitted_at)}"
    if review.signed_by and review.signed_at:
        signed = f"signed by {speech.name(review.signed_by)} {speech.when(review.signed_at)}"
        return f"*{subject(scene)}* · {dots(typed(severity, 20), signed)}{extended(scene)}"
    facts = dots(typed(severity, 20), due_words(scene), by)
    return f"*{subject(scene)}* · {facts}{returned(review, speech)}{extended(scene)}"


def _beside(scene: Scene) -> Json:
    """What stands beside the text: how it was approved, the breach, what is still open."""
    return section(lines("*How it was approved*", *beside_lines(scene)))


def reading_modal(scene: Scene, text: ReviewText, reader: PersonId) -> Json | None:
    """The whole review to read; whoever can sign it now signs here. Nothing where none is owed."""
    change, review = scene.change, scene.change.review
    if review is None:
        return None
    able = review.stage is ReviewStage.SUBMITTED and reader in who_signs(change, scene.setting)
    gates = sign_gates(change, scene.setting) if able else ()
    speech = Speech.of(scene)
    blocked = [f"⛔ {gate_line(gate, speech, reader)}" for gate in gates]
    told: Json = {
        "type": "modal",
        "private_metadata": "",
        "title": plain_text(f"Review of {change_label(change.id)}", 24),
        "close": plain_text("Close", 24),
        "blocks": [
            block
            for block in (
                section(_heading(scene)),
                section(lines("*You can't sign it yet*", *blocked)) if blocked else None,
                *_parts(text),
                {"type": "divider"},
                _beside(scene),
                actions(return_button(scene) if able else None, extend_button(scene, reader)),
            )
            if block is not None
        ],
    }
    if not able or gates:
        return told
    signing = {
        "callback_id": Modal.SIGN_REVIEW,
        "private_metadata": encode_review(review.round, Ref.of(change)),
        "submit": plain_text("Sign", 24),
    }
    return {**told, **signing}


def _parts(text: ReviewText) -> Iterator[Json]:
    written = {
        Field.SUMMARY: text.summary,
        Field.TIMELINE: text.timeline,
        Field.ROOT_CAUSE: text.root_cause,
        Field.FOLLOW_UPS: text.follow_ups,
    }
    for field, words in written.items():
        heading = f"*{REVIEW_LABELS[field].capitalize()}*"
        yield from paragraphs(heading, words) if words.strip() else [section(f"{heading}\n_{NOT_WRITTEN}_")]


def paragraphs(heading: str, raw: str) -> Iterator[Json]:
    """A person's text in its lines, whole, over as many sections as it takes; addresses can be followed."""
    shown = heading
    for line in raw.split("\n"):
        for piece in textwrap.wrap(line, PIECE_MOST):
            words = _literally(piece)
            if len(shown) + len(words) + 1 > SECTION_MOST:
                yield section(shown)
                shown = words
            else:
                shown = f"{shown}\n{words}"
    yield section(shown)


def _literally(piece: str) -> str:
    """Typed text as mrkdwn, with its addresses as links."""
    parts = (part.strip() for part in _ADDRESS.split(piece))
    return " ".join(
        link(part, typed(part, LINK_LABEL_MOST)) if _ADDRESS.fullmatch(part) else typed(part, PIECE_MOST)
        for part in parts
        if part
    )


def return_modal(scene: Scene) -> Json | None:
    """What its author has still to write; nothing where there is nothing to return."""
    change, review = scene.change, scene.change.review
    if review is None or review.stage is not ReviewStage.SUBMITTED:
        return None
    author = scene.name(author_of(change))
    return modal(
        Form(Modal.RETURN_REVIEW, f"Return {change_label(change.id)}", "Return", Ref.of(change).encode()),
        [
            section(_heading(scene)),
            text_field(
                Asked(Field.REASON, "What is missing?", f"{author} reads it, and the log keeps it."),
                lines=True,
            ),
        ],
    )


def extend_modal(scene: Scene) -> Json | None:
    """Until when, and why; nothing once it is signed."""
    change, review = scene.change, scene.change.review
    due = due_at(change, scene.setting.policy)
    if review is None or review.stage is ReviewStage.SIGNED or due is None:
        return None
    return modal(
        Form(Modal.EXTEND_REVIEW, f"Extend {change_label(change.id)}", "Extend", Ref.of(change).encode()),
        [
            section(
                lines(
                    _heading(scene), "More time is a deviation from the guide, which the log shows for ever."
                )
            ),
            instant_field(Asked(Field.UNTIL, "Due instead"), max(due, scene.setting.now) + MORE_TIME),
            text_field(Asked(Field.REASON, "Why it needs more time", "The card shows it."), lines=True),
        ],
    )
