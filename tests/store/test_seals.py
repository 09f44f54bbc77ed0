"""Seals of the audit log: what a chain of rows alone cannot show, a seal does – and a kept one shows a rewritten log whole."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.rules.terms import ChangeId, Words
from bot.store import seals
from bot.store.audit import WORKSPACE, AuditEntry, change_stream, record
from bot.store.audit_chain import verify
from bot.store.database import Database
from bot.store.reading import Anchor, ChainHolds, SealBroken, SealsHold
from bot.store.seals import Seal, seal, verify_seals
from tests.attacker import attacker

NOON = datetime(2026, 11, 30, 11, tzinfo=UTC)
MONDAY = date(2026, 11, 30)
FIVE = timedelta(minutes=5)
ONE, TWO = change_stream(ChangeId(1)), change_stream(ChangeId(2))

pytestmark = pytest.mark.clause("G-LOG-1")


def acts(database: Database, *streams: str) -> None:
    """Something is refused in each of these streams."""
    with database.write() as connection:
        for stream in streams:
            entry = AuditEntry(
                stream, "approve", "refused", None, (), "slack", NOON, (), (), Words("No."), "preparing"
            )
            record(connection, entry)


def seals_now(database: Database, at: datetime = NOON, today: date = MONDAY) -> Seal | None:
    with database.write() as connection:
        return seal(connection, at, today)


def tampers(database: Database, *statements: str) -> None:
    """Do what the triggers refuse, as somebody could who may change the schema."""
    with database.write() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            for row in connection.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            ).all():
                connection.execute(text(f"DROP TRIGGER {row.name}"))
        for statement in statements:
            connection.execute(text(statement))


def found(database: Database, anchor: Anchor | None = None) -> SealsHold | SealBroken:
    with database.read() as connection:
        assert isinstance(verify(connection), ChainHolds), "the chains alone show nothing"
        return verify_seals(connection, anchor)


def three_seals(database: Database) -> list[Seal]:
    """Two changes and the workspace, sealed three times."""
    acts(database, ONE, ONE, TWO)
    made = [seals_now(database)]
    acts(database, ONE, WORKSPACE)
    made.append(seals_now(database, NOON + FIVE))
    acts(database, TWO)
    made.append(seals_now(database, NOON + 2 * FIVE))
    assert all(made)
    return [each for each in made if each]


def test_a_log_that_nobody_touched_holds(database: Database) -> None:
    assert found(database) == SealsHold(0)
    made = three_seals(database)
    assert found(database) == SealsHold(3)
    for each in made:
        assert found(database, Anchor(each.number, each.hash)) == SealsHold(3)


def test_what_came_after_the_last_seal_is_not_its_matter(database: Database) -> None:
    three_seals(database)
    acts(database, ONE, TWO)
    assert found(database) == SealsHold(3)


def test_nothing_new_makes_no_seal(database: Database) -> None:
    assert seals_now(database) is None
    acts(database, ONE)
    assert seals_now(database) is not None
    assert seals_now(database) is None
    acts(database, TWO)
    assert seals_now(database) is not None
    assert seals_now(database) is None
    assert seals_now(database) is None


def test_the_first_seal_of_a_day_is_its_anchor(database: Database) -> None:
    first, second, third = three_seals(database)
    assert (first.anchored, second.anchored, third.anchored) == (MONDAY, None, None)
    acts(database, ONE)
    tomorrow = MONDAY + timedelta(days=1)
    made = seals_now(database, NOON + timedelta(days=1), tomorrow)
    assert made is not None
    assert made.anchored == tomorrow
    acts(database, ONE)
    back = seals_now(database, NOON, MONDAY)
    assert back is not None
    assert back.anchored is None, "a clock that was set back posts no second anchor"


def test_a_tail_that_was_cut_off_shows(database: Database) -> None:
    three_seals(database)
    tampers(database, "DELETE FROM audit_texts WHERE audit_id = 4", "DELETE FROM audit WHERE id = 4")
    assert found(database) == SealBroken(2, "CHG-1, entry 3, which it covers, is missing")


def test_a_change_that_was_removed_whole_shows(database: Database) -> None:
    three_seals(database)
    gone = "(SELECT id FROM audit WHERE stream = 'CHG-2')"
    tampers(
        database,
        f"DELETE FROM audit_texts WHERE audit_id IN {gone}",  # noqa: S608 - the test's own words
        "DELETE FROM audit WHERE stream = 'CHG-2'",
    )
    assert found(database) == SealBroken(1, "CHG-2, entry 1, which it covers, is missing")


def test_a_stream_that_was_written_anew_shows(database: Database) -> None:
    three_seals(database)
    tampers(
        database,
        "DELETE FROM audit_texts WHERE audit_id = 5",
        "DELETE FROM audit WHERE stream = 'workspace'",
    )
    acts(database, WORKSPACE)
    assert found(database) == SealBroken(2, "workspace, entry 1, which it covers, is another")


@pytest.mark.parametrize(
    ("statements", "broken"),
    [
        pytest.param(
            ["DELETE FROM sealed_heads WHERE seal = 2", "DELETE FROM seals WHERE number = 2"],
            SealBroken(2, "it is missing"),
            id="a seal was taken out",
        ),
        pytest.param(
            ["DELETE FROM sealed_heads WHERE seal = 2 AND stream = 'workspace'"],
            SealBroken(2, "it is not as it was made"),
            id="a head was taken out",
        ),
        pytest.param(
            ["UPDATE seals SET last_row = 1 WHERE number = 1"],
            SealBroken(1, "it is not as it was made"),
            id="a seal was edited",
        ),
        pytest.param(
            ["UPDATE seals SET anchored = '2026-12-01' WHERE number = 1"],
            SealBroken(1, "it is not as it was made"),
            id="a seal's day was edited",
        ),
        pytest.param(
            ["UPDATE seals SET previous = hash WHERE number = 3"],
            SealBroken(3, "it is not as it was made"),
            id="a seal follows another",
        ),
    ],
)
def test_seals_that_were_touched_show(database: Database, statements: list[str], broken: SealBroken) -> None:
    three_seals(database)
    tampers(database, *statements)
    assert found(database) == broken


def test_seals_that_were_cut_off_show_to_whoever_kept_one(database: Database) -> None:
    kept = three_seals(database)[-1]
    tampers(database, "DELETE FROM sealed_heads WHERE seal = 3", "DELETE FROM seals WHERE number = 3")
    assert found(database) == SealsHold(2), "without a kept seal nobody sees that the newest is gone"
    assert found(database, Anchor(kept.number, kept.hash)) == SealBroken(3, "it is missing")


def test_a_log_that_was_rewritten_with_all_its_seals_shows_to_whoever_kept_one(database: Database) -> None:
    kept = three_seals(database)[1]
    tampers(
        database,
        *map("DELETE FROM {}".format, ("sealed_heads", "seals", "audit_texts", "audit")),
    )
    acts(database, ONE)
    seals_now(database)
    acts(database, ONE)
    seals_now(database)
    assert found(database) == SealsHold(2)
    assert found(database, Anchor(kept.number, kept.hash)) == SealBroken(2, "it is not the one that was kept")


def test_an_act_that_committed_late_is_in_a_later_seal(database: Database) -> None:
    """Its row number is smaller than the newest that the seal before saw."""
    acts(database, ONE)
    seals_now(database)
    acts(database, TWO, ONE)
    with (
        database.write() as connection
    ):  # as if CHG-2's act had not committed yet when the second seal was made
        hidden = connection.execute(text("SELECT * FROM audit WHERE stream = 'CHG-2'")).mappings().one()
    tampers(database, "DELETE FROM audit_texts WHERE audit_id = 2", "DELETE FROM audit WHERE id = 2")
    seals_now(database, NOON + FIVE)
    columns = ", ".join(map(str, hidden))
    with database.write() as connection:
        places = ", ".join(f":{name}" for name in hidden)
        connection.execute(text(f"INSERT INTO audit ({columns}) VALUES ({places})"), dict(hidden))  # noqa: S608
    late = seals_now(database, NOON + 2 * FIVE)
    assert late is not None
    tampers(database, "DELETE FROM audit WHERE id = 2")
    assert found(database) == SealBroken(3, "CHG-2, entry 1, which it covers, is missing")


def test_a_row_that_took_a_later_number_than_its_seals_shows(database: Database, database_url: str) -> None:
    three_seals(database)
    with attacker(database_url) as connection:
        connection.execute(text("UPDATE audit SET id = 77 WHERE stream = 'workspace'"))
        connection.execute(text("UPDATE audit_texts SET audit_id = 77 WHERE audit_id = 5"))
    assert found(database) == SealBroken(2, "workspace, entry 1, which it covers, has another number")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("column", ["at", "anchored"])
def test_a_seal_that_nobody_can_read_is_named_as_well(database: Database, column: str) -> None:
    three_seals(database)
    tampers(database, f"UPDATE seals SET {column} = 'never' WHERE number = 2")  # noqa: S608 - the test's own words
    assert found(database) == SealBroken(2, "it is not as it was made")


@pytest.mark.parametrize("table", ["seals", "sealed_heads"])
def test_the_database_refuses_to_change_or_delete_seals(database: Database, table: str) -> None:
    three_seals(database)
    column = "previous" if table == "seals" else "hash"
    for statement in (f"UPDATE {table} SET {column} = 'x'", f"DELETE FROM {table}"):  # noqa: S608 - the test's own names
        with pytest.raises(DBAPIError), database.write() as connection:
            connection.execute(text(statement))
    assert found(database) == SealsHold(3)


def test_of_several_processes_that_seal_at_once_one_does(database: Database) -> None:
    acts(database, ONE)
    made = [seals_now(database) for _ in range(3)]
    assert [each is not None for each in made] == [True, False, False]
    with database.read() as connection:
        assert seals.newest_at(connection) == NOON
