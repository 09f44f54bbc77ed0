"""A start in breach (G-HOT-3): those whose approval was missing ratify it or refuse to, and read how everybody answered."""

from collections.abc import Sequence

from bot.rules.breach import who_answers
from bot.rules.guide import PEER, Seat
from bot.rules.hotfix import Breach, BreachAnswer
from bot.rules.scene import Scene
from bot.rules.terms import PersonId, deployment_label
from bot.rules.verdict import Field
from bot.rules.words import join_names
from bot.slack.ids import Modal, Press, Ref
from bot.slack.views.fields import Asked, text_field
from bot.slack.views.hotfix_asks import hotfix, issue_line
from bot.slack.views.kit import Form, Json, button, dots, lines, modal, section
from bot.slack.views.speech import Speech
from bot.slack.views.standing import label
from bot.slack.views.text import quoted

_NOTHING_LEFT = "Nothing left for you here."


def breach_question(scene: Scene, person: PersonId) -> str:
    """What one missing signer is asked, in a sentence of mrkdwn."""
    breach, speech = scene.change.breach, Speech.of(scene)
    if breach is None:
        return ""
    return (
        f"🚨 *{speech.name(breach.by)} started {hotfix(scene)} without your approval* {speech.when(breach.at)},"
        f" in breach of the guide. {speech.name(person)}, was it right? You are asked as *{_seats(scene, person)}*."
    )


def breach_details(scene: Scene) -> tuple[str, ...]:
    """Why it could not wait, who was tried, and what others whose approval was missing said of it."""
    breach = scene.change.breach
    if breach is None:
        return ()
    return (
        f"Why: {quoted(breach.reason, 400)}",
        f"Tried: {quoted(breach.tried, 400)}",
        *(answered(scene, each) for each in breach.answers),
    )


def breach_small(scene: Scene) -> str:
    """What the answers lead to; in small print."""
    breach = scene.change.breach
    which = deployment_label(breach.deployment) if breach else ""
    stays = "Either answer stands for good, beside the breach, under deviations."
    return lines(dots(label(scene), which, issue_line(scene)), f"{stays} · G-HOT-3")


def breach_buttons(scene: Scene) -> list[Json]:
    """Both answers, neither of them urged."""
    ref = Ref.of(scene.change)
    return [button(Press.RATIFY_BREACH, "Ratify", ref), button(Press.REFUSE_BREACH, "Refuse…", ref)]


def breach_waiting(scene: Scene, seats: Sequence[Seat]) -> str:
    """The question in a line, for Home."""
    breach, speech = scene.change.breach, Speech.of(scene)
    if breach is None:
        return ""
    return (
        f"⏳ Was it right that *{speech.name(breach.by)} started {hotfix(scene)} in breach*, without your approval"
        f" as {_named(seats)}? {quoted(breach.reason, 150)}"
    )


def refuse_breach_modal(scene: Scene) -> Json | None:
    """Why it should not have started; nothing where it did not start in breach."""
    breach, speech = scene.change.breach, Speech.of(scene)
    if breach is None:
        return None
    return modal(
        Form(Modal.REFUSE_BREACH, "Refuse to ratify", "Refuse", Ref.of(scene.change).encode()),
        [
            section(
                lines(
                    f"*{speech.name(breach.by)} started {hotfix(scene)} in breach of the guide*"
                    f" {speech.when(breach.at)}.",
                    *breach_details(scene),
                )
            ),
            text_field(
                Asked(
                    Field.REASON,
                    "Why you would not have approved it",
                    f"{scene.name(breach.by)} and leadership read it; it stands beside the breach for good.",
                ),
                lines=True,
            ),
        ],
    )


def settled_breach(scene: Scene, person: PersonId, deployment: int) -> str:
    """What a person's ask says once it is answered: their own answer first, then everybody else's, since all of them stand."""
    breach, speech = scene.change.breach, Speech.of(scene)
    if breach is None or breach.deployment != deployment:
        return f"It was started once more since. {_NOTHING_LEFT}"
    mine = [each for each in breach.answers if each.person == person]
    others = [each for each in breach.answers if each.person != person]
    if mine:
        first, *_ = mine
        did = "ratified" if first.ratified else "refused to ratify"
        why = "" if first.ratified else f": {quoted(first.reason, 400)}"
        own = f"You {did} the start of {hotfix(scene)} in breach {speech.when(first.at)}{why}."
        return lines(own, *(answered(scene, each) for each in others))
    return lines(*(answered(scene, each) for each in others), _NOTHING_LEFT)


def answered(scene: Scene, answer: BreachAnswer) -> str:
    """`✅ Eve ratified it as Engineering Manager Sat 09:00.`, as mrkdwn."""
    speech = Speech.of(scene)
    who, when = speech.name(answer.person), f"as {seat_words(answer.seat)} {speech.when(answer.at)}"
    if answer.ratified:
        return f"✅ {who} ratified it {when}."
    return f"⛔ {who} refused to ratify it {when}: {quoted(answer.reason, 300)}."


def still_to_answer(scene: Scene, breach: Breach) -> str:
    """`Still to answer: Product Manager (Paul or Priya).`; that nobody is, where that is so. As mrkdwn."""
    speech = Speech.of(scene)
    points = [
        f"{seat_words(seat)} ({speech.people(who_answers(seat, scene.change, scene.setting))})"
        for seat in breach.unanswered
    ]
    return (
        f"Still to answer: {', '.join(points)}."
        if points
        else "Everybody whose approval was missing has answered."
    )


def missing_words(breach: Breach) -> str:
    """`*Engineering Manager* and *peer*`: whose approvals were missing."""
    return join_names([f"*{seat_words(seat)}*" for seat in breach.missing], "and")


def seat_words(seat: Seat) -> str:
    """A seat as a person reads it."""
    return "peer" if seat is PEER else seat.label


def _seats(scene: Scene, person: PersonId) -> str:
    """The missing seats for which this person can answer."""
    unanswered = scene.change.breach.unanswered if scene.change.breach else ()
    mine = [seat for seat in unanswered if person in who_answers(seat, scene.change, scene.setting)]
    return _named(mine)


def _named(seats: Sequence[Seat]) -> str:
    return join_names([seat_words(seat) for seat in seats], "and")
