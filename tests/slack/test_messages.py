"""What direct messages and refusals say to the one person who reads them."""

import re
from dataclasses import replace

import pytest

from bot.rules.asking import asks
from bot.rules.clauses import Clause
from bot.rules.folding import replay
from bot.rules.inputs import Rejection, Seen, WishedWindow
from bot.rules.notice import Notice, NoticeKind
from bot.rules.notices import notices
from bot.rules.terms import NO_WORDS, PersonId, Phase, Words
from bot.rules.verdict import Field, Gate, Refused
from bot.rules.words import When, say
from bot.slack.ids import Press, Ref
from bot.slack.views.asks import ask_message, settled_ask
from bot.slack.views.change_modals import window_modal
from bot.slack.views.kit import Message, blocks_of
from bot.slack.views.notices import notice_message
from bot.slack.views.refusals import Offer, done_message, field_errors, gone, refusal
from bot.slack.views.request_modal import Prefill, request_modal
from bot.slack.views.speech import Speech
from bot.slack.views.watch import watch_message
from bot.workflows.approve import approve
from bot.workflows.deploy import start_production
from bot.workflows.windows import move_window
from tests import acting
from tests.acting import ANA, BEN, EMIL, EVE, FRIDAY, OMAR, PAUL, QADIR, QUINN, STRANGER, TIA, TOM, Course
from tests.slack.scenes import COURSES, NAMES, a_scene, countered, scene
from tests.slack.shown import action_ids, check, labels, texts

DATE = re.compile(r"<!date\^\d+\^[^|]*\|([^>]*)>")
SPEECH = Speech(NAMES, acting.BERLIN)


def read(message: Message) -> str:
    """The notification's text, with dates as the organization's zone shows them."""
    check(message)
    return DATE.sub(r"\1", message.text)


def asked(situation: str, person: PersonId) -> Message:
    shown = a_scene(situation)
    ask = next(each for each in asks(shown.change, shown.setting) if each.person == person)
    return ask_message(shown, ask)


def test_an_ask_says_first_what_it_needs_from_whom() -> None:
    peer, director = asked("preparing", BEN), asked("approving after hours", acting.DORA)

    assert read(peer).startswith("Ana asks you, as peer, to approve the code of payments 4.12.0.")
    assert "as Engineering Director, to let payments 4.12.0 into production Sat 28 Nov 14:00 CET" in read(
        director
    )
    assert "Outside business hours, because: “card vault certificate expires Sunday”" in texts(
        director.blocks
    )
    assert labels(director) == ["Approve", "Reject…", "Why?"]


def test_a_verifier_is_asked_whether_it_passes() -> None:
    message = asked("verifying", QUINN)

    assert "does it pass? You are asked as QA." in read(message)
    assert labels(message) == ["Pass", "Fail…", "Why?"]


@pytest.mark.parametrize(
    ("situation", "person", "phase", "sentence"),
    [
        ("ready for staging", BEN, Phase.CODE, "You approved Mon 23 Nov 10:00 CET."),
        ("ready for staging", TOM, Phase.CODE, ": Tia approved Mon 23 Nov 10:00 CET. Nothing left for you here."),
        ("returned", BEN, Phase.CODE, "You sent it back"),
        ("returned", TIA, Phase.CODE, "Ben sent it back: “the plan misses the migration”. It is Ana's turn."),
        ("verified", QUINN, Phase.VERIFICATION, "You passed it as QA"),
        ("verified", QADIR, Phase.VERIFICATION, "Quinn passed it"),
        ("verification failed", QADIR, Phase.VERIFICATION, "Quinn did not let it pass"),
        ("scheduled", PAUL, Phase.PRODUCTION, "You approved Mon 23 Nov 10:00 CET. The window is Thu 26 Nov 14:00"),
        ("scheduled", EMIL, Phase.PRODUCTION, "Eve approved Mon 23 Nov 10:00 CET. Nothing left for you here."),
        ("countered", PAUL, Phase.PRODUCTION, "was rejected: “board demo at two”. Your approval no longer counts."),
        ("countered", EVE, Phase.PRODUCTION, "You proposed Thu 26 Nov 15:00 CET – 16:00 CET instead."),
        ("lapsed", EMIL, Phase.PRODUCTION, "passed without a start. If you are needed again"),
        ("withdrawn", BEN, Phase.CODE, "Ana withdrew it: “4.13.0 has it, too”. Nothing left for you here."),
        ("done", PAUL, Phase.PRODUCTION, "You approved Mon 23 Nov 10:00 CET. The window is Thu 26 Nov 14:00"),
    ],
)  # fmt: skip
def test_a_settled_ask_says_what_became_of_it(
    situation: str, person: PersonId, phase: Phase, sentence: str
) -> None:
    message = settled_ask(a_scene(situation), person, phase, 1)

    assert sentence in read(message)
    assert labels(message) == []


def test_an_ask_for_a_window_that_moved_says_which_one_it_is_now() -> None:
    course = acting.scheduled(acting.a_course()).does(move_window, ANA, WishedWindow(FRIDAY, NO_WORDS))
    said = read(settled_ask(scene(course), PAUL, Phase.PRODUCTION, 1))

    assert "The window is Fri 27 Nov 14:00 CET – 15:00 CET now. Your approval no longer counts." in said


def test_an_ask_about_an_older_version_says_so() -> None:
    course = acting.revised(acting.verified(acting.a_course()), version="4.12.1")

    assert "The version is 4.12.1 now." in read(settled_ask(scene(course), QUINN, Phase.VERIFICATION, 1))


def told(course: Course, kind: NoticeKind) -> Notice:
    """The first notice of a kind that the course's facts make worth sending."""
    for place in range(1, len(course.facts)):
        for notice in notices(replay(course.facts[:place]), course.facts[place:], course.setting):
            if notice.kind is kind:
                return notice
    raise AssertionError(f"nothing is told of {kind}")


@pytest.mark.parametrize(
    ("situation", "kind", "sentence", "buttons"),
    [
        ("returned", NoticeKind.RETURNED, "Ben sent payments 4.12.0 back to you: “the plan misses", ["Revise…", "Resubmit as it is"]),
        ("verification failed", NoticeKind.RETURNED, "Quinn did not let payments 4.12.0 pass: “totals are wrong”.", ["Revise…"]),
        ("verified", NoticeKind.VERIFIED, "passed its verification. It needs a production window from you.", ["Propose window…"]),
        ("countered", NoticeKind.WINDOW_REJECTED, "Eve proposes Thu 26 Nov 15:00 CET – 16:00 CET instead.", ["Accept 15:00–16:00 CET", "Propose another…"]),
        ("lapsed", NoticeKind.WINDOW_LAPSED, "passed without a start. Propose another one.", ["Propose window…"]),
        ("countered", NoticeKind.APPROVAL_VOIDED, "Your approval of payments 4.12.0 no longer counts: the window was rejected.", []),
        ("scheduled", NoticeKind.SCHEDULED, "has all its approvals. You can start it Thu 26 Nov", ["Start deployment"]),
        ("deploying", NoticeKind.DEPLOYMENT_STARTED, "Ana started deploying payments 4.12.0 to production (DEP-3). You are on call", []),
        ("overran", NoticeKind.DEPLOYMENT_OVERRAN, "ended Thu 26 Nov 15:00 CET, and its deployment is still running.", []),
        ("staging failed", NoticeKind.DEPLOYMENT_FAILED, "DEP-2 to staging failed: “the pod did not start”.", ["Start staging again"]),
        ("production untouched", NoticeKind.DEPLOYMENT_FAILED, "“no quota”. Nothing was touched.", []),
        ("rollback required", NoticeKind.ROLLBACK_REQUIRED, "Immediate rollback required: payments 4.12.0", ["Start rollback"]),
        ("escalated", NoticeKind.ESCALATED, "Nobody has confirmed that payments 4.12.0 is healthy.", ["Healthy", "Report a problem…"]),
    ],
)  # fmt: skip
def test_a_notice_says_what_to_do_and_offers_it(
    situation: str, kind: NoticeKind, sentence: str, buttons: list[str]
) -> None:
    course = COURSES[situation][1](acting.a_course())
    notice = told(course, kind)
    person = OMAR if notice.to[0] == "on_call" else PersonId(notice.to[0])
    message = notice_message(scene(course), notice, person)

    assert sentence in read(message)
    assert labels(message) == buttons


def test_a_drafted_window_is_said_to_be_submitted() -> None:
    course = acting.windowed(acting.a_course())
    message = notice_message(scene(course), Notice(NoticeKind.VERIFIED, (ANA,)), ANA)

    assert "Your window Thu 26 Nov 14:00 CET – 15:00 CET was submitted." in read(message)
    assert labels(message) == []


def test_an_approver_of_a_version_that_failed_is_not_asked_to_revise() -> None:
    notice = Notice(NoticeKind.RETURNED, (BEN,), QUINN, Words("totals are wrong"))
    message = notice_message(a_scene("verification failed"), notice, BEN)

    assert "which you approved, failed its verification by Quinn" in read(message)
    assert labels(message) == []


@pytest.mark.parametrize("situation", ["scheduled", "done", "approving"])
def test_a_notice_that_was_overtaken_offers_nothing_that_is_impossible_now(situation: str) -> None:
    for kind in (
        NoticeKind.RETURNED,
        NoticeKind.WINDOW_REJECTED,
        NoticeKind.VERIFIED,
        NoticeKind.WINDOW_LAPSED,
    ):
        assert labels(notice_message(a_scene(situation), Notice(kind, (ANA,), BEN), ANA)) == []


@pytest.mark.clause("G-STD-9")
def test_the_watch_offers_to_be_closed_once_its_time_has_come() -> None:
    for situation, minutes, buttons in (
        ("monitoring", 0, ["Report a problem…", "Roll back"]),
        ("monitoring", 20, ["Report a problem…", "Roll back"]),
        ("watch over", 30, ["Healthy", "Report a problem…", "Roll back"]),
    ):
        shown = a_scene(situation)
        message = watch_message(shown, shown.change.deployments[-1], minutes, OMAR)

        assert labels(message) == buttons


def test_a_closed_watch_says_who_closed_it() -> None:
    shown = a_scene("done")
    deployment = shown.change.deployments[-1]

    assert "You confirmed" in read(watch_message(shown, deployment, 30, OMAR))
    assert "Omar confirmed" in read(watch_message(shown, deployment, 30, ANA))
    assert labels(watch_message(shown, deployment, 30, ANA)) == []


def refused(course: Course, person: PersonId) -> Message:
    shown = scene(course)
    offer = Offer(person, Ref.of(shown.change))
    return refusal(course.refuses(start_production, person, None), "start CHG-1", SPEECH, offer)


def test_a_refusal_says_what_is_missing_and_what_to_press() -> None:
    message = refused(acting.scheduled(acting.a_course()), ANA)

    assert read(message).startswith(
        "You can't start CHG-1 yet: The window opens on Thu 26 Nov 14:00 CET (in "
    )
    assert "G-STD-8" in texts(message.blocks)
    assert action_ids(message.blocks) == [Press.MOVE_WINDOW]


def test_a_refusal_names_every_unmet_gate() -> None:
    message = refused(acting.windowed(acting.a_course()), ANA)

    assert "Paul or Priya" in texts(message.blocks)
    assert "The window opens" in texts(message.blocks)


def test_a_personal_refusal_is_only_its_sentence() -> None:
    course = acting.a_course()
    own = refusal(course.refuses(approve, ANA, Seen()), "approve CHG-1", SPEECH)
    stranger = refusal(course.refuses(approve, STRANGER, Seen()), "approve CHG-1", SPEECH)

    assert read(own).startswith("This is your own change")
    assert read(stranger).startswith("You hold no role for payments")


def test_a_click_too_late_says_that_this_moved_on() -> None:
    course = acting.windowed(acting.a_course())
    message = refusal(course.refuses(approve, PAUL, Seen(1)), "approve CHG-1", SPEECH)

    assert read(message).startswith("This moved on while you were looking.")


def test_every_unmet_gate_stands_beside_a_field_that_the_form_has() -> None:
    view = window_modal(a_scene("verified"))
    gates = (
        Gate(
            Clause.STD_7,
            met=False,
            why=say("First possible: ", When(FRIDAY.start), "."),
            field=Field.WINDOW_START,
        ),
        Gate(Clause.APP_1, met=False, why=say("Ben is missing.")),
        Gate(Clause.STD_10, met=False, why=say("The plan is missing."), field=Field.PLAN),
        Gate(Clause.STD_8, met=True, why=say("inside its window")),
    )

    assert field_errors(Refused(gates), view, SPEECH) == {
        "window_start": "First possible: Fri 27 Nov 14:00 CET. Ben is missing. The plan is missing."
    }
    assert list(field_errors(Refused(()), view, SPEECH)) == ["window_start"]


def test_a_gate_stands_beside_its_own_field() -> None:
    view = request_modal(Prefill(), [acting.PAYMENTS], acting.a_guide())
    gates = [Gate(Clause.TYPE_1, met=False, why=say("Look."), field=field) for field in Field]
    found = field_errors(Refused(tuple(gates)), view, SPEECH)

    assert set(found) == {block["block_id"] for block in blocks_of(view) if block["type"] == "input"}


def test_done_and_gone_are_said_in_a_sentence() -> None:
    assert read(done_message(say("You approved CHG-1."), SPEECH)) == "You approved CHG-1."
    assert read(gone("CHG-<!channel>")).startswith("There is no CHG-&lt;!channel&gt; here.")


def test_a_rejection_without_another_window_proposes_none() -> None:
    course = countered(acting.a_course())
    assert course.change.counter
    bare = replace(course.change, counter=None)
    shown = replace(scene(course), change=bare)
    notice = Notice(NoticeKind.WINDOW_REJECTED, (ANA,), EVE, Rejection(Words("later")).reason)

    assert labels(notice_message(shown, notice, ANA)) == ["Propose window…"]
