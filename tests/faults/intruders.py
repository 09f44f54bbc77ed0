"""F4: whoever is not Slack, at the front door: forged, replayed, stale, malformed, nested, slow, 50 MB – and honest people at work.

Everything is sent over raw sockets, thousands of times, from the address by which honest people come, too, and from a
thousand others: first one of each kind, then all of them in turn by many hands, while connections that send nothing, half a
request or a body drop by drop are held open. In between honest people approve changes, and one of their deliveries is replayed again and again.

Lost: an honest click that got no answer or is not recorded. Doubled: one that is recorded twice. Wrong: an intruder who got an
answer other than 4xx, a listener that was reached, memory that grew.
"""

import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socket import create_connection, socket
from typing import Final
from urllib.parse import urlencode

from httpx import codes
from sqlalchemy import func, select

from bot.rules.terms import ChangeId
from bot.slack.ids import Press, Ref
from bot.store.machinery import audit, dedupe
from tests.faults.bots import Sender
from tests.faults.fault import Form, Tally
from tests.faults.office import office
from tests.faults.raw_requests import FORM, JSON, Lines, Raw, send, signed, written
from tests.faults.replicas import Cluster, cluster
from tests.ground import Ground

MEGABYTE: Final = 1024 * 1024
HUGE: Final = 50 * MEGABYTE
GROWS_AT_MOST: Final = 32 * MEGABYTE
"""The eight large bodies that are read at a time, twice over while they are put together, and what a server needs for so many connections."""
HANDS: Final = 16
INTRUDER: Final = "U0OMAR"
"""In whose name everything is forged: Omar could approve, and never does."""
APPROVERS: Final = ("ben", "tia", "lea")
ROUNDS: Final = {Form.SHORT: 6, Form.WHOLE: 120}
CHANGES: Final = {Form.SHORT: 3, Form.WHOLE: 40}
HELD: Final = {Form.SHORT: 20, Form.WHOLE: 100}
ASKED: Final = 300
READY: Final = b"GET /readyz HTTP/1.1\r\nhost: bot\r\nconnection: close\r\n\r\n"
NESTED: Final = b'{"a":' * 50_000 + b"1" + b"}" * 50_000


def forged(secret: str, click: bytes) -> dict[str, Raw]:
    """What is not signed, or not now, or not so that it can be read in one way."""
    now = int(time.time())
    right = signed(secret, click)
    kind, stamp, sign = right

    def at(stamp: str) -> Raw:
        return Raw(written(signed(secret, click, stamp=stamp), click))

    def lines(*headers: tuple[str, str]) -> Raw:
        return Raw(written(headers, click))

    return {
        "nothing of Slack's": lines(kind),
        "another secret": Raw(written(signed(f"{secret}?", click), click)),
        "the secret's digest of nothing": lines(kind, stamp, signed(secret, b"")[2]),
        "a body that was changed": Raw(written(right, click.replace(b"OMAR", b"EVE", 1))),
        "a signature that is none": lines(kind, stamp, ("x-slack-signature", "v0=" + "\xff" * 64)),
        "stale": at(str(now - 301)),
        "from tomorrow": at(str(now + 86_400)),
        "a timestamp that is no number": at("soon"),
        "a timestamp that is NaN": at("NaN"),
        "a timestamp without end": at("9" * 4000),
        "a negative timestamp": at(f"-{now}"),
        "a timestamp as a float": at(f"{now}.0"),
        "two signatures": lines(*right, sign),
        "two timestamps": lines(*right, stamp),
        "two types": lines(*right, kind),
        "two lengths": lines(*right, ("content-length", str(len(click))), ("content-length", "3")),
        "a length and chunks": lines(*right, ("content-length", "9"), ("transfer-encoding", "chunked")),
        "GET": Raw(written(right, click, method="GET")),
        "PUT": Raw(written(right, click, method="PUT")),
        "another address": Raw(written(right, click, path="/slack/events/..%2f..")),
        "no HTTP": Raw(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 200 + b"\r\n\r\n"),
        "a header without end": Raw(b"POST /slack/events HTTP/1.1\r\nx: ", more=2 * MEGABYTE),
    }


def large(secret: str, click: bytes) -> dict[str, Raw]:
    """What is announced or sent as large: 50 MB, though half a minute of it is never read."""
    kind, stamp, sign = signed(secret, click)
    chunks = written([kind, stamp, sign, ("transfer-encoding", "chunked")])
    return {
        "50 MB, announced": Raw(written([kind, stamp, sign, ("content-length", str(HUGE))])),
        "50 MB, sent": Raw(written([kind, stamp, sign, ("content-length", str(HUGE))]), HUGE),
        "50 MB, in chunks": Raw(chunks, HUGE, chunked=True),
        "1 MB": Raw(written([kind, stamp, sign, ("content-length", str(MEGABYTE))]), MEGABYTE),
        "50 MB, to another address": Raw(
            written([kind, ("content-length", str(HUGE))], path="/nothing"), HUGE
        ),
    }


def malformed(secret: str) -> dict[str, Raw]:
    """What is signed with the right secret, and none the less nothing that Slack sends."""
    bodies: Mapping[str, tuple[bytes, str]] = {
        "nested": (NESTED, JSON),
        "nested in a form": (b"payload=" + NESTED, FORM),
        "lists in lists": (b'{"a":' + b"[" * 100_000, JSON),
        "too much of it": (b'{"a":[' + b"1," * 200_000 + b"1]}", JSON),
        "bad UTF-8": (b'{"a": "\xff\xfe"}', JSON),
        "bad UTF-8 in a form": (b"payload=%ff%fe", FORM),
        "NaN": (b'{"type": "block_actions", "a": NaN}', JSON),
        "half a character": (b'{"a": "\\ud800"}', JSON),
        "NUL": (b"command=%2Fdeploy&text=%00", FORM),
        "a number without end": (b'{"a": ' + b"9" * 5000 + b"}", JSON),
        "a field twice": (b"command=%2Fdeploy&command=%2Fother", FORM),
        "a list": (b"[]", JSON),
        "nothing": (b"", FORM),
        "another type": (b"command=%2Fdeploy", "text/plain"),
        "no press": (b'{"type": "block_actions", "user": {"id": "U0OMAR"}, "actions": []}', JSON),
        "no person": (urlencode({"payload": '{"type": "block_actions", "user": 5}'}).encode(), FORM),
    }
    return {
        f"signed, {name}": Raw(written(signed(secret, body, kind), body))
        for name, (body, kind) in bodies.items()
    }


@dataclass
class Siege:
    """The bot, the honest and the others."""

    run: Cluster
    tally: Tally
    statuses: Counter[int] = field(default_factory=Counter)
    approved: list[tuple[str, ChangeId]] = field(default_factory=list)

    @property
    def port(self) -> int:
        return self.run.replicas[0].port

    @property
    def url(self) -> str:
        return self.run.replicas[0].url

    @property
    def peak(self) -> int:
        """The most memory that the bot ever had, in bytes."""
        told = Path(f"/proc/{self.run.replicas[0].pid}/status").read_text(encoding="ascii")
        return 1024 * int(next(line.split()[1] for line in told.splitlines() if line.startswith("VmHWM")))

    def intrudes(self, name: str, raw: Raw, source: str = "127.0.0.1") -> int:
        """Send one; whatever is answered must be the sender's fault."""
        status = send(self.port, raw, source)
        self.statuses[status] += 1
        self.tally.tried += 1
        self.tally.check(not status or codes.is_client_error(status), f"{name}: answered {status}")
        return status

    def approves(self, person: str, change: ChangeId) -> None:
        """An honest click."""
        sent = self.run.sender.press(self.url, f"U0{person.upper()}", Press.APPROVE, Ref(change, 1).encode())
        self.tally.tried += 1
        self.tally.count(1, int(sent.acknowledged), f"answers to {person} on CHG-{change}")
        self.approved.append((person, change))


@contextmanager
def held(siege: Siege, secret: str, click: bytes, count: int) -> Iterator[list[socket]]:
    """Connections that are held open: without a word, with half a request, with a small and with a large body that never ends."""
    lines: Lines = [*signed(secret, click), ("content-length", "900000")]
    begins = (b"", b"POST /slack/events HTTP/1.1\r\nhost: b", written(lines), written(lines) + b"x" * 300_000)
    with ExitStack() as stack:
        opened = []
        for number in range(count):
            connection = stack.enter_context(create_connection(("127.0.0.1", siege.port), 20))
            connection.sendall(begins[number % len(begins)])
            opened.append(connection)
        siege.tally.tried += count
        yield opened


def _one_of_each(siege: Siege, kinds: Mapping[str, Raw]) -> None:
    """Each kind gets an answer of its own, as long as the address has not sent too much: nothing is only cut off."""
    for number, (name, raw) in enumerate(kinds.items()):
        status = siege.intrudes(name, raw, f"127.0.1.{number + 1}")
        whole = not raw.more
        siege.tally.check(status not in {0, codes.TOO_MANY_REQUESTS} or not whole, f"{name}: {status}")


def _all_at_once(siege: Siege, kinds: Mapping[str, Raw], rounds: int, changes: list[ChangeId]) -> None:
    """Every kind in each round, by many hands; a third of it from the honest people's address."""
    chance = random.Random(4)  # noqa: S311 - the same siege each time
    sources = [
        f"127.{chance.randrange(2, 250)}.{chance.randrange(250)}.{chance.randrange(1, 250)}"
        for _ in range(1000)
    ]
    with ThreadPoolExecutor(HANDS) as hands:
        sent = []
        honest = iter([(person, change) for change in changes for person in APPROVERS])
        for number in range(rounds):
            for name, raw in kinds.items():
                if raw.more >= HUGE and number % 6:
                    continue
                source = chance.choice(["127.0.0.1", *chance.sample(sources, 2)])
                sent.append(hands.submit(siege.intrudes, name, raw, source))
            for person, change in [each for each in (next(honest, None),) if each]:
                siege.approves(person, change)
        for person, change in honest:
            siege.approves(person, change)
        for each in sent:
            each.result()


def _replay(siege: Siege, change: ChangeId, secret: str, times: int) -> None:
    """One delivery of Ben's, signed once, again and again: the same bytes are right, and count once."""
    body = siege.run.sender.pressed("U0BEN", Press.APPROVE, Ref(change, 1).encode(), "replayed")
    raw = Raw(written([*signed(secret, body), ("connection", "close")], body))
    for _ in range(times):
        status = send(siege.port, raw)
        siege.tally.tried += 1
        siege.tally.check(status == codes.OK, f"a replayed delivery: {status}")
    siege.approved.append(("ben", change))


def _asked_for_health(siege: Siege) -> None:
    for _ in range(ASKED):
        siege.tally.tried += 1
        siege.tally.check(send(siege.port, Raw(READY)) == codes.OK, "the bot is not ready")


def _check_record(siege: Siege) -> None:
    """Each honest click is recorded once, and nothing else reached a listener."""
    acts = select(audit.c.stream, func.count()).where(audit.c.act == "approve").group_by(audit.c.stream)
    with siege.run.database.read() as connection:
        found = {row[0]: row[1] for row in connection.execute(acts)}
        keys = connection.execute(
            select(func.count()).select_from(dedupe).where(dedupe.c.key.startswith("action:"))
        ).scalar_one()
    wanted = Counter(f"CHG-{change}" for _, change in siege.approved)
    for stream in wanted | Counter(found):
        siege.tally.count(wanted[stream], found.get(stream, 0), f"{stream}: approvals recorded")
    siege.tally.count(len(siege.approved), keys, "deliveries that reached a listener")
    for person, change in siege.approved:
        done = [
            e for e in siege.run.entries(change) if e.person == f"U0{person.upper()}" and e.outcome == "done"
        ]
        siege.tally.count(1, len(done), f"CHG-{change}: approvals by {person}")


def _requested(ground: Ground, database_url: str, count: int) -> list[ChangeId]:
    with office(ground, database_url) as at_work:
        asked = [at_work.requests(version=f"5.{number}.0") for number in range(count)]
        return [each.scene.change.id for each in asked if each.scene]


def run(ground: Ground, form: Form) -> Tally:
    """See the module."""
    tally, url = Tally(), ground.new_sqlite()
    replayed, first, *changes = _requested(ground, url, CHANGES[form] + 2)
    with cluster(ground, url, tally, ("http",)) as bots:
        siege, secret = Siege(bots, tally), bots.sandbox.credentials.signing_secret
        click = Sender.pressed(bots.sender, INTRUDER, Press.APPROVE, Ref(changes[0], 1).encode(), "forged")
        kinds = {**forged(secret, click), **large(secret, click), **malformed(secret)}
        for person in APPROVERS:
            siege.approves(person, first)
        _one_of_each(siege, kinds)
        before, began = siege.peak, time.monotonic()
        with held(siege, secret, click, HELD[form]):
            _all_at_once(siege, kinds, ROUNDS[form], changes)
            _asked_for_health(siege)
            _replay(siege, replayed, secret, ROUNDS[form] * 2)
        bots.rests()
        grew = siege.peak - before
        tally.check(grew <= GROWS_AT_MOST, f"the bot's memory grew by {grew / MEGABYTE:.0f} MB")
        _check_record(siege)
        answers = ", ".join(
            f"{times:,} × {status or 'closed'}" for status, times in sorted(siege.statuses.items())
        )
        tally.notes.append(
            f"{len(kinds)} kinds in {time.monotonic() - began:.1f} s: {answers}; peak memory"
            f" {before / MEGABYTE:.0f} MB before, {(before + grew) / MEGABYTE:.0f} MB after"
        )
    return tally
