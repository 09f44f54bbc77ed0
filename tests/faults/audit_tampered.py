"""F9: rows of the audit log and its seals are edited, deleted, put in, cut off, and computed anew by who knows how.

Each is to be found, with the row or seal named that is the first one wrong: by `countersign audit verify` alone, or, where
whoever wrote everything anew could make it fit, with `--anchor` and a seal that somebody kept. A log from which a person
was erased holds, and so does one that nobody touched.
"""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.rules.change import Span
from bot.rules.inputs import FreezeWish
from bot.rules.terms import PersonId, ServiceName, Words
from bot.store.audit_chain import forget, verify
from bot.store.reading import Anchor, ChainBroken, SealBroken
from bot.store.seals import verify_seals
from bot.workflows.freeze import declare_freeze
from bot.workflows.watch import confirm_healthy
from tests.attacker import attacker
from tests.faults.bots import HARBOR, ROOT
from tests.faults.copies import copy_of
from tests.faults.fault import Form, Tally
from tests.faults.kept_log import Log, Named, first_wrong_row, first_wrong_seal, read_log
from tests.faults.office import Office, a_story, office
from tests.faults.tampering import Skill, Tampering, compute_anew, every_tampering
from tests.ground import Ground

EACH_IN_SHORT: Final = 23
"""In short, one in so many is done."""
BY_COMMAND: Final = {Form.SHORT: 1, Form.WHOLE: 5}
"""How many are also found by the command, in a process of its own."""
FOUND: Final = ("by the rows", "by the seals", "by a kept seal only")


@dataclass
class Look:
    """A log that was as it should be, and what is found in it now; `ways` counts by what something was found."""

    connection: Connection
    kept: Log
    tally: Tally = field(default_factory=Tally)
    ways: Counter[str] = field(default_factory=Counter)

    def named(self, anchor: int = 0) -> Named | None:
        """What the bot names; `anchor` is the number of a kept seal, 0 without."""
        found = verify(self.connection)
        if isinstance(found, ChainBroken):
            return Named(found.row, found.stream, found.seq)
        seals = verify_seals(self.connection, self.anchor(anchor) if anchor else None)
        return Named(seal=seals.number) if isinstance(seals, SealBroken) else None

    def anchor(self, number: int) -> Anchor:
        """A seal as the audit channel has it."""
        return Anchor(number, self.kept.seals[number - 1]["hash"])

    def is_found(self, tampering: Tampering) -> None:
        """Do it, look, and undo it."""
        self.connection.exec_driver_sql("SAVEPOINT before")
        try:
            try:
                tampering.do(self.connection)
                compute_anew(self.connection, tampering.skill)
            except DBAPIError:
                return  # the database has no room for it: two rows in one place
            self._judge(tampering)
        finally:
            self.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT before")

    def _judge(self, tampering: Tampering) -> None:
        now = read_log(self.connection)
        if now == self.kept:
            return
        self.tally.tried += 1
        what = f"{tampering.name}, computed anew: {tampering.skill.value}"
        row = first_wrong_row(self.kept, now) if tampering.skill is Skill.NOTHING else None
        seal = None if tampering.skill is Skill.SEALS else first_wrong_seal(self.kept, now)
        wrong, found = row or seal, self.named()
        if found != wrong:
            self.tally.check(False, f"{what}: named {found} instead of {wrong}")
        elif wrong:
            self.ways[FOUND[0] if row else FOUND[1]] += 1
        else:
            self._judge_with_anchors(now, what)

    def _judge_with_anchors(self, now: Log, what: str) -> None:
        """Nothing fits badly: the kept seals tell, from the first that covers what was changed."""
        there = {seal["number"]: seal for seal in now.seals}
        changed = [each["number"] for each in self.kept.seals if there.get(each["number"]) != each]
        for seal in self.kept.seals:
            number = seal["number"]
            wrong = Named(seal=number) if number in changed else None
            found = self.named(number)
            self.tally.check(found == wrong, f"{what}: with seal {number} named {found} instead of {wrong}")
        covered = self.kept.seals[-1]["last_row"]
        before = [row for row in self.kept.rows if row["id"] <= covered]
        kept = {(row["stream"], row["seq"], row["hash"]) for row in now.rows}
        is_sealed = any((row["stream"], row["seq"], row["hash"]) not in kept for row in before)
        self.tally.check(changed or not is_sealed, f"{what}: nothing and nobody finds it")
        self.ways[FOUND[2] if changed else "by nothing: not sealed yet"] += 1

    def holds(self, what: str) -> None:
        """No false alarm, whichever seal was kept."""
        self.tally.tried += 1
        for number in (0, *(seal["number"] for seal in self.kept.seals)):
            found = self.named(number)
            self.tally.check(found is None, f"{what}: a false alarm, {found}")


def a_log(at_work: Office) -> None:
    """A routine release, a freeze and a hotfix, sealed; and two acts that no seal covers yet."""
    change, hotfix = a_story(at_work)
    now = at_work.app.acts.now()
    wish = FreezeWish((ServiceName("ledger"),), Span(now, now + timedelta(days=1)), Words("year-end closing"))
    for name in ("ana", "eve"):
        at_work.app.company_acts.perform(at_work.caller(name), declare_freeze, wish)
    at_work.seals()
    at_work.does("zed", confirm_healthy, None, change=change)
    at_work.does("zed", confirm_healthy, None, change=hotfix)


def _is_erased(look: Look) -> None:
    """Who was forgotten, one by one and then everybody's every word, leaves the log holding."""
    look.connection.exec_driver_sql("SAVEPOINT erased")
    for who in sorted({one["value"] for one in look.kept.texts if one["person"]}):
        forget(look.connection, PersonId(who))
        left = {one["value"] for one in read_log(look.connection).texts}
        look.tally.check(who not in left, f"{who} was not erased")
        look.holds(f"after {who} was forgotten")
    look.connection.execute(text("DELETE FROM audit_texts"))
    look.holds("after all texts were erased")
    look.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT erased")


@contextmanager
def _looking(url: str) -> Iterator[Look]:
    with attacker(url) as connection:
        yield Look(connection, read_log(connection))


def _verified_by_command(url: str, anchor: Anchor | None) -> tuple[int, str]:
    """The status with which `countersign audit verify` ends, and what it says."""
    settings = {
        "SLACK_BOT_TOKEN": "xoxb-nobody-is-asked",
        "SLACK_SIGNING_SECRET": "nobody-is-asked",
        "DATABASE_URL": url,
        "ORGANIZATION": str(HARBOR),
    }
    kept = ["--anchor", f"{anchor.number}:{anchor.hash}"] if anchor else []
    done = subprocess.run(
        [sys.executable, "-m", "bot", "audit", "verify", *kept],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def _is_found_by_command(url: str, tampering: Tampering | None) -> Tally:
    """Do it to a copy and have the command look, with the newest seal that was kept."""
    tally = Tally(tried=1)
    with _looking(url) as look:
        if tampering:
            try:
                tampering.do(look.connection)
            except IntegrityError:  # the database itself refuses it
                return Tally()
            compute_anew(look.connection, tampering.skill)
        now, anchor = read_log(look.connection), look.anchor(len(look.kept.seals))
        row = first_wrong_row(look.kept, now) if tampering and tampering.skill is Skill.NOTHING else None
        seal = first_wrong_seal(look.kept, now, (anchor.number, anchor.hash))
        if tampering and tampering.skill is Skill.SEALS:
            seal = Named(seal=anchor.number)
    status, said = _verified_by_command(url, anchor)
    expected = "The audit log holds"
    if row:
        expected = f"{row.stream}, entry {row.entry} (row {row.row}): "
    elif seal:
        expected = f"Seal {seal.seal}: "
    tally.check(
        status == int(bool(row or seal)) and said.startswith(expected),
        f"{tampering.name if tampering else 'nothing'}: the command ended with {status} and said {said[:200]}",
    )
    return tally


def _in(ground: Ground, kind: str, form: Form) -> tuple[Tally, Counter[str]]:
    step, url = EACH_IN_SHORT if form is Form.SHORT else 1, ground.new_database(kind)
    with office(ground, url) as at_work:
        a_log(at_work)
    with _looking(url) as look:
        look.holds("a log that nobody touched")
        every = list(every_tampering(look.kept))
        for tampering in every[::step]:
            look.is_found(tampering)
        _is_erased(look)
        look.holds("a log to which all was undone")
        tally, ways = look.tally, look.ways
    tried = [None, *every[:: len(every) // BY_COMMAND[form]]]
    for each in tried[: BY_COMMAND[form] + 1]:
        tally.add(_is_found_by_command(copy_of(ground, url), each))
    return tally, ways


def run(ground: Ground, form: Form) -> Tally:
    """See the module."""
    kinds = ("sqlite", "postgresql") if form is Form.WHOLE else ("sqlite",)
    total, ways = Tally(), Counter[str]()
    for kind in kinds:
        tally, counted = _in(ground, kind, form)
        total.add(tally)
        ways += counted
    total.notes.append("found " + ", ".join(f"{how} {times}" for how, times in ways.most_common()))
    return total
