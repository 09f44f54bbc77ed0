"""The HTTP side served from a thread, for a process that does more than serve: the demo, and tests."""

import socket
import threading
import time
from types import TracebackType
from typing import Final, Self

import uvicorn
from starlette.applications import Starlette

START_SECONDS: Final = 10


class Serving:
    """Serves an application on one address while the `with` block runs. Port 0 lets the system choose."""

    def __init__(self, application: Starlette, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._listening = socket.create_server((host, port))
        self._host = host
        self._server = uvicorn.Server(
            uvicorn.Config(
                application,
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=3,
            )
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
