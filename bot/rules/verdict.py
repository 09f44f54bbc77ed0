"""What comes of asking: facts, or the gates that are not met. Both are values, since being refused is ordinary."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.rules.clauses import Clause
from bot.rules.facts import Fact
from bot.rules.terms import PersonId
from bot.rules.words import Sentence


class Field(StrEnum):
    """The inputs of forms that a refusal can stand beside."""

    SERVICE = "service"
    TYPE = "type"
    VERSION = "version"
    PULL_REQUESTS = "pull_requests"
    AUTHORS = "authors"
    REVIEWERS = "reviewers"
    BRANCH = "branch"
    CI = "ci"
    CI_LINK = "ci_link"
    MERGE = "merge"
    DEVELOPMENT = "development"
    PLAN = "plan"
    PRETESTED = "pretested"
    PRETEST = "pretest"
    WINDOW_START = "window_start"
    WINDOW_END = "window_end"
    WINDOW_REASON = "window_reason"
    REASON = "reason"
    NOTES = "notes"
    OUTCOME = "outcome"
    ENVIRONMENT = "environment"
    EXPIRES = "expires"
    PROBLEM = "problem"
    BEFORE = "before"
    BEFORE_REQUESTS = "before_requests"
    MEASURED = "measured"
    MEASURED_REQUESTS = "measured_requests"
    FIX = "fix"
    OBSERVATION = "observation"
    ERROR_RATE = "error_rate"
    LATENCY = "latency"
    THROUGHPUT = "throughput"
    SEVERITY = "severity"
    IMPACT = "impact"
    ROOT_CAUSE = "root_cause"
    PEOPLE = "people"
    SAID = "said"
    HOW = "how"
    GIVEN_AT = "given_at"
    HEARD_BY = "heard_by"
    TRIED = "tried"
    SUMMARY = "summary"
    TIMELINE = "timeline"
    FOLLOW_UPS = "follow_ups"
    UNTIL = "until"
    SERVICES = "services"
    STARTS = "starts"
    ENDS = "ends"
    FREEZE = "freeze"
    ROLE = "role"
    PRINCIPAL = "principal"
    DEPUTY = "deputy"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition of one act on one change, and how it stands.

    `why` is a whole sentence, met or not; `who` can meet it; `passes_at` is when it passes by itself, if it does.
    """

    clause: Clause
    met: bool
    why: Sentence
    who: tuple[PersonId, ...] = ()
    passes_at: datetime | None = None
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The act is done: what happened, and what the person reads."""

    facts: tuple[Fact, ...]
    said: Sentence


@dataclass(frozen=True, slots=True)
class Refused:
    """The act is refused: every unmet gate. `moved_on` when the person acted on what is no longer so."""

    gates: tuple[Gate, ...]
    moved_on: bool = False


Verdict = Done | Refused


def unmet(gates: tuple[Gate, ...]) -> tuple[Gate, ...]:
    """Those that are not met, in order."""
    return tuple(gate for gate in gates if not gate.met)


def refuse(
    clause: Clause, why: Sentence, *, who: tuple[PersonId, ...] = (), field: Field | None = None
) -> Refused:
    """Refuse for a single reason."""
    return Refused((Gate(clause, met=False, why=why, who=who, field=field),))
