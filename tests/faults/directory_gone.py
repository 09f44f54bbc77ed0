"""F15: the organization's directory is slow, wrong or gone while people act; so is the organization's file.

Tia is Tech Lead through a user group. Before each of her clicks Slack's answers about her and about the group are made as old as the
case says – a few minutes, some hours, more than a day, or never given –, and Slack is made to answer late, wrongly or not at all. Then
she approves one of many changes, and what must come of it is written beside the case. Afterwards Slack is well again, and
without anybody's help the same click counts, if it did not before.

Wrong: an approval by who holds no role here and now, or on an answer older than the guide allows; one on an old answer without its
age in the record; a refusal without the reason; a click without an answer in time; a click that does not count when Slack is well
again; a broken file of the organization that changes anything, or of which nobody is told.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text
from structlog.testing import capture_logs

from bot.demo import MONDAY, Demo, demo, harbor
from bot.rules.organization_outside import GroupId
from bot.rules.terms import ChangeId, ChangeType, PersonId
from bot.sandbox.acts import Press
from bot.sandbox.blocks import elements_of
from bot.sandbox.clock import MovableClock
from bot.sandbox.company import UserGroup
from bot.sandbox.faults import Fault
from bot.slack.ids import Press as Pressed
from bot.slack.ids import Ref
from bot.store import groups
from tests.acts.test_downtime import Course
from tests.faults.fault import Form, Tally
from tests.faults.office import office
from tests.faults.records import check_record
from tests.ground import Ground

GROUP: Final = "S0TECHLEADS"
GROUPED: Final = ('tech_lead = ["tia", "tom"]', f'tech_lead = ["@{GROUP}"]')
PROFILE, MEMBERS = "users.info", "usergroups.users.list"
MINUTES, HOURS, DAYS = timedelta(minutes=3), timedelta(hours=5), timedelta(hours=24, minutes=1)
ALWAYS: Final = 50
SLACK: Final = re.compile(r"Slack|workspace|account|bot|guest|user group|no role")
PAGE: Final = "<html><body>502 Bad Gateway</body></html>"


def _user(**overrides: object) -> str:
    """An answer of `users.info` about Tia, as she never was."""
    user = {"id": "U0TIA", "team_id": "T0HARBOR", "name": "tia", "real_name": "Tia Novak", **overrides}
    return json.dumps({"ok": True, "user": user})


SILENT: Final[Mapping[str, Fault]] = {
    "late by 10 s": Fault(delay=10),
    "429": Fault(status=429, retry_after=30),
    "500": Fault(status=500),
    "503, a page": Fault(status=503, body=PAGE),
    "a page with 200": Fault(body=PAGE),
    "JSON cut off": Fault(body='{"ok": true, "user": {"id": "U0T'),
    "a list": Fault(body='["ok"]'),
    "ok and nothing else": Fault(body='{"ok": true}'),
    "of another shape": Fault(body='{"ok": true, "user": "U0TIA", "users": "U0TIA"}'),
    "nulls": Fault(body='{"ok": true, "user": null, "users": null}'),
    "connection cut": Fault(drop=True),
    "internal_error": Fault(error="internal_error"),
    "ratelimited": Fault(error="ratelimited"),
    "missing_scope": Fault(error="missing_scope"),
    "account_inactive": Fault(error="account_inactive"),
}
"""How Slack says nothing; whoever it is asked about, the last answer counts for a day."""
WRONG_PROFILE: Final[Mapping[str, tuple[Fault, str]]] = {
    "of another team": (Fault(body=_user(team_id="T0OTHER")), "workspace"),
    "of no team": (Fault(body=_user(team_id=None)), "workspace"),
    "deactivated": (Fault(body=_user(deleted=True)), "deactivated"),
    "a bot": (Fault(body=_user(is_bot=True)), "bot"),
    "a guest": (Fault(body=_user(is_restricted=True)), "guest"),
    "a guest of one channel": (Fault(body=_user(is_ultra_restricted=True)), "guest"),
    "user_not_found": (Fault(error="user_not_found"), "Slack knows nobody"),
    "user_not_visible": (Fault(error="user_not_visible"), "Slack knows nobody"),
}
ABOUT_SOMEBODY_ELSE: Final = Fault(body=_user(id="U0TOM"))
WRONG_MEMBERS: Final[Mapping[str, Fault]] = {
    "vanished": Fault(error="no_such_subteam"),
    "empty": Fault(body='{"ok": true, "users": []}'),
    "of other people": Fault(body='{"ok": true, "users": ["U0BEN", "U0LEA"]}'),
}
NO_GROUPS: Final = {"paid_teams_only": Fault(error="paid_teams_only"), **SILENT}


@dataclass(frozen=True)
class Case:
    """Slack does this when it is asked for that; its last answers are so old. None: it never gave one."""

    name: str
    method: str
    fault: Fault
    age: timedelta | None
    counts: bool
    says: str = ""
    """What a refusal says among other things."""


def every_case() -> Iterator[Case]:
    """All of them: each beside what must come of it."""
    for method, faults in (
        (PROFILE, {**SILENT, "about somebody else": ABOUT_SOMEBODY_ELSE}),
        (MEMBERS, NO_GROUPS),
    ):
        for name, fault in faults.items():
            for age in (HOURS, DAYS, None):
                yield Case(f"{method} {name}", method, fault, age, counts=age == HOURS)
    for name, (fault, says) in WRONG_PROFILE.items():
        yield Case(f"{PROFILE} {name}", PROFILE, fault, MINUTES, counts=False, says=says)
    for name, fault in WRONG_MEMBERS.items():
        yield Case(f"{MEMBERS} {name}", MEMBERS, fault, MINUTES, counts=False)


@dataclass
class Place:
    """The bot at work, and many changes that wait for Tia."""

    running: Demo
    tally: Tally
    presses: dict[ChangeId, Press] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for message in self.running.sandbox.person("tia").dms():
            for block in message.blocks:
                for element in elements_of(block):
                    ref = Ref.decode(str(element.get("value", "")))
                    if ref and element.get("action_id") == Pressed.APPROVE:
                        self.presses[ref.change] = Press(block["block_id"], element)
        self.message = self.running.sandbox.person("tia").dms()[-1]

    def answers_are_old(self, age: timedelta | None) -> None:
        """Slack's last answers about Tia and the group were given so long ago, or never."""
        at = datetime.now(UTC) - (age or timedelta())
        with self.running.app.database.write() as connection:
            if age is None:
                connection.execute(text("DELETE FROM directory_answers WHERE person = 'U0TIA'"))
                connection.execute(text("DELETE FROM group_members"))
                connection.execute(text("DELETE FROM groups"))
            for table, column in (("directory_answers", "at"), ("groups", "read_at")):
                stored = at.replace(tzinfo=None).isoformat(" ", "microseconds") if self._is_sqlite else at
                connection.execute(text(f"UPDATE {table} SET {column} = :at"), {"at": stored})  # noqa: S608 - the names above

    @property
    def _is_sqlite(self) -> bool:
        return "sqlite" in str(self.running.app.database._writer.url)  # noqa: SLF001 - which of both it is

    def approves(self, change: ChangeId) -> tuple[str | None, str]:
        """Tia presses; returns what was wrong with the answer, and what only she reads then."""
        sandbox, tia = self.running.sandbox, self.running.sandbox.person("tia")
        known = len(tia.ephemerals())
        trouble = sandbox.acts.clicks(tia.who, self.message.post, self.presses[change]).trouble
        self.running.app.desk.rest()
        return trouble, "\n".join(each.text for each in tia.ephemerals()[known:])

    def recorded(self, change: ChangeId) -> list[Any]:
        """What the log has of Tia's approvals of it: outcome and age of the answer."""
        query = text(
            "SELECT audit.outcome, audit.content FROM audit JOIN audit_texts ON audit_texts.audit_id = audit.id"
            " WHERE stream = :stream AND act = 'approve' AND audit_texts.value = 'U0TIA' ORDER BY audit.id"
        )
        with self.running.app.database.read() as connection:
            rows = connection.execute(query, {"stream": f"CHG-{change}"}).all()
        return [(row.outcome, json.loads(row.content).get("directory_age")) for row in rows]

    def is_tried(self, case: Case, change: ChangeId) -> None:
        """Slack fails, Tia presses; Slack is well again, Tia presses once more."""
        self.tally.tried += 1
        self.answers_are_old(case.age)
        self.running.sandbox.faults.next(case.method, case.fault, times=ALWAYS)
        trouble, said = self.approves(change)
        self.running.sandbox.faults.clear()
        found = self.recorded(change)
        what = f"{case.name}, last answer {case.age}: {found} “{said[:140]}”"
        self.tally.check(trouble is None, f"{what}: {trouble}")
        done = [age for outcome, age in found if outcome == "done"]
        self.tally.check(len(done) == int(case.counts), what)
        if case.counts and case.age:
            least = case.age.total_seconds()
            self.tally.check(
                done and done[0] is not None and least <= done[0] < least + 60, f"{what}: its age"
            )
        else:
            self.tally.check(SLACK.search(said) and case.says in said, f"{what}: without the reason")
        self._is_well_again(case, change)

    def _is_well_again(self, case: Case, change: ChangeId) -> None:
        if case.counts:
            return
        self.answers_are_old(MINUTES)
        trouble, said = self.approves(change)
        found = self.recorded(change)
        outcome, age = found[-1] if found else ("", None)
        # Where the machine is slow, the answer of some minutes ago counts, and is flagged, before the new one is there.
        fresh = age is None or age < (2 * MINUTES).total_seconds()
        self.tally.check(
            trouble is None and outcome == "done" and fresh, f"after {case.name}: {found} {said[:140]}"
        )


@contextmanager
def _place(ground: Ground, kind: str, changes: int, tally: Tally) -> Iterator[Place]:
    """So many changes wait for Tia."""
    url, company = ground.new_database(kind), harbor().replace(*GROUPED, 1)
    with office(ground, url, company=company) as at_work:
        members = (PersonId("U0TIA"), PersonId("U0TOM"))
        with at_work.app.database.write() as connection:
            groups.remember(connection, GroupId(GROUP), members, datetime.now(UTC))
        for number in range(changes):
            Course.asked(at_work, "payments", ChangeType.ROUTINE, f"4.{number}.0")
    with demo(MovableClock(MONDAY), ticking=False, database_url=url, organization=company) as running:
        running.sandbox.buys_plan(UserGroup(GROUP, "tech-leads", "Tech Leads", ("U0TIA", "U0TOM")))
        running.app.company.directory.groups.refresh(older_than=timedelta())
        running.settle()
        yield Place(running, tally)


def _as_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


FILES: Final[Mapping[str, Callable[[Path, str], object]]] = {
    "gone": lambda file, _: file.unlink(),
    "half": lambda file, whole: file.write_text(whole[: len(whole) // 2], encoding="utf-8"),
    "empty": lambda file, _: file.write_text("", encoding="utf-8"),
    "no text": lambda file, _: file.write_bytes(b"\xff\xfe\x00\x81"),
    "not TOML": lambda file, _: file.write_text("name = [", encoding="utf-8"),
    "another workspace": lambda file, whole: file.write_text(
        whole.replace("T0HARBOR", "T0OTHER"), encoding="utf-8"
    ),
    "somebody unknown": lambda file, whole: file.write_text(
        whole.replace('["lea", "luis"]', '["lea", "nobody"]'), encoding="utf-8"
    ),
    "a folder": lambda file, _: _as_folder(file),
}
"""What becomes of the organization's file."""


def _files(place: Place, changes: Iterator[ChangeId]) -> None:
    """A file that cannot be used changes nothing, and the admins read it; one that names nobody gives nobody a role."""
    file = place.running.organization_file
    whole = file.read_text(encoding="utf-8")
    admins = place.running.sandbox.channel("deploy-admin")
    for name, breaks in FILES.items():
        place.tally.tried += 1
        breaks(file, whole)
        place.running.settle()
        change = next(changes)
        place.approves(change)
        found = place.recorded(change)
        place.tally.check(found == [("done", None)], f"the file is {name}: {found}")
        place.tally.check("cannot be" in admins.messages[-1].text, f"the file is {name}: nobody is told")
        if file.is_dir():
            file.rmdir()
        file.write_text(whole, encoding="utf-8")
        place.running.settle()
    change = next(changes)
    for names in ('"finn"', ""):
        place.tally.tried += 1
        file.write_text(whole.replace(f'["@{GROUP}"]', f"[{names}]"), encoding="utf-8")
        place.running.settle()
        _, said = place.approves(change)
        found = place.recorded(change)
        place.tally.check("done" not in dict(found), f"the file names [{names}] and Tia approves: {found}")
        place.tally.check("no role" in said or "nothing" in said.lower(), f"[{names}]: “{said[:140]}”")
    file.write_text(whole, encoding="utf-8")
    place.running.settle()
    place.approves(change)
    place.tally.check(
        place.recorded(change)[-1:] == [("done", None)], "the file is mended and Tia cannot approve"
    )


IN_SHORT: Final = frozenset(
    {
        f"{PROFILE} 500",
        f"{PROFILE} of another shape",
        f"{PROFILE} a guest",
        f"{MEMBERS} paid_teams_only",
        f"{MEMBERS} vanished",
    }
)


def run(ground: Ground, form: Form) -> Tally:
    """See the module."""
    whole, tally = form is Form.WHOLE, Tally()
    cases = [case for case in every_case() if whole or case.name in IN_SHORT]
    files = len(FILES) + 1 if whole else 0
    with (
        capture_logs(),
        _place(ground, "postgresql" if whole else "sqlite", len(cases) + files, tally) as place,
    ):
        changes = iter(sorted(place.presses))
        tally.count(len(cases) + files, len(place.presses), "changes that Tia is asked for")
        for case in cases:
            place.is_tried(case, next(changes))
        if whole:
            place.answers_are_old(timedelta())
            _files(place, changes)
        check_record(tally, place.running.app.database)
    return tally
