"""The routine release with bot and Slack in separate processes, over both ways in which Slack reaches a bot."""

from pathlib import Path

import pytest

from bot.demo import MONDAY
from bot.rules.folding import replay
from bot.rules.terms import ChangeId
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.stories.routine import ROUTINE
from bot.sandbox.stories.stage import Stage
from bot.sandbox.strictness import Strictness
from bot.store import audit
from bot.store.audit_chain import verify
from bot.store.changes import load_change
from bot.store.database import Database
from bot.store.reading import ChainHolds
from tests.own_process import Mode, OwnProcess, WrittenClock, own_process, wait_for
from tests.short_form import only_in_the_whole_form

IN_DAYS_THAT_PASS_IN_SECONDS = Strictness(rate_limits=False)
CUTS = 10


def _stage(sandbox: Sandbox, bot: OwnProcess, said: list[str]) -> Stage:
    return Stage(sandbox, bot.settle, said.append)


def _check_record(database: Database) -> None:
    with database.read() as connection:
        stored = load_change(connection, ChangeId(1))
        assert stored == replay(audit.facts_of(connection, "CHG-1")), "the audit replays to what the rows say"
        assert isinstance(verify(connection), ChainHolds)


@pytest.mark.parametrize(
    ("database_url", "mode"),
    [
        pytest.param("sqlite", "http", id="http, sqlite", marks=only_in_the_whole_form),
        pytest.param("postgresql", "socket mode", id="socket mode, postgresql", marks=only_in_the_whole_form),
    ],
    indirect=["database_url"],
)
def test_a_routine_release_comes_out_the_same_however_slack_reaches_the_bot(
    database_url: str, tmp_path: Path, mode: Mode
) -> None:
    clock = WrittenClock(MONDAY, tmp_path / "time")
    sandbox = Sandbox(clock=clock, strictness=IN_DAYS_THAT_PASS_IN_SECONDS)
    said: list[str] = []
    with sandbox.server() as server, own_process(sandbox, clock, server.api_url, database_url, mode) as bot:
        assert _stage(sandbox, bot, said).play(ROUTINE) == 0, "\n".join(said[-40:])
        assert [one for one in sandbox.wire.refusals if one.direction == "to bot"] == []
        _check_record(bot.database)
    assert bot.process.returncode == 0, "the bot ends by itself when it is told to"
    assert sandbox.socket.count == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_routine_release_comes_out_the_same_though_the_connection_breaks_ten_times(
    database_url: str, tmp_path: Path
) -> None:
    clock = WrittenClock(MONDAY, tmp_path / "time")
    sandbox = Sandbox(clock=clock, strictness=IN_DAYS_THAT_PASS_IN_SECONDS)
    said: list[str] = []
    cut_before = {len(ROUTINE) * number // CUTS for number in range(CUTS)}
    assert len(cut_before) == CUTS
    with (
        sandbox.server() as server,
        own_process(sandbox, clock, server.api_url, database_url, "socket mode") as bot,
    ):
        stage = _stage(sandbox, bot, said)
        for number, row in enumerate(ROUTINE):
            if number in cut_before:
                sandbox.socket.cut_all()
                wait_for(lambda: sandbox.socket.count, "the bot did not connect again")
            assert stage.play([row]) == 0, "\n".join(said[-40:])
        assert [one for one in sandbox.wire.refusals if one.direction == "to bot"] == []
        _check_record(bot.database)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_approval_whose_acknowledgement_is_lost_counts_once(database_url: str, tmp_path: Path) -> None:
    clock = WrittenClock(MONDAY, tmp_path / "time")
    sandbox = Sandbox(clock=clock, strictness=IN_DAYS_THAT_PASS_IN_SECONDS)
    with (
        sandbox.server() as server,
        own_process(sandbox, clock, server.api_url, database_url, "socket mode") as bot,
    ):
        stage = _stage(sandbox, bot, [])
        assert stage.play(ROUTINE[:1]) == 0
        tia = sandbox.person("tia")
        asked = stage.dm("tia", "asks you")
        sandbox.faults.next("socket", lose_answer=True)
        assert tia.clicks("Approve", on=asked).trouble == "dispatch_failed"
        wait_for(lambda: sandbox.socket.count, "the bot did not connect again")
        bot.settle()
        assert "Waiting for 2 approvals" in stage.card.text
        assert "Tia" in stage.card.text
        sandbox.faults.next("socket", drop=True)
        assert stage.person("lea").clicks("Approve", on=stage.card).trouble == "dispatch_failed"
        wait_for(lambda: sandbox.socket.count, "the bot did not connect again")
        bot.settle()
        assert "Waiting for 2 approvals" in stage.card.text, "what never arrived counts for nothing"
        stage.presses_button("lea", "Approve")
        assert "already" in stage.presses_button("tia", "Approve")
        assert "Waiting for 1 approval" in stage.card.text
        _check_record(bot.database)
