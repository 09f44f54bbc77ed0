"""What people are told around a hotfix, and what waits for them when it is over."""

from dataclasses import replace

import pytest

from bot.rules.asking import asks
from bot.rules.guide import PEER
from bot.rules.notice import Notice, NoticeKind
from bot.rules.terms import PersonId, Phase, Words
from bot.rules.waiting import WaitingKind, owes
from bot.slack.ids import Press
from bot.slack.views.notices import channel_message, notice_message
from bot.slack.views.waiting import waiting_buttons, waiting_line
from tests import acting_in_hotfixes as hotfixes
from tests.acting import ANA, DORA, EVE, HOUR, OMAR, PAUL, TIA
from tests.acting_in_hotfixes import a_hotfix
from tests.slack.asking_about_hotfixes import DATE, LINK, asking, read, said, waits
from tests.slack.scenes import a_scene, scene
from tests.slack.shown import action_ids, labels, texts


@pytest.mark.clause("G-HOT-2")
def test_a_dispute_tells_whom_it_alarms_what_was_recorded_and_what_it_blocks() -> None:
    shown = a_scene("hotfix disputed")
    of = {"by": EVE, "words": Words("I said that I would look at it")}
    told = said(shown, NoticeKind.VERBAL_DISPUTED, DORA, **of)
    assert told.startswith(
        "🚨 *Eve disputes having approved hotfix payments 4.12.1*: “I said that I would look at it”."
    )
    assert "Omar recorded Sat 28 Nov 02:00 CET that Eve approved it by phone: “yes, roll it”" in told
    assert "⛔ It can't start until another holder of the role, or Eve, approves it by button." in told
    assert "You recorded Sat 28 Nov" in said(shown, NoticeKind.VERBAL_DISPUTED, OMAR, **of)
    later = said(a_scene("hotfix disputed later"), NoticeKind.VERBAL_DISPUTED, DORA, **of)
    assert "It is in production since Mon 23 Nov 10:00 CET." in later
    assert "can't start" not in later
    everybody = channel_message(shown, Notice(NoticeKind.VERBAL_DISPUTED, (), **of), LINK)  # type: ignore[arg-type] # fields by name
    assert "Eve disputes having approved" in read(everybody)


@pytest.mark.parametrize(
    ("kind", "situation", "reader", "of", "sentence"),
    [
        (NoticeKind.STARTED_IN_BREACH, "hotfix in breach", DORA, {"by": ANA, "words": Words("no time")}, "🚨 *Ana started hotfix payments 4.12.1 in breach of the guide*: “no time”.\nMissing: *peer*, *Engineering Manager* and *Product Manager*. Tried: “Eve and Paul, three calls each”"),
        (NoticeKind.VERBAL_CONFIRMED, "hotfix confirmed", OMAR, {"by": EVE}, "✅ *Eve confirmed having approved hotfix payments 4.12.1.* No recorded word waits any more."),
        (NoticeKind.VERBAL_CONFIRMED, "hotfix disputed", OMAR, {"by": PAUL}, "No recorded word waits any more; Eve disputed theirs."),
        (NoticeKind.BREACH_ANSWERED, "breach answered", DORA, {"by": EVE, "because": "ratified"}, "ℹ️ *Eve ratified the start of hotfix payments 4.12.1 in breach.*"),
        (NoticeKind.BREACH_ANSWERED, "breach answered", DORA, {"by": PAUL, "because": "refused", "words": Words("no")}, "⛔ *Paul refused to ratify the start of hotfix payments 4.12.1 in breach*: “no”."),
        (NoticeKind.BREACH_ANSWERED, "breach answered", DORA, {"by": EVE, "because": "ratified"}, "Still to answer: peer (Ben, Omar, Tia or Tom)."),
        (NoticeKind.REVIEW_RETURNED, "review returned", ANA, {"by": EVE, "words": Words("too short")}, "⛔ *Eve returned the review of hotfix payments 4.12.1 to you*: “too short”."),
        (NoticeKind.HOTFIX_TO_CONTAIN, "approving", ANA, {"because": "CHG-2 4.12.9"}, "ℹ️ *Hotfix payments 4.12.9 (CHG-2) is in production. Does payments 4.12.0 contain it?*"),
        (NoticeKind.DEPLOYMENT_STARTED, "hotfix running", OMAR, {"by": ANA}, "You are on call: please watch it *from now on*, and no less than 30 min beyond its end."),
    ],
)  # fmt: skip
def test_what_is_told_around_a_hotfix(
    kind: NoticeKind, situation: str, reader: PersonId, of: dict[str, object], sentence: str
) -> None:
    assert sentence in said(a_scene(situation), kind, reader, **of)


def test_a_returned_review_opens_its_draft_and_a_change_can_change_its_version() -> None:
    review = notice_message(a_scene("review returned"), Notice(NoticeKind.REVIEW_RETURNED, (ANA,), EVE), ANA)
    assert action_ids(review.blocks) == [Press.DRAFT_REVIEW]
    contain = Notice(NoticeKind.HOTFIX_TO_CONTAIN, (ANA,), because="CHG-2 4.12.9")
    change = notice_message(a_scene("approving"), contain, ANA)
    assert labels(change) == ["Change version…"]
    assert labels(notice_message(a_scene("done"), contain, ANA)) == []


@pytest.mark.clause("G-HOT-2")
def test_a_word_that_nobody_answered_is_escalated_by_name() -> None:
    shown = a_scene("hotfix spoken for")
    later = replace(shown, setting=replace(shown.setting, now=shown.setting.now + 24 * HOUR))
    (ask, *_) = (each for each in asks(shown.change, shown.setting) if each.person == PAUL)
    of = {"phase": Phase.CONFIRMATION, "round": ask.round}
    told = said(later, NoticeKind.REMINDER_ESCALATED, DORA, **of)
    assert told.startswith("⏳ *Paul has not said for 24 h whether they approved hotfix payments 4.12.1.*")
    answered = said(
        a_scene("hotfix disputed"), NoticeKind.REMINDER_ESCALATED, DORA, phase=Phase.CONFIRMATION, round=2
    )
    assert "had waited long for an answer*, and has it now." in answered


@pytest.mark.parametrize(
    ("situation", "person", "kind", "line", "buttons"),
    [
        ("hotfix withdrawn", EVE, WaitingKind.CONFIRM_VERBAL, "⏳ Did you approve *hotfix payments 4.12.1* by phone? Omar recorded: “yes, roll it”", ["Yes, I did", "I did not…"]),
        ("hotfix in breach", EVE, WaitingKind.ANSWER_BREACH, "⏳ Was it right that *Ana started hotfix payments 4.12.1 in breach*, without your approval as Engineering Manager? “every minute costs us orders”", ["Ratify", "Refuse…"]),
        ("review handed in", EVE, WaitingKind.SIGN_REVIEW, "⏳ Ana handed in the review of *hotfix payments 4.12.1*, due Thu 26 Nov 10:10 CET: sign it, or return it", ["Read and sign…"]),
        ("hotfix done", ANA, WaitingKind.WRITE_REVIEW, "⏳ Your review of *hotfix payments 4.12.1* is due Thu 26 Nov 10:10 CET", ["Open draft…"]),
        ("hotfix done", TIA, WaitingKind.APPROVE, "The review of *hotfix payments 4.12.1* needs your approval of its code as Tech Lead: it went live without it", ["Approve"]),
        ("hotfix declared", EVE, WaitingKind.APPROVE, "⏳ *Hotfix payments 4.12.1* (SEV1) needs your approval *now*, as Engineering Manager", ["Approve"]),
        ("hotfix watched", ANA, WaitingKind.WATCH, "👀 Please watch *payments 4.12.1* until Mon 23 Nov 10:40 CET. Its review waits for you, too.", ["Show card"]),
    ],
)  # fmt: skip
def test_what_waits_after_a_hotfix_is_a_line_with_its_answers(
    situation: str, person: PersonId, kind: WaitingKind, line: str, buttons: list[str]
) -> None:
    item = waits(a_scene(situation), person)
    assert item.waiting[0].kind is kind
    assert DATE.sub(r"\1", waiting_line(item)) == f"{line} · CHG-1"
    assert [texts(each) for each in waiting_buttons(item)] == buttons


def test_who_only_spoke_about_the_code_is_waited_for_beside_the_named_peers() -> None:
    course = hotfixes.spoken(a_hotfix(), OMAR, EVE, PAUL, by=ANA)
    shown = scene(hotfixes.confirmed(hotfixes.starts(course), OMAR))
    (mine,) = waits(shown, OMAR).waiting
    assert (mine.kind, mine.seats) == (WaitingKind.APPROVE, (PEER,))
    assert read(asking(shown, OMAR, Phase.CODE)).startswith(
        "Omar, the code of *hotfix payments 4.12.1* went live"
    )


@pytest.mark.parametrize(
    ("situation", "owing"),
    [
        ("preparing", False),
        ("hotfix declared", False),
        ("hotfix spoken for", True),
        ("hotfix withdrawn", True),
        ("hotfix turned", False),
        ("hotfix running", True),
        ("hotfix in breach", True),
        ("hotfix done", True),
        ("review signed", False),
    ],
)
def test_a_hotfix_owes_something_until_words_breach_and_review_are_answered(
    situation: str, *, owing: bool
) -> None:
    assert owes(a_scene(situation).change) is owing


def test_a_breach_is_owed_an_answer_by_itself() -> None:
    assert owes(replace(a_scene("breach answered").change, review=None))
