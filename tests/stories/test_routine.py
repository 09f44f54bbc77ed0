import pytest

from bot.demo import Demo
from bot.rules.folding import replay
from bot.rules.life import stage as stage_of
from bot.rules.terms import ChangeId
from bot.sandbox.stories.routine import ROUTINE
from bot.sandbox.stories.stage import Stage
from bot.store import audit
from bot.store.audit_chain import verify
from bot.store.changes import load_change
from bot.store.reading import ChainHolds

CLAUSES = (
    "G-ENV-1",
    "G-TYPE-1",
    "G-APP-1",
    "G-APP-2",
    "G-APP-3",
    *(f"G-STD-{number}" for number in range(1, 11)),
)


@pytest.mark.clause(*CLAUSES, "G-LOG-1")
def test_a_routine_release_walks_from_the_request_to_deployed_and_watched(stage: Stage, harbor: Demo) -> None:
    said: list[str] = []
    stage.says = said.append
    assert stage.play(ROUTINE) == 0, "\n".join(said[-40:])
    with harbor.app.database.read() as connection:
        stored = load_change(connection, ChangeId(1))
        replayed = replay(audit.facts_of(connection, "CHG-1"))
        entries = audit.entries_of(connection, "CHG-1", limit=200)
        assert isinstance(verify(connection), ChainHolds)
    assert stored == replayed, "the audit replays to what the rows say"
    assert stage_of(replayed, harbor.app.company.policy(replayed.service)) == "done"
    refused = {(entry.act, str(entry.person)) for entry in entries if entry.outcome == "refused"}
    assert {
        *(("approve", person) for person in ("U0CLEO", "U0ANA", "U0BEN", "U0GUS", "U0ZED", "U0ROB", "U0IRA")),
        ("start_staging", "U0ANA"),
        ("start_production", "U0ANA"),
        ("confirm_healthy", "U0ANA"),
        ("propose_window", "U0ANA"),
    } == refused, "every refusal of an act on a change is in its audit"
