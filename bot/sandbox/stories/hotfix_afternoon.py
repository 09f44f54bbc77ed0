"""A hotfix at 14:00: declared in the incident's channel, one approval by phone, an alarm, a rollback, and the review until it is signed."""

from collections.abc import Iterator
from typing import Final

from bot.sandbox.messages import Message
from bot.sandbox.stories.preludes import is_scheduled, submits
from bot.sandbox.stories.stage import Row, Stage, adds_to, expect, expect_text, on

HOTFIX_AFTERNOON: Final[list[Row]] = []
"""The rows, in order."""

CHANNEL: Final = "inc-cards"
DECLARER_AT_MOST: Final = 5 + 2
"""The command, its form, start, finish, healthy; two more to record verbal approvals."""
ROOT_CAUSE: Final = "The new card network's answer was read as a decline."
FOLLOW_UPS: Final = "1. Contract test against the network's sandbox – Ben, 18 Dec\n2. Alert on decline rate"
OWNED: Final = FOLLOW_UPS + " – Oksana, 11 Dec"

_row = adds_to(HOTFIX_AFTERNOON)


@_row(30, "11:30", "Ana, Paul, Eve", "schedule payments 4.12.0 for Wed 15:00–16:00", "approved")
def _scheduled(stage: Stage) -> Iterator[None]:
    is_scheduled(stage, on(2, "15:00"), on(2, "16:00"))
    yield
    expect_text(stage.card.text, "Approved")


@_row(2, "15:10", "Ana", "deploys it", "watched until 15:40")
def _deploys(stage: Stage) -> Iterator[None]:
    stage.presses_button("ana", "Start deployment")
    stage.presses_button("ana", "Succeeded")
    yield
    expect_text(stage.card.text, "Watching until")


@_row(2, "15:41", "Omar", "says that it is healthy", "done: 4.12.0 is what the hotfix will mend")
def _released(stage: Stage) -> Iterator[None]:
    stage.presses_button("omar", "Healthy")
    stage.presses.clear()
    yield
    expect_text(stage.card.text, "Done")


@_row(
    3,
    "14:00",
    "Ben",
    "types /deploy hotfix in #inc-cards: payments 4.12.1, SEV1",
    "CHG-2 declared; a pinned message; managers and Ana, the named peer, are asked",
)
def _declares(stage: Stage) -> Iterator[None]:
    stage.types("ben", "/deploy hotfix", CHANNEL)
    version = stage.person("ben").modal
    expect(version is not None and version.field("Version").value == "4.12.1", "the version is prefilled")
    submits(
        stage,
        "ben",
        {
            "Severity": "SEV1",
            "Impact": "One card payment in five is declined; about 40 orders a minute are lost.",
            "Pull requests": "#886",
            "Peers to ask": ["Ana"],
            "Rollback plan": "Redeploy 4.12.0; about 4 minutes.",
        },
    )
    yield
    expect_text(stage.incident.text, "SEV1", "payments 4.12.1", "CHG-2", "One card payment in five")
    expect_text(stage.timeline(), "+0:00", "declared")
    expect("payments 4.12.1" in stage.sandbox.channel(CHANNEL).topic, "the channel's topic names the hotfix")
    for name in ("eve", "emil", "paul", "priya", "ana"):
        expect_text(stage.dm(name).text, "payments 4.12.1", "[[Approve]]")


@_row(3, "14:02", "Ben", "starts", "refused: Engineering Manager, Product Manager, a peer")
def _too_early(stage: Stage) -> Iterator[None]:
    said = stage.presses_button("ben", "Start deployment", stage.incident)
    stage.presses["ben"] -= 1
    yield
    expect_text(said, "Engineering Manager", "Product Manager", "peer review")


@_row(3, "14:03", "Ana", "approves as peer", "the code was looked at")
def _peer(stage: Stage) -> Iterator[None]:
    stage.presses_button("ana", "Approve", stage.dm("ana", "4.12.1"))
    yield
    expect_text(stage.incident.text, "Ana")
    expect_text(stage.timeline(), "+0:03", "Ana")


@_row(
    3,
    "14:05",
    "Ben",
    "records: Paul approved by phone, “do it”, heard by Ana",
    "Paul is asked to confirm or dispute it",
)
def _records(stage: Stage) -> Iterator[None]:
    stage.presses_button("ben", "Record approvals…", stage.incident)
    submits(stage, "ben", {"Product Manager": "Paul", "What was said": "do it", "Who heard it": "Ana"})
    yield
    expect_text(stage.dm("paul").text, "Ben recorded", "by phone", "do it", "heard by Ana", "[[Yes, I did]]")
    expect_text(stage.incident.text, "Paul", "not confirmed yet")
    expect_text(stage.timeline(), "+0:05", "by phone")


@_row(3, "14:06", "Ben", "records that he himself approved as Engineering Manager", "refused")
def _own_words(stage: Stage) -> Iterator[None]:
    stage.presses_button("ben", "Record approvals…", stage.incident)
    problems = stage.fills_and_submits(
        "ben", {"Somebody else who said yes": ["Ben"], "What was said": "I say yes"}
    )
    stage.person("ben").closes()
    stage.presses["ben"] -= 2
    yield
    expect_text(" ".join(problems.values()), "press Approve instead of recording your own word")


@_row(3, "14:07", "Eve", "approves, in person", "nothing is missing")
def _manager(stage: Stage) -> Iterator[None]:
    stage.presses_button("eve", "Approve", stage.dm("eve", "4.12.1"))
    yield
    expect_text(stage.incident.text, "Eve")
    expect_text(stage.dm("emil").text, "Eve approved")
    expect_text(stage.dm("ben").text, "has all its approvals", "[[Start deployment]]")


@_row(3, "14:08", "Ben", "starts", "it runs; its review is open")
def _starts(stage: Stage) -> Iterator[None]:
    stage.presses_button("ben", "Start deployment", stage.incident)
    yield
    expect_text(stage.incident.text, "Being deployed", "eview")
    expect_text(stage.dm("omar").text, "payments 4.12.1")
    expect_text(stage.timeline(), "+0:08")


@_row(3, "14:15", "Ben", "says that it succeeded", "watched until 14:45; the review is due Sun 14:15")
def _succeeded(stage: Stage) -> Iterator[None]:
    stage.presses_button("ben", "Succeeded", stage.incident)
    yield
    expect_text(stage.incident.text, "14:45", "Sun", "14:15")


@_row(
    3,
    "14:20",
    "Ana",
    "reports 0.9 % errors against 0.5 %, of 24,000 requests each",
    "immediate rollback required",
)
def _alarm(stage: Stage) -> Iterator[None]:
    stage.presses_button("ana", "Report a problem…", stage.incident)
    submits(
        stage,
        "ana",
        {
            "What is wrong?": "The error rate is up",
            "Figure now": "0.9",
            "Over how many requests": "24,000",
            "The same figure before the deployment": "0.5",
            "Over how many requests, before": "24,000",
        },
    )
    yield
    for name in ("ben", "omar", "eve"):
        expect_text(stage.dm(name).text, "Immediate rollback required", "+80 %")
    channel = stage.sandbox.channel(CHANNEL).messages
    expect_text(channel[-1].text, "Immediate rollback required", "payments 4.12.1")
    expect_text(stage.timeline(), "+0:20", "0.9 %")


@_row(3, "14:25", "–", "the clock", "told again")
def _again(stage: Stage) -> Iterator[None]:
    yield
    expect_text(stage.dm("eve").text, "must still be rolled back", "5 min")


@_row(3, "14:26", "Ben", "starts the rollback", "the alarm is silent from now on")
def _rolls_back(stage: Stage) -> Iterator[None]:
    stage.presses_button("ben", "Start rollback", stage.incident)
    yield
    expect_text(stage.incident.text, "Rolling back to 4.12.0")


@_row(3, "14:30", "Ben", "says that the rollback succeeded", "4.12.0 is back, and is watched")
def _restored(stage: Stage) -> Iterator[None]:
    stage.presses_button("ben", "Rollback succeeded", stage.incident)
    yield
    expect_text(stage.incident.text, "15:00")
    expect_text(stage.timeline(), "+0:30")


@_row(3, "14:40", "Paul", "confirms", "on the timeline")
def _confirms(stage: Stage) -> Iterator[None]:
    stage.presses_button("paul", "Yes, I did", stage.dm("paul", "Ben recorded"))
    yield
    expect_text(stage.dm("paul", "confirmed").text, "You confirmed")
    expect_text(stage.timeline(), "+0:40", "confirmed")


@_row(3, "15:00", "Omar", "says that it is healthy", "rolled back, and closed; the review stays due")
def _healthy(stage: Stage) -> Iterator[None]:
    stage.presses_button("omar", "Healthy", stage.dm("omar", "30 min are over"))
    yield
    expect_text(stage.incident.text, "Rolled back", "Sun")
    rollback = 2
    expect(
        stage.presses["ben"] - rollback <= DECLARER_AT_MOST, f"Ben needed {stage.presses['ben']} interactions"
    )
    for name in ("ana", "eve", "paul"):
        expect(stage.presses[name] <= 1 + 2 * (name == "ana"), f"{name} needed {stage.presses[name]}")


def _reminds(day: int, says: str) -> None:
    @_row(
        day,
        "14:15" if says != "6 h" else "8:15",
        "–",
        "the clock",
        f"Ben and the managers are reminded: {says}",
    )
    def _reminded(stage: Stage) -> Iterator[None]:
        yield
        for name in ("ben", "eve", "emil"):
            expect_text(stage.dm(name).text, "review", "CHG-2")
        expect_text(stage.dm("ben").text, says)


_reminds(4, "48 h")
_reminds(5, "24 h")
_reminds(6, "6 h")


@_row(6, "14:15", "–", "the clock", "Ben and the managers are reminded: it is due")
def _due(stage: Stage) -> Iterator[None]:
    yield
    expect_text(stage.dm("ben").text, "review", "due")
    for name in ("dora", "dana"):
        expect(not _of_review(stage, name), f"{name} is not told before it is overdue")


@_row(7, "14:15", "–", "the clock", "overdue: the Directors are told, too")
def _overdue(stage: Stage) -> Iterator[None]:
    yield
    for name in ("ben", "eve", "emil", "dora", "dana"):
        expect_text(stage.dm(name).text, "overdue", "CHG-2")


@_row(
    7, "15:00", "Ben", "hands in the drafted review, with root cause and follow-ups", "Eve and Emil are asked"
)
def _hands_in(stage: Stage) -> Iterator[None]:
    stage.presses_button("ben", "Submit for sign-off…", stage.dm("ben", "overdue"))
    draft = stage.person("ben").modal
    expect(draft is not None and "declared" in str(draft.field("Timeline").value), "the timeline is drafted")
    expect(
        draft is not None and "One card payment in five" in str(draft.field("Summary").value),
        "so is the summary",
    )
    submits(stage, "ben", {"Root cause": ROOT_CAUSE, "Follow-up actions": FOLLOW_UPS})
    yield
    for name in ("eve", "emil"):
        expect_text(stage.dm(name).text, "review", "Ben")


@_row(7, "15:10", "Eve", "returns it: “no owner for follow-up 2”", "Ben is told, and has it again")
def _returns(stage: Stage) -> Iterator[None]:
    stage.presses_button("eve", "Return…", stage.dm("eve"))
    submits(stage, "eve", {"What is missing?": "no owner for follow-up 2"})
    yield
    expect_text(stage.dm("ben").text, "Eve", "no owner for follow-up 2")


@_row(7, "15:30", "Ben", "hands it in again", "Eve is asked again")
def _hands_in_again(stage: Stage) -> Iterator[None]:
    stage.presses_button("ben", "Open draft…", stage.dm("ben", "no owner for follow-up 2"))
    submits(stage, "ben", {"Follow-up actions": OWNED, "When you save": True})
    yield
    expect_text(stage.dm("eve").text, "Ben")


@_row(7, "15:32", "Eve", "wants to sign", "refused: the Tech Lead's code review is open")
def _not_yet(stage: Stage) -> Iterator[None]:
    stage.presses_button("eve", "Read and sign", stage.dm("eve", "Ben"))
    read = stage.person("eve").modal
    yield
    expect(read is not None, "Eve reads the review")
    expect_text(read.text if read else "", "can't sign it yet", "Tech Lead", "One card payment in five")
    stage.person("eve").closes()


@_row(7, "15:35", "Tia", "approves the code", "nothing is open any more")
def _code(stage: Stage) -> Iterator[None]:
    stage.presses_button("tia", "Approve", stage.dm("tia", "4.12.1"))
    yield
    expect_text(stage.timeline(), "Tia")


@_row(7, "15:40", "Eve", "signs", "the review is signed; no more reminders")
def _signs(stage: Stage) -> Iterator[None]:
    stage.presses_button("eve", "Read and sign", stage.dm("eve", "Ben"))
    submits(stage, "eve", {})
    yield
    expect_text(stage.incident.text, "signed by Eve")
    expect_text(stage.timeline(), "signed")


@_row(9, "14:15", "–", "the clock", "nobody is reminded of anything")
def _quiet(stage: Stage) -> Iterator[None]:
    yield
    for name in ("ben", "eve", "emil", "dora", "dana"):
        expect(
            not any("overdue" in each.text and "[" in each.text for each in _of_review(stage, name)),
            f"{name} is still reminded",
        )


def _of_review(stage: Stage, name: str) -> list[Message]:
    return [message for message in stage.person(name).dms() if "review" in message.text.lower()]
