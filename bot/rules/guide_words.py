"""The guide in plain sentences, clause by clause, with the numbers and roles that a company has set."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from bot.rules.clauses import CLAUSES, Clause
from bot.rules.guide import (
    ApprovalRow,
    ErrorRateMode,
    Evidence,
    Guide,
    HotfixAfterHours,
    HotfixCodeReview,
    Hours,
    Process,
    Review,
    ReviewClock,
    Seat,
    VerificationBefore,
)
from bot.rules.terms import ApprovalStage, ChangeType
from bot.rules.words import join_names, span

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MINUTE = timedelta(minutes=1)
_STAGES = {
    ApprovalStage.CODE: "The code",
    ApprovalStage.STAGING: "A deployment to staging",
    ApprovalStage.PRODUCTION: "A deployment to production",
}
_WHEN = {Hours.ALWAYS: "", Hours.BUSINESS: " in business hours", Hours.AFTER: " outside business hours"}


def guide_table(guide: Guide) -> str:
    """The guide as a Markdown document: title, owner, date, and a table from clause to what it demands."""
    demands = demands_of(guide)
    rows = [f"| {clause} | {title} | {_cell(demands[clause])} |" for clause, title in CLAUSES.items()]
    return "\n".join(
        [
            f"# {_cell(guide.title)}",
            "",
            f"Owner: {_cell(guide.owner)} · last updated {guide.updated:%Y-%m-%d}",
            "",
            "| Clause | About | What it demands |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")


def demands_of(guide: Guide) -> Mapping[Clause, str]:
    """What each clause demands, in one or a few sentences."""
    sentences = (
        _before_staging(guide)
        | _approvals(guide)
        | _to_production(guide)
        | _hotfix(guide)
        | _rollback(guide)
        | {
            Clause.LOG_1: (
                "Every deployment, rollback, waiver, breach and refusal is recorded, whatever its type;"
                " no record can be edited or removed unnoticed."
            )
        }
    )
    rows = {clause: [_row(row) for row in guide.approvals if row.clause is clause] for clause in CLAUSES}
    return {clause: " ".join((*rows[clause], *filter(None, [sentences.get(clause)]))) for clause in CLAUSES}


def _row(row: ApprovalRow) -> str:
    signers = join_names(_the(row.signers), "and")
    return f"{_STAGES[row.stage]}{_WHEN[row.when]} is approved by {signers}."


_EVIDENCE = {
    Evidence.BRANCH: "a branch",
    Evidence.PULL_REQUEST: "a pull request",
    Evidence.CI: "automated tests",
}


def _before_staging(guide: Guide) -> dict[Clause, str]:
    optional: dict[frozenset[Evidence], list[str]] = {}
    for change_type, rules in guide.types.items():
        if rules.not_applicable:
            optional.setdefault(rules.not_applicable, []).append(change_type)
    without = [
        f"{join_names(types, 'and')} may do without {join_names([_EVIDENCE[one] for one in Evidence if one in evidence])}"
        for evidence, types in optional.items()
    ]
    kinds = {
        process: [t.value for t, rules in guide.types.items() if rules.process is process]
        for process in Process
    }
    order = " → ".join(guide.environments)
    return {
        Clause.ENV_1: (
            f"A version goes through {order}, each only after the same version succeeded in the one before."
        ),
        Clause.ENV_2: f"Leaving out an environment needs a waiver by the {_any(guide.waivers.granted_by)}, with an expiry.",
        Clause.TYPE_1: (
            f"The standard process is for {join_names(kinds[Process.STANDARD], 'and')};"
            f" the hotfix process is for {join_names(kinds[Process.HOTFIX], 'and')}."
            + (f" With a reason, {'; '.join(without)}." if without else "")
        ),
        Clause.STD_1: "The request names a release branch made from main.",
        Clause.STD_2: "The automated tests of the version have passed.",
        Clause.STD_3: f"Each pull request has a peer's review ({_any(guide.code_review.peers)}, not its author).",
        Clause.STD_4: "Each pull request is merged to main after its approval.",
        Clause.STD_5: f"The version has been deployed to {join_names(guide.staging_environments, 'and')} successfully.",
        Clause.STD_6: (
            f"{_all(guide.verification.roles)} verify the version in {guide.verified_in}; they are different people,"
            f" and this comes before {_BEFORE[guide.verification.before]}."
        ),
    }


_BEFORE = {
    VerificationBefore.SCHEDULING: "a production window is scheduled",
    VerificationBefore.DEPLOYMENT: "the deployment to production",
}


def _approvals(guide: Guide) -> dict[Clause, str]:
    hours = guide.hours
    own = "may" if guide.allow_self_approval else "does not"
    several = "may" if guide.allow_one_person_many_roles else "does not"
    where = join_names(sorted(guide.after_hours_environments), "and")
    return {
        Clause.APP_1: (
            f"A requester {own} approve their own change;"
            f" one person {several} sign twice in one row of this table."
        ),
        Clause.APP_3: f"Business hours are {hours.start:%H:%M} to {hours.end:%H:%M}, {_days(hours.days)}.",
        Clause.APP_4: (
            f"That holds for {where}."
            " The request says why it cannot wait, and the approval grants a shorter notice."
        ),
    }


def _days(days: frozenset[int]) -> str:
    ordered = sorted(days)
    names = [_WEEKDAYS[day] for day in ordered]
    if len(ordered) > 2 and ordered == list(range(ordered[0], ordered[-1] + 1)):  # noqa: PLR2004 - two are "and"
        return f"{names[0]} to {names[-1]}"
    return join_names(names, "and")


def _to_production(guide: Guide) -> dict[Clause, str]:
    watch = guide.monitoring
    minutes = join_names([str(nudge // _MINUTE) for nudge in watch.nudges], "and")
    return {
        Clause.STD_7: f"A production window is submitted {_notice(guide)} before it starts.",
        Clause.STD_8: "The deployment starts inside its approved window, with every approval given.",
        Clause.STD_9: (
            f"Somebody watches production for {span(watch.lasts)} or longer, with nudges at minute {minutes}."
            f" The deployer or the {_any(watch.roles)} then says that it is healthy; unconfirmed"
            f" {span(watch.escalate_after)} later, the {_any(watch.escalates_to)} is told."
        ),
        Clause.STD_10: "There is a rollback plan, tested beforehand or with a reason why it cannot be.",
    }


def _notice(guide: Guide) -> str:
    by_length: dict[timedelta, list[ChangeType]] = {}
    for change_type, notice in guide.notice.items():
        if notice:
            by_length.setdefault(notice, []).append(change_type)
    if len(by_length) == 1:
        return f"{span(next(iter(by_length)))} or more"
    return ", ".join(
        f"{span(notice)} or more ({join_names(types, 'and')})" for notice, types in by_length.items()
    )


_CODE_REVIEW = {
    HotfixCodeReview.BEFORE: "its whole approval comes before the start",
    HotfixCodeReview.PEER_BEFORE: "a peer looks before the start; the rest of its approval comes before the review is signed",
    HotfixCodeReview.AFTER: "its approval comes before the review is signed",
}
_HOTFIX_AFTER_HOURS = {
    HotfixAfterHours.BOTH: "those and the after-hours approvals are needed",
    HotfixAfterHours.DIRECTOR_AND_ON_CALL: "the after-hours approvals are needed instead",
    HotfixAfterHours.VERBAL_ONLY: "those suffice",
}
_DECLARED_ON_CALL = "; who declares it while on call has signed for on-call"
_ON_CALL = {
    HotfixAfterHours.BOTH: _DECLARED_ON_CALL,
    HotfixAfterHours.DIRECTOR_AND_ON_CALL: _DECLARED_ON_CALL,
    HotfixAfterHours.VERBAL_ONLY: "",
}


def _hotfix(guide: Guide) -> dict[Clause, str]:
    hotfix, review = guide.hotfix, guide.review
    breach = (
        "One that starts all the same is recorded as a breach, with the reason and who was tried;"
        f" the {_any(hotfix.alarmed)} is alarmed, those whose approval was missing ratify it or refuse to,"
        " and it stands under deviations for ever."
        if hotfix.start_in_breach
        else "A start without them cannot be recorded."
    )
    return {
        Clause.HOT_1: f"A hotfix states its severity ({join_names(hotfix.severities)}), its impact, and its cause if known.",
        Clause.HOT_2: (
            f"{_all(hotfix.signers)} approve, verbally or by button; the requester may give"
            f" {hotfix.requester_may_sign or 'none'} of these signatures. Outside business hours"
            f" {_HOTFIX_AFTER_HOURS[hotfix.after_hours]}{_ON_CALL[hotfix.after_hours]}. As for the code, {_CODE_REVIEW[hotfix.code_review]}."
            " A verbal approval is confirmed or disputed by its giver, who is asked again after"
            f" {_spans(hotfix.chase_after)}; the last time, the {_any(hotfix.chase_escalates_to)} is told."
            " A dispute blocks what has not started until its giver, or another holder of the role, approves by button;"
            f" the {_any(hotfix.alarmed)} is told of it, and it stands under deviations for ever."
        ),
        Clause.HOT_3: f"With its approvals a hotfix needs no window, notice or staging. {breach}",
        Clause.HOT_4: f"Somebody watches during the deployment and {span(guide.monitoring.lasts)} or longer after it.",
        Clause.HOT_5: _review(review),
    }


def _review(review: Review) -> str:
    clock = "end of the deployment" if review.clock_starts is ReviewClock.DEPLOYED else "declaration"
    reminded = join_names(("Its author", *_the(review.reminded)), "and")
    early = [reminder for reminder in review.reminders if reminder]
    moments = (
        f"{_spans(early)} before it is due" if early else "",
        "" if all(review.reminders) else "when it is due",
    )
    return (
        f"A review is complete {span(review.due_after)} after the {clock}, signed by the {_any(review.signed_by)},"
        " not by its author, once the whole code is reviewed."
        f" {reminded} {'are' if review.reminded else 'is'} reminded {join_names(list(filter(None, moments)), 'and')};"
        f" overdue, so are {_all(review.overdue_to)}, every {span(review.overdue_every)} until it is signed."
        f" Only the {_any(review.extended_by)} gives more time, with a reason."
    )


def _rollback(guide: Guide) -> dict[Clause, str]:
    rollback = guide.rollback
    relative = rollback.error_rate_mode is ErrorRateMode.RELATIVE
    unit = "% of the value before the deployment" if relative else "percentage points"
    chance = 100 * (1 - rollback.error_rate_confidence)
    return {
        Clause.RB_1: (
            f"The error rate rises by {rollback.error_rate_rise:g} {unit} or more, and by more than chance explains"
            f" ({chance:g} % risk of chance in the whole watch)."
        ),
        Clause.RB_2: "Critical functionality fails.",
        Clause.RB_3: f"Latency rises, or throughput falls, by more than {rollback.performance_loss:g} %.",
        Clause.RB_4: (
            "Customers report major issues widely: somebody says so, or there are"
            f" {rollback.widespread_reports} separate reports. For each of these criteria the rollback is immediate: the"
            f" deployer, {_all(rollback.alarmed)} are told every {span(rollback.repeat_every)} until it starts."
        ),
    }


def _the(seats: Iterable[Seat]) -> tuple[str, ...]:
    return tuple(f"the {seat.label}" for seat in seats)


def _any(seats: Iterable[Seat]) -> str:
    return join_names([seat.label for seat in seats])


def _all(seats: Iterable[Seat]) -> str:
    return join_names([seat.label for seat in seats], "and")


def _spans(lengths: Iterable[timedelta]) -> str:
    return join_names([span(length) for length in lengths], "and")
