"""The bot as `countersign run` runs it, with its business time in a file: `python -m tests.bot_at_given_time FILE`."""

import signal
import sys
from datetime import datetime
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.app import build
from bot.logs import log_to_stderr
from bot.settings import load_settings
from bot.web.serving import serve


def main(time: Path) -> None:
    settings = load_settings()
    log_to_stderr(settings.log_format)
    app = build(settings, now=lambda: datetime.fromisoformat(time.read_text()))
    app.check_slack()
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))

    def rest(_request: Request) -> Response:
        """Answer when what the bot says after an acknowledgement has been said."""
        app.desk.rest()
        return PlainTextResponse("rested")

    app.web.routes.append(Route("/rest", rest))
    app.start()
    try:
        serve(app.web, host=settings.host, port=settings.port)
    finally:
        app.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
