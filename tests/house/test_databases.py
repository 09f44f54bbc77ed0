import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, inspect, text

from tests.postgresql import Server, running_server

HOLD_A_SERVER = """
import sys
from tests.postgresql import running_server
with running_server() as server:
    print(server.socket_folder, flush=True)
    sys.stdin.read()
"""


def _scalar(url: str, query: str) -> object:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return connection.scalar(text(query))
    finally:
        engine.dispose()


def _pid(server_socket: Path) -> int:
    return int((server_socket.parent / "data/postmaster.pid").read_text().splitlines()[0])


def _is_gone(pid: int, *, within: float = 10.0) -> bool:
    give_up = time.monotonic() + within
    while time.monotonic() < give_up:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


def test_the_server_is_a_real_postgresql(postgresql_url: str) -> None:
    assert str(_scalar(postgresql_url, "SELECT version()")).startswith("PostgreSQL 18")


def test_the_servers_own_zone_is_not_utc(postgresql_url: str) -> None:
    assert _scalar(postgresql_url, "SHOW timezone") == "Asia/Kolkata"


def test_a_copy_has_the_tables_of_its_template_and_leaves_the_template_alone(
    postgresql_server: Server,
) -> None:
    template = postgresql_server.create()
    engine = create_engine(postgresql_server.url(template))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE changes (id integer)"))
    engine.dispose()
    copies = [postgresql_server.create(template=template) for _ in range(2)]
    first = create_engine(postgresql_server.url(copies[0]))
    with first.begin() as connection:
        connection.execute(text("INSERT INTO changes VALUES (1)"))
    first.dispose()
    counts = [
        _scalar(postgresql_server.url(name), "SELECT count(*) FROM changes") for name in (template, *copies)
    ]
    assert counts == [0, 1, 0]
    for name in (template, *copies):
        postgresql_server.drop(name)


def test_a_database_is_dropped_even_while_a_test_forgot_a_connection(postgresql_server: Server) -> None:
    name = postgresql_server.create()
    forgotten = psycopg.connect(host=str(postgresql_server.socket_folder), user="countersign", dbname=name)
    postgresql_server.drop(name)
    with pytest.raises(psycopg.OperationalError):
        forgotten.execute("SELECT 1")
    forgotten.close()


def test_the_server_stops_and_leaves_nothing_behind_when_a_test_fails() -> None:
    def fail_while_it_runs() -> None:
        with running_server() as server:
            seen.append((_pid(server.socket_folder), server.socket_folder.parent))
            raise ZeroDivisionError

    seen: list[tuple[int, Path]] = []
    with pytest.raises(ZeroDivisionError):
        fail_while_it_runs()
    ((pid, folder),) = seen
    assert _is_gone(pid)
    assert not folder.exists()


def test_the_server_stops_when_the_test_run_is_killed(request: pytest.FixtureRequest) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_A_SERVER],
        cwd=request.config.rootpath,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(request.config.rootpath)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as run:
        assert run.stdout is not None
        socket_folder = Path(run.stdout.readline().strip())
        pid = _pid(socket_folder)
        run.send_signal(signal.SIGKILL)
    assert _is_gone(pid)
    shutil.rmtree(socket_folder.parent)


def test_a_test_gets_a_database_of_the_present_schema_without_rows(database_url: str) -> None:
    engine = create_engine(database_url)
    tables = set(inspect(engine).get_table_names())
    engine.dispose()
    assert {"changes", "audit", "outbox", "deadlines"} <= tables
    assert _scalar(database_url, "SELECT count(*) FROM changes") == 0


def test_an_empty_database_has_no_tables_at_all(empty_database_url: str) -> None:
    engine = create_engine(empty_database_url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()
