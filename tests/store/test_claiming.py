"""How a claim is carried out when a hundred thousand lines wait, or were given up: by indexes."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Executable, event, insert

from bot.store.database import Database, open_database
from bot.store.machinery import outbox
from bot.store.outbox import CLAIM, LOOK, NEVER
from tests.short_form import WHOLE
from tests.store.facts_at_random import MONDAY

MANY = 100_000 if WHOLE else 20_000


@pytest.fixture
def crowded(database_url: str) -> Iterator[Database]:
    """A third waits for later, a third is due, a third was given up."""
    opened = open_database(database_url)
    rows = [
        {
            "key": f"told/{number}",
            "kind": "thread" if number % 2 else "told",
            "wanted": 1,
            "wished_at": MONDAY,
            "due_at": (MONDAY + timedelta(hours=1), MONDAY, NEVER)[number % 3],
            "attempts": 0,
            "dead_at": MONDAY if number % 3 == 2 else None,
        }
        for number in range(MANY)
    ]
    with opened.write() as connection:
        connection.execute(insert(outbox), rows)
        connection.exec_driver_sql("ANALYZE")
    yield opened
    opened.dispose()


@pytest.mark.parametrize("dead", [False, True])
@pytest.mark.parametrize("query", [CLAIM, LOOK], ids=["claim", "look"])
def test_no_claim_walks_or_sorts_the_outbox(crowded: Database, query: dict[bool, Any], *, dead: bool) -> None:
    asked: dict[str, object] = {"b_now": MONDAY}
    if query is CLAIM:
        asked |= {"b_limit": 1, "leased_until": MONDAY + timedelta(seconds=15)}
    with crowded.write() as connection:
        plan = explained(connection, query[dead], asked)
    assert ("ix_outbox_dead" if dead else "ix_outbox_due") in plan, plan
    assert "ix_outbox_leased" in plan, plan
    assert "ix_outbox_in_order" in plan, plan
    assert not re.search(r"Seq Scan on outbox|SCAN outbox'|TEMP B-TREE FOR ORDER| Sort ", plan), plan


def explained(connection: Connection, query: Executable, asked: dict[str, object]) -> str:
    """The database's own plan for a statement, as the driver was given it."""
    given: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:  # noqa: ANN401 - the driver's own
        given.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    connection.execute(query, asked).all()
    event.remove(connection, "before_cursor_execute", note)
    ((statement, parameters),) = given
    explain = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    lines = connection.exec_driver_sql(f"{explain} {statement}", parameters)
    return "\n".join(str(tuple(line)) for line in lines)
