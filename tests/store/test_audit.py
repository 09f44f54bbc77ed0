from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from bot.rules.change import ReturnedBecause
from bot.rules.clauses import Clause
from bot.rules.facts import (
    ChangeReturned,
    ChangeRevised,
    ChangeWithdrawn,
    Fact,
)
from bot.rules.folding import replay
from bot.rules.terms import ChangeId, PersonId, Role, Words
from bot.store import directory_answers
from bot.store.audit import WORKSPACE, AuditEntry, chained, change_stream, entries_of, facts_of, record
from bot.store.audit_chain import CHAINED, NOT_AS_WRITTEN, TEXTS, forget, verify
from bot.store.database import Database
from bot.store.directory_answers import DirectoryAnswer
from bot.store.machinery import audit, audit_texts
from bot.store.reading import ChainBroken, ChainHolds
from bot.store.recorded import ERASED
from tests.attacker import attacker
from tests.store.facts_at_random import ANA, BEN, MONDAY, histories, request

STREAM = change_stream(ChangeId(1))
GUARDS = ("audit_is_never_changed", "audit_is_never_deleted", "audit_is_never_replaced")

COPY_THE_THIRD = (
    "INSERT INTO audit SELECT 99, stream, 4, at, 'approve', outcome, through, stage, content, hash, hash"
    " FROM audit WHERE seq = 3"
)
REPLACE_ALL = (
    "INSERT OR REPLACE INTO audit"
    " SELECT id, stream, seq, at, 'approve', outcome, through, stage, content, previous, hash FROM audit"
)
INSERTION = (
    "INSERT INTO audit VALUES (9, 'CHG-9', 1, '', 'approve', 'done', 'slack', 'preparing', '', '', '')"
)
REPLACE_BY_NUMBER = REPLACE_ALL.replace("seq,", "seq + 9,")
REPLACE_BY_PLACE = REPLACE_ALL.replace("id,", "id + 9,")


def entry(
    *facts: Fact,
    stream: str = STREAM,
    person: PersonId | None = ANA,
    said: str | None = "Done.",
    act: str = "request",
) -> AuditEntry:
    return AuditEntry(
        stream=stream,
        act=act,
        outcome="done",
        person=person,
        roles=(Role.ENGINEER,),
        through="slack",
        at=MONDAY,
        facts=facts,
        clauses=(Clause.TYPE_1,),
        said=None if said is None else Words(said),
        stage="preparing",
    )


def keep(database: Database, *entries: AuditEntry) -> list[int]:
    with database.write() as connection:
        return [record(connection, each) for each in entries]


def holds(database: Database) -> ChainHolds | ChainBroken:
    with database.read() as connection:
        return verify(connection)


def tamper(database: Database, *statements: str) -> None:
    """Do what the triggers refuse, as somebody could who may change the schema."""
    with database.write() as connection:
        if connection.dialect.name == "postgresql":
            for table in ("audit", "audit_texts"):
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        else:
            for guard in (*GUARDS, "audit_texts_are_never_changed", "audit_texts_are_never_replaced"):
                connection.execute(text(f"DROP TRIGGER {guard}"))
        for statement in statements:
            connection.execute(text(statement))


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(facts=histories())
def test_replaying_the_audit_gives_the_change(database: Database, facts: list[Fact]) -> None:
    with database.write() as connection:
        undone = connection.begin_nested()
        for fact in facts:
            record(connection, entry(fact))
        assert replay(facts_of(connection, STREAM)) == replay(facts)
        undone.rollback()


def test_an_entry_is_read_as_it_was_recorded(database: Database) -> None:
    recorded_as = entry(request(), said="Asked Ben.")
    (number,) = keep(database, recorded_as)
    with database.read() as connection:
        (read,) = entries_of(connection, STREAM, limit=10)
    assert read.id == number
    assert (read.stream, read.seq, read.at, read.act, read.outcome) == (STREAM, 1, MONDAY, "request", "done")
    assert (read.person, read.roles, read.through, read.stage) == (
        ANA,
        (Role.ENGINEER,),
        "slack",
        "preparing",
    )
    assert (read.facts, read.clauses, read.said) == ((request(),), (Clause.TYPE_1,), "Asked Ben.")


def test_a_timers_act_has_no_person_and_may_say_nothing(database: Database) -> None:
    keep(database, entry(person=None, said=None))
    with database.read() as connection:
        (read,) = entries_of(connection, STREAM, limit=10)
    assert (read.person, read.said, read.facts) == (None, None, ())


def test_a_timeline_is_read_in_pages(database: Database) -> None:
    keep(database, *(entry(act=f"act {number}") for number in range(5)), entry(stream="CHG-2"))
    with database.read() as connection:
        first = entries_of(connection, STREAM, limit=3)
        rest = entries_of(connection, STREAM, after=first[-1].seq, limit=3)
    assert [read.act for read in (*first, *rest)] == [f"act {number}" for number in range(5)]


def test_a_log_that_nobody_touched_holds(database: Database) -> None:
    assert holds(database) == ChainHolds(rows=0, streams=0)
    keep(database, entry(request()), entry(person=BEN), entry(stream=WORKSPACE), entry(person=None))
    assert holds(database) == ChainHolds(rows=4, streams=2)


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE audit SET act = 'approve' WHERE seq = 2", "not as it was written"),
        ("UPDATE audit SET at = '2020-01-01 00:00:00.000000+00:00' WHERE seq = 2", "not as it was written"),
        (
            "UPDATE audit SET content = replace(content, 'engineer', 'qa') WHERE seq = 2",
            "not as it was written",
        ),
        ("DELETE FROM audit WHERE seq = 2", "number 2 of its stream, is missing"),
        ("DELETE FROM audit WHERE seq = 1", "number 1 of its stream, is missing"),
        ("UPDATE audit SET seq = seq + 10 WHERE seq = 2", "is missing"),
        ("UPDATE audit_texts SET value = 'U0EVE' WHERE person", "not what was written"),
        (
            "INSERT INTO audit_texts SELECT id, 99, 'salt', false, 'never said' FROM audit WHERE seq = 2",
            "not what was written",
        ),
        (
            COPY_THE_THIRD,
            "not as it was written",
        ),
        ("UPDATE audit_texts SET person = NOT person WHERE number = 0", "not what was written"),
        (
            "UPDATE audit_texts SET salt = salt || substr(value, 1, 2), value = substr(value, 3)",
            "not what was written",
        ),
    ],
)
def test_the_first_row_that_is_not_as_it_was_written_is_named(
    database: Database, statement: str, why: str
) -> None:
    keep(database, entry(act="one"), entry(act="two"), entry(act="three"))
    unlink = "DELETE FROM audit_texts WHERE audit_id IN (SELECT id FROM audit WHERE seq < 3)"
    tamper(database, *([unlink] if statement.startswith("DELETE") else []), statement)
    found = holds(database)
    assert isinstance(found, ChainBroken)
    assert why in found.why
    assert found.stream == STREAM


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("value", ["'never'", "'2020-01-01'", "x'00'", "17"])
@pytest.mark.parametrize("column", ["at", "act", "content", "seq"])
def test_what_nobody_can_read_is_named_as_well(database: Database, column: str, value: str) -> None:
    keep(database, entry(act="one"), entry(act="two"))
    tamper(database, f"UPDATE audit SET {column} = {value} WHERE seq = 2")  # noqa: S608 - the test's own words
    found = holds(database)
    assert isinstance(found, ChainBroken)
    assert found.row == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "spelling",
    ["replace(at, ' ', 'T')", "at || '+00:00'", "at || 'Z'", "substr(at, 1, 19)", "replace(at, '-', '')"],
)
def test_the_same_time_spelled_otherwise_is_named_as_well(database: Database, spelling: str) -> None:
    keep(database, entry(act="one"), entry(act="two"))
    tamper(database, f"UPDATE audit SET at = {spelling} WHERE seq = 2")  # noqa: S608 - the test's own words
    assert holds(database) == ChainBroken(2, STREAM, 2, NOT_AS_WRITTEN)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("number", "'never'"),
        ("number", "x'30'"),
        ("number", "0.5"),
        # As its row's content goes on after the number, so that the content has this, too.
        (
            "number",
            """(SELECT rtrim(substr(content, instr(content, '"text":') + 7), '}') FROM audit WHERE seq = 2)""",
        ),
        ("salt", "x'00'"),
        ("value", "x'00'"),
        ("value", "17"),
    ],
)
def test_a_text_that_nobody_can_read_is_named_as_well(database: Database, column: str, value: str) -> None:
    keep(database, entry(act="one"), entry(act="two"))
    tamper(database, f"UPDATE audit_texts SET {column} = {value} WHERE audit_id = 2 AND number = 0")  # noqa: S608 - the test's own words
    found = holds(database)
    assert isinstance(found, ChainBroken)
    assert found.row == 2


def test_texts_of_a_row_that_is_gone_show(database: Database, database_url: str) -> None:
    keep(database, entry(act="one"), entry(act="two"))
    with attacker(database_url) as connection:
        connection.execute(text("DELETE FROM audit WHERE seq = 2"))
    assert holds(database) == ChainBroken(2, TEXTS, 0, "the row that this text belongs to is missing")


def test_a_row_that_took_the_number_of_an_earlier_one_shows(database: Database, database_url: str) -> None:
    keep(database, entry(act="one"), entry(act="two"), entry(act="three"))
    with attacker(database_url) as connection:
        connection.execute(text("UPDATE audit SET id = 77 WHERE seq = 2"))
        connection.execute(text("UPDATE audit_texts SET audit_id = 77 WHERE audit_id = 2"))
    assert holds(database) == ChainBroken(3, STREAM, 3, "it has the number of an earlier row")


def test_a_row_that_was_rewritten_with_a_fitting_hash_betrays_itself_at_the_next_one(
    database: Database,
) -> None:
    keep(database, entry(act="one"), entry(act="two"))
    with database.read() as connection:
        row = connection.execute(select(audit).where(audit.c.seq == 1)).one()
    forged = chained({name: getattr(row, name) for name in CHAINED} | {"act": "approve"})
    tamper(database, f"UPDATE audit SET act = 'approve', hash = '{forged}' WHERE seq = 1")  # noqa: S608 - a hash of ours
    assert holds(database) == ChainBroken(row.id + 1, STREAM, 2, "it does not follow from the row before it")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET act = 'approve'",
        "DELETE FROM audit",
        "UPDATE audit_texts SET value = 'U0EVE'",
    ],
)
def test_the_database_itself_refuses_to_change_the_log(database: Database, statement: str) -> None:
    keep(database, entry())
    with pytest.raises(DBAPIError, match="audit"), database.write() as connection:
        connection.execute(text(statement))
    assert holds(database) == ChainHolds(rows=1, streams=1)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("statement", ["TRUNCATE audit CASCADE", "TRUNCATE audit_texts"])
def test_the_log_cannot_be_emptied_at_one_stroke(database: Database, statement: str) -> None:
    keep(database, entry())
    with pytest.raises(DBAPIError, match="append"), database.write() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "statement",
    [
        REPLACE_ALL,
        REPLACE_BY_NUMBER,
        REPLACE_BY_PLACE,
        "INSERT OR REPLACE INTO audit_texts SELECT audit_id, number, salt, person, 'U0EVE' FROM audit_texts",
    ],
)
def test_a_row_cannot_be_replaced_by_inserting_it_again(database: Database, statement: str) -> None:
    keep(database, entry())
    with pytest.raises(DBAPIError, match="never replaced"), database.write() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_guard_against_replacing_looks_rows_up_whatever_sqlite_has_counted(database: Database) -> None:
    keep(database, entry())
    with database.write() as connection:
        connection.execute(text("ANALYZE"))
    with database.write() as connection:
        program = connection.execute(text(f"EXPLAIN {INSERTION}"))
        steps = [step.opcode for step in program]
    assert "Program" in steps, "the trigger's steps are not among them"
    assert "Rewind" not in steps, "it walks the whole log"


def test_a_forgotten_person_is_gone_and_the_chain_still_holds(database: Database) -> None:
    directory_answers.remember(database, ANA, DirectoryAnswer("Ana Costa", "T1"), MONDAY)
    by_ben = ChangeRevised(request().plan, (), (ANA,), BEN, MONDAY)
    also_by_ben = ChangeReturned(
        ReturnedBecause.REJECTED, BEN, Words("the plan misses the migration"), MONDAY
    )
    keep(
        database,
        entry(request(plan="Ana's own words")),
        entry(by_ben, also_by_ben, person=BEN, said="Sent back to Ana Costa."),
        entry(person=BEN, said="Banana Costa is no person, and nothing is said of her."),
    )
    with database.write() as connection:
        erased = forget(connection, ANA)
        assert directory_answers.known(connection, ANA) is None
    assert erased == 7  # her id twice, four texts that she typed or was told, and Ben's answer that names her
    assert holds(database) == ChainHolds(rows=3, streams=1)
    with database.read() as connection:
        hers, his, last = entries_of(connection, STREAM, limit=10)
        left = " ".join(connection.execute(select(audit_texts.c.value)).scalars())
    assert (hers.person, hers.said) == (ERASED, ERASED)
    without_her = replace(by_ben, reviewers=(PersonId(ERASED),))
    assert (his.person, his.facts, his.said) == (BEN, (without_her, also_by_ben), ERASED)
    assert last.said == "Banana Costa is no person, and nothing is said of her."
    assert "U0ANA" not in left
    assert "own words" not in left


def test_forgetting_somebody_unknown_erases_nothing(database: Database) -> None:
    keep(database, entry(request()))
    with database.write() as connection:
        assert forget(connection, PersonId("U0NOBODY")) == 0


def test_writers_of_the_workspaces_stream_take_turns(database: Database) -> None:
    def act(number: int) -> None:
        keep(database, entry(stream=WORKSPACE, act=str(number)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(act, range(40)))
    assert holds(database) == ChainHolds(rows=40, streams=1)


def test_an_act_that_fails_leaves_no_entry(database: Database) -> None:
    def act(fail: Callable[[Connection], object]) -> None:
        with database.write() as connection:
            record(connection, entry(request()))
            fail(connection)

    with pytest.raises(DBAPIError):
        act(lambda connection: connection.execute(text("SELECT nothing FROM nowhere")))
    assert holds(database) == ChainHolds(rows=0, streams=0)


def test_the_hash_does_not_depend_on_the_zone_in_which_the_time_was_given(database: Database) -> None:
    later = ChangeWithdrawn(ANA, Words("late"), MONDAY + timedelta(microseconds=1))
    keep(database, entry(later))
    assert holds(database) == ChainHolds(rows=1, streams=1)
