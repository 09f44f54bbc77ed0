import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import psycopg
import pytest
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DBAPIError, StatementError

from bot.rules.terms import ChangeId
from bot.store import dedupe
from bot.store.changes import write_facts
from bot.store.database import Database, DatabaseBusy, DatabaseGone, is_worth_another_try, open_database
from bot.store.machinery import dedupe as deliveries
from bot.store.models import changes
from tests.postgresql import Server
from tests.store.facts_at_random import MONDAY, PRODUCTION, request

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def keys(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.execute(select(deliveries.c.key).order_by(deliveries.c.key)).scalars())


def test_what_is_written_stands_after_the_block(database: Database) -> None:
    with database.write() as connection:
        dedupe.take(connection, "a", MONDAY)
    assert keys(database) == ["a"]


def test_nothing_is_written_when_the_block_raises(database: Database) -> None:
    def act() -> None:
        with database.write() as connection:
            dedupe.take(connection, "a", MONDAY)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    assert keys(database) == []


def test_who_reads_cannot_write(database: Database) -> None:
    with pytest.raises((DatabaseGone, DBAPIError)), database.read() as connection:
        dedupe.take(connection, "a", MONDAY)


def test_who_reads_sees_one_instant(database: Database) -> None:
    def seen(connection: Connection) -> list[str]:
        return list(connection.execute(select(deliveries.c.key)).scalars())

    with database.read() as reading:
        assert seen(reading) == []
        with database.write() as writing:
            dedupe.take(writing, "a", MONDAY)
        assert seen(reading) == []
    assert keys(database) == ["a"]


def test_a_time_comes_back_aware_and_in_utc_whatever_zone_it_was_given_in(database: Database) -> None:
    in_berlin = datetime(2026, 11, 30, 9, 30, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
    with database.write() as connection:
        dedupe.take(connection, "a", in_berlin)
    with database.read() as connection:
        at = connection.execute(select(deliveries.c.at)).scalar_one()
    assert (at, at.tzinfo) == (in_berlin, UTC)


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="without a zone"), database.write() as connection:
        dedupe.take(connection, "a", datetime(2026, 11, 30, 9, 30))  # noqa: DTZ001 - the mistake that is to be refused


def test_a_row_cannot_point_at_a_change_that_does_not_exist(database: Database) -> None:
    lost = text("INSERT INTO reviewers (change_id, revision, position, person) VALUES (9, 1, 0, 'U')")
    with pytest.raises(DBAPIError), database.write() as connection:
        connection.execute(lost)


def test_a_writer_who_waits_gives_up_within_a_second(database: Database) -> None:
    held, give_back = threading.Event(), threading.Event()

    def hold() -> None:
        with database.write() as connection:
            dedupe.take(connection, "a", MONDAY)
            held.set()
            give_back.wait(5)

    with ThreadPoolExecutor(1) as pool:
        holder = pool.submit(hold)
        held.wait(5)
        began = time.monotonic()
        with pytest.raises(DatabaseBusy) as caught, database.write() as connection:
            dedupe.take(connection, "a", MONDAY)
        waited = time.monotonic() - began
        give_back.set()
        holder.result()
    assert 0.3 < waited < 1.2
    assert not is_worth_another_try(caught.value)


@on_postgresql
def test_whoever_waits_behind_another_who_waits_gives_up_within_a_second_too(database: Database) -> None:
    held, give_back = threading.Event(), threading.Event()
    with database.write() as connection:
        dedupe.take(connection, "a", MONDAY)

    def lock(then: Callable[[], object]) -> None:
        with database.write() as connection:
            connection.execute(select(deliveries.c.key).with_for_update())
            then()

    def hold() -> None:
        held.set()
        give_back.wait(5)

    def waits() -> float:
        began = time.monotonic()
        with pytest.raises(DatabaseBusy):
            lock(lambda: None)
        return time.monotonic() - began

    with ThreadPoolExecutor(4) as pool:
        holder = pool.submit(lock, hold)
        held.wait(5)
        waiting = [pool.submit(waits) for _ in range(3)]
        try:
            assert max(each.result() for each in waiting) < 1.2
        finally:
            give_back.set()
        holder.result()


@on_sqlite
def test_a_file_that_another_process_has_locked_is_busy_within_a_second(
    database: Database, database_url: str
) -> None:
    other = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with pytest.raises(DatabaseBusy), database.write():
        pass
    assert 0.6 < time.monotonic() - began < 1.2
    other.execute("ROLLBACK")
    other.close()
    with database.write() as connection:
        assert dedupe.take(connection, "a", MONDAY)


@on_sqlite
def test_a_full_disk_records_nothing_at_all(database: Database) -> None:
    with database.write() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))

    def act() -> None:
        with database.write() as connection:
            dedupe.take(connection, "a", MONDAY)
            write_facts(connection, ChangeId(1), [request(plan="long" * 10_000)], production=PRODUCTION)

    with pytest.raises(DatabaseGone) as caught:
        act()
    assert not is_worth_another_try(caught.value)
    with database.write() as connection:
        connection.execute(text("PRAGMA max_page_count = 1000000"))
        tables = [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (changes, deliveries)
        ]
        assert tables == [0, 0]
        assert dedupe.take(connection, "a", MONDAY)


@on_postgresql
def test_a_server_that_may_only_be_read_is_gone_to_whoever_writes(database: Database) -> None:
    with pytest.raises(DatabaseGone, match="read-only"), database.write() as connection:
        connection.execute(text("SET TRANSACTION READ ONLY; DELETE FROM dedupe"))


@on_postgresql
def test_a_lost_connection_is_worth_another_try(database: Database, postgresql_server: Server) -> None:
    def act() -> None:
        with database.write() as connection:
            process = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with postgresql_server.connect() as killer:
                killer.execute("SELECT pg_terminate_backend(%s)", [process])
            dedupe.take(connection, "a", MONDAY)

    with pytest.raises(DatabaseGone) as caught:
        act()
    assert is_worth_another_try(caught.value)
    with database.write() as connection:
        assert dedupe.take(connection, "a", MONDAY)


@on_postgresql
def test_two_who_wait_for_each_other_are_told_to_try_again(database: Database) -> None:
    with database.write() as connection:
        for key in ("a", "b"):
            dedupe.take(connection, key, MONDAY)
    both = threading.Barrier(2, timeout=5)
    lock = text("SELECT key FROM dedupe WHERE key = :key FOR UPDATE")

    def act(first: str, second: str) -> BaseException | None:
        try:
            with database.write() as connection:
                connection.execute(text("SET LOCAL deadlock_timeout = '50ms'"))
                connection.execute(lock, {"key": first})
                both.wait()
                connection.execute(lock, {"key": second})
        except DatabaseBusy as error:
            return error
        return None

    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(act, ["a", "b"], ["b", "a"]))
    (lost,) = [end for end in ends if end]
    assert is_worth_another_try(lost)


@on_postgresql
def test_a_statement_that_takes_too_long_is_ended(database_url: str) -> None:
    impatient = open_database(database_url, statement_limit=timedelta(milliseconds=50))
    with pytest.raises(DatabaseBusy), impatient.write() as connection:
        connection.execute(text("SELECT pg_sleep(5)"))
    impatient.dispose()


def test_a_race_for_a_unique_key_is_worth_another_try(database: Database) -> None:
    twice = [{"key": "a", "at": MONDAY}] * 2
    with pytest.raises(DBAPIError) as caught, database.write() as connection:
        connection.execute(deliveries.insert(), twice)
    assert is_worth_another_try(caught.value)


def test_a_mistake_of_ours_is_not_worth_another_try(database: Database) -> None:
    with pytest.raises(DBAPIError) as caught, database.write() as connection:
        connection.execute(text("SELECT nothing FROM nowhere"))
    assert not is_worth_another_try(caught.value)
    assert not is_worth_another_try(ZeroDivisionError())


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://nobody@/none?host=/nowhere", "sqlite:////nowhere/at/all.sqlite"]
)
def test_a_database_that_cannot_be_reached_is_gone(url: str) -> None:
    unreachable = open_database(url)
    with pytest.raises(DatabaseGone), unreachable.write():
        pass
    with pytest.raises(DatabaseGone), unreachable.read():
        pass
    unreachable.dispose()


@pytest.mark.parametrize("door", ["read", "write"])
def test_a_connection_that_is_used_while_all_are_closed_closes_when_it_is_given_back(
    database: Database, door: str
) -> None:
    with getattr(database, door)() as connection:
        drivers = connection.connection.driver_connection
        database.dispose()
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    with pytest.raises((sqlite3.ProgrammingError, psycopg.OperationalError), match="closed"):
        drivers.cursor()


@pytest.mark.parametrize(
    "url", ["mysql://a/b", "postgresql+psycopg2://a/b", "sqlite://", "sqlite:///:memory:"]
)
def test_an_address_that_cannot_serve_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="sqlite"):
        open_database(url)


def test_the_drivers_error_reaches_no_one_with_what_people_typed(database: Database) -> None:
    with pytest.raises(DatabaseBusy) as caught, database.write() as connection:
        raise_busy(connection)
    assert "secret" not in str(caught.value)


def test_an_error_of_a_statement_does_not_repeat_its_parameters(database: Database) -> None:
    with pytest.raises(DBAPIError) as caught, database.write() as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:words)"), {"words": "secret"})
    assert "nowhere" in str(caught.value)
    assert "secret" not in str(caught.value)


def raise_busy(connection: Connection) -> None:
    cause = sqlite3.OperationalError("database is locked")
    cause.sqlite_errorcode = sqlite3.SQLITE_BUSY
    raise DBAPIError.instance("INSERT", {"words": "secret"}, cause, sqlite3.Error, dialect=connection.dialect)
