"""The HTTP side, served: by a process that does nothing else, or from a thread, as in the demo and in tests.

Every answer carries the headers below, the server's own to what is no HTTP, too: nobody keeps an answer, guesses at what it is,
runs, frames or links anything from it; and none says what serves it.
"""

import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

import uvicorn
from starlette.applications import Starlette

from bot.web.protocol import StrictProtocol

START_SECONDS: Final = 10
GRACEFUL_SECONDS: Final = 3
KEEP_ALIVE_SECONDS: Final = 620
"""How long a connection may idle between two deliveries. Whoever closes first must not be the bot: what was just sent on a
connection that it closes is lost, and is a 502 to Slack. nginx lets one idle for 60 s, an AWS balancer for 60, Heroku's router
for 90, Google's balancer for 600."""
HEADERS: Final = (
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
)


def serve(application: Starlette, *, host: str, port: int) -> None:
    """Serve on this address until the process is told to end; what is under way is answered first."""
    with suppress(KeyboardInterrupt):
        uvicorn.Server(configuration(application, host=host, port=port)).run()


def configuration(
    application: Starlette, *, host: str, port: int, graceful_seconds: int | None = None
) -> uvicorn.Config:
    """How uvicorn serves, wherever it does. h11 bounds what a sender may write before a request's body begins."""
    return uvicorn.Config(
        application,
        host=host,
        port=port,
        http=StrictProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        headers=list(HEADERS),
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=graceful_seconds,
    )


class Serving:
    """Serves an application on one address while the `with` block runs. Port 0 lets the system choose."""

    def __init__(self, application: Starlette, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._listening = socket.create_server((host, port))
        self._host = host
        self._server = uvicorn.Server(
            configuration(application, host=host, port=port, graceful_seconds=GRACEFUL_SECONDS)
        )
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._listening]}, name="web", daemon=True
        )

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://{self._host}:{self._listening.getsockname()[1]}"

    def __enter__(self) -> Self:
        """Start, and return once requests are answered."""
        self._thread.start()
        until = time.monotonic() + START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > until:
                raise RuntimeError("the web server did not start")
            time.sleep(0.005)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Answer what is under way, then stop."""
        self._server.should_exit = True
        self._thread.join(timeout=START_SECONDS)
