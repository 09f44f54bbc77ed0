"""Whatever comes through the front door: a clear sentence to the person, a 4xx to the machine, nothing half done."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

import httpx
import pytest

from bot.demo import Demo
from bot.rules.terms import ChangeId
from bot.sandbox.stories.routine import ROUTINE
from bot.sandbox.stories.stage import Stage
from bot.slack.listeners.turnstile import Limit
from bot.store import audit
from bot.store.changes import load_change
from tests.web.signed_requests import signature

HOSTILE = "<!channel> <@U0ANA> *b* `c` & <https://evil.example|click> \u202e '); DROP TABLE audit;--"
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def _entries(harbor: Demo, outcome: str) -> list[str]:
    with harbor.app.database.read() as connection:
        entries = audit.entries_of(connection, "CHG-1", limit=500)
    return [f"{entry.act} {entry.person}" for entry in entries if entry.outcome == outcome]


def _press(
    harbor: Demo, body: bytes, *, secret: str | None = None, at: float | None = None
) -> httpx.Response:
    """A delivery as Slack, or somebody who would be Slack, sends it."""
    assert harbor.sandbox.bot_url is not None
    stamp = str(int(time.time() if at is None else at))
    signed = signature(stamp, body, secret or harbor.sandbox.credentials.signing_secret)
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": signed,
    }
    return httpx.post(harbor.sandbox.bot_url, content=body, headers=headers)


def _approval(person: str, trigger: str, value: str = "1:1:") -> bytes:
    payload = {
        "type": "block_actions",
        "user": {"id": person, "team_id": "T0HARBOR"},
        "team": {"id": "T0HARBOR"},
        "api_app_id": "A0COUNTERSIGN",
        "trigger_id": trigger,
        "channel": {"id": "C0PAYMENTS"},
        "actions": [{"type": "button", "action_id": "approve", "block_id": "b", "value": value}],
    }
    return urlencode({"payload": json.dumps(payload)}).encode()


@pytest.fixture
def requested(stage: Stage) -> Stage:
    """CHG-1 is asked for."""
    assert stage.play(ROUTINE[:1]) == 0
    return stage


@pytest.mark.usefixtures("requested")
@only_sqlite
def test_a_forged_or_stale_click_is_refused_and_changes_nothing(harbor: Demo) -> None:
    click = _approval("U0BEN", "1.2.a")
    assert _press(harbor, click, secret="not the secret").status_code == 401
    assert _press(harbor, click, at=time.time() - 600).status_code == 401
    assert _entries(harbor, "done") == ["request_deployment U0ANA"]


@pytest.mark.usefixtures("requested")
def test_a_replayed_click_counts_once(harbor: Demo) -> None:
    click = _approval("U0BEN", "1.2.b")
    assert [_press(harbor, click).status_code for _ in range(3)] == [200, 200, 200]
    assert _entries(harbor, "done").count("approve U0BEN") == 1
    assert _entries(harbor, "refused") == []


@pytest.mark.usefixtures("requested")
def test_somebody_whom_slack_does_not_know_is_refused_with_an_audit_row(harbor: Demo) -> None:
    assert _press(harbor, _approval("U0NOBODY", "1.2.c")).status_code == 200
    assert _entries(harbor, "refused") == ["approve U0NOBODY"]


@pytest.mark.usefixtures("requested")
@pytest.mark.parametrize("value", ["", "0:0:", "999:1:", "1:1:1:1", "x" * 2000, "-1::", "1:1:\u0000"])
@only_sqlite
def test_a_made_up_button_value_is_never_an_error(harbor: Demo, value: str) -> None:
    assert _press(harbor, _approval("U0BEN", "1.2.d", value)).status_code in {200, 400}
    assert _entries(harbor, "done") == ["request_deployment U0ANA"]


@pytest.mark.clause("G-APP-3")
def test_a_click_on_what_moved_on_is_refused_and_shows_how_it_stands(stage: Stage) -> None:
    proposed = next(number for number, row in enumerate(ROUTINE) if row.who == "Paul")
    assert stage.play(ROUTINE[:proposed]) == 0
    asked = stage.dm("paul").as_it_is()
    stage.presses_button("ana", "Move window…", stage.card)
    start = stage.sandbox.clock.now().replace(hour=9, minute=30)
    later = {"From": start.replace(month=12, day=3), "To": start.replace(month=12, day=3, hour=10)}
    assert stage.fills_and_submits("ana", later) == {}
    said = stage.presses_button("paul", "Approve", asked)
    assert "moved on" in said
    assert "payments 4.12.0" in said
    assert "approve U0PAUL" not in said


def test_hostile_text_in_every_field_mentions_nobody_and_is_not_lost(stage: Stage, harbor: Demo) -> None:
    stage.types("ana", "/deploy request")
    problems = stage.fills_and_submits(
        "ana",
        {
            "Version": "4.12.0<!here>",
            "Pull requests": "https://evil.example/<!channel>",
            "Rollback plan": HOSTILE * 20,
            "Pre-test of the rollback": "A pre-test is not applicable",
            "Where the pre-test can be seen": HOSTILE,
            "Wished window: from": None,
            "Wished window: to": None,
            "Release branch": HOSTILE,
            "Where the tests can be seen": HOSTILE,
            "Merge to main": HOSTILE,
        },
    )
    assert problems == {}
    raw = json.dumps([message.blocks for message in (stage.card, stage.dm("tia"))])
    for mention in ("<!", "<@", "<#", "<https://evil.example|"):
        assert mention not in raw
    with harbor.app.database.read() as connection:
        change = load_change(connection, ChangeId(1))
    assert change is not None
    assert "DROP TABLE audit" in change.plan.text


@only_sqlite
def test_a_refused_form_keeps_what_was_typed(stage: Stage) -> None:
    stage.types("ana", "/deploy request")
    problems = stage.fills_and_submits(
        "ana",
        {
            "Version": "4 12",
            "Rollback plan": "Redeploy",
            "Pre-test of the rollback": "It was pre-tested",
            "Where the pre-test can be seen": "https://ci.harbor.example",
        },
    )
    assert problems == {"Version": "A version has no spaces in it: 4.12.0, for example."}
    modal = stage.person("ana").modal
    assert modal is not None
    assert modal.field("Rollback plan").value == "Redeploy"
    again = {"Version": "4.12.0", "Wished window: from": None, "Wished window: to": None}
    assert stage.fills_and_submits("ana", again) == {}
    assert "CHG-1" in stage.card.text


@only_sqlite
def test_somebody_who_is_no_engineer_of_the_service_reads_so_beside_the_field(stage: Stage) -> None:
    stage.types("cleo", "/deploy request")
    problems = stage.fills_and_submits(
        "cleo",
        {
            "Version": "4.12.0",
            "Rollback plan": "Redeploy",
            "Pre-test of the rollback": "It was pre-tested",
            "Where the pre-test can be seen": "https://ci.harbor.example",
        },
    )
    assert "engineers of payments" in problems["Service"]


@contextmanager
def _locked(path: str) -> Iterator[None]:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


@only_sqlite
def test_whoever_presses_while_the_database_is_locked_reads_that_nothing_was_recorded(
    requested: Stage, harbor: Demo, database_url: str
) -> None:
    ben, asked = requested.person("ben"), requested.dm("ben")
    with _locked(database_url.removeprefix("sqlite:///")):
        began = time.monotonic()
        outcome = ben.clicks("Approve", on=asked)
        assert time.monotonic() - began < 3
        harbor.app.desk.rest()
        assert "Nothing was recorded: press again" in outcome.text
    assert _entries(harbor, "done") == ["request_deployment U0ANA"]
    requested.presses_button("ben", "Approve", asked)
    assert "approve U0BEN" in _entries(harbor, "done")


@only_sqlite
def test_when_slack_cannot_say_who_somebody_is_the_answer_is_no(requested: Stage, harbor: Demo) -> None:
    harbor.sandbox.faults.next("users.info", status=500, times=5)
    said = requested.presses_button("luis", "Approve", requested.dm("luis"))
    # Luis was asked about at the start, and that answer is fresh: a minute of real time has not passed.
    assert said == ""
    harbor.sandbox.faults.next("users.info", drop=True, times=5)
    stranger = _approval("U0LATER", "1.2.e")
    assert _press(harbor, stranger).status_code == 200
    assert _entries(harbor, "refused") == ["approve U0LATER"]


@only_sqlite
def test_a_form_that_comes_too_late_says_press_again(stage: Stage, harbor: Demo) -> None:
    harbor.sandbox.faults.next("views.open", error="expired_trigger_id")
    said = stage.types("ana", "/deploy request")
    assert "press again" in said
    assert stage.person("ana").modal is None


@pytest.fixture
def ten_each_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody may send more than ten times, so that no real time has to pass or not to pass."""
    monkeypatch.setattr("bot.app.Limit", lambda _at_once, _a_second: Limit(10, 0))


@only_sqlite
def test_whoever_presses_faster_than_anybody_can_mean_reads_that_nothing_was_recorded(
    ten_each_for_ever: None,  # noqa: ARG001 - what it does must be done before the company opens
    requested: Stage,
    harbor: Demo,
) -> None:
    card, finn = requested.card.as_it_is(), requested.person("finn")
    outcomes = [finn.clicks("Approve", on=card) for _ in range(12)]
    harbor.app.desk.rest()
    assert {outcome.trouble for outcome in outcomes} == {None}
    assert "Nothing was recorded of this" in outcomes[10].text
    assert _entries(harbor, "refused") == ["approve U0FINN"] * 10
    requested.presses_button("ben", "Approve", requested.dm("ben"))
    assert "approve U0BEN" in _entries(harbor, "done"), "nobody else is held up"
