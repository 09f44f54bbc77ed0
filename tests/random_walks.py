"""A small company's service on its way: several changes at once, and whatever anybody or time does to them.

Each fact is held against the guide as it is restated, each step against the table of the life of a change.
"""

from collections import Counter
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.rules.asking import asks
from bot.rules.change import Approval, Change, Outcome
from bot.rules.company_facts import FreezeDeclared, FreezeLifted
from bot.rules.deadlines import wanted_deadlines
from bot.rules.deputies import Deputizing
from bot.rules.facts import Fact, VersionVerified
from bot.rules.folding import apply_all, replay
from bot.rules.freezing import Freeze
from bot.rules.guide import Guide
from bot.rules.hotfix_facts import ReviewOpened, StartedInBreach
from bot.rules.hotfix_inputs import HotfixDeclaration
from bot.rules.inputs import DeploymentRequest
from bot.rules.life import STANDARD, TRANSITIONS, Act, Stage, claims_version, stage
from bot.rules.notices import notices
from bot.rules.organization import Roster
from bot.rules.production_facts import DeploymentFinished, DeploymentStarted, HealthConfirmed
from bot.rules.setting import Neighbors, Policy, Setting
from bot.rules.terms import ChangeId, ChangeType, PersonId, Role
from bot.rules.verdict import Done, Verdict
from bot.workflows.hotfix import declare_hotfix
from bot.workflows.moment import Moment
from bot.workflows.request import request_deployment
from tests.acting import MONDAY, Counting, a_policy
from tests.attempts import TIMERS
from tests.restated_company import Company
from tests.restated_guide import objections
from tests.restated_hotfix import blocked, disputes
from tests.restated_owed import objections_to_hotfix, words_with_version
from tests.restated_production import is_rolling_back, open_alarms

FIRST_RELEASE = "0.9"
"""What is in production before anything happens; another change put it there."""
ALARMED = frozenset({Stage.ROLLBACK_REQUIRED, Stage.ROLLING_BACK})
Edge = tuple[str, str, str]


class AroundTheGuideError(AssertionError):
    """Something happened that the guide forbids."""


@dataclass
class Story:
    """One change, all its facts, and the timers that fired for it."""

    facts: list[Fact]
    change: Change
    fired: set[str] = field(default_factory=set)
    seen: tuple[Change, Stage] | None = None
    """The snapshot for which the stage was asked last, and the answer."""

    def copied(self) -> "Story":
        """The same once more, to go another way."""
        return Story(list(self.facts), self.change, set(self.fired))


@dataclass
class Walk:
    """A service's changes from the first request on; what everybody does is held against the guide."""

    company: Company
    guide: Guide
    now: datetime = MONDAY
    stories: list[Story] = field(default_factory=list)
    puts: list[tuple[str, ChangeId]] = field(default_factory=lambda: [(FIRST_RELEASE, ChangeId(0))])
    """What was put into production, in order: the version and its change."""
    failed: set[str] = field(default_factory=set)
    productions: int = 0
    hotfixes: int = 0
    """How many starts in production there were, and how many of them of hotfixes, in order or in breach."""
    breaches: int = 0
    acts: Counter[Edge] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Read the guide."""
        self.policy: Policy = a_policy(self.guide)
        self.numbers = Counting()

    def copied(self) -> "Walk":
        """The same once more, to go another way; numbers go on."""
        other = copy(self)
        other.company = copy(self.company)
        other.company.recorded = list(self.company.recorded)
        other.stories = [story.copied() for story in self.stories]
        other.puts, other.failed, other.acts = list(self.puts), set(self.failed), Counter()
        return other

    def stage_of(self, story: Story) -> Stage:
        """Where a change is."""
        if story.seen is None or story.seen[0] is not story.change:
            story.seen = story.change, stage(story.change, self.policy)
        return story.seen[1]

    def request(self, requester: PersonId, form: DeploymentRequest) -> Story | None:
        """Ask for a deployment; None where that is refused."""
        verdict = request_deployment(self._setting_for(form.version), requester, form, self.numbers)
        return self._begun(Act.REQUEST_DEPLOYMENT, verdict)

    def declare(self, requester: PersonId, form: HotfixDeclaration) -> Story | None:
        """Declare a hotfix; None where that is refused."""
        verdict = declare_hotfix(self._setting_for(form.version), requester, form, self.numbers)
        return self._begun(Act.DECLARE_HOTFIX, verdict)

    def _setting_for(self, version: str) -> Setting:
        neighbors = self._neighbors(None, version)
        return Setting(self.policy, self.roster(None), self.now, neighbors, self.freezes())

    def _begun(self, act: Act, verdict: Verdict) -> Story | None:
        if not isinstance(verdict, Done):
            assert verdict.gates
            return None
        story = Story(list(verdict.facts), replay(verdict.facts))
        self.stories.append(story)
        self.acts["–", act.value, self.stage_of(story).name] += 1
        return story

    def roster(self, window_start: datetime | None) -> Roster:
        """Who holds which role now, and at the start of a window."""
        deputies: dict[Role, dict[PersonId, Deputizing]] = {role: {} for role in Role}
        for named in self.company.acting(self.now):
            if named.deputy not in self.company.own(named.role, self.now):
                deputies[named.role].setdefault(named.deputy, Deputizing(named.role, named.principal))
        acting: dict[PersonId, tuple[Deputizing, ...]] = {}
        for people in deputies.values():
            for person, deputizing in people.items():
                acting[person] = (*acting.get(person, ()), deputizing)

        def at(instant: datetime) -> dict[Role, tuple[PersonId, ...]]:
            return {role: (*self.company.own(role, instant), *deputies[role]) for role in Role}

        return Roster(at(self.now), at(window_start) if window_start else None, acting, acting)

    def freezes(self) -> tuple[Freeze, ...]:
        """The freezes that were not lifted and have not ended."""
        lifted = {fact.freeze for fact in self.company.recorded if isinstance(fact, FreezeLifted)}
        return tuple(
            Freeze(fact.freeze, frozenset(fact.services), fact.starts, fact.ends, fact.reason, fact.by)
            for fact in self.company.recorded
            if isinstance(fact, FreezeDeclared) and fact.freeze not in lifted and self.now < fact.ends
        )

    def _neighbors(self, story: Story | None, version: str) -> Neighbors:
        others = [each for each in self.stories if each is not story]
        running = [
            (each.change.id, deployment.id)
            for each in others
            for deployment in each.change.deployments
            if deployment.running and deployment.environment == self.guide.production
        ]
        same = [
            each.change.id
            for each in others
            if each.change.version == version and claims_version(each.change, self.policy)
        ]
        before = [put for put, by in self.puts if story is None or by != story.change.id]
        younger = [
            each.change.id
            for each in others
            if story
            and each.change.id > story.change.id
            and each.change.type is story.change.type
            and self.stage_of(each) is Stage.DONE
        ]
        hotfixes = [
            each
            for each in others
            if story and each.change.id > story.change.id and each.change.type is ChangeType.HOTFIX
            if self.stage_of(each) is Stage.DONE
        ]
        return Neighbors(
            hotfixed_by=(hotfixes[-1].change.id, hotfixes[-1].change.version) if hotfixes else None,
            disputed=tuple(self._disputed(others, version)),
            deploying=running[0] if running else None,
            same_version=same[0] if same else None,
            failed_verification=version in self.failed,
            in_production=self.puts[-1][0],
            put_there_by=self.puts[-1][1],
            before_it=before[-1] if before else None,
            superseded_by=max(younger, default=None),
        )

    def _disputed(self, others: list[Story], version: str) -> Iterator[Approval]:
        """What the store would find: every disputed word about this version, on other changes."""
        for each in others:
            for given, approval in words_with_version(each.facts, each.change):
                if given == version and approval.disputed_at:
                    yield replace(approval, voided_at=None)

    def setting(self, story: Story, version: str | None = None) -> Setting:
        """What surrounds a decision on a change now."""
        window = story.change.window
        return Setting(
            self.policy,
            self.roster(window.span.start if window else None),
            self.now,
            self._neighbors(story, version or story.change.version),
            self.freezes(),
        )

    def moment(self, story: Story, who: PersonId, version: str | None = None) -> Moment:
        """Somebody about to act on a change."""
        return Moment(story.change, self.setting(story, version), who, self.numbers)

    def note(self, story: Story, act: Act, verdict: Verdict) -> bool:
        """Keep what was done, and hold every bit of it against the guide and the table; whether it was done."""
        if not isinstance(verdict, Done):
            assert act in TIMERS or verdict.gates, f"{act} was refused without a word"
            return False
        was, setting, before = self.stage_of(story), self.setting(story), story.change
        assert verdict.facts, f"{act} was done without a fact"
        for fact in verdict.facts:
            story.facts.append(fact)
            against = [*objections(story.facts, self.company), *self._against(story, fact)]
            if against:
                raise AroundTheGuideError(f"{fact} without: {', '.join(against)}")
        story.change = apply_all(before, verdict.facts)
        now_at = self.stage_of(story)
        self.acts[was.name, act.value, now_at.name] += 1
        if now_at not in TRANSITIONS[act].moves.get(was, frozenset()):
            raise AroundTheGuideError(f"{act} led from {was} to {now_at}")
        self._hold_alarm(story, now_at)
        against = objections_to_hotfix(story.facts, story.change, self.policy)
        if against:
            raise AroundTheGuideError(f"after {act}: {', '.join(against)}")
        if was is Stage.DECLARED and now_at in STANDARD and act is not Act.TURN_INTO_STANDARD:
            raise AroundTheGuideError(f"{act} led a hotfix to the standard process")
        notices(before, verdict.facts, setting)
        self._hold_timers(story)
        self._supersede_others(story, verdict)
        return True

    def _against(self, story: Story, fact: Fact) -> list[str]:
        """What the service's other changes have against a fact; and what it means for them."""
        match fact:
            case DeploymentStarted(environment=environment) if environment == self.guide.production:
                others = [each for each in self.stories if each is not story]
                self.productions += 1
                against = ["one at a time"] if any(self._in_production(each) for each in others) else []
                hotfix = story.change.type is ChangeType.HOTFIX
                return against if hotfix or fact.rolls_back else [*against, *self._against_version(story)]
            case ReviewOpened():
                self.hotfixes += 1
                in_breach = isinstance(story.facts[-2], StartedInBreach)
                self.breaches += in_breach
                return [] if in_breach else self._against_version(story)
            case DeploymentFinished(outcome=Outcome.SUCCEEDED):
                started = next(
                    each
                    for each in story.facts
                    if isinstance(each, DeploymentStarted) and each.deployment == fact.deployment
                )
                if started.environment == self.guide.production:
                    self.puts.append((started.version, story.change.id))
            case VersionVerified(passed=False):
                self.failed.add(fact.version)
            case _:
                pass
        return []

    def _against_version(self, story: Story) -> list[str]:
        """What other changes that carried the version have against its start."""
        version = story.change.version
        others = [
            dispute
            for each in self.stories
            if each is not story
            for dispute in disputes(each.facts, own=False)
        ]
        against = ["a version that did not fail"] if version in self.failed else []
        return [*against, "no dispute"] if blocked(story.facts, self.company, others) else against

    def _in_production(self, story: Story) -> bool:
        """Whether a deployment or rollback of a change runs in production, by its facts."""
        ended = {fact.deployment for fact in story.facts if isinstance(fact, DeploymentFinished)}
        return any(
            isinstance(fact, DeploymentStarted)
            and fact.environment == self.guide.production
            and fact.deployment not in ended
            for fact in story.facts
        )

    def _hold_alarm(self, story: Story, now_at: Stage) -> None:
        """No criterion is ever lost: an alarm stands until it is rolled back, settled or withdrawn."""
        alarms = open_alarms(story.facts)
        wanted = Stage.ROLLING_BACK if is_rolling_back(story.facts) else Stage.ROLLBACK_REQUIRED
        if (alarms and now_at is not wanted) or (not alarms and now_at is Stage.ROLLBACK_REQUIRED):
            raise AroundTheGuideError(f"an alarm is lost: {sorted(alarms)} at {now_at}")

    def _hold_timers(self, story: Story) -> None:
        asks(story.change, self.setting(story))
        wanted = wanted_deadlines(story.change, self.policy)
        keys = [each.key for each in wanted]
        assert len(keys) == len(set(keys))
        if self.stage_of(story) in ALARMED:
            assert any(each.kind == Act.REPEAT_ALARM for each in wanted), "nobody is told again"

    def _supersede_others(self, story: Story, verdict: Done) -> None:
        """A change that is done supersedes older ones of its type that have not started; a hotfix only asks about them."""
        if not any(isinstance(fact, HealthConfirmed) for fact in verdict.facts):
            return
        if self.stage_of(story) is not Stage.DONE:
            return
        for other in self.stories:
            if other.change.id >= story.change.id or self.stage_of(other) not in STANDARD:
                continue
            if story.change.type is ChangeType.HOTFIX:
                self.fire(other, Act.ASK_WHETHER_CONTAINED)
            elif other.change.type is story.change.type:
                self.fire(other, Act.SUPERSEDE)

    def fire(self, story: Story, act: Act) -> bool:
        """Let a timer's act happen."""
        return self.note(story, act, TIMERS[act](story.change, self.setting(story)))

    def wait(self, length: timedelta) -> None:
        """Let time pass, and every timer that comes due fire, each in its turn."""
        until = self.now + length
        for _ in range(2000):
            due = [
                (each.due_at, each.kind, each.key, story)
                for story in self.stories
                for each in wanted_deadlines(story.change, self.policy)
                if each.due_at <= until and each.key not in story.fired
            ]
            if not due:
                break
            # What is due at the same instant comes in either order.
            backwards = self.acts.total() % 2
            due_at, kind, key, story = min(reversed(due) if backwards else due, key=lambda each: each[0])
            self.now = max(self.now, due_at)
            story.fired.add(key)
            self.fire(story, Act(kind))
        else:
            raise AssertionError("the timers never come to rest")
        self.now = until

    def check_records(self) -> None:
        """The facts give the snapshot that was reached by one after another."""
        for story in self.stories:
            assert replay(story.facts) == story.change
