"""What every verb is given, and the refusals that many verbs share."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.approvals import roles_for
from bot.rules.change import Change, WindowEnd
from bot.rules.clauses import Clause
from bot.rules.facts import ApprovalGiven, ApprovalVoided, Fact, WindowEnded
from bot.rules.guide import ApprovalRow
from bot.rules.life import CLOSED, Act, Stage, refuse_by_stage, stage
from bot.rules.setting import Numbers, Setting
from bot.rules.terms import NO_WORDS, ApprovalStage, PersonId, Role, Words, change_label
from bot.rules.verdict import Field, Gate, Refused, refuse
from bot.rules.watching import is_still_in_production
from bot.rules.words import Who, say


@dataclass(frozen=True, slots=True)
class Moment:
    """A person about to do something to a change, and all that the decision may depend on."""

    change: Change
    setting: Setting
    actor: PersonId
    numbers: Numbers

    @property
    def now(self) -> datetime:
        """Business time, aware, UTC."""
        return self.setting.now

    @property
    def stage(self) -> Stage:
        """Where the change is."""
        return stage(self.change, self.setting.policy)

    @property
    def label(self) -> str:
        """The change's name."""
        return change_label(self.change.id)

    def refused_by_stage(self, act: Act) -> Refused | None:
        """The refusal when the act is not possible at this stage."""
        gate = refuse_by_stage(act, self.change, self.setting.policy)
        return Refused((gate,)) if gate else None

    def refused_unless(self, person: PersonId, clause: Clause, doing: str) -> Refused | None:
        """The refusal when the actor is not the one person whose act this is, or no longer an engineer of the service."""
        if self.actor != person:
            return refuse(clause, say(f"{doing} {self.label} is for ", Who((person,)), "."), who=(person,))
        engineers = self.setting.roster.holders(Role.ENGINEER)
        if self.actor in engineers:
            return None
        why = say(
            f"{doing} {self.label} is for engineers of {self.change.service}, and you are none any more."
        )
        return refuse(clause, why, who=engineers)

    def refused_as_replaced(self) -> Refused | None:
        """The refusal when the change is closed and something else has taken its place in production since."""
        if self.stage not in CLOSED or is_still_in_production(self.change, self.setting):
            return None
        version = self.setting.neighbors.in_production or "another version"
        why = say(f"{self.change.service} {version} is in production now, not this change.")
        return refuse(Clause.RB_2, why)

    def moved_on(self, revision: int | None, clause: Clause) -> Refused | None:
        """The refusal when the actor pressed a button on what the change no longer is."""
        return None if revision in {None, self.change.revision} else refuse_as_moved_on(clause)

    def voided(self, because: str, *stages: ApprovalStage) -> tuple[ApprovalVoided, ...]:
        """The end of every approval that counts and was given at these stages. Disputes stay: they are about the version."""
        return tuple(
            ApprovalVoided(approval.number, approval.stage, approval.person, because, self.now)
            for approval in self.change.standing_approvals
            if approval.stage in stages
        )

    def disputes_voided(self, because: str) -> tuple[ApprovalVoided, ...]:
        """The end of every disputed word about a version that the change carries no longer."""
        return tuple(
            ApprovalVoided(approval.number, approval.stage, approval.person, because, self.now)
            for approval in self.change.approvals
            if approval.voided_at is None and approval.disputed_at
        )

    def window_ended(self, because: WindowEnd, void: str, reason: Words = NO_WORDS) -> tuple[Fact, ...]:
        """The end of the current window, if there is one, and of the approvals given for it."""
        window = self.change.window
        if window is None:
            return ()
        ended = WindowEnded(window.number, because, self.actor, reason, self.now)
        return (ended, *self.voided(void, ApprovalStage.PRODUCTION))


def approval_given(moment: Moment, row: ApprovalRow, number: int) -> ApprovalGiven:
    """The actor's approval of a row by their own act, with the roles that count for it now."""
    roles = roles_for(row, moment.actor, moment.setting)
    for_window = row.stage is ApprovalStage.PRODUCTION
    return ApprovalGiven(
        number=number,
        row=row.clause,
        stage=row.stage,
        person=moment.actor,
        roles=tuple(sorted(roles)),
        at=moment.now,
        deputizing=moment.setting.roster.deputizing(moment.actor, roles, for_window=for_window),
    )


def refuse_as_moved_on(clause: Clause) -> Refused:
    """The refusal of a click that came too late; whoever shows it shows the present state beneath."""
    why = say("This moved on while you were looking. Here is how it stands now.")
    return Refused((Gate(clause, met=False, why=why),), moved_on=True)


def reason_missing(clause: Clause, reason: Words, asking: str, field: Field = Field.REASON) -> Refused | None:
    """The refusal when a reason is asked for and only white space was given."""
    return None if reason.strip() else refuse(clause, say(asking), field=field)
