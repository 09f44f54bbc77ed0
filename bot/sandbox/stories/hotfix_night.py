"""A hotfix at 02:00: four people said yes by phone; in the morning three confirm it, and one disputes."""

from collections.abc import Iterator
from typing import Final

from bot.sandbox.stories.preludes import submits
from bot.sandbox.stories.stage import Row, Stage, adds_to, expect, expect_text

HOTFIX_NIGHT: Final[list[Row]] = []
"""The rows, in order."""

AT_MOST: Final = 7
"""The command and its form, the approvals and their form, start, finish, healthy."""
NAMED: Final = ("eve", "paul", "dora", "ben")

_row = adds_to(HOTFIX_NIGHT)


@_row(
    5,
    "2:09",
    "Omar (on call)",
    "types /deploy hotfix: payments 4.12.2, SEV1",
    "declared in a channel of its own; on-call is signed by declaring",
)
def _declares(stage: Stage) -> Iterator[None]:
    stage.types("omar", "/deploy hotfix")
    submits(
        stage,
        "omar",
        {
            "Version": "4.12.2",
            "Severity": "SEV1",
            "Impact": "Checkout fails for all EU cards.",
            "Pull requests": "#887",
            "Rollback plan": "Redeploy 4.12.0; about 4 minutes.",
        },
    )
    yield
    expect_text(stage.incident.text, "SEV1", "payments 4.12.2", "Checkout fails for all EU cards", "Omar")
    expect_text(stage.incident.text, "Engineering Manager", "Product Manager", "Director", "peer")
    expect_text(stage.timeline(), "+0:00", "declared")


@_row(
    5,
    "2:14",
    "Omar",
    "records in one form: Eve, Paul, Dora, and Ben as peer, said yes by phone",
    "each of them is asked to confirm or dispute it",
)
def _records(stage: Stage) -> Iterator[None]:
    stage.presses_button("omar", "Record approvals…", stage.incident)
    submits(
        stage,
        "omar",
        {
            "Peer who looked at the code": "Ben",
            "Engineering Manager": "Eve",
            "Product Manager": "Paul",
            "Engineering Director": "Dora",
            "What was said": "Yes, roll it; call me if it gets worse.",
        },
    )
    yield
    for name in NAMED:
        expect_text(stage.dm(name).text, "Omar recorded", "by phone", "roll it", "[[Yes, I did]]")
    expect_text(stage.timeline(), "+0:05", "by phone")


@_row(5, "2:15", "Omar", "starts", "it runs")
def _starts(stage: Stage) -> Iterator[None]:
    stage.presses_button("omar", "Start deployment", stage.incident)
    yield
    expect_text(stage.incident.text, "Being deployed")


@_row(5, "2:31", "Omar", "says that it succeeded", "watched until 03:01; the review is due Tue 02:31")
def _succeeded(stage: Stage) -> Iterator[None]:
    stage.presses_button("omar", "Succeeded", stage.incident)
    yield
    expect_text(stage.incident.text, "03:01", "Tue", "02:31")


@_row(5, "3:01", "Omar", "says that it is healthy", "done, in seven interactions")
def _healthy(stage: Stage) -> Iterator[None]:
    stage.presses_button("omar", "Healthy", stage.incident)
    yield
    expect_text(stage.incident.text, "Done")
    expect(stage.presses["omar"] <= AT_MOST, f"Omar needed {stage.presses['omar']} interactions")


@_row(5, "6:14", "–", "the clock", "unconfirmed after four hours: each of the four is asked once more")
def _chased(stage: Stage) -> Iterator[None]:
    yield
    for name in NAMED:
        asked = [message for message in stage.person(name).dms() if "[[Yes, I did]]" in message.text]
        expect(len(asked) == 2, f"{name} is asked once more: {[each.text for each in asked]}")  # noqa: PLR2004


@_row(5, "8:10", "Eve, Dora, Ben", "confirm", "on the timeline")
def _confirm(stage: Stage) -> Iterator[None]:
    for name in ("eve", "dora", "ben"):
        stage.presses_button(name, "Yes, I did", stage.dm(name, "[[Yes, I did]]"))
    yield
    for name in ("eve", "dora", "ben"):
        expect(
            not any("[[Yes, I did]]" in message.text for message in stage.person(name).dms()),
            f"nothing is left for {name} to confirm",
        )
        expect_text(stage.timeline(), name.capitalize())
        expect(stage.presses[name] == 1, f"{name} needed {stage.presses[name]} interactions")
    expect_text(stage.timeline(), "+6:01", "confirmed")


@_row(
    5,
    "8:20",
    "Paul",
    "disputes: “I said wait for the morning”",
    "Director and channel are alarmed; it stays on the record and on the review's checklist",
)
def _disputes(stage: Stage) -> Iterator[None]:
    stage.presses_button("paul", "I did not…", stage.dm("paul", "[[Yes, I did]]"))
    submits(stage, "paul", {"What you did say, in your words": "I said wait for the morning"})
    yield
    for name in ("omar", "dora", "dana"):
        expect_text(stage.dm(name).text, "Paul", "I said wait for the morning")
    room = stage.incident_channel.messages
    expect_text(room[-1].text, "Paul", "I said wait for the morning")
    expect_text(stage.timeline(), "+6:11", "Paul disputes")
    expect_text(stage.incident.text, "Paul", "disputes")
    stage.presses_button("omar", "Open draft", stage.incident)
    draft = stage.person("omar").modal
    expect_text(draft.text if draft else "", "I said wait for the morning", "code review")
