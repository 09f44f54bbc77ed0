"""Proposing and moving a production window, counter-proposals and windows that lapse (G-STD-7, G-STD-8)."""

from bot.rules.change import Change, Span, WindowEnd
from bot.rules.clauses import Clause
from bot.rules.facts import ApprovalVoided, Fact, WindowEnded, WindowProposed
from bot.rules.gates import span_gates, window_gates
from bot.rules.inputs import Seen, WishedWindow
from bot.rules.life import Act, refuse_by_stage
from bot.rules.setting import Setting
from bot.rules.terms import NO_WORDS, ApprovalStage, Words
from bot.rules.verdict import Done, Refused, Verdict, refuse, unmet
from bot.rules.words import When, say
from bot.workflows.moment import Moment


def propose_window(moment: Moment, form: WishedWindow) -> Verdict:
    """Ask for a window; its 48 hours (or what the guide says) count from now."""
    refused = moment.refused_by_stage(Act.PROPOSE_WINDOW) or moment.refused_unless(
        moment.change.requester, Clause.STD_7, "Proposing a window for"
    )
    if refused:
        return refused
    gates = unmet(window_gates(moment.change, moment.setting, form.span, form.reason, moment.now))
    if gates:
        return Refused(gates)
    proposed = WindowProposed(
        number=len(moment.change.windows) + 1,
        narrowed=False,
        span=form.span,
        submitted_at=moment.now,
        reason=form.reason,
        by=moment.actor,
        at=moment.now,
    )
    return Done((proposed,), say(f"You proposed the window of {moment.label}: ", When(form.span.start), "."))


def accept_counter_proposal(moment: Moment, form: Seen) -> Verdict:
    """Propose the window that an approver offered while rejecting the last one."""
    refused = moment.refused_by_stage(Act.ACCEPT_COUNTER_PROPOSAL) or moment.moved_on(
        form.revision, Clause.STD_7
    )
    if refused:
        return refused
    counter = moment.change.counter
    if counter is None:
        return refuse(Clause.STD_7, say(f"Nobody has proposed another window for {moment.label}."))
    earlier = moment.change.windows[-1].reason if moment.change.windows else NO_WORDS
    return propose_window(moment, WishedWindow(counter.span, earlier))


def move_window(moment: Moment, form: WishedWindow) -> Verdict:
    """Replace the window. A narrower one keeps its submission time and its approvals; any other is asked for anew."""
    change, window = moment.change, moment.change.window
    refused = moment.refused_by_stage(Act.MOVE_WINDOW) or moment.refused_unless(
        change.requester, Clause.STD_7, "Moving the window of"
    )
    if refused:
        return refused
    if window is None or window.span == form.span:
        return refuse(Clause.STD_7, say("That is the window it has already."))
    reason = Words(form.reason.strip()) or window.reason
    narrowed = window.span.encloses(form.span) and reason == window.reason
    submitted_at = window.submitted_at if narrowed else moment.now
    gates = unmet(window_gates(change, moment.setting, form.span, reason, submitted_at))
    if gates:
        return Refused(gates)
    voided = () if narrowed else moment.voided("the window moved", ApprovalStage.PRODUCTION)
    facts: tuple[Fact, ...] = (
        WindowEnded(window.number, WindowEnd.MOVED, moment.actor, NO_WORDS, moment.now),
        *voided,
        WindowProposed(
            number=window.number + 1,
            narrowed=narrowed,
            span=form.span,
            submitted_at=submitted_at,
            reason=reason,
            by=moment.actor,
            at=moment.now,
        ),
    )
    return Done(facts, say(f"You moved the window of {moment.label} to ", When(form.span.start), "."))


def drafted_window(change: Change, setting: Setting) -> tuple[Fact, ...]:
    """The drafted window submitting itself once verification has passed – if it is still legal, else nothing."""
    wished = change.wished
    if wished is None or change.windows:
        return ()
    if unmet(window_gates(change, setting, wished, change.wished_reason, setting.now)):
        return ()
    return (
        WindowProposed(
            number=1,
            narrowed=False,
            span=wished,
            submitted_at=setting.now,
            reason=change.wished_reason,
            by=None,
            at=setting.now,
        ),
    )


def refuse_span(moment: Moment, span: Span, reason: Words) -> Refused | None:
    """The refusal of a window that could not be asked for even now."""
    gates = unmet(span_gates(moment.change.type, moment.setting, span, reason, moment.now))
    return Refused(gates) if gates else None


def lapse_window(change: Change, setting: Setting) -> Verdict:
    """A window that passes without a start lapses, and with it the approvals given for it."""
    window = change.window
    gate = refuse_by_stage(Act.LAPSE_WINDOW, change, setting.policy)
    if gate or window is None or setting.now < window.span.end:
        return Refused((gate,) if gate else ())
    voided = tuple(
        ApprovalVoided(each.number, each.stage, each.person, "the window lapsed", setting.now)
        for each in change.standing_approvals
        if each.stage is ApprovalStage.PRODUCTION
    )
    ended = WindowEnded(window.number, WindowEnd.LAPSED, None, NO_WORDS, setting.now)
    return Done((ended, *voided), say("The window passed without a start."))
