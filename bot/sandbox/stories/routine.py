"""A routine release, from the request to *deployed and watched*, with everything that people get wrong on the way."""

from collections.abc import Iterator
from typing import Final

from bot.sandbox.stories.stage import Row, Stage, adds_to, expect, expect_text, on

ROUTINE: Final[list[Row]] = []
"""The rows, in order."""

PLAN: Final = "Redeploy 4.11.3; about 4 minutes."
BETTER_PLAN: Final = "Redeploy 4.11.3 and run the down migration; about 6 minutes."
NOBODY_ELSE: Final = "Nothing left for you here"


OMAR_SINCE_START: Final = 2
"""That the deployment started, and the nudge."""

_row = adds_to(ROUTINE)


@_row(
    30, "9:30", "Ana", "asks for payments 4.12.0 in #payments", "CHG-1; Ben, the leads are asked, each once"
)
def _requests(stage: Stage) -> Iterator[None]:
    stage.types("ana", "/deploy request")
    problems = stage.fills_and_submits(
        "ana",
        {
            "Version": "4.12.0",
            "Pull requests": "#881",
            "Peers to ask": ["Ben"],
            "Rollback plan": PLAN,
            "Pre-test of the rollback": "It was pre-tested",
            "Where the pre-test can be seen": "https://ci.harbor.example/runs/512",
            "Wished window: from": None,
            "Wished window: to": None,
            "Release branch": "release/4.12",
            "Automated tests": "Still running",
            "Development": True,
        },
    )
    expect(not problems, f"the form was refused: {problems}")
    yield
    expect_text(stage.card.text, "payments 4.12.0 → production", "CHG-1", "Waiting for 3 approvals")
    for name in ("ben", "tia", "tom", "lea", "luis"):
        expect(len(stage.person(name).dms()) == 1, f"{name} has one message")
        expect_text(stage.dm(name).text, "Ana asks you", "[[Approve]]")


@_row(30, "9:32", "Cleo", "presses Approve on the card", "refused: she holds no role for payments")
def _stranger_approves(stage: Stage) -> Iterator[None]:
    said = stage.presses_button("cleo", "Approve")
    yield
    expect_text(said, "You hold no role for payments")
    expect_text(stage.card.text, "Waiting for 3 approvals")


@_row(30, "9:33", "Ana", "presses Approve", "refused: her own change")
def _requester_approves(stage: Stage) -> Iterator[None]:
    said = stage.presses_button("ana", "Approve")
    yield
    expect_text(said, "your own change")


@_row(30, "9:35", "Ben", "rejects: the plan misses the migration", "back with Ana, who has one message")
def _rejects(stage: Stage) -> Iterator[None]:
    stage.presses_button("ben", "Reject…", stage.dm("ben"))
    problems = stage.fills_and_submits("ben", {"What has to change": "the plan misses the migration"})
    expect(not problems, f"the rejection was refused: {problems}")
    yield
    expect_text(stage.card.text, "Back with Ana", "the plan misses the migration")
    expect(len(stage.person("ana").dms()) == 1, "Ana has one message")
    expect_text(stage.dm("ana").text, "Ben", "the plan misses the migration")


@_row(30, "9:50", "Ana", "revises the plan and resubmits", "being prepared again; the card has the new plan")
def _revises(stage: Stage) -> Iterator[None]:
    stage.presses_button("ana", "Revise…", stage.dm("ana"))
    problems = stage.fills_and_submits("ana", {"Rollback plan": BETTER_PLAN})
    expect(not problems, f"the revision was refused: {problems}")
    yield
    expect_text(stage.card.text, "down migration", "Waiting for 3 approvals")


@_row(
    30, "9:55", "Ben", "approves, twice within a second", "his approval counts once; the second click says so"
)
def _approves_twice(stage: Stage) -> Iterator[None]:
    stage.counts("ben")
    stage.person("ben").clicks_twice("Approve", on=stage.dm("ben", "asks you"))
    stage.settle()
    told = [message.text for message in stage.person("ben").ephemerals()]
    yield
    expect(sum("already" in text for text in told) == 1, f"one of the two clicks is told so: {told}")
    expect_text(stage.card.text, "Waiting for 2 approvals", "Ben (peer)")


@_row(30, "10:00", "Tia", "approves as Tech Lead", "the code is approved")
def _tech_lead(stage: Stage) -> Iterator[None]:
    stage.presses_button("tia", "Approve", stage.dm("tia", "asks you"))
    yield
    expect_text(stage.card.text, "Tia", "Waiting for 1 approval")
    expect_text(stage.dm("tom").text, NOBODY_ELSE)


@_row(30, "10:01", "Gus, Zed, Rob, Ira", "press Approve", "each is refused with their own reason")
def _no_role(stage: Stage) -> Iterator[None]:
    said = {name: stage.presses_button(name, "Approve") for name in ("gus", "zed", "rob", "ira")}
    yield
    for name, reason in (
        ("gus", "guest"),
        ("zed", "another workspace"),
        ("rob", "bot"),
        ("ira", "deactivated"),
    ):
        expect_text(said[name], reason)
    expect_text(stage.card.text, "Waiting for 1 approval")


@_row(30, "10:02", "Lea", "approves staging", "all approvals before staging are there")
def _team_lead(stage: Stage) -> Iterator[None]:
    stage.presses_button("lea", "Approve", stage.dm("lea", "asks you"))
    yield
    expect_text(stage.card.text, "Not ready for staging yet", "Lea")


@_row(30, "10:03", "Ana", "starts staging", "refused: CI is pending, and it is not merged")
def _too_early(stage: Stage) -> Iterator[None]:
    said = stage.presses_button("ana", "Start staging")
    yield
    expect_text(said, "CI is still pending", "The merge to main is not recorded")


@_row(30, "10:05", "Ana", "records CI green and the merge commit", "nothing is missing for staging")
def _evidence(stage: Stage) -> Iterator[None]:
    stage.presses_button("ana", "Record evidence…")
    problems = stage.fills_and_submits(
        "ana",
        {
            "Automated tests": "Passed",
            "Where the tests can be seen": "https://ci.harbor.example/runs/513",
            "Merge to main": "9f2c1ab",
        },
    )
    expect(not problems, f"the evidence was refused: {problems}")
    yield
    expect_text(stage.card.text, "Ready for staging")


@_row(30, "10:06", "Ana", "starts staging", "DEP-2 runs (DEP-1 is development, attested)")
def _starts_staging(stage: Stage) -> Iterator[None]:
    stage.presses_button("ana", "Start staging")
    yield
    expect_text(stage.card.text, "Being deployed to staging", "DEP-2")


@_row(30, "10:15", "Ana", "says that staging succeeded", "QA and Product are asked")
def _staged(stage: Stage) -> Iterator[None]:
    stage.presses_button("ana", "Staging succeeded")
    yield
    expect_text(stage.card.text, "Waiting for verification in staging")
    for name in ("quinn", "qadir", "pia", "petra"):
        expect_text(stage.dm(name).text, "does it pass?")


@_row(30, "11:00", "Quinn", "passes it", "Product is still missing")
def _quality(stage: Stage) -> Iterator[None]:
    stage.presses_button("quinn", "Pass", stage.dm("quinn"))
    yield
    expect_text(stage.card.text, "Waiting for verification in staging", "Quinn (QA)")


@_row(30, "11:20", "Pia", "passes it", "verified")
def _product(stage: Stage) -> Iterator[None]:
    stage.presses_button("pia", "Pass", stage.dm("pia"))
    yield
    expect_text(stage.card.text, "Verified, needs a production window")
    expect_text(stage.dm("petra").text, NOBODY_ELSE)


@_row(30, "11:25", "Ana", "proposes Wed 10:00–11:00", "refused beside the field: 46 h 35 min of 48 h")
def _too_short(stage: Stage) -> Iterator[None]:
    stage.presses_button("ana", "Propose window…")
    problems = stage.fills_and_submits("ana", {"From": on(2, "10:00"), "To": on(2, "11:00")})
    yield
    expect_text(problems.get("From", ""), "46 h 35 min", "48 h", "Wed 2 Dec 11:25")


@_row(30, "11:26", "Ana", "proposes Wed 14:00–15:00", "a Product and an Engineering Manager are asked")
def _proposes(stage: Stage) -> Iterator[None]:
    problems = stage.fills_and_submits("ana", {"From": on(2, "14:00"), "To": on(2, "15:00")})
    expect(not problems, f"the window was refused: {problems}")
    yield
    expect_text(stage.card.text, "Waiting for 2 approvals")
    for name in ("paul", "priya", "eve", "emil"):
        expect_text(stage.dm(name).text, "asks you", "production")


@_row(30, "11:30", "Paul", "approves", "1 of 2")
def _first_manager(stage: Stage) -> Iterator[None]:
    stage.presses_button("paul", "Approve", stage.dm("paul"))
    yield
    expect_text(stage.card.text, "Waiting for 1 approval", "Paul")


@_row(30, "11:40", "Eve", "rejects and proposes 15:00–16:00", "Paul's approval is void, and he is told")
def _counters(stage: Stage) -> Iterator[None]:
    stage.presses_button("eve", "Reject…", stage.dm("eve"))
    problems = stage.fills_and_submits(
        "eve",
        {
            "What has to change": "board demo at two",
            "A window that would do: from": on(2, "15:00"),
            "A window that would do: to": on(2, "16:00"),
        },
    )
    expect(not problems, f"the rejection was refused: {problems}")
    yield
    expect_text(stage.card.text, "Eve proposes", "Quinn (QA)", "Ben (peer)")
    expect_text(stage.dm("paul").text, "no longer counts")


@_row(30, "11:41", "Ana", "accepts the counter-proposal", "both managers are asked again")
def _accepts(stage: Stage) -> Iterator[None]:
    stage.presses_button("ana", "Accept 15:00–16:00 CET")
    yield
    expect_text(stage.card.text, "Waiting for 2 approvals")
    expect_text(stage.dm("paul").text, "asks you")


@_row(30, "11:45", "Paul", "approves", "1 of 2")
def _manager_again(stage: Stage) -> Iterator[None]:
    stage.presses_button("paul", "Approve", stage.dm("paul", "asks you"))
    yield
    expect_text(stage.card.text, "Waiting for 1 approval")


@_row(30, "11:50", "Eve", "approves", "scheduled")
def _scheduled(stage: Stage) -> Iterator[None]:
    stage.presses_button("eve", "Approve", stage.dm("eve", "asks you"))
    yield
    expect_text(stage.card.text, "Approved", "Ana can start")


@_row(2, "14:30", "Ana", "starts the deployment", "refused: the window opens at 15:00")
def _before_window(stage: Stage) -> Iterator[None]:
    said = stage.presses_button("ana", "Start deployment")
    yield
    expect_text(said, "The window opens on", "15:00", "in 30 min")


@_row(2, "15:02", "Ana", "starts the deployment", "it runs; Omar, on call, is told")
def _starts(stage: Stage) -> Iterator[None]:
    stage.presses_button("ana", "Start deployment")
    yield
    expect_text(stage.card.text, "being deployed to production", "DEP-3")
    expect_text(stage.dm("omar").text, "payments 4.12.0")


@_row(2, "15:10", "Ana", "says that it succeeded", "watched until 15:40; Ana and Omar are nudged")
def _succeeded(stage: Stage) -> Iterator[None]:
    stage.presses_button("ana", "Succeeded")
    yield
    expect_text(stage.card.text, "Watching until", "15:40")
    for name in ("ana", "omar"):
        expect_text(stage.dm(name).text, "Please watch payments 4.12.0")


@_row(2, "15:20", "–", "the clock", "the nudge is updated, not repeated")
def _ten(stage: Stage) -> Iterator[None]:
    yield
    expect(len(stage.person("omar").dms()) == OMAR_SINCE_START, "Omar has no new message")
    expect_text(stage.dm("omar").text, "10 minutes have passed")


@_row(2, "15:30", "–", "the clock", "the nudge is updated, not repeated")
def _twenty(stage: Stage) -> Iterator[None]:
    yield
    expect(len(stage.person("omar").dms()) == OMAR_SINCE_START, "Omar has no new message")
    expect_text(stage.dm("omar").text, "20 minutes have passed")


@_row(2, "15:35", "Ana", "says that it is healthy", "refused: possible from 15:40")
def _too_soon(stage: Stage) -> Iterator[None]:
    said = stage.presses_button("ana", "Healthy")
    yield
    expect_text(said, "15:40", "in 5 min")


@_row(2, "15:40", "–", "the clock", "the nudge at 30 minutes is a new message")
def _thirty(stage: Stage) -> Iterator[None]:
    yield
    expect(len(stage.person("omar").dms()) == OMAR_SINCE_START + 1, "Omar has one new message")
    expect_text(stage.dm("omar").text, "30 min are over", "[[Healthy]]")


@_row(2, "15:41", "Omar", "says that it is healthy", "done; three deployments in the log")
def _done(stage: Stage) -> Iterator[None]:
    stage.presses_button("omar", "Healthy", stage.dm("omar"))
    yield
    expect_text(stage.card.text, "Done", "Omar confirmed", "DEP-3")
    expect_text(stage.dm("ana").text, "Omar confirmed")
