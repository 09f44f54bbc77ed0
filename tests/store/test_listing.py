import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from sqlalchemy import Select, insert, text, update

from bot.rules.filters import STAGE_WORDS, ChangeFilter
from bot.rules.life import FINISHED, Stage
from bot.rules.terms import ChangeId, PersonId, ServiceName
from bot.store import listing
from bot.store.database import Database, open_database
from bot.store.models import changes
from bot.store.reading import Cursor
from tests.store.facts_at_random import ANA, BEN, MONDAY, PAYMENTS, TIA

LEDGER = ServiceName("ledger")
MANY = 3000
LIVE_EVERY = 50
SIZE = 10


def row(number: int) -> dict[str, object]:
    """Change n: every third is ledger's, every fiftieth is not over, Ben deploys every seventh, Tia asked for the rest."""
    live = number % LIVE_EVERY == 0
    return {
        "id": number,
        "service": LEDGER if number % 3 == 0 else PAYMENTS,
        "type": "routine",
        "requester": ANA if number % 100 == 1 else TIA,
        "deployer": BEN if number % 7 == 0 else TIA,
        "version": f"4.{number}.0",
        "requested_at": MONDAY,
        "plan_text": "",
        "plan_pretested": False,
        "plan_pretest": "",
        "wished_reason": "",
        "revision": 1,
        "code_round": 1,
        "version_number": 1,
        "production_round": 0,
        "stage": Stage.VERIFYING if live else Stage.WITHDRAWN if number % 13 == 0 else Stage.DONE,
        "finished": not live,
    }


def fill(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(changes), [row(number) for number in range(1, MANY + 1)])
    with database.write() as connection:
        connection.execute(text("ANALYZE changes"))


@pytest.fixture
def full(database: Database) -> Database:
    fill(database)
    return database


FILTERS = {
    "all": ChangeFilter(),
    "a service": ChangeFilter(services=frozenset({LEDGER})),
    "mine": ChangeFilter(involving=BEN),
    "mine in a service": ChangeFilter(involving=BEN, services=frozenset({PAYMENTS})),
    "done": ChangeFilter(stages=FINISHED),
    "withdrawn": ChangeFilter(stages=frozenset({Stage.WITHDRAWN})),
    "a stage": ChangeFilter(stages=frozenset({Stage.VERIFYING})),
    "open": ChangeFilter(stages=STAGE_WORDS["open"]),
    "a stage of a service": ChangeFilter(frozenset({LEDGER}), frozenset({Stage.VERIFYING})),
    "live or done": ChangeFilter(stages=STAGE_WORDS["open"] | {Stage.DONE}),
}


def expected(wanted: ChangeFilter) -> list[int]:
    rows = [row(number) for number in range(MANY, 0, -1)]
    return [
        int(str(each["id"]))
        for each in rows
        if (not wanted.services or each["service"] in wanted.services)
        and (not wanted.stages or each["stage"] in wanted.stages)
        and (wanted.involving in {None, each["requester"], each["deployer"]})
    ]


def older(database: Database, wanted: ChangeFilter) -> Iterator[tuple[ChangeId, ...]]:
    cursor = None
    while True:
        with database.read() as connection:
            page = listing.page(connection, wanted, cursor, SIZE)
        assert page.newer == (cursor is not None)
        if page.ids:
            yield page.ids
        if not page.older:
            return
        cursor = Cursor(page.ids[-1])


def test_every_filter_shows_every_change_once_newest_first(full: Database) -> None:
    for name, wanted in FILTERS.items():
        found = [number for ids in older(full, wanted) for number in ids]
        assert found == expected(wanted), name


def test_paging_back_shows_the_same_pages(full: Database) -> None:
    wanted = FILTERS["a service"]
    pages = list(older(full, wanted))[:5]
    for before, after in pairwise(pages):
        with full.read() as connection:
            page = listing.page(connection, wanted, Cursor(after[0], newer=True), SIZE)
        assert page.ids == before
        assert page.older
        assert page.newer == (before != pages[0])


def test_a_list_that_is_known_pages_like_one_that_is_asked_for() -> None:
    ids = [ChangeId(number) for number in range(25, 0, -1)]
    first = listing.page_of(ids, None, SIZE)
    second = listing.page_of(ids, Cursor(first.ids[-1]), SIZE)
    third = listing.page_of(ids, Cursor(second.ids[-1]), SIZE)
    assert (first.ids[0], second.ids[0], third.ids) == (25, 15, tuple(range(5, 0, -1)))
    assert (first.newer, first.older, third.newer, third.older) == (False, True, True, False)
    back = listing.page_of(ids, Cursor(third.ids[0], newer=True), SIZE)
    assert back == second


def plan(database: Database, wanted: ChangeFilter, cursor: Cursor | None) -> str:
    return explained(database, listing._ids(wanted, cursor, SIZE + 1))  # noqa: SLF001 - how it is carried out is what is asked


def explained(database: Database, query: Select[int]) -> str:
    """The database's own plan."""
    with database.read() as connection:
        spelled = query.compile(connection.engine, compile_kwargs={"literal_binds": True})
        explain = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        return "\n".join(str(tuple(line)) for line in connection.exec_driver_sql(f"{explain} {spelled}"))


def walks_the_table(shown: str) -> bool:
    """On SQLite a scan without a sort goes along the primary key and stops at the page's end."""
    bare = re.search(r"SCAN changes'", shown) is not None
    return (bare and "TEMP B-TREE" in shown) or "Seq Scan on changes" in shown


@pytest.mark.parametrize("name", FILTERS)
def test_no_page_walks_the_table(full: Database, name: str) -> None:
    for cursor in (None, Cursor(ChangeId(MANY // 2)), Cursor(ChangeId(MANY // 2), newer=True)):
        shown = plan(full, FILTERS[name], cursor)
        assert not walks_the_table(shown), shown


def test_what_is_not_over_is_found_by_the_index_that_has_nothing_else(full: Database) -> None:
    assert "ix_changes_unfinished" in plan(full, FILTERS["open"], None)


def test_the_unfinished_changes_of_some_services_are_found_newest_first(full: Database) -> None:
    with full.read() as connection:
        found = listing.unfinished_ids(connection, [LEDGER], 5)
        assert found == [3000, 2850, 2700, 2550, 2400]
        assert listing.unfinished_ids(connection, [], 5) == []
        assert listing.newest_of_service(connection, PAYMENTS) == 2950
        assert listing.newest_of_service(connection, ServiceName("none")) is None
        assert listing.unfinished_involving(connection, BEN, 3) == [2800, 2450, 2100]
        assert listing.unfinished_involving(connection, PersonId("U0NOBODY"), 3) == []


def test_a_service_and_a_version_name_a_change(full: Database) -> None:
    with full.read() as connection:
        assert [line.id for line in listing.lines_of(connection, LEDGER, "4.3.0")] == [3]
        assert listing.lines_of(connection, PAYMENTS, "4.3.0") == []


def test_a_database_of_the_release_before_with_rows_is_brought_up_to_date(database_url: str) -> None:
    from alembic import command  # noqa: PLC0415 - only this test goes back

    from tests.store.test_migrations import configured  # noqa: PLC0415 - as above

    command.downgrade(configured(database_url), "0001")
    opened = open_database(database_url)
    try:
        fill(opened)
        command.upgrade(configured(database_url), "head")
        with opened.read() as connection:
            assert listing.page(connection, ChangeFilter(involving=ANA), None, 3).ids == (2901, 2801, 2701)
    finally:
        opened.dispose()


def test_what_is_owed_after_the_end_is_found_by_the_index_that_has_nothing_else(full: Database) -> None:
    owing = (3, 301, 1302, 2601, 2750)
    with full.write() as connection:
        connection.execute(update(changes).where(changes.c.id.in_(owing)).values(owes=True))
        connection.execute(text("ANALYZE changes"))
    query = listing.owing_query(ANA, [LEDGER], 10)
    shown = explained(full, query)
    assert not walks_the_table(shown), shown
    assert "ix_changes_owing" in shown
    with full.read() as connection:
        found = listing.owing(connection, ANA, [LEDGER], 10)
        assert listing.owing(connection, ANA, [LEDGER], 1) == found[:1]
        assert listing.owing(connection, BEN, [], 10) == [1302, 301]
        assert listing.owing(connection, PersonId("U0NOBODY"), [], 10) == []
    assert found == [2601, 1302, 301, 3]


def test_a_list_of_what_waits_is_narrowed_like_any_other(full: Database) -> None:
    ids = [ChangeId(number) for number in (3, 7, 50, 150, 301)]
    for wanted in FILTERS.values():
        with full.read() as connection:
            assert listing.fitting(connection, ids, wanted) == set(ids) & set(expected(wanted))
