"""Logging when the bot is run within another program."""

import io
from contextlib import redirect_stderr

import pytest
import structlog

from bot.logs import log_to_stderr


def test_what_a_closed_stderr_was_set_up_for_goes_to_the_one_that_is_there_now(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log = structlog.get_logger()
    with io.StringIO() as one_commands, redirect_stderr(one_commands):
        log_to_stderr("console")
        log.info("within")
        assert "within" in one_commands.getvalue()
    log.info("afterwards")
    printed = capsys.readouterr()
    assert "afterwards" in printed.err
    assert printed.out == ""
