"""The rows on which the bot decides, held against the audit log: what nobody did shows."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert, literal, select, update

from bot.demo import STORIES, Demo
from bot.rules.clauses import Clause
from bot.rules.facts import ApprovalGiven
from bot.rules.terms import ApprovalStage, ChangeId, EnvironmentName, PersonId, Role, Words
from bot.sandbox.stories.preludes import approve, asks_for
from bot.sandbox.stories.stage import Stage
from bot.store import audit
from bot.store.audit import AuditEntry
from bot.store.audit_chain import forget, verify
from bot.store.changes import lock_change, write_facts
from bot.store.changes_in_log import compare_changes
from bot.store.models import changes
from bot.store.reading import ChainHolds, ChangeDiffers, ChangesAgree
from tests.stories.test_seals import verifies

pytestmark = pytest.mark.clause("G-LOG-1")
CHANGE = ChangeId(1)


def compared(harbor: Demo) -> ChangesAgree | ChangeDiffers:
    with harbor.app.database.read() as connection:
        assert isinstance(verify(connection), ChainHolds), "the chain is about the audit log alone"
        return compare_changes(connection)


@pytest.mark.parametrize(
    "title", ["A hotfix at 02:00, on four words by phone", "An error rate that rises, and a rollback"]
)
def test_after_a_story_rows_and_log_say_the_same(harbor: Demo, stage: Stage, title: str) -> None:
    assert compared(harbor) == ChangesAgree(0, ())
    assert stage.play(STORIES[title]) == 0
    found = compared(harbor)
    assert isinstance(found, ChangesAgree)
    assert found.changes
    assert found.unclear == ()


def test_an_approval_that_somebody_wrote_into_the_rows_is_named(
    harbor: Demo, stage: Stage, database_url: str
) -> None:
    asks_for(stage)
    held = verifies(database_url, "--changes")
    assert held.returncode == 0, held.stderr
    assert "The rows of 1 changes say what the log says." in held.stdout
    forged = ApprovalGiven(
        1, Clause.APP_1, ApprovalStage.CODE, PersonId("U0TIA"), (Role.TECH_LEAD,), harbor.sandbox.clock.now()
    )
    with harbor.app.database.write() as connection:
        lock_change(connection, CHANGE)
        write_facts(connection, CHANGE, [forged], production=EnvironmentName("production"))
    why = "its rows say something else than the audit log about: approvals"
    assert compared(harbor) == ChangeDiffers("CHG-1", why)
    refused = verifies(database_url, "--changes")
    assert (refused.returncode, refused.stderr.strip()) == (1, f"CHG-1: {why}")
    assert verifies(database_url).returncode == 0, "without --changes rows are not looked at"


def test_a_column_that_was_edited_is_named(harbor: Demo, stage: Stage) -> None:
    asks_for(stage)
    with harbor.app.database.write() as connection:
        connection.execute(update(changes).values(version="4.13.0", deployer="U0MAL"))
    why = "its rows say something else than the audit log about: deployer, version"
    assert compared(harbor) == ChangeDiffers("CHG-1", why)


def test_a_change_that_nobody_asked_for_is_named(harbor: Demo, stage: Stage) -> None:
    asks_for(stage)
    different = {"id": literal(7), "version": literal("9.9.9")}
    copied: list[Any] = [different.get(column.name, column) for column in changes.c]
    with harbor.app.database.write() as connection:
        connection.execute(insert(changes).from_select([*changes.c.keys()], select(*copied)))
    assert compared(harbor) == ChangeDiffers(
        "CHG-7", "its rows are there, and the audit log does not have it"
    )


def test_a_change_whose_rows_are_gone_is_named(harbor: Demo, stage: Stage) -> None:
    asks_for(stage)
    with harbor.app.database.write() as connection:
        (first,) = audit.entries_of(connection, "CHG-1", limit=1)
        told = {name: getattr(first, name) for name in AuditEntry.__dataclass_fields__}
        audit.record(connection, replace(AuditEntry(**told), stream="CHG-8"))
    assert compared(harbor) == ChangeDiffers("CHG-8", "the audit log has it, and its rows are missing")


def test_where_somebody_was_forgotten_what_cannot_be_compared_is_named(
    harbor: Demo, stage: Stage, database_url: str
) -> None:
    asks_for(stage)
    approve(stage, "ben")
    with harbor.app.database.write() as connection:
        assert forget(connection, PersonId("U0BEN"))
    assert compared(harbor) == ChangesAgree(0, ("CHG-1",))
    said = verifies(database_url, "--changes")
    assert said.returncode == 0, said.stderr
    assert "Not compared, since people in them were forgotten: CHG-1." in said.stdout


def test_somebody_who_types_that_it_was_erased_hides_nothing(harbor: Demo, stage: Stage) -> None:
    asks_for(stage, **{"Rollback plan": "(erased)"})
    with harbor.app.database.write() as connection:
        connection.execute(update(changes).values(plan_text=Words("redeploy anything")))
    found = compared(harbor)
    assert isinstance(found, ChangeDiffers)
    assert found.why.endswith(": plan")
