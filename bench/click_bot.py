"""The bot as `countersign run` serves it, at a business time that stands, without timers and deliveries: `python -m bench.click_bot FILE`."""

import sys
import time
from datetime import datetime
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bench.wire import CPU_PATH
from bot.app import build
from bot.logs import log_to_stderr
from bot.settings import load_settings
from bot.web.serving import serve


def main(file: Path) -> None:
    """Serve until the process is ended. The file has the business time."""
    settings = load_settings()
    log_to_stderr(settings.log_format)
    at = datetime.fromisoformat(file.read_text(encoding="utf-8"))
    app = build(settings, now=lambda: at)

    async def cpu(_request: Request) -> Response:
        return PlainTextResponse(str(time.process_time()))

    app.web.routes.append(Route(CPU_PATH, cpu))
    try:
        serve(app.web, host=settings.host, port=settings.port)
    finally:
        app.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
