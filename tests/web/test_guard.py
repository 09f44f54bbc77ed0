import asyncio
import tracemalloc
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message, Receive, Scope, Send

from bot.web.bodies import MAX_BODY_BYTES
from bot.web.guard import MAX_AGE_SECONDS, Guard
from tests.web.signed_requests import (
    CLICK,
    COMMAND,
    EVENT,
    FORM,
    JSON,
    NOW,
    SECRET,
    Answer,
    Header,
    Inner,
    ask,
    signature,
    signed,
)


@pytest.mark.parametrize(("body", "content_type"), [(COMMAND, FORM), (CLICK, FORM), (EVENT, JSON)])
def test_what_slack_sends_and_signs_passes_unchanged(body: bytes, content_type: str) -> None:
    answer = ask([body], signed(body, content_type))
    assert (answer.status, answer.body) == (200, b"seen")
    assert answer.inner.bodies == [body]


def test_a_body_in_many_parts_is_handed_on_whole_and_then_the_connection_speaks_for_itself() -> None:
    parts = [EVENT[at : at + 7] for at in range(0, len(EVENT), 7)]
    answer = ask([*parts, b""], signed(EVENT, f"{JSON}; charset=utf-8"))
    assert answer.inner.bodies == [EVENT]
    assert answer.inner.afterwards == [{"type": "http.disconnect"}]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "post", "BREW"])
def test_only_post_is_answered(method: str) -> None:
    answer = ask([COMMAND], signed(COMMAND), method=method)
    assert (answer.status, answer.headers[b"allow"], answer.read) == (405, b"POST", 0)


@pytest.mark.parametrize("name", [b"x-slack-request-timestamp", b"x-slack-signature"])
def test_a_request_without_timestamp_or_signature_is_refused(name: bytes) -> None:
    answer = ask([COMMAND], [header for header in signed(COMMAND) if header[0] != name])
    assert answer.status == 401
    assert answer.inner.bodies == []


@pytest.mark.parametrize("name", [b"x-slack-request-timestamp", b"x-slack-signature"])
def test_a_request_with_two_timestamps_or_signatures_is_refused(name: bytes) -> None:
    headers = signed(COMMAND)
    answer = ask([COMMAND], headers + [header for header in headers if header[0] == name])
    assert answer.status == 401


@pytest.mark.parametrize(
    "timestamp",
    [
        "",
        "soon",
        "-1",
        "1e9",
        "1_795_000_000",
        f"{NOW}.0",
        f" {NOW}",
        f"+{NOW}",
        f"0x{NOW:x}",
        "9" * 5000,
        "NaN",
    ],
)
def test_a_timestamp_that_is_no_number_is_refused_even_when_signed(timestamp: str) -> None:
    answer = ask([COMMAND], signed(COMMAND, timestamp=timestamp))
    assert (answer.status, answer.read) == (401, 0)


@pytest.mark.parametrize(
    ("age", "status"),
    [
        (0, 200),
        (MAX_AGE_SECONDS, 200),
        (MAX_AGE_SECONDS + 1, 401),
        (-MAX_AGE_SECONDS, 200),
        (-MAX_AGE_SECONDS - 1, 401),
    ],
)
def test_a_signature_is_worth_five_minutes(age: int, status: int) -> None:
    answer = ask([COMMAND], signed(COMMAND, timestamp=str(NOW - age)))
    assert answer.status == status


@pytest.mark.parametrize(
    "signature",
    [
        signature(str(NOW), COMMAND, "another secret"),
        signature(str(NOW), COMMAND + b"&"),
        signature(str(NOW - 1), COMMAND),
        signature(str(NOW), COMMAND).upper(),
        signature(str(NOW), COMMAND).removeprefix("v0="),
        signature(str(NOW), COMMAND)[:-1],
        signature(str(NOW), COMMAND) + "0",
        "v0=",
        "v0=\xff\xfe",
    ],
)
def test_another_signature_is_refused(signature: str) -> None:
    headers = [*signed(COMMAND)[:2], (b"x-slack-signature", signature.encode("latin-1"))]
    answer = ask([COMMAND], headers)
    assert (answer.status, answer.inner.bodies) == (401, [])


def test_a_body_that_was_changed_on_the_way_is_refused() -> None:
    assert ask([COMMAND.replace(b"U1", b"U2")], signed(COMMAND)).status == 401


def test_nothing_is_parsed_before_the_signature_is_right() -> None:
    body = b"[" * 100_000
    headers = [*signed(body, JSON)[:2], (b"x-slack-signature", b"v0=0")]
    assert ask([body], headers).status == 401


def test_an_empty_secret_which_everybody_could_sign_with_is_refused() -> None:
    with pytest.raises(ValueError, match="empty signing secret"):
        Guard(Inner(), signing_secret="", real_time=lambda: NOW)


@pytest.mark.parametrize(
    "length", [str(MAX_BODY_BYTES + 1), str(50 * 1024 * 1024), "9" * 5000, "0009999999999"]
)
def test_a_body_that_is_announced_as_too_large_is_not_read(length: str) -> None:
    answer = ask([COMMAND], [*signed(COMMAND), (b"content-length", length.encode())])
    assert (answer.status, answer.read) == (413, 0)


def test_fifty_megabytes_that_were_not_announced_are_read_no_further_than_the_limit() -> None:
    part = b"x" * 65536
    tracemalloc.start()
    answer = ask([part] * 800, signed(COMMAND))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.status == 413
    assert answer.read == MAX_BODY_BYTES // len(part) + 1
    assert answer.headers[b"connection"] == b"close"
    assert most < 4 * MAX_BODY_BYTES


def test_the_largest_body_is_one_megabyte() -> None:
    body = b"text=" + b"x" * (MAX_BODY_BYTES - 5)
    assert ask([body], signed(body)).status == 200
    assert ask([body, b"x"], signed(body + b"x")).status == 413


def test_a_sender_who_takes_too_long_over_the_body_is_told_so_and_let_go() -> None:
    async def never() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    parts = [COMMAND[:5], COMMAND[5:]]
    whole = ask(parts, signed(COMMAND), then=None, read_within=0.05)
    assert whole.status == 200

    async def dripping() -> Message:
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b"x", "more_body": True}

    for then in (never, dripping):
        answer = _ask_unfinished(then)
        assert (answer.status, answer.headers[b"connection"], answer.inner.bodies) == (408, b"close", [])


def _ask_unfinished(then: Callable[[], Awaitable[Message]]) -> Answer:
    return ask([], signed(COMMAND), then=then, read_within=0.05)


def test_a_sender_who_hangs_up_is_not_answered() -> None:
    async def hang_up() -> Message:
        return {"type": "http.disconnect"}

    answer = ask([], signed(COMMAND), then=hang_up)
    assert (answer.status, answer.inner.bodies) == (None, [])


def test_a_request_with_two_content_types_is_refused() -> None:
    assert ask([COMMAND], [*signed(COMMAND), (b"content-type", JSON.encode())]).status == 400


def test_a_refusal_repeats_nothing_of_what_was_sent() -> None:
    body = b"text=hunter2%00"
    answer = ask([body], signed(body))
    assert answer.status == 400
    assert b"hunter2" not in answer.body
    assert SECRET.encode() not in answer.body


def test_what_is_no_request_passes_by() -> None:
    seen: list[str] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["type"])

    async def receive() -> Message:
        return {"type": "lifespan.startup"}

    async def send(_: Message) -> None: ...

    asyncio.run(Guard(app, signing_secret=SECRET, real_time=lambda: NOW)({"type": "lifespan"}, receive, send))
    assert seen == ["lifespan"]


names = st.sampled_from(
    [b"x-slack-signature", b"x-slack-request-timestamp", b"content-type", b"content-length"]
)


@given(
    parts=st.lists(st.binary(max_size=200), min_size=1, max_size=5),
    headers=st.lists(st.tuples(names | st.binary(max_size=20), st.binary(max_size=80)), max_size=8),
    method=st.sampled_from(["POST", "GET", "PATCH"]),
)
def test_an_unsigned_request_is_always_the_senders_fault(
    parts: list[bytes], headers: list[Header], method: str
) -> None:
    answer = ask(parts, headers, method=method)
    assert answer.status in {401, 405, 413}
    assert answer.inner.bodies == []
