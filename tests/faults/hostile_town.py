"""Where hostile text is typed: companies in which somebody has a reason to open each of the bot's forms."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from bot.rules.change import Outcome, Span
from bot.rules.hotfix_inputs import BreachStart
from bot.rules.inputs import (
    Finish,
    FreezeWish,
    Rejection,
    Report,
    RollbackStart,
    Seen,
    WaiverWish,
    WishedWindow,
)
from bot.rules.readings import Problem
from bot.rules.terms import NO_WORDS, ChangeType, EnvironmentName, ServiceName, Words
from bot.workflows.approve import approve, reject
from bot.workflows.deploy import finish_production, start_production, start_staging
from bot.workflows.freeze import declare_freeze
from bot.workflows.hotfix import start_in_breach
from bot.workflows.observe import observe
from bot.workflows.review import submit_review
from bot.workflows.rollback import start_rollback
from bot.workflows.waive import ask_for_waiver
from bot.workflows.windows import propose_window
from tests.acts.incident import at
from tests.acts.test_downtime import Course, december
from tests.faults.office import REVIEWED, Incident, Office

ROUTINE, CONFIG, INFRA = ChangeType.ROUTINE, ChangeType.CONFIG, ChangeType.INFRA
NOON: Final = december(2, 14)
LATER: Final = december(3, 14)
WHY: Final = Words("because")
WINDOW: Final = Span(NOON, NOON + timedelta(hours=1))
ALARM: Final = Report(Problem.CRITICAL_FAILURE, notes=Words("no totals"))


def releases(at_work: Office) -> None:
    """A standard change at each stage at which somebody may be asked for words, and a freeze."""
    service = {name: iter(range(9)) for name in ("payments", "storefront", "ledger")}

    def asked(name: str, kind: ChangeType = ROUTINE) -> Course:
        return Course.asked(at_work, name, kind, f"4.12.{next(service[name])}")

    running, alarmed, back = (asked(name) for name in service)
    for each in (running, alarmed, back):
        each.scheduled(WINDOW)
    waived = asked("payments", CONFIG)
    waived.approved_by("peer")
    waived.does("me", ask_for_waiver, WaiverWish(EnvironmentName("staging"), WHY, december(4, 18)))
    staging = asked("payments", INFRA)
    staging.approved_by("peer", "tia", "lea")
    staging.does("me", start_staging, None)
    asked("storefront", INFRA).verified()
    asked("storefront", CONFIG).approved_by("peer", "tia", "lea")
    approving = asked("ledger", CONFIG)
    approving.verified()
    friday = Span(december(4, 15), december(4, 16))
    approving.does("me", propose_window, WishedWindow(friday, NO_WORDS))
    asked("ledger", INFRA).does("peer", reject, Rejection(WHY))
    at(at_work, NOON)
    for each in (running, alarmed, back):
        each.does("me", start_production, None)
    for each in (alarmed, back):
        each.does("me", finish_production, Finish(Outcome.SUCCEEDED, NO_WORDS))
        each.does("quinn", observe, ALARM)
    back.does("me", start_rollback, RollbackStart())
    frozen = FreezeWish((ServiceName("storefront"),), Span(NOON, december(9, 14)), WHY)
    answer = at_work.app.company_acts.perform(at_work.caller("eve"), declare_freeze, frozen)
    if not answer.done:
        raise AssertionError(answer.said)


def hotfixes(at_work: Office) -> None:
    """A hotfix on a word by phone, one that started in breach, one whose review waits for its signature."""
    declared = Incident.declared(at_work, LATER, "ben", "5.1.0")
    declared.said_yes("ana", ("eve", None), ("paul", None))
    breach = Incident.declared(at_work, LATER, "omar", "5.2.0")
    breach.does("omar", start_in_breach, BreachStart(WHY, Words("Eve and Paul, by phone")))
    at(at_work, LATER + timedelta(minutes=5))
    breach.does("omar", finish_production, Finish(Outcome.SUCCEEDED, NO_WORDS))
    reviewed = Incident.declared(at_work, LATER + timedelta(minutes=6), "ben", "5.3.0")
    for name in ("ana", "eve", "paul"):
        reviewed.does(name, approve, Seen())
    reviewed.does("ben", start_production, None)
    reviewed.does("ben", finish_production, Finish(Outcome.SUCCEEDED, NO_WORDS))
    reviewed.does("tia", approve, Seen())
    reviewed.does("ben", submit_review, REVIEWED)


EIGHT: Final = timedelta(minutes=8)
TOWNS: Final[Mapping[str, tuple[Callable[[Office], None], datetime]]] = {
    "releases": (releases, NOON + EIGHT),
    "hotfixes": (hotfixes, LATER + EIGHT),
    "hotfixes, and reviews that are late": (hotfixes, LATER + timedelta(hours=80)),
}
"""How each is built, and what time it is then."""
