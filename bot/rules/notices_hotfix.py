"""Who is told what by direct message after an act on a hotfix, its spoken approvals, its start in breach, its review."""

from collections.abc import Iterator

from bot.rules.change import Change
from bot.rules.hotfix_facts import (
    BreachAnswered,
    HotfixFact,
    HotfixToContain,
    ReviewExtended,
    ReviewReminded,
    ReviewReturned,
    StartedInBreach,
    VerbalChased,
    VerbalConfirmed,
    VerbalDisputed,
)
from bot.rules.notice import Notice, NoticeKind
from bot.rules.review import author_of
from bot.rules.setting import Setting
from bot.rules.spoken import open_words, word_round
from bot.rules.terms import PersonId, Phase, Role, change_label

Told = tuple[PersonId | Role, ...]


def about_hotfix(fact: HotfixFact, before: Change, after: Change, setting: Setting) -> Iterator[Notice]:
    """What this fact makes worth telling."""
    match fact:
        case VerbalConfirmed() | VerbalDisputed() | VerbalChased():
            yield from _about_words(fact, before, after, setting)
        case StartedInBreach(by=by, reason=reason):
            yield Notice(NoticeKind.STARTED_IN_BREACH, setting.guide.hotfix.alarmed, by, reason)
        case BreachAnswered(person=person, ratified=ratified, reason=reason):
            because = "ratified" if ratified else "refused"
            told: Told = (*setting.guide.hotfix.alarmed, after.breach.by if after.breach else after.requester)
            yield Notice(NoticeKind.BREACH_ANSWERED, told, person, reason or None, because)
        case ReviewReminded(people=people) if people:
            yield Notice(NoticeKind.REVIEW_DUE, people)
        case ReviewReturned(by, reason):
            yield Notice(NoticeKind.REVIEW_RETURNED, (author_of(after),), by, reason)
        case ReviewExtended(_, by, reason):
            yield Notice(
                NoticeKind.REVIEW_EXTENDED, (author_of(after), *setting.guide.review.reminded), by, reason
            )
        case HotfixToContain(hotfix, version):
            because = f"{change_label(hotfix)} {version}"
            yield Notice(NoticeKind.HOTFIX_TO_CONTAIN, (after.requester,), because=because)
        case _:
            return


def _about_words(
    fact: VerbalConfirmed | VerbalDisputed | VerbalChased, before: Change, after: Change, setting: Setting
) -> Iterator[Notice]:
    """G-HOT-2: who recorded the words hears when the last of them is confirmed, and of each that is disputed."""
    word = next(each for each in before.approvals if each.number == fact.number)
    recorder = word.spoken.recorded_by if word.spoken else after.requester
    match fact:
        case VerbalConfirmed(by=by) if not open_words(after):
            yield Notice(NoticeKind.VERBAL_CONFIRMED, (recorder,), by)
        case VerbalDisputed(by=by, words=words):
            told: Told = (recorder, *setting.guide.hotfix.alarmed)
            yield Notice(NoticeKind.VERBAL_DISPUTED, told, by, words)
        case VerbalChased(step=step):
            asked_again = word_round(after, word.person)
            yield Notice(NoticeKind.REMINDED, (word.person,), phase=Phase.CONFIRMATION, round=asked_again)
            if step == len(setting.guide.hotfix.chase_after):
                told = setting.guide.hotfix.chase_escalates_to
                yield Notice(NoticeKind.REMINDER_ESCALATED, told, phase=Phase.CONFIRMATION, round=asked_again)
