"""What somebody can do who has what they should not have – and what they cannot. docs/security.md has these in words."""

import json
import time
from dataclasses import replace

import httpx
import pytest
from slack_sdk import WebClient

from bot.demo import Demo
from bot.rules.clauses import Clause
from bot.rules.facts import ApprovalGiven
from bot.rules.folding import replay
from bot.rules.terms import ApprovalStage, ChangeId, EnvironmentName, PersonId, Role
from bot.sandbox.stories.routine import ROUTINE
from bot.sandbox.stories.stage import Stage
from bot.slack.ids import Press
from bot.store import audit
from bot.store.audit_chain import verify
from bot.store.changes import load_change, lock_change, write_facts
from bot.store.reading import ChainHolds
from tests.faults.bots import Sender

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CHANGE = ChangeId(1)


def _recorded(harbor: Demo) -> list[str]:
    with harbor.app.database.read() as connection:
        entries = audit.entries_of(connection, "CHG-1", limit=500)
    return [f"{entry.act} {entry.person} {entry.outcome}" for entry in entries]


@pytest.fixture
def requested(stage: Stage) -> Stage:
    """CHG-1 is asked for by Ana; Ben, Tia and Lea are asked."""
    assert stage.play(ROUTINE[:1]) == 0
    return stage


def _pressed(harbor: Demo, secret: str, person: str) -> int:
    credentials = replace(harbor.sandbox.credentials, signing_secret=secret)
    sender = Sender(credentials, "T0HARBOR")
    assert harbor.sandbox.bot_url
    status = sender.press(
        harbor.sandbox.bot_url, person, Press.APPROVE, "1:1:", trigger=f"t-{time.time_ns()}"
    ).status
    sender.close()
    return status


@pytest.mark.usefixtures("requested")
def test_whoever_has_the_signing_secret_clicks_as_anybody(harbor: Demo) -> None:
    assert _pressed(harbor, harbor.sandbox.credentials.signing_secret, "U0TIA") == 200
    assert "approve U0TIA done" in _recorded(harbor)


@pytest.mark.usefixtures("requested")
def test_and_even_with_it_gets_nobody_past_the_rules(harbor: Demo) -> None:
    for person in ("U0ANA", "U0CLEO", "U0GUS"):
        assert _pressed(harbor, harbor.sandbox.credentials.signing_secret, person) == 200
    assert [line for line in _recorded(harbor) if line.startswith("approve")] == [
        "approve U0ANA refused",
        "approve U0CLEO refused",
        "approve U0GUS refused",
    ]


@pytest.mark.usefixtures("requested")
def test_the_bots_token_signs_nothing(harbor: Demo) -> None:
    before = _recorded(harbor)
    assert _pressed(harbor, harbor.sandbox.credentials.bot_token, "U0TIA") == 401
    assert _recorded(harbor) == before


def test_whoever_has_the_bots_token_can_write_as_the_bot_and_mislabel_a_button_but_the_person_who_presses_is_recorded(
    requested: Stage, harbor: Demo
) -> None:
    card = requested.card
    client = WebClient(harbor.sandbox.credentials.bot_token, base_url=_api(harbor), retry_handlers=[])
    button = {
        "type": "button",
        "action_id": "approve",
        "value": "1:1:",
        "text": {"type": "plain_text", "text": "Lunch!"},
    }
    blocks = [{"type": "actions", "elements": [button]}]
    client.chat_postMessage(channel="C0PAYMENTS", text="Lunch?", blocks=blocks)
    bait = requested.sandbox.channel("payments").messages[-1]
    assert bait.buttons == ["Lunch!"]
    requested.presses_button("ben", "Lunch!", bait)
    assert "approve U0BEN done" in _recorded(harbor)
    assert "Ben" in card.text, "the card shows everybody who approved, and Ben can take it back"
    requested.presses_button("cleo", "Lunch!", bait)
    assert "approve U0CLEO refused" in _recorded(harbor)


def _api(harbor: Demo) -> str:
    own = harbor.sandbox.workspace.own_url
    assert own
    return f"{own}/api/"


@pytest.mark.usefixtures("requested")
def test_an_approval_that_is_written_into_the_rows_counts_and_only_the_audit_shows_that_nobody_gave_it(
    harbor: Demo,
) -> None:
    forged = ApprovalGiven(
        1, Clause.APP_1, ApprovalStage.CODE, PersonId("U0TIA"), (Role.TECH_LEAD,), harbor.sandbox.clock.now()
    )
    with harbor.app.database.write() as connection:
        lock_change(connection, CHANGE)
        write_facts(connection, CHANGE, [forged], production=EnvironmentName("production"))
    with harbor.app.database.read() as connection:
        stored, told = load_change(connection, CHANGE), replay(audit.facts_of(connection, "CHG-1"))
        assert isinstance(verify(connection), ChainHolds), "the chain is about the audit alone"
    assert stored
    assert [each.person for each in stored.standing_approvals] == ["U0TIA"]
    assert told.standing_approvals == ()
    assert not [line for line in _recorded(harbor) if line.startswith("approve")]


def test_a_refusal_of_the_door_tells_nothing_of_the_company(harbor: Demo) -> None:
    assert harbor.sandbox.bot_url
    for method in ("GET", "POST"):
        told = httpx.request(method, harbor.sandbox.bot_url, content=json.dumps({"a": 1}), trust_env=False)
        shown = f"{told.text} {dict(told.headers)}".lower()
        assert not [
            word for word in ("harbor", "payments", "uvicorn", "sqlite", "slack_bolt") if word in shown
        ]
