"""From the text of `guide.toml`, and what a company overrides, to a `Guide`; or to every reason why not."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise
from types import MappingProxyType

from bot.rules.clauses import Clause
from bot.rules.guide import (
    PEER,
    ApprovalRow,
    Asking,
    BusinessHours,
    CodeReview,
    Delegation,
    Directory,
    ErrorRateMode,
    Evidence,
    Freezes,
    Guide,
    Hotfix,
    HotfixAfterHours,
    HotfixCodeReview,
    Hours,
    Monitoring,
    Process,
    Review,
    ReviewClock,
    Rollback,
    Seat,
    TypeRules,
    Verification,
    VerificationBefore,
    Waivers,
)
from bot.rules.terms import ApprovalStage, ChangeType, EnvironmentName, Role
from bot.rules.toml_places import BadFile, Places, Problems, find_lines, load
from bot.rules.toml_reading import HOUR, MINUTE, Table, quoted

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LEAST_ENVIRONMENTS = 3


class BadGuide(BadFile):
    """A guide that cannot be used; one line for each problem, with file, line and key."""


def parse_guide(text: str, *, source: str, overrides: Mapping[str, object] | None = None) -> Guide:
    """Read a guide; `overrides` stand in for the text's values key by key, tables merged, lists replaced.

    Raises:
        BadGuide: with all problems: unknown and missing keys, wrong types, numbers out of range, contradictions.
    """
    problems = Problems()
    places = Places("overrides", {}, "guide")
    guide = read_guide(
        text, source=source, overrides=overrides or {}, override_places=places, problems=problems
    )
    problems.raise_any(BadGuide)
    return guide


def read_guide(
    text: str, *, source: str, overrides: Mapping[str, object], override_places: Places, problems: Problems
) -> Guide:
    """Read a guide, noting problems; what comes back is to be used only if there are none."""
    values = load(text, source, BadGuide)
    table = Table(values, "", Places(source, find_lines(text)), problems, overrides)
    if overrides:  # then what is missing is missing in them, since the guide that they change is whole
        table.override_places = override_places
    environments = _environments(table)
    types = _types(table)
    guide = Guide(
        title=table.text("title"),
        owner=table.text("owner"),
        updated=table.day("updated"),
        environments=environments,
        types=types,
        approvals=_approvals(table),
        hours=_hours(table),
        after_hours_environments=_after_hours_environments(table, environments),
        allow_self_approval=table.flag("allow_self_approval"),
        allow_one_person_many_roles=table.flag("allow_one_person_many_roles"),
        notice=_notice(table.table("notice"), types),
        code_review=CodeReview(peers=table.choices("peers", Role)),
        verification=Verification(
            before=_verification_before(table),
            roles=table.choices("verified_by", Role),
        ),
        waivers=Waivers(granted_by=table.table("waivers").choices("granted_by", Role)),
        freezes=_freezes(table.table("freezes")),
        delegation=Delegation(named_by=table.table("delegation").choices("named_by", Role)),
        monitoring=_monitoring(table.table("monitoring")),
        hotfix=_hotfix(table.table("hotfix")),
        review=_review(table.table("review")),
        rollback=_rollback(table.table("rollback")),
        directory=Directory(max_age=table.table("directory").span("max_age", HOUR)),
        asking=_asking(table.table("asking")),
    )
    table.report_unknown()
    return guide


def _environments(table: Table) -> tuple[EnvironmentName, ...]:
    names = table.texts("environments")
    if 0 < len(names) < _LEAST_ENVIRONMENTS:
        table.bad("environments", "must name at least three: a first one, one to verify in, and production")
    return tuple(EnvironmentName(name) for name in names)


def _verification_before(table: Table) -> VerificationBefore:
    before = table.choice("verification_before", VerificationBefore)
    if before is VerificationBefore.DEPLOYMENT:
        table.bad(
            "verification_before", f'can only be "{VerificationBefore.SCHEDULING}": nothing obeys another yet'
        )
    return before


def _after_hours_environments(table: Table, known: tuple[EnvironmentName, ...]) -> frozenset[EnvironmentName]:
    names = table.texts("after_hours_environments")
    for name in names:
        if known and name not in known:
            reason = f'after_hours_environments must name only environments, {quoted(known)}, not "{name}"'
            table.bad_together(("after_hours_environments", "environments"), reason)
    if known and names and known[-1] not in names:
        reason = f'after_hours_environments must name "{known[-1]}", which the table of approvals is about'
        table.bad_together(("after_hours_environments", "environments"), reason)
    if any(name in known[:-1] for name in names):
        reason = f'after_hours_environments can only be ["{known[-1]}"]: nothing obeys another yet'
        table.bad_together(("after_hours_environments", "environments"), reason)
    return frozenset(EnvironmentName(name) for name in names)


def _hours(table: Table) -> BusinessHours:
    days = table.texts("business_days")
    for day in days:
        if day not in _WEEKDAYS:
            table.bad("business_days", f'must name only weekdays such as "monday", not "{day}"')
    start, end = table.time_of_day("business_day_start"), table.time_of_day("business_day_end")
    if start >= end:
        reason = f"business_day_end must be later than business_day_start, {start:%H:%M}, not {end:%H:%M}"
        table.bad_together(("business_day_end", "business_day_start"), reason)
    return BusinessHours(frozenset(_WEEKDAYS.index(day) for day in days if day in _WEEKDAYS), start, end)


def _types(table: Table) -> Mapping[ChangeType, TypeRules]:
    within = table.table("types")
    read: dict[ChangeType, TypeRules] = {}
    for change_type in ChangeType:
        rules = within.table(change_type)
        read[change_type] = TypeRules(
            process=rules.choice("process", Process, Process.HOTFIX),
            not_applicable=frozenset(rules.choices("not_applicable", Evidence, empty=True)),
        )
    return MappingProxyType(read)


def _notice(table: Table, types: Mapping[ChangeType, TypeRules]) -> Mapping[ChangeType, timedelta]:
    """Hours by type; a type of the hotfix process needs none, and whatever stands there for it does not count."""
    read: dict[ChangeType, timedelta] = {}
    for change_type, rules in types.items():
        if rules.process is Process.HOTFIX:
            if table.has(change_type):
                table.span(change_type, HOUR)
            read[change_type] = timedelta(0)
        else:
            read[change_type] = table.span(change_type, HOUR)
    return MappingProxyType(read)


def _approvals(table: Table) -> tuple[ApprovalRow, ...]:
    before = len(table.problems.found)
    rows = tuple(_approval(row) for row in table.tables("approvals"))
    if len(table.problems.found) > before:
        return rows
    for stage in ApprovalStage:
        for when, hours in ((Hours.BUSINESS, "business hours"), (Hours.AFTER, "the time after hours")):
            found = sum(row.stage is stage and row.when in {Hours.ALWAYS, when} for row in rows)
            if found != 1:
                table.bad("approvals", f"must have one row for the stage {stage} in {hours}, not {found}")
    return rows


def _approval(row: Table) -> ApprovalRow:
    names = row.texts("signers")
    known = (PEER, *Role)
    for name in names:
        if name not in known:
            row.bad("signers", f'must name only {quoted(known)}, not "{name}"')
    signers = tuple(_seat(name) for name in names if name in known)
    stage = row.choice("stage", ApprovalStage)
    if PEER in signers and stage is not ApprovalStage.CODE:
        row.bad("signers", 'can have "peer" only for the stage "code": a peer looks at code')
    return ApprovalRow(row.choice("clause", Clause), stage, row.choice("when", Hours), signers)


def _seat(name: str) -> Seat:
    return PEER if name == PEER else Role(name)


def _freezes(table: Table) -> Freezes:
    return Freezes(
        declared_by=table.choices("declared_by", Role), excepted_by=table.choices("excepted_by", Role)
    )


def _monitoring(table: Table) -> Monitoring:
    lasts = table.span("minutes", MINUTE)
    nudges = _ascending(table, "nudges", MINUTE)
    new_messages = table.spans("new_messages", MINUTE)
    if nudges[-1] != lasts:
        last, end = nudges[-1] / MINUTE, lasts / MINUTE
        reason = f"the last of nudges must be at the end, minute {end:g}, not {last:g}"
        table.bad_together(("nudges", "minutes"), reason)
    if not set(new_messages) <= set(nudges):
        table.bad_together(("new_messages", "nudges"), "new_messages must be some of the nudges")
    if nudges[0] not in new_messages:
        reason = "new_messages must have the first of nudges, since there is no message before it to update"
        table.bad_together(("new_messages", "nudges"), reason)
    return Monitoring(
        lasts=lasts,
        nudges=nudges,
        new_messages=frozenset(new_messages),
        escalate_after=table.span("escalate_after", MINUTE),
        roles=table.choices("roles", Role),
        escalates_to=table.choices("escalates_to", Role),
    )


def _hotfix(table: Table) -> Hotfix:
    signers = table.choices("signers", Role)
    return Hotfix(
        severities=table.texts("severities"),
        signers=signers,
        requester_may_sign=table.whole(
            "requester_may_sign", least=0, most=len(signers) - 1 if signers else 1
        ),
        code_review=table.choice("code_review", HotfixCodeReview),
        after_hours=table.choice("after_hours", HotfixAfterHours),
        start_in_breach=table.flag("start_in_breach"),
        alarmed=table.choices("alarmed", Role),
        chase_after=_ascending(table, "chase_after", HOUR),
        chase_escalates_to=table.choices("chase_escalates_to", Role),
    )


def _review(table: Table) -> Review:
    due_after = table.span("due_after", HOUR)
    reminders = table.spans("reminders", HOUR)
    if any(later >= earlier for earlier, later in pairwise(reminders)):
        table.bad("reminders", "must go from the longest before it is due to the shortest")
    if max(reminders) >= due_after:
        reason = f"reminders must be shorter than the {due_after / HOUR:g} hours of due_after"
        table.bad_together(("reminders", "due_after"), reason)
    return Review(
        due_after=due_after,
        clock_starts=table.choice("clock_starts", ReviewClock),
        reminders=reminders,
        reminded=table.choices("reminded", Role, empty=True),
        overdue_every=table.span("overdue_every", HOUR),
        overdue_to=table.choices("overdue_to", Role),
        signed_by=table.choices("signed_by", Role),
        extended_by=table.choices("extended_by", Role),
    )


def _rollback(table: Table) -> Rollback:
    return Rollback(
        error_rate_mode=table.choice("error_rate_mode", ErrorRateMode),
        error_rate_rise=table.number("error_rate_rise", above=0, below=1_000),
        error_rate_confidence=table.number("error_rate_confidence", above=0.5, below=1),
        performance_loss=table.number("performance_loss", above=0, below=1_000),
        widespread_reports=table.whole("widespread_reports", least=1),
        repeat_every=table.span("repeat_every", MINUTE),
        mute_after_start=table.span("mute_after_start", MINUTE),
        alarmed=table.choices("alarmed", Role),
        started_by=table.choices("started_by", Role),
        settled_by=table.choices("settled_by", Role),
        failure_alarms=table.choices("failure_alarms", Role),
    )


def _asking(table: Table) -> Asking:
    return Asking(
        ask_at_most=table.whole("ask_at_most", least=1),
        remind_after=_ascending(table, "remind_after", HOUR),
        snooze=table.span("snooze", HOUR),
        escalates_to=table.choices("escalates_to", Role),
    )


def _ascending(table: Table, key: str, unit: timedelta) -> tuple[timedelta, ...]:
    spans = table.spans(key, unit)
    if any(later <= earlier for earlier, later in pairwise(spans)):
        table.bad(key, "must go from the shortest to the longest")
    return spans
