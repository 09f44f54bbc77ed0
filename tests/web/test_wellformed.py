import json
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from slack_bolt import BoltRequest

from bot.web import wellformed
from tests.web.signed_requests import COMMAND, EVENT, FORM, JSON, ask, signed


def form_with(value: str) -> bytes:
    return urlencode({"payload": value}).encode()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (COMMAND, "multipart/form-data; boundary=x"),
        (COMMAND, "text/plain"),
        (COMMAND, ""),
        (COMMAND, JSON),
        (EVENT, FORM),
        (b"", FORM),
        (b"", JSON),
        (b"no fields at all", FORM),
        (b"text=a&&command=b", FORM),
        (b"text=\xff", FORM),
        (b"text=%ff%fe", FORM),
        (b"text=%00", FORM),
        (b"te%00xt=a", FORM),
        (b"text=\0", FORM),
        (b"command=/deploy&command=/other", FORM),
        (b"payload=%7B%7D&payload=%7B%7D", FORM),
        (b"&".join(b"f%d=x" % number for number in range(65)), FORM),
        (b"{=&payload=%7B%7D", FORM),
        (form_with("[]"), FORM),
        (form_with("null"), FORM),
        (form_with('"text"'), FORM),
        (form_with(""), FORM),
        (form_with("{"), FORM),
        (form_with('{"a": "\\u0000"}'), FORM),
        (form_with('{"\\u0000": 1}'), FORM),
        (form_with('{"a": "\\ud800"}'), FORM),
        (form_with('{"a": NaN}'), FORM),
        (form_with('{"a": -Infinity}'), FORM),
        (form_with('{"a": ' + "9" * 5000 + "}"), FORM),
        (form_with('{"a": ' + "[" * 64 + "]" * 64 + "}"), FORM),
        (form_with('{"a": ' * 50_000), FORM),
        (b'{"a": ' + b"[" * 500_000, JSON),
        (b'{"a": ' + b"[" * 900 + b"]" * 900 + b"}", JSON),
        (b'{"a": [' + b"1," * 100_000 + b"1]}", JSON),
        (b"[]", JSON),
        (b"1", JSON),
        (b' {"a": 1}', JSON),
        (b'\xef\xbb\xbf{"a": 1}', JSON),
        (b'{"a": "\xff"}', JSON),
        (b'{"a": 1} {"b": 2}', JSON),
        (b'{"event": "text"}', JSON),
        (b'{"event": null}', JSON),
        (b'{"response_urls": null}', JSON),
        (b'{"response_urls": [{}, {}]}', JSON),
        (b'{"team": 1}', JSON),
        (b'{"type": "block_actions", "actions": []}', JSON),
        (b'{"authorizations": {"team_id": "T1"}}', JSON),
        (b'{"authorizations": ["T1"]}', JSON),
        (b'{"event": {"user": ["U1"]}}', JSON),
    ],
)
def test_a_signed_body_that_bolt_could_not_read_is_refused(body: bytes, content_type: str) -> None:
    answer = ask([body], signed(body, content_type))
    assert (answer.status, answer.inner.bodies) == (400, [])


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"&".join(b"f%d=x" % number for number in range(64)), FORM),
        (form_with('{"a": ' + "[" * 62 + "]" * 62 + "}"), FORM),
        (b"text=%C3%A4+%F0%9F%9A%80&command=%2Fdeploy", FORM),
        (b'{"a": "\\ud83d\\ude80 \xc3\xa4"}', JSON),
        (b'{"team": null, "user": "U1", "channel": {"id": "C1"}, "enterprise": null}', JSON),
        (b'{"challenge": "x", "type": "url_verification"}', "Application/JSON; charset=utf-8"),
    ],
)
def test_a_body_within_every_limit_passes(body: bytes, content_type: str) -> None:
    assert ask([body], signed(body, content_type)).status == 200


@given(
    body=st.binary(max_size=400) | st.text(alphabet='{}[]":,=&%0aé\\u', max_size=60).map(str.encode),
    content_type=st.sampled_from([FORM, JSON, f"{JSON} ; charset=utf-8", "text/plain", ""]),
)
def test_a_signed_request_passes_or_is_the_senders_fault(body: bytes, content_type: str) -> None:
    answer = ask([body], signed(body, content_type))
    assert answer.status in {200, 400}
    if answer.status == 200:
        as_bolt_reads_it = BoltRequest(body=body.decode("utf-8"), headers={"content-type": [content_type]})
        assert wellformed.read(body, content_type) == as_bolt_reads_it.body


pieces = st.sampled_from([*"%%=&+a4_ \n\r\té", "%C3", "%A9", "%41", "%3D", "%0A", "%00", "%2", "%ZZ", "é%"])


def as_the_standard_library_reads_it(form: str) -> list[tuple[str, str]] | None:
    try:
        return parse_qsl(
            form,
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=wellformed.MAX_FIELDS,
        )
    except ValueError:
        return None


@given(form=st.lists(pieces, min_size=1, max_size=14).map("".join))
@example(form="a=" + "%22%7B%C3%A9" * 500)
@example(form="&".join(["a="] * (wellformed.MAX_FIELDS + 1)))
def test_a_form_is_read_as_the_standard_library_reads_it(form: str) -> None:
    try:
        fields = wellformed.fields_of(form.encode())
    except ValueError:
        assert as_the_standard_library_reads_it(form) is None
    else:
        assert fields == as_the_standard_library_reads_it(form)


words_of_slack = st.sampled_from(
    [
        "actions",
        "assistant_thread",
        "authorizations",
        "channel",
        "enterprise",
        "enterprise_id",
        "event",
        "function_data",
        "id",
        "is_ext_shared_channel",
        "item",
        "message",
        "response_urls",
        "team",
        "type",
        "user",
        "view",
    ]
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", "id", "event_callback", "T1"]),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(words_of_slack, inside, max_size=4),
    max_leaves=12,
)


@given(sent=st.dictionaries(words_of_slack, anything, max_size=6), as_form=st.booleans())
def test_whatever_passes_can_be_read_by_bolt(sent: dict[str, object], as_form: bool) -> None:  # noqa: FBT001 - drawn
    text = json.dumps(sent)
    body, content_type = (form_with(text), FORM) if as_form else (text.encode(), JSON)
    answer = ask([body], signed(body, content_type))
    assert answer.status in {200, 400}
    if answer.status == 200:
        as_bolt_reads_it = BoltRequest(body=body.decode("utf-8"), headers={"content-type": [content_type]})
        assert wellformed.read(body, content_type) == as_bolt_reads_it.body
