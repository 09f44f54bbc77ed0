"""A day's seal of the audit log, in a channel that the database cannot rewrite; whoever kept it checks the log against it."""

import os
import re
import subprocess
import sys
from datetime import timedelta

import pytest

from bot.demo import MONDAY, Demo
from bot.sandbox.messages import Message
from bot.sandbox.stories.preludes import approve, asks_for
from bot.sandbox.stories.stage import Stage

pytestmark = pytest.mark.clause("G-LOG-1")


def anchors(harbor: Demo) -> list[Message]:
    return harbor.sandbox.channel("deploy-audit").messages


def verifies(database_url: str, *options: str) -> "subprocess.CompletedProcess[str]":
    """Ask the command, in a process of its own, as an auditor does."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "SLACK_BOT_TOKEN": "xoxb-nobody-is-asked",
        "SLACK_SIGNING_SECRET": "nobody-is-asked",
        "ORGANIZATION": os.devnull,
    }
    command = [sys.executable, "-m", "bot", "audit", "verify", *options]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def passes(harbor: Demo, time: timedelta) -> None:
    harbor.sandbox.clock.move_to(harbor.sandbox.clock.now() + time)
    harbor.settle()


def test_the_first_seal_of_each_day_is_posted_once_and_the_log_holds_against_it(
    harbor: Demo, stage: Stage, database_url: str
) -> None:
    asks_for(stage)
    passes(harbor, timedelta(minutes=5))
    (monday,) = anchors(harbor)
    approve(stage, "ben", "tia")
    passes(harbor, timedelta(minutes=6))
    assert [each.text for each in anchors(harbor)] == [monday.text], "one a day"
    harbor.sandbox.clock.move_to(MONDAY + timedelta(days=1))
    harbor.settle()
    approve(stage, "lea")
    passes(harbor, timedelta(minutes=6))
    first, second = anchors(harbor)
    assert first.text == monday.text
    for each in (first, second):
        anchor = re.search(r"--anchor (\d+:[0-9a-f]{64})", each.text)
        assert anchor
        held = verifies(database_url, "--anchor", anchor[1])
        assert held.returncode == 0, held.stderr
        assert "seals" in held.stdout


def test_an_anchor_that_is_not_of_this_log_is_said_so(harbor: Demo, stage: Stage, database_url: str) -> None:
    asks_for(stage)
    passes(harbor, timedelta(minutes=5))
    assert anchors(harbor)
    other = verifies(database_url, "--anchor", f"1:{'0' * 64}")
    assert (other.returncode, other.stderr) == (1, "Seal 1: it is not the one that was kept\n")
    missing = verifies(database_url, "--anchor", f"99:{'0' * 64}")
    assert (missing.returncode, missing.stderr) == (1, "Seal 99: it is missing\n")
    unreadable = verifies(database_url, "--anchor", "yesterday's")
    assert unreadable.returncode == 2
    assert "512:3f9a…" in unreadable.stderr
