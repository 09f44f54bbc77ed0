"""Production goes wrong, and comes back: through the same front door as Slack, at the company's own pace."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from bot.demo import Demo
from bot.rules.folding import replay
from bot.rules.life import stage as stage_of
from bot.rules.terms import ChangeId
from bot.sandbox.messages import Message
from bot.sandbox.stories.preludes import is_scheduled
from bot.sandbox.stories.stage import Stage, on
from bot.store import audit
from bot.store.changes import load_change

WINDOW = on(2, "14:00"), on(2, "15:00")
RISE = "Error rate 0.9 % against 0.5 % before the deployment: +80 %, the limit is +5 % (more than chance, 24,000 requests)."
ALARM = "Immediate rollback required: payments 4.12.0"
NOT_THE_CAUSE = "This is not caused by the deployment…"
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def goes_to(stage: Stage, at: datetime) -> None:
    """Let business time pass."""
    stage.sandbox.clock.move_to(at)
    stage.settle()


def waits(stage: Stage, minutes: int) -> None:
    """Let some minutes pass, one after the other."""
    for _ in range(minutes):
        goes_to(stage, stage.sandbox.clock.now() + timedelta(minutes=1))


def incidents(stage: Stage) -> list[Message]:
    return stage.sandbox.channel("inc-cards").messages


def fills(stage: Stage, name: str, values: Mapping[str, object]) -> str:
    """Fill the open form and submit it; what stands in its place then."""
    problems = stage.fills_and_submits(name, values)
    assert problems == {}
    modal = stage.person(name).modal
    said = modal.text if modal else ""
    if modal:
        stage.person(name).closes()
    return said


def reports(stage: Stage, name: str, **values: object) -> str:
    stage.presses_button(name, "Report a problem…")
    labels = {"problem": "What is wrong?", "notes": "What do you see?", "now": "Figure now", "requests": "Over how many requests"}  # fmt: skip
    return fills(stage, name, {labels[key]: value for key, value in values.items()})


def recorded(harbor: Demo) -> str:
    """The stage of the change, by its rows; its audit gives the same."""
    with harbor.app.database.read() as connection:
        stored = load_change(connection, ChangeId(1))
        assert stored is not None
        assert stored == replay(audit.facts_of(connection, "CHG-1")), "the audit replays to what the rows say"
    assert harbor.sandbox.wire.refusals == [], "Slack refused nothing"
    return stage_of(stored, harbor.app.company.policy(stored.service))


@pytest.fixture
def watched(stage: Stage) -> Stage:
    """In production on Wednesday at 14:10, with a baseline."""
    is_scheduled(stage, *WINDOW)
    stage.presses_button("ben", "Record baseline…")
    problems = stage.fills_and_submits("ben", {"Error rate, in %": "half a percent"})
    assert problems == {
        "Error rate, in %": "“half a percent” is not a number that can be read: 0.9, for example."
    }
    assert fills(stage, "ben", {"Error rate, in %": "0,5 %", "Over how many requests": "24 000"}) == ""
    assert "Baseline: error rate 0.5 % (24,000 requests)" in stage.card.text
    goes_to(stage, WINDOW[0])
    stage.presses_button("ana", "Start deployment")
    waits(stage, 10)
    stage.presses_button("ana", "Succeeded")
    return stage


@pytest.mark.clause("G-RB-1", "G-STD-9")
def test_a_rise_of_the_error_rate_alarms_and_is_rolled_back_and_watched(watched: Stage, harbor: Demo) -> None:
    stage = watched
    waits(stage, 5)
    said = reports(stage, "ben", problem="The error rate is up", now="0,9", requests="24,000", notes="5xx")
    assert "Immediate rollback of payments 4.12.0 required." in said
    assert RISE in said
    assert "IMMEDIATE ROLLBACK REQUIRED" in stage.card.text
    assert RISE in stage.card.text
    assert [message.text.count(ALARM) for message in stage.card.thread] == [1], "one alarm in the thread"
    assert ALARM in incidents(stage)[-1].text
    for name in ("ana", "omar", "oksana", "eve", "emil"):
        assert RISE in stage.dm(name, ALARM).text
    assert NOT_THE_CAUSE not in stage.dm("ana", ALARM).buttons
    alarm, nudge = stage.dm("omar", ALARM), stage.dm("omar", "Nothing more to watch")
    assert "[Healthy]" not in nudge.text

    waits(stage, 5)
    again = stage.dm("omar", "must still be rolled back. 5 min have passed")
    assert "5 min have passed" in stage.card.thread[-1].text
    assert "5 min have passed" not in incidents(stage)[-1].text

    stage.presses_button("omar", "Start rollback", again)
    over = "You started the rollback of payments 4.12.0"
    assert over in alarm.text
    assert over in again.text
    assert "Omar started the rollback" in incidents(stage)[-1].text
    assert alarm.buttons == again.buttons == ["Open card"]
    assert "Rolling back" in stage.card.text
    before = len(stage.person("omar").dms())
    waits(stage, 4)
    assert len(stage.person("omar").dms()) == before, "its start is silence"

    stage.presses_button("omar", "Rollback succeeded")
    assert "rolled back by Omar (DEP-4)" in stage.card.text
    assert stage.person("omar").clicks("Healthy", on=stage.card).trouble is None
    stage.settle()
    assert recorded(harbor) == "restored", "not before half an hour has passed"
    waits(stage, 30)
    stage.presses_button(
        "omar", "Healthy", stage.dm("omar", "is production healthy without payments 4.12.0?")
    )
    assert "Rolled back" in stage.card.text
    assert recorded(harbor) == "rolled_back"
    assert sum(ALARM in message.text for message in stage.person("eve").dms()) == 0, "nothing asks any more"


@only_sqlite
@pytest.mark.clause("G-RB-1", "G-RB-4")
def test_a_possible_rise_asks_whoever_watches_and_a_few_customers_are_an_alarm(
    watched: Stage, harbor: Demo
) -> None:
    stage = watched
    waits(stage, 2)
    said = reports(stage, "ben", problem="The error rate is up", now="0.55 %", requests="24.000")
    assert "are asked to look" in said
    question = stage.dm("omar", "Is payments 4.12.0 healthy?")
    assert question.buttons == ["Healthy", "Report a problem…", "Roll back", "Open card"]
    assert "chance may explain it" in stage.card.thread[-1].text
    assert recorded(harbor) == "monitoring"
    for name in ("quinn", "paul", "pia"):
        said = reports(stage, name, problem="One customer reports a major issue", notes="no refund")
    assert "3 people report customers’ major issues, the limit is 3." in said
    assert recorded(harbor) == "rollback_required"


@only_sqlite
@pytest.mark.clause("G-RB-2")
def test_somebody_else_than_the_deployer_withdraws_a_report_and_the_watch_goes_on(
    watched: Stage, harbor: Demo
) -> None:
    stage = watched
    assert stage.types("quinn", "/deploy report") == ""
    problems = stage.fills_and_submits(
        "quinn", {"What is wrong?": "A critical function fails", "Figure now": "1"}
    )
    assert list(problems) == ["Figure now"]
    missing = stage.fills_and_submits("quinn", {"Figure now": None})
    assert list(missing) == ["What do you see?"]
    fills(stage, "quinn", {"What do you see?": "no checkout works"})
    alarm = stage.dm("omar", ALARM)
    stage.presses_button("ana", NOT_THE_CAUSE)
    refused = stage.fills_and_submits("ana", {"How do you know?": "the CDN is down"})
    assert "somebody else decides" in refused["How do you know?"]
    stage.person("ana").closes()
    stage.presses_button("omar", NOT_THE_CAUSE, alarm)
    fills(stage, "omar", {"How do you know?": "the CDN is down for everybody"})
    assert recorded(harbor) == "monitoring"
    assert "You withdrew the report: no rollback of payments 4.12.0 is required." in alarm.text
    assert "withdrew what Quinn reported" in stage.card.text
    waits(stage, 6)
    assert all("must still" not in message.text for message in stage.person("omar").dms())
    reports(stage, "quinn", problem="A critical function fails", notes="again")
    assert sum(ALARM in message.text for message in incidents(stage)) >= 1, "a new alarm is a new message"


@only_sqlite
@pytest.mark.clause("G-RB-2")
def test_what_is_done_can_be_seen_to_fail_and_is_rolled_back_by_command(watched: Stage, harbor: Demo) -> None:
    stage = watched
    waits(stage, 30)
    stage.presses_button("ana", "Healthy")
    assert recorded(harbor) == "done"
    goes_to(stage, on(3, "2:00"))
    fills_report = {"What is wrong?": "Many customers report major issues", "What do you see?": "phones ring"}
    stage.types("omar", "/deploy report payments")
    fills(stage, "omar", fills_report)
    assert "IMMEDIATE ROLLBACK REQUIRED" in stage.card.text
    outcome = stage.person("omar").types("/deploy rollback", channel="payments")
    stage.settle()
    shown = outcome.messages[-1]
    assert ALARM in shown.text
    stage.presses_button("omar", "Start rollback", shown)
    assert recorded(harbor) == "rolling_back"
    stage.presses_button("omar", "Rollback failed…")
    fills(stage, "omar", {"What failed": "the image is gone"})
    assert "The rollback of payments 4.12.0 failed (DEP-4)" in stage.dm("dora", "failed").text
    assert "The rollback of payments 4.12.0 failed" in "\n".join(m.text for m in incidents(stage))
    assert "The rollback DEP-4 failed: “the image is gone”" in stage.card.text
    assert recorded(harbor) == "rollback_required"


@only_sqlite
@pytest.mark.clause("G-RB-2")
def test_a_deployment_that_touched_production_and_failed_is_rolled_back(stage: Stage, harbor: Demo) -> None:
    is_scheduled(stage, *WINDOW)
    goes_to(stage, WINDOW[0])
    stage.presses_button("ana", "Start deployment")
    stage.presses_button("ana", "Failed…")
    fills(stage, "ana", {"Was production touched?": "Yes, or nobody knows", "What failed": "half migrated"})
    alarm = stage.dm("eve", ALARM)
    assert "DEP-3 failed and touched production: “half migrated”" in alarm.text
    stage.presses_button("eve", "Start rollback", alarm)
    assert recorded(harbor) == "rolling_back"


@only_sqlite
@pytest.mark.clause("G-RB-2")
def test_a_first_release_is_settled_by_a_named_fix(watched: Stage, harbor: Demo) -> None:
    stage = watched
    reports(stage, "quinn", problem="A critical function fails", notes="no checkout works")
    alarm = stage.dm("eve", ALARM)
    assert "No version is recorded in production before it" in alarm.text
    stage.presses_button("eve", "Settle by a fix…", alarm)
    fills(stage, "eve", {"The fix": "CHG-2", "Why there is no rollback": "nothing was there before"})
    assert recorded(harbor) == "rolled_back"
    assert "A deviation: no rollback, but a fix, “CHG-2”" in stage.card.text
    assert "You settled the required rollback" in alarm.text
    assert "settled the required rollback of payments 4.12.0 by a fix" in stage.dm("dora", "by a fix").text


@only_sqlite
@pytest.mark.clause("G-STD-9")
def test_after_hours_of_downtime_a_nudge_and_an_alarm_say_how_late_they_are(
    watched: Stage, harbor: Demo
) -> None:
    stage = watched
    goes_to(stage, on(2, "17:52"))
    assert "3 h 12 min late: the bot was not running." in stage.dm("omar", "30 min are over").text
    reports(stage, "quinn", problem="A critical function fails", notes="no checkout works")
    goes_to(stage, on(2, "21:00"))
    assert "3 h 3 min late: the bot was not running." in stage.dm("omar", "must still").text
    assert recorded(harbor) == "rollback_required"


@only_sqlite
def test_lost_answers_repeat_no_alarm_neither_in_the_thread_nor_to_anybody(
    watched: Stage, harbor: Demo
) -> None:
    stage = watched
    harbor.sandbox.faults.next("chat.postMessage", lose_answer=True, times=8)
    reports(stage, "quinn", problem="A critical function fails", notes="no checkout works")
    harbor.sandbox.faults.clear()
    assert [message.text.count(ALARM) for message in stage.card.thread] == [1]
    assert sum(ALARM in message.text for message in incidents(stage)) == 1
    for name in ("ana", "omar", "oksana", "eve", "emil"):
        assert sum("Ana deploys" in m.text or "You deploy" in m.text for m in stage.person(name).dms()) == 1


@only_sqlite
def test_an_alarm_finds_the_thread_of_a_card_that_was_posted_anew(watched: Stage, harbor: Demo) -> None:
    stage = watched
    posts = harbor.sandbox.workspace.conversations[stage.card.channel].posts
    posts.remove(stage.card.post)
    reports_by_command(stage, "quinn")
    assert "IMMEDIATE ROLLBACK REQUIRED" in stage.card.text
    assert [message.text.count(ALARM) for message in stage.card.thread] == [1]


def reports_by_command(stage: Stage, name: str) -> None:
    """Without a card to press on."""
    stage.types(name, "/deploy report")
    values = {"What is wrong?": "A critical function fails", "What do you see?": "no checkout works"}
    fills(stage, name, values)
