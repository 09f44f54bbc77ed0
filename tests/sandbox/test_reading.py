"""How messages read: mrkdwn, dates, mentions, buttons."""

from dataclasses import replace

import pytest
from slack_sdk import WebClient

from bot.sandbox import HARBOR, Sandbox
from bot.sandbox.spans import Reader, Span, mrkdwn, plain
from tests.sandbox.kit import actions, button, options, section
from tests.sandbox.kit import mrkdwn as text
from tests.sandbox.kit import plain as words

NAMES = {"U0ANA": "Ana", "C0PAYMENTS": "payments", "S0TL": "tech-leads"}
BERLIN = Reader("Europe/Berlin", lambda one: NAMES.get(one, one))
SATURDAY = 1_795_870_800


@pytest.mark.parametrize(
    ("markup", "reads"),
    [
        ("*bold* _italic_ ~gone~ `code`", "bold italic ~gone~ code"),
        ("2*3*4 and snake_case_name", "2*3*4 and snake_case_name"),
        ("&lt;!channel&gt; &amp; *", "<!channel> & *"),
        ("<https://example.com/a|the log> <https://example.com/b>", "the log https://example.com/b"),
        ("<@U0ANA> in <#C0PAYMENTS>, <!subteam^S0TL>, <!here>", "@Ana in #payments, @tech-leads, @here"),
        (f"<!date^{SATURDAY}^{{date_short_pretty}} {{time}}|later>", "Nov 28, 2026 14:00"),
        (f"<!date^{SATURDAY}^{{date_long}}|later>", "Saturday, November 28th"),
        (f"<!date^{SATURDAY}^{{weekday}}|Sat>", "Sat"),
        ("<!date^soon^{date}|at some time>", "at some time"),
        ("one\n> quoted\n> twice\ntwo", "one\n> quoted\n> twice\ntwo"),
        ("```\n*raw* <x>\n```", "*raw* <x>"),
        ("*_both_*", "both"),
    ],
)
def test_mrkdwn_reads_as_slack_shows_it(markup: str, reads: str) -> None:
    assert plain(mrkdwn(markup, BERLIN)) == reads


def test_a_date_is_read_in_the_readers_zone() -> None:
    tokyo = replace(BERLIN, zone="Asia/Tokyo")
    assert plain(mrkdwn(f"<!date^{SATURDAY}^{{date_num}} {{time}}|x>", tokyo)) == "2026-11-28 22:00"


def test_spans_nest() -> None:
    assert mrkdwn("*see <https://example.com|it>*", BERLIN) == (
        Span(
            "bold",
            inside=(
                Span("text", "see "),
                Span("link", inside=(Span("text", "it"),), target="https://example.com"),
            ),
        ),
    )


def test_a_card_reads_with_its_buttons(client: WebClient, sandbox: Sandbox) -> None:
    blocks = [
        {"type": "header", "text": words("payments 4.12.0")},
        section(
            f"*Waiting* for <@U0DORA> until <!date^{SATURDAY}^{{time}}|x>",
            fields=[text("*Version*\n4.12.0")],
            accessory=button("Why?"),
        ),
        {"type": "divider"},
        actions(
            button(style="primary"),
            button("Reject…"),
            {"type": "overflow", "action_id": "o", "options": options(2)},
        ),
        {"type": "context", "elements": [words("G-APP-4 *literal*"), text("_small_")]},
    ]
    client.chat_postMessage(channel="C0PAYMENTS", text="payments 4.12.0 waits", blocks=blocks)
    message = sandbox.channel("payments").newest
    assert message.notification == "payments 4.12.0 waits"
    assert message.text.splitlines() == [
        "payments 4.12.0",
        "Waiting for @Dora until 14:00",
        "Version",
        "4.12.0  [Why?]",
        "———",
        "[[Approve]] [Reject…] [⋯ Option 0, Option 1]",
        "G-APP-4 *literal* small",
    ]


def test_a_message_reads_in_the_zone_of_who_reads() -> None:
    people = tuple(replace(one, tz="Asia/Tokyo") if one.name == "ben" else one for one in HARBOR.people)
    sandbox = Sandbox(replace(HARBOR, people=people))
    with sandbox.server() as server:
        client = WebClient(token=sandbox.credentials.bot_token, base_url=server.api_url)
        client.chat_postMessage(channel="C0PAYMENTS", text=f"<!date^{SATURDAY}^{{time}}|x>")
    message = sandbox.channel("payments").newest
    assert sandbox.reads(message, "ana") == "14:00"
    assert sandbox.reads(message, "ben") == "22:00"
    assert sandbox.person("ben").sees("payments").newest.text == "22:00"
