"""What people see of a version in production: the card, the alarm, the questions, and what a repetition adds."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.rules.notice import Notice, NoticeKind
from bot.rules.readings import Finding
from bot.rules.terms import PersonId, Words
from bot.slack.ids import Press
from bot.slack.views.alarm import alarm_again_message, alarm_message
from bot.slack.views.card import card
from bot.slack.views.in_production import can_be_rolled_back, reported_message, rollback_message
from bot.slack.views.kit import Message
from bot.slack.views.notices import channel_message, notice_message
from bot.slack.views.report_modals import baseline_modal, not_the_cause_modal, report_modal
from bot.slack.views.watch import watch_message
from bot.workflows.watch import nudge_monitoring
from tests import acting
from tests.acting import ANA, BEN, EVE, MINUTE, OMAR
from tests.slack.scenes import a_scene, scene
from tests.slack.shown import action_ids, labels, objects, texts
from tests.slack.test_card import DATE

RISE = "Error rate 0.9 % against 0.5 % before the deployment: +80 %, the limit is +5 % (more than chance, 24,000 requests)."
WITHDRAW = "This is not caused by the deployment…"


def read(message: Message) -> str:
    """All that can be read in it, with dates as the organization's zone shows them."""
    return DATE.sub(r"\1", texts(message.blocks))


@pytest.mark.clause("G-RB-1", "G-RB-2", "G-RB-3", "G-RB-4")
@pytest.mark.parametrize(
    ("situation", "sentences"),
    [
        ("with a baseline", ["Baseline: error rate 0.5 % (24,000 requests), p95 latency 205 ms, throughput 48.5 requests/s"]),
        ("scheduled", ["ℹ️ no baseline recorded"]),
        ("reported", ["but chance may explain it", "say whether it is healthy", "1 person reports", "error rate 0.55 % (before 0.5 %) · p95 latency 212 ms (before 205 ms)"]),
        ("unknown", ["ℹ️ No throughput is known before the deployment.", "throughput 40 requests/s"]),
        ("alarmed", ["*payments 4.12.0 must leave production*", f"🚨 *IMMEDIATE ROLLBACK REQUIRED* – {RISE} “since the start” – Ben, Thu 26 Nov 14:20 CET · G-RB-1", "Ana deploys, Omar is on call.", "Rollback: “redeploy 4.11.3” · pre-tested: tried on Tuesday · back to 4.11.3"]),
        ("alarmed twice", [f"• {RISE}", "• Critical functionality fails. “no checkout works” – Quinn"]),
        ("first release", ["No version is recorded in production before it: Eve or Emil can settle this by a fix."]),
        ("rollback failed", ["• The rollback DEP-4 failed: “the image is gone”", f"• {RISE}"]),
        ("rolling back", ["⏳ *Rolling back to 4.11.3* – DEP-4 by Omar", f"Why: {RISE}", "Rollback: “redeploy 4.11.3”"]),
        ("restored", ["*payments 4.12.0, rolled back to 4.11.3*", "rolled back by Omar (DEP-4)", "👀 *Watching until Thu 26 Nov 14:56 CET* – nobody has reported a problem since", f"Why: {RISE}"]),
        ("restored and watched", ["Ana or whoever is on call confirms that production is healthy"]),
        ("rolled back", ["✅ *Rolled back* – Omar confirmed", f"Why: {RISE}"]),
        ("settled", ["ℹ️ *A deviation: no rollback, but a fix, “CHG-9”* – Eve", "“a first release has nothing before it”"]),
        ("withdrawn report", [f"Omar withdrew what Ben reported: “the CDN's outage”. It was: {RISE}"]),
        ("done and reported", ["✅ *Done* – Ana confirmed", "ℹ️ 1 person reports customers’ major issues, the limit is 3. “a shop cannot pay” – Quinn"]),
    ],
)  # fmt: skip
def test_a_card_says_what_was_seen_in_production_and_what_follows(
    situation: str, sentences: list[str]
) -> None:
    shown = read(card(a_scene(situation)))

    assert [sentence for sentence in sentences if sentence not in shown] == []


@pytest.mark.parametrize(
    ("situation", "buttons", "primary"),
    [
        ("alarmed", ["Start rollback", WITHDRAW, "Settle by a fix…", "Why?"], []),
        ("alarmed while it runs", ["Start rollback", WITHDRAW, "Succeeded", "Failed…", "Why?"], []),
        ("rollback failed", ["Start rollback", "Settle by a fix…", "Why?"], []),
        ("rolling back", ["Rollback succeeded", "Rollback failed…", "Report a problem…", "Why?"], ["Rollback succeeded"]),
        ("restored", ["Healthy", "Report a problem…", "Why?"], []),
        ("restored and watched", ["Healthy", "Report a problem…", "Why?"], ["Healthy"]),
        ("rolled back", ["Report a problem…"], []),
        ("settled", ["Report a problem…"], []),
        ("done in production", ["Report a problem…", "Roll back"], []),
        ("done", [], []),
    ],
)  # fmt: skip
def test_a_card_offers_what_can_be_done_in_production(
    situation: str, buttons: list[str], primary: list[str]
) -> None:
    shown = card(a_scene(situation))

    assert labels(shown) == buttons
    assert labels(shown, "primary") == primary


def test_a_rollback_asks_once_before_it_starts_and_says_what_it_does() -> None:
    pressed = next(each for each in objects(card(a_scene("alarmed")).blocks) if "confirm" in each)

    assert pressed["action_id"] == Press.START_ROLLBACK
    assert "payments goes back to 4.11.3: you carry it out" in texts(pressed["confirm"])
    assert "“redeploy 4.11.3”" in texts(pressed["confirm"])


@pytest.mark.parametrize(
    ("person", "who", "buttons"),
    [
        (ANA, "You deploy, Omar is on call.", ["Start rollback"]),
        (OMAR, "Ana deploys, you are on call.", ["Start rollback", WITHDRAW]),
        (EVE, "Ana deploys, Omar is on call.", ["Start rollback", WITHDRAW, "Settle by a fix…"]),
        (None, "Ana deploys, Omar is on call.", ["Start rollback", WITHDRAW]),
    ],
)
@pytest.mark.clause("G-RB-1")
def test_an_alarm_says_why_and_offers_each_reader_what_they_can_do(
    person: PersonId | None, who: str, buttons: list[str]
) -> None:
    shown = a_scene("alarmed")
    message = alarm_message(shown, shown.change.deployments[-1], person)

    assert "🚨 *Immediate rollback required: payments 4.12.0* (DEP-3)" in read(message)
    assert RISE in read(message)
    assert who in read(message)
    assert labels(message) == buttons


@pytest.mark.parametrize(
    ("situation", "sentence"),
    [
        ("rolling back", "✅ *Omar started the rollback of payments 4.12.0* Thu 26 Nov 14:22 CET (DEP-4)."),
        ("rolled back", "✅ *Omar started the rollback of payments 4.12.0* Thu 26 Nov 14:22 CET (DEP-4)."),
        ("withdrawn report", "ℹ️ *Omar withdrew the report: no rollback of payments 4.12.0 is required.* “the CDN's outage”"),
        ("settled", "ℹ️ *Eve settled the required rollback of payments 4.12.0 by a fix*: “CHG-9”."),
    ],
)  # fmt: skip
def test_an_alarm_that_is_over_says_how_and_offers_nothing(situation: str, sentence: str) -> None:
    shown = a_scene(situation)
    deployment = shown.change.deployments[2]

    for message in (
        alarm_message(shown, deployment, ANA),
        alarm_again_message(shown, deployment, ANA),
        watch_message(shown, deployment, 0, ANA) if situation != "withdrawn report" else None,
    ):
        if message:
            assert sentence in read(message)
            assert labels(message) == []


def test_a_failed_rollback_is_an_alarm_of_its_own() -> None:
    shown = a_scene("rollback failed")
    deployment, rollback = shown.change.deployments[2:]

    assert "started the rollback" in read(alarm_message(shown, deployment, EVE))
    assert "The rollback DEP-4 failed: “the image is gone”" in read(alarm_message(shown, rollback, EVE))
    told = notice_message(
        shown, Notice(NoticeKind.ROLLBACK_FAILED, (), OMAR, Words("the image is gone")), EVE
    )
    assert "🚨 *The rollback of payments 4.12.0 failed* (DEP-4): “the image is gone”." in read(told)


def test_a_repetition_is_one_line_that_says_for_how_long() -> None:
    course_scene = a_scene("alarmed")
    later = replace(
        course_scene, setting=replace(course_scene.setting, now=course_scene.setting.now + 5 * MINUTE)
    )
    deployment = later.change.deployments[-1]
    said = "🚨 *payments 4.12.0 must still be rolled back.* 5 min have passed, and nobody has started."

    assert read(alarm_again_message(later, deployment, OMAR)).startswith(said)
    assert labels(alarm_again_message(later, deployment, OMAR)) == ["Start rollback", WITHDRAW]
    assert len(alarm_again_message(later, deployment, None).blocks) == 1, (
        "in the thread no button and no more"
    )


def test_a_rollback_that_takes_long_is_asked_about() -> None:
    shown = a_scene("rolling back for long")
    message = alarm_again_message(shown, shown.change.deployments[-1], EVE)

    assert "has been running for 15 min* (DEP-4, Omar). Is production back?" in read(message)
    assert labels(message) == ["Rollback succeeded", "Rollback failed…"]


@pytest.mark.clause("G-RB-1")
def test_a_possible_rise_asks_a_person_and_offers_the_answers() -> None:
    shown = a_scene("reported")
    observation = next(each for each in shown.change.observations if each.finding is Finding.POSSIBLE)
    notice = Notice(NoticeKind.OBSERVED, (OMAR,), BEN, observation.notes, observation.why)
    message = notice_message(shown, notice, OMAR)

    assert "*Is payments 4.12.0 healthy?* Ben reports: Error rate 0.55 % against 0.5 %" in read(message)
    assert labels(message) == ["Healthy", "Report a problem…", "Roll back"]
    assert labels(channel_message(shown, notice)) == []


def test_whoever_reports_reads_at_once_what_it_amounts_to() -> None:
    alarmed, reported = a_scene("alarmed"), a_scene("reported")
    within, possible, noted = reported.change.observations

    assert "🚨 *Immediate rollback of payments 4.12.0 required.*" in read(
        reported_message(alarmed, alarmed.change.observations[-1])
    )
    assert "within the limit" in read(reported_message(reported, within))
    assert "are asked to look" in read(reported_message(reported, possible))
    assert "alone it demands no rollback" in read(reported_message(reported, noted))


@pytest.mark.parametrize("kind", sorted(set(NoticeKind) - {NoticeKind.REMINDED, NoticeKind.REVIEW_DUE}))
def test_every_notice_that_comes_late_says_how_late(kind: NoticeKind) -> None:
    shown, late = a_scene("alarmed"), "3 h 12 min late: the bot was not running."
    notice = Notice(kind, (OMAR,), BEN, Words("because"), "the window moved", late=192)
    if kind is not NoticeKind.ROLLBACK_REQUIRED:  # a person sounds it; the repetitions are a timer's
        assert late in read(notice_message(shown, notice, OMAR))
        assert late in read(channel_message(shown, notice))
    assert late not in read(notice_message(shown, replace(notice, late=0), OMAR))


@pytest.mark.clause("G-STD-9")
@pytest.mark.parametrize(
    ("waited", "said"),
    [(timedelta(minutes=1), ""), (timedelta(hours=3, minutes=42), "3 h 12 min late: the bot was not running.")],
)  # fmt: skip
def test_a_nudge_that_comes_late_says_how_late(waited: timedelta, said: str) -> None:
    course = acting.watched(acting.a_course()).wait(waited)
    course.fires(nudge_monitoring)
    deployment = course.change.deployments[-1]
    message = watch_message(scene(course), deployment, deployment.nudged or 0, OMAR)

    assert (said or "late") in read(message) if said else "late" not in read(message)


def test_the_report_asks_for_what_it_was_before_only_where_nothing_is_recorded() -> None:
    with_baseline, without = report_modal(a_scene("alarmed")), report_modal(a_scene("monitoring"))
    assert with_baseline
    assert without

    assert "before_requests" not in action_ids(with_baseline)
    assert "Recorded before the deployment: error rate 0.5 % (24,000 requests)" in texts(with_baseline)
    assert "before_requests" in action_ids(without)
    assert report_modal(a_scene("scheduled")) is None
    assert report_modal(a_scene("done")) is None, "something else is in production"


def test_the_baseline_form_shows_what_is_recorded_as_it_would_be_typed() -> None:
    values = [each.get("initial_value") for each in objects(baseline_modal(a_scene("with a baseline")))]

    assert [value for value in values if value] == ["0.5", "24,000", "205", "48.5"]


def test_of_several_reports_one_or_all_can_be_withdrawn() -> None:
    one, two = not_the_cause_modal(a_scene("alarmed")), not_the_cause_modal(a_scene("alarmed twice"))
    assert one
    assert two

    assert "observation" not in action_ids(one)
    options = [each["value"] for each in objects(two) if "value" in each]
    assert options[:3] == ["all", "1", "2"]
    assert not_the_cause_modal(a_scene("rollback failed")) is None


@pytest.mark.parametrize(
    ("situation", "can", "sentence"),
    [
        ("alarmed", True, "Immediate rollback required"),
        ("monitoring", True, "*Roll back payments 4.12.0?*"),
        ("done in production", True, "*Roll back payments 4.12.0 to 4.11.3?*"),
        ("rolling back", False, "Rolling back to 4.11.3"),
        ("done", False, "Done"),
    ],
)
def test_the_command_shows_the_state_and_the_button(situation: str, can: bool, sentence: str) -> None:  # noqa: FBT001 - a case of the table
    shown = a_scene(situation)
    message = rollback_message(shown, OMAR)

    assert can_be_rolled_back(shown) is can
    assert sentence in read(message)
    assert (Press.START_ROLLBACK in action_ids(message.blocks)) is can
