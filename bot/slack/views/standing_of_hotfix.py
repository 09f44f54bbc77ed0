"""What a hotfix's card and its incident's message say of it: the issue, who signed and how, what was disputed or broken."""

from collections.abc import Iterator, Sequence

from bot.rules.approvals import NeededSeat, open_seats, rows_now, seating
from bot.rules.breach import who_answers
from bot.rules.change import Approval
from bot.rules.clauses import Clause
from bot.rules.guide import PEER, Seat
from bot.rules.hotfix import Breach, BreachAnswer
from bot.rules.hotfix_gates import hotfix_gates
from bot.rules.hotfix_rows import code_rows
from bot.rules.life import Stage
from bot.rules.review import by_own_acts, is_owed
from bot.rules.scene import Scene
from bot.rules.spoken import disputed_words
from bot.rules.verdict import unmet
from bot.rules.words import join_names
from bot.slack.views.deputizing import signer
from bot.slack.views.kit import dots, lines
from bot.slack.views.speech import Speech
from bot.slack.views.text import quoted, typed

IMPACT_MOST = 600
WORDS_MOST = 200
SEVERITY_MOST = 20


def is_hotfix(scene: Scene) -> bool:
    """Whether the change goes the hotfix process; one that was turned into a standard change does not."""
    return scene.setting.guide.follows_hotfix(scene.change.type)


def can_start_in_breach(scene: Scene) -> bool:
    """Whether a start in breach could be recorded now: approvals are missing, and nothing else stands in the way."""
    if not is_hotfix(scene) or scene.stage is not Stage.DECLARED:
        return False
    missing = unmet(hotfix_gates(scene.change, scene.setting))
    others = any(gate.clause is Clause.STD_8 for gate in missing)
    return bool(missing) and not others and scene.setting.guide.hotfix.start_in_breach


def severity(scene: Scene) -> str:
    """`SEV1`, as mrkdwn; empty for a change without an issue."""
    issue = scene.change.issue
    return typed(issue.severity, SEVERITY_MOST) if issue else ""


def issue_lines(scene: Scene) -> str:
    """G-HOT-1: what is suffered, and why, as far as that is known."""
    issue = scene.change.issue
    if issue is None:
        return ""
    cause = quoted(issue.root_cause, IMPACT_MOST) if issue.root_cause.strip() else "not known yet"
    return lines(quoted(issue.impact, IMPACT_MOST), f"Root cause: {cause}")


def checklist(scene: Scene) -> list[str]:
    """Who signed and how, what is flagged, disputed or broken, and which code review is still owed; a line each."""
    return [
        *_signed(scene),
        *_own_signatures(scene),
        *_disputes(scene),
        *_breach(scene),
        *_open_code_review(scene),
    ]


def _signed(scene: Scene) -> Iterator[str]:
    """`✅ Omar (On-call Engineer) · ✅ Ben (peer)`, then for each way of speaking `✅ Eve, Paul by phone – not confirmed yet`."""
    own: list[str] = []
    spoken: dict[str, list[str]] = {}
    for approval, who in _signatures(scene):
        if approval.spoken is None:
            own.append(f"✅ {who}")
        else:
            stands = "*not confirmed yet*" if approval.unconfirmed else "confirmed"
            spoken.setdefault(f"{approval.spoken.how.label} – {stands}", []).append(who)
    if own:
        yield dots(*own)
    for how, people in spoken.items():
        yield f"✅ {', '.join(people)} {how}"


def _signatures(scene: Scene) -> Iterator[tuple[Approval, str]]:
    """Each person's signatures once, with their name and the seats that they fill."""
    guide, speech = scene.setting.guide, Speech.of(scene)
    given: dict[tuple[str, bool, bool], tuple[Approval, str, list[str]]] = {}
    for needed, approval in _filled(scene):
        key = approval.person, approval.spoken is None, approval.unconfirmed
        name = signer(needed, approval, guide, speech)
        *_, seats = given.setdefault(key, (approval, name, []))
        if _seat(needed.seat) not in seats:
            seats.append(_seat(needed.seat))
    for approval, name, seats in given.values():
        yield approval, f"{name} ({join_names(seats, 'and')})"


def _filled(scene: Scene) -> tuple[tuple[NeededSeat, Approval], ...]:
    change, setting = scene.change, scene.setting
    return tuple(
        filled
        for row in rows_now(change, setting)
        for filled in seating(row, change, setting.policy, change.standing_approvals).filled
    )


def _seat(seat: Seat) -> str:
    return "peer" if seat is PEER else seat.label


def _own_signatures(scene: Scene) -> Iterator[str]:
    """G-HOT-2: that one of the two signatures is the requester's own."""
    requester = scene.change.requester
    own = [
        _seat(needed.seat)
        for needed, approval in _filled(scene)
        if approval.person == requester and needed.row.clause is Clause.HOT_2
    ]
    if own:
        yield f"ℹ️ {Speech.of(scene).name(requester)}, who declared it, signed as {join_names(own, 'and')}"


def _disputes(scene: Scene) -> Iterator[str]:
    """What is said not to have been said; it stays for ever, of another hotfix with this version, too."""
    speech, change = Speech.of(scene), scene.change
    here = disputed_words(change)
    for person in dict.fromkeys(each.person for each in here):
        mine = [each for each in here if each.person == person]
        yield f"⛔ {_disputer(scene, mine)} disputes having approved it: {_dispute(mine[-1])}"
    for each in scene.setting.neighbors.disputed:
        yield f"⛔ {speech.name(each.person)} disputed having approved this version before: {_dispute(each)}"


def _disputer(scene: Scene, disputed: Sequence[Approval]) -> str:
    """`Paul (Product Manager)`: the seats for which the word was recorded."""
    rows = {row.clause: row for row in rows_now(scene.change, scene.setting)}
    seats = dict.fromkeys(
        _seat(seat)
        for each in disputed
        if each.row in rows
        for seat in rows[each.row].signers
        if seat is PEER or seat in each.roles
    )
    name = Speech.of(scene).name(disputed[0].person)
    return f"{name} ({join_names(list(seats), 'and')})" if seats else name


def _dispute(approval: Approval) -> str:
    return quoted(approval.dispute or "", WORDS_MOST)


def _breach(scene: Scene) -> Iterator[str]:
    """G-HOT-3: that it started without its approvals, why, who was tried, and what the missing signers say of it."""
    breach, speech = scene.change.breach, Speech.of(scene)
    if breach is None:
        return
    without = join_names([f"no {_seat(seat)}" for seat in breach.missing], "and") or "against a dispute"
    reason = quoted(breach.reason, WORDS_MOST)
    yield f"🚨 *Started in breach* by {speech.name(breach.by)}: {without} – {reason}"
    yield f"ℹ️ Who was tried: {quoted(breach.tried, WORDS_MOST)}"
    yield from (_answer(each, speech) for each in breach.answers)
    if breach.unanswered:
        yield f"⏳ To ratify it or not: {', '.join(_unanswered(scene, breach))}"


def _answer(answer: BreachAnswer, speech: Speech) -> str:
    who = f"{speech.name(answer.person)} ({_seat(answer.seat)})"
    if answer.ratified:
        return f"✅ {who} ratified the start"
    return f"⛔ {who} does not ratify the start: {quoted(answer.reason, WORDS_MOST)}"


def _unanswered(scene: Scene, breach: Breach) -> Iterator[str]:
    speech = Speech.of(scene)
    for seat in breach.unanswered:
        able = who_answers(seat, scene.change, scene.setting)
        yield f"{_seat(seat)} ({speech.people(able)})" if able else _seat(seat)


def _open_code_review(scene: Scene) -> Iterator[str]:
    """G-APP-1: what of the code's approval is due before the review is signed, once the hotfix has started."""
    if not is_owed(scene.change):
        return
    speech = Speech.of(scene)
    rows = code_rows(scene.setting.guide)
    found = {
        _seat(needed.seat): able
        for needed, able in open_seats(by_own_acts(scene.change), scene.setting, rows)
    }
    if found:
        who = [f"{seat} ({speech.people(able)})" if able else seat for seat, able in found.items()]
        yield f"⏳ Code review before the review is signed: {', '.join(who)}"
