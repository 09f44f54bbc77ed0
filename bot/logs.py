"""How the bot logs: one event a line to standard error, for people or as JSON."""

import logging
import sys
from typing import Literal

import structlog


def log_to_stderr(style: Literal["console", "json"], *, quiet: bool = False) -> None:
    """Set up logging for this process; `quiet` leaves out what is no warning."""
    level = logging.WARNING if quiet else logging.INFO
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_to_stderr,
        cache_logger_on_first_use=False,
    )
    # A tick that finds the one before still at work is skipped by design, and nothing that anybody must read about.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    # Its warnings are about how it is put together, such as that a token in the environment is not what it uses.
    logging.getLogger("slack_bolt.App").addFilter(_is_an_error)
    # What strangers send is answered, and must not fill the log.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s"
    )


def _to_stderr(*_: object) -> structlog.PrintLogger:
    """To what is standard error by now: who ran a command within another program has put its own back."""
    return structlog.PrintLogger(sys.stderr)


def _is_an_error(record: logging.LogRecord) -> bool:
    """Bolt sets its loggers' levels by itself."""
    return record.levelno >= logging.ERROR
