"""How long a command and the server take to begin, beside a Python that does nothing, and how much memory the server has."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

from bench.measure import Goal, Measure, Pair, Size
from bench.office import MONDAY
from bot.demo import with_the_bot
from bot.sandbox.clock import MovableClock
from bot.sandbox.company import HARBOR
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.strictness import Strictness
from bot.sandbox.workspace import Credentials
from bot.slack.manifest import scopes
from tests.faults.bots import HARBOR as FILE
from tests.faults.bots import free_port, wait_for
from tests.ground import Ground

HELPS: Final = {Size.WHOLE: 5, Size.QUICK: 1}
PATIENCE: Final = 60.0
BARE: Final = ("-c", "pass")
HELP: Final = ("-m", "bot", "--help")


def environment(database_url: str = "sqlite:///countersign.sqlite", **more: str) -> Mapping[str, str]:
    """What a command of the bot finds. `./dev` keeps compiled modules, as they are for everybody who starts it twice."""
    return {
        **os.environ,
        "DATABASE_URL": database_url,
        "SLACK_BOT_TOKEN": "xoxb-nobody-is-asked",
        "SLACK_SIGNING_SECRET": "nobody-is-asked",
        "ORGANIZATION": str(FILE),
        **more,
    }


def _milliseconds(command: tuple[str, ...], times: int) -> float:
    """CPU time of one process of this command, which stays the same whatever else the machine does."""
    used = 0.0
    for _ in range(times):
        process = subprocess.Popen([sys.executable, *command], env=environment(), stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
        used += usage.ru_utime + usage.ru_stime
    return used * 1000 / times


@contextmanager
def _help(_ground: Ground, size: Size) -> Iterator[Pair]:
    _milliseconds(HELP, 1)
    yield Pair(lambda: _milliseconds(HELP, HELPS[size]), lambda: _milliseconds(BARE, HELPS[size]))


class _Servers:
    """`countersign run` on a database and a Slack of its own, again and again."""

    def __init__(self, ground: Ground, slack: Mapping[str, str]) -> None:
        self._url = ground.new_sqlite()
        self._slack = slack
        self._log = ground.new_folder() / "log"

    def start(self) -> tuple[float, float]:
        """Start one, and end it; how many milliseconds of CPU time it used until it was ready, and its memory then, in MB."""
        port = free_port()
        more = {**self._slack, "PORT": str(port), "LOG_FORMAT": "json"}
        with self._log.open("ab") as told:
            process = subprocess.Popen(
                [sys.executable, "-m", "bot", "run"],
                env=environment(self._url, **more),
                stdout=told,
                stderr=told,
            )
        try:
            with httpx.Client(trust_env=False) as client:
                wait_for(lambda: _is_ready(client, port), "the server did not start", PATIENCE)
            took = _cpu_of(process.pid)
            memory = _peak_of(process.pid)
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE)
        return took, memory


def _is_ready(client: httpx.Client, port: int) -> bool:
    try:
        return client.get(f"http://127.0.0.1:{port}/readyz").is_success
    except httpx.TransportError:
        return False


def _cpu_of(process: int) -> float:
    """How much CPU time a process has used so far, in milliseconds."""
    after_the_name = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
    user, system = after_the_name[11:13]
    return (int(user) + int(system)) * 1000 / os.sysconf("SC_CLK_TCK")


def _peak_of(process: int) -> float:
    """The most memory that a process has had so far, in MB."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


@contextmanager
def _servers(ground: Ground) -> Iterator[_Servers]:
    credentials = Credentials(scopes=scopes())
    slack = Sandbox(with_the_bot(HARBOR), MovableClock(MONDAY), credentials, Strictness(rate_limits=False))
    with slack.server() as server:
        told = {
            "SLACK_API_URL": server.api_url,
            "SLACK_BOT_TOKEN": credentials.bot_token,
            "SLACK_SIGNING_SECRET": credentials.signing_secret,
        }
        servers = _Servers(ground, told)
        servers.start()
        yield servers


@contextmanager
def _start(ground: Ground, size: Size) -> Iterator[Pair]:
    with _servers(ground) as servers:
        yield Pair(lambda: servers.start()[0], lambda: _milliseconds(BARE, HELPS[size]))


@contextmanager
def _memory(ground: Ground, _size: Size) -> Iterator[Pair]:
    with _servers(ground) as servers:
        yield Pair(lambda: servers.start()[1], rounds=3)


STARTS: Final = (
    Measure("help", "countersign --help", "a Python that does nothing", "ms CPU", Goal(8), _help),
    Measure(
        "start",
        "countersign run until /readyz answers",
        "a Python that does nothing",
        "ms CPU",
        Goal(70),
        _start,
    ),
    Measure("start-memory", "countersign run, its memory at the start", "", "MB", Goal(100), _memory),
)
