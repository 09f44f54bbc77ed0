"""What the company is changes by itself: its file is edited, user groups get other members, deputies' time begins or ends.

Looked at again and again by the clock. A file that cannot be used changes nothing: the one before still counts, and the
admin channel is told why. One that can takes its place for everybody at once; whoever is asked, and every timer, follow
change by change. Each process reads its own file; of several that read the same, one records it.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection

from bot.act import Acts
from bot.people.company import Company
from bot.people.unreachable import Unreachable
from bot.rules.company_facts import CompanyFact, OrganizationRefused, OrganizationReloaded
from bot.rules.organization import Organization
from bot.rules.organization_outside import Outside
from bot.rules.terms import ChangeId, Words
from bot.rules.toml_places import BadFile
from bot.store import audit, dedupe, groups, listing, outbox
from bot.store.audit import AuditEntry
from bot.store.database import Database
from bot.store.lines import LineKind
from bot.store.outbox import Line
from bot.workflows.rota_change import taken_over

KEY: Final = "organization"
"""Under which the database remembers which file counts."""
ACT: Final = "reload_organization"
FOLLOWED_AT_ONCE: Final = 20
"""How many changes follow a change of the company in one tick."""
TOLD_MOST: Final = 5
KEPT_WARM: Final = timedelta(minutes=10)
"""How old the answer about a user group may become while nobody acts, so that a silent Slack leaves a recent one."""
ASKED_EVERY: Final = timedelta(minutes=1)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Text:
    """A file as it was read: its text, or why there is none."""

    text: str
    digest: str
    problem: str = ""


def read_text(read: Callable[[], bytes]) -> Text:
    """Read a file, whatever state it is in; `digest` is SHA-256 of its bytes, or of why there are none."""
    try:
        content = read()
    except OSError as error:
        problem = f"It cannot be read: {error.strerror or type(error).__name__}."
        return Text("", hashlib.sha256(problem.encode()).hexdigest(), problem)
    digest = hashlib.sha256(content).hexdigest()
    try:
        return Text(content.decode(), digest)
    except UnicodeDecodeError:
        return Text("", digest, "It is not text in UTF-8.")


@dataclass(frozen=True, slots=True)
class OrganizationFile:
    """The organization's file: how it is read, and how its text is understood."""

    read: Callable[[], bytes]
    parse: Callable[[str], Organization]
    """Raises BadFile."""


@dataclass(slots=True)
class CompanyWatch:
    """Looks when it is told to. `now` is business time, `real_now` real time; `counting` is the digest that counts now."""

    database: Database
    company: Company
    acts: Acts
    file: OrganizationFile
    counting: str
    now: Callable[[], datetime]
    real_now: Callable[[], datetime]
    _seen: str = ""
    _refused: str = ""
    _compared: bool = False
    _following: ChangeId | None = None
    _outside: Outside | None = None
    _asked_at: datetime | None = field(default=None)

    def tick(self) -> int:
        """Look at everything once; returns how much there was to do."""
        return self._look_at_file() + self._look_outside() + self._follow()

    def _look_at_file(self) -> int:
        if not self._compared:
            self._compare()
        found = read_text(self.file.read)
        if found.digest == self._refused:
            self._seen = found.digest
            return 0
        if found.digest == self.counting:
            self._seen = found.digest
            return self._mended()
        if found.digest != self._seen:  # perhaps half written: judged when it reads the same once more
            self._seen = found.digest
            return 1
        self._judge(found)
        return 1

    def _compare(self) -> None:
        """What was recorded as counting may be another file than the one that this process began with."""
        with self.database.write() as connection:
            audit.lock_workspace(connection)
            known = self._recorded(connection)
            if known and known != self.counting:
                self._record_reloaded(connection, self.counting, self.company.organization)
            elif not known:
                dedupe.remember(connection, KEY, {"digest": self.counting, "followed": True})
            unfinished = known and not (dedupe.answer_for(connection, KEY) or {}).get("followed")
        self._compared = True
        if unfinished:
            self._following = ChangeId(0)

    def _recorded(self, connection: Connection) -> str:
        """The digest of the file that counts by the record; "" when nobody remembers. Under the workspace's lock."""
        if dedupe.take(connection, KEY, self.real_now()):
            return ""
        return str((dedupe.answer_for(connection, KEY) or {}).get("digest", ""))

    def _judge(self, found: Text) -> None:
        try:
            problems, organization = (
                ([found.problem], None) if found.problem else ([], self.file.parse(found.text))
            )
        except BadFile as error:
            problems, organization = [str(problem) for problem in error.problems], None
        if organization is not None:
            problems = self._impossible(organization)
        if organization is None or problems:
            self._refuse(found.digest, problems)
        else:
            self._accept(found.digest, organization)

    def _impossible(self, organization: Organization) -> list[str]:
        """What cannot change while the bot runs."""
        team = self.company.organization.team
        if organization.team != team:
            return [
                f"team: the bot is installed in {team}; another workspace needs another token and a restart."
            ]
        with self.database.read() as connection:
            live = listing.services_of_unfinished(connection)
        return [
            f"services.{service}: it has changes that are not over; keep it until they are."
            for service in live
            if service not in organization.services and service in self.company.organization.services
        ]

    def _refuse(self, digest: str, problems: Sequence[str]) -> None:
        with self.database.write() as connection:
            if dedupe.take(connection, f"{KEY}-refused:{digest}", self.real_now()):
                summary = f"{len(problems)} {'problem' if len(problems) == 1 else 'problems'}"
                fact = OrganizationRefused(digest, summary, self.now())
                said = f"The organization's file changed and cannot be used: {summary}. The one before still counts."
                self._record(connection, fact, said)
            payload = {"problems": list(problems[:TOLD_MOST]), "count": len(problems)}
            outbox.wish(connection, [_admin_line(digest, payload)], self.real_now())
        self._refused = digest
        log.warning(
            "the organization's file cannot be used; the one before still counts", problems=list(problems)
        )

    def _mended(self) -> int:
        """The admins read, where they were told, that the file can be used again."""
        if not self._refused:
            return 0
        with self.database.write() as connection:
            outbox.wish(connection, [_admin_line(self._refused, {"mended": True})], self.real_now())
        self._refused = ""
        return 1

    def _accept(self, digest: str, organization: Organization) -> None:
        with self.database.write() as connection:
            audit.lock_workspace(connection)
            is_news = self._recorded(connection) != digest
            if is_news:
                self._record_reloaded(connection, digest, organization)
        self.company.current.organization = organization
        self.counting = digest
        self._mended()
        if is_news:
            self._following = ChangeId(0)
        log.info("the organization's file was read anew", digest=digest)

    def _record_reloaded(self, connection: Connection, digest: str, organization: Organization) -> None:
        dedupe.remember(connection, KEY, {"digest": digest, "followed": False})
        self._record(
            connection, OrganizationReloaded(digest, self.now()), "The organization's file was read anew."
        )
        lines = taken_over(connection, self.company.organization, organization, self.now(), digest[:12])
        outbox.wish(connection, lines, self.real_now())

    def _record(self, connection: Connection, fact: CompanyFact, said: str) -> None:
        entry = AuditEntry(
            stream=audit.WORKSPACE,
            act=ACT,
            outcome="done" if isinstance(fact, OrganizationReloaded) else "refused",
            person=None,
            roles=(),
            through="timer",
            at=self.now(),
            facts=(fact,),
            clauses=(),
            said=Words(said),
            stage="",
        )
        audit.record(connection, entry)

    def _look_outside(self) -> int:
        """Whether other people hold roles than at the last look: members of groups, deputies, who was deactivated."""
        self._keep_warm()
        with self.database.read() as connection:
            now = self.now()
            seen = self.company.outside(connection, now)
        in_force = tuple(each for each in seen.delegations if each.starts <= now)
        outside = Outside(dict(seen.members), in_force, seen.barred)
        changed = self._outside is not None and outside != self._outside
        self._outside = outside
        if changed:
            self._following = ChangeId(0)
        return int(changed)

    def _keep_warm(self) -> None:
        """Ask Slack about groups before their answers are old, and for the names of members whom nobody asked about yet."""
        now = self.real_now()
        if not self.company.organization.all_groups() or (
            self._asked_at is not None and now - self._asked_at < ASKED_EVERY
        ):
            return
        self._asked_at = now
        self.company.directory.groups.refresh(older_than=KEPT_WARM)
        with self.database.read() as connection:
            known = groups.answers(connection, self.company.organization.all_groups())
        try:
            self.company.directory.prime(person for answer in known.values() for person in answer.members)
        except Unreachable as problem:
            log.warning("slack did not tell the names of a group's members", problem=str(problem))

    def _follow(self) -> int:
        """Bring the next changes up to date: their stage, their timers, who is asked."""
        if self._following is None:
            return 0
        with self.database.read() as connection:
            found = listing.unfinished_after(connection, self._following, FOLLOWED_AT_ONCE)
        for number in found:
            self.acts.refresh(number)
            self._following = number
        if not found:
            self._following = None
            with self.database.write() as connection:
                if self._recorded(connection) == self.counting:
                    dedupe.remember(connection, KEY, {"digest": self.counting, "followed": True})
        return len(found)


def _admin_line(digest: str, payload: Mapping[str, object]) -> Line:
    """The message to the admin channel about one content of the file."""
    return Line(f"{LineKind.ORGANIZATION}/{digest[:16]}", LineKind.ORGANIZATION, None, payload)
