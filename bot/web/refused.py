"""What the guard answers instead of handing a request on."""

from collections.abc import Mapping
from http import HTTPStatus


class RefusedError(Exception):
    """A request that goes no further: its status and a sentence that repeats nothing of what was sent."""

    def __init__(self, status: HTTPStatus, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.headers = headers or {}
