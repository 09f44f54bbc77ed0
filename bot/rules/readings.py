"""What is measured in production, and what a comparison with the time before a deployment finds (G-RB-1 to G-RB-4)."""

from dataclasses import dataclass
from enum import StrEnum

from bot.rules.clauses import Clause


class Problem(StrEnum):
    """What a person or a machine can report about a deployment."""

    ERROR_RATE = "error_rate"
    CRITICAL_FAILURE = "critical_failure"
    LATENCY = "latency"
    THROUGHPUT = "throughput"
    MAJOR_ISSUE = "major_issue"
    """One customer's report of a major issue; enough distinct ones are widespread."""
    WIDESPREAD_ISSUES = "widespread_issues"
    """A person's word that customers report major issues widely."""

    @property
    def label(self) -> str:
        """The problem as a person reads it."""
        return PROBLEM_LABELS[self]

    @property
    def clause(self) -> Clause:
        """The rollback criterion that it belongs to."""
        return PROBLEM_CLAUSES[self]


PROBLEM_LABELS = {
    Problem.ERROR_RATE: "error rate",
    Problem.CRITICAL_FAILURE: "critical functionality fails",
    Problem.LATENCY: "latency",
    Problem.THROUGHPUT: "throughput",
    Problem.MAJOR_ISSUE: "a customer reports a major issue",
    Problem.WIDESPREAD_ISSUES: "customers report major issues widely",
}
PROBLEM_CLAUSES = {
    Problem.ERROR_RATE: Clause.RB_1,
    Problem.CRITICAL_FAILURE: Clause.RB_2,
    Problem.LATENCY: Clause.RB_3,
    Problem.THROUGHPUT: Clause.RB_3,
    Problem.MAJOR_ISSUE: Clause.RB_4,
    Problem.WIDESPREAD_ISSUES: Clause.RB_4,
}
MEASURED = frozenset({Problem.ERROR_RATE, Problem.LATENCY, Problem.THROUGHPUT})
"""The problems that are figures, compared with a baseline."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value: an error rate in percent, a latency in milliseconds, a throughput in requests a second.

    `requests` is how many requests it was measured over, where that is known.
    """

    value: float
    requests: int | None = None


class Finding(StrEnum):
    """What a report amounts to. Only WITHIN is good news; UNKNOWN never counts as healthy."""

    ALARM = "alarm"
    POSSIBLE = "possible"
    """A rise that its counts do not distinguish from chance: a person is asked."""
    WITHIN = "within"
    UNKNOWN = "unknown"
    NOTED = "noted"
    """A report that counts towards a widespread issue, and alone is none."""
