"""Changes around which people are asked for more than approvals, and all that shows it: waivers, reminders, superseding."""

from collections.abc import Callable, Iterator, Mapping

from bot.rules.asking import asks
from bot.rules.change import EvidenceKind, EvidenceState
from bot.rules.inputs import Reason, Rejection, Snoozing, WaiverGrant, WaiverRefusal, WaiverWish
from bot.rules.life import Stage
from bot.rules.scene import Scene
from bot.rules.setting import Neighbors
from bot.rules.terms import ChangeId, EnvironmentName, Phase, Words
from bot.slack.ids import Choice
from bot.slack.views.asks import ask_message
from bot.slack.views.buttons import buttons_of
from bot.slack.views.kit import Json, Message
from bot.slack.views.menu import more_modal
from bot.slack.views.reminders import reminder_message
from bot.slack.views.waiver_modals import refuse_waiver_modal, take_back_modal, waiver_modal
from bot.slack.views.waivers import nothing_to_waive
from bot.workflows.approve import reject, take_back_approval
from bot.workflows.deploy import start_staging
from bot.workflows.remind import remind_asked, snooze_reminder
from bot.workflows.supersede import supersede
from bot.workflows.waive import ask_for_waiver, expire_waiver, grant_waiver, refuse_waiver
from tests import acting
from tests.acting import ANA, BEN, DORA, EVE, FRIDAY, HOUR, PAUL, TIA, Course, proof, with_evidence
from tests.slack.windows_ahead import frozen

LINK = "https://harbor.slack.com/archives/C0PAYMENTS/p1"
STAGING = EnvironmentName("staging")
WISH = WaiverWish(STAGING, Words("the cluster is down until Monday"), FRIDAY.end)


def asked(course: Course) -> Course:
    """Staging is to be left out, and nobody has decided."""
    return course.does(ask_for_waiver, ANA, WISH)


def granted(course: Course) -> Course:
    """It may be, once the code is looked at."""
    return asked(course).does(grant_waiver, DORA, WaiverGrant(1))


def waived(course: Course) -> Course:
    """It is: code and evidence are in order."""
    return granted(course).approved_by(BEN, TIA)


def waived_without_evidence(course: Course) -> Course:
    """Only evidence is missing for it."""
    return granted(_with_ci(course, EvidenceState.PENDING)).approved_by(BEN, TIA)


def refused(course: Course) -> Course:
    """It may not be."""
    return asked(course).does(refuse_waiver, DORA, WaiverRefusal(Words("the old cluster is up"), 1))


def unanswered(course: Course) -> Course:
    """Nobody decided before its time was over."""
    asked(course).at(FRIDAY.end).fires(expire_waiver)
    return course


def expired(course: Course) -> Course:
    """Its time is over before it was used."""
    waived(course).at(FRIDAY.end).fires(expire_waiver)
    return course


def superseded(course: Course) -> Course:
    """A newer change was quicker."""
    acting.in_staging(course).neighbors = Neighbors(superseded_by=ChangeId(9))
    course.fires(supersede)
    return course


def superseded_while_staging(course: Course) -> Course:
    """The same, while it is being deployed to staging."""
    acting.ready_for_staging(course).does(start_staging, ANA, None)
    course.neighbors = Neighbors(superseded_by=ChangeId(9))
    course.fires(supersede)
    return course


def ci_failed(course: Course) -> Course:
    """Approved, and then the tests went red."""
    return acting.ready_for_staging(_with_ci(course, EvidenceState.FAILED))


def _with_ci(course: Course, state: EvidenceState) -> Course:
    return with_evidence(course, proof(EvidenceKind.CI, state, "https://ci.example.org/513"))


def reminded(course: Course) -> Course:
    """Nobody has answered for four hours."""
    course.wait(4 * HOUR).fires(remind_asked)
    return course


def snoozed(course: Course) -> Course:
    """Tia wants to be left in peace for a while."""
    return reminded(course).does(snooze_reminder, TIA, Snoozing(Phase.CODE))


def window_rejected(course: Course) -> Course:
    """Its window was rejected, and none was proposed instead."""
    return acting.windowed(course).does(reject, EVE, Rejection(Words("board demo at two")))


def taken_back(course: Course) -> Course:
    """It was scheduled until Paul took his approval back."""
    return acting.scheduled(course).does(take_back_approval, PAUL, Reason(Words("the launch moved")))


ASKING_COURSES: Mapping[str, tuple[Stage, Callable[[Course], Course]]] = {
    "waiver asked": (Stage.PREPARING, asked),
    "waiver granted": (Stage.PREPARING, granted),
    "waived without evidence": (Stage.PREPARING, waived_without_evidence),
    "waived": (Stage.VERIFIED, waived),
    "waiver refused": (Stage.PREPARING, refused),
    "waiver unanswered": (Stage.PREPARING, unanswered),
    "waiver expired": (Stage.PREPARING, expired),
    "superseded": (Stage.SUPERSEDED, superseded),
    "superseded while staging": (Stage.SUPERSEDED, superseded_while_staging),
    "ci failed": (Stage.PREPARING, ci_failed),
    "reminded": (Stage.PREPARING, reminded),
    "snoozed": (Stage.PREPARING, snoozed),
    "window rejected": (Stage.VERIFIED, window_rejected),
    "taken back": (Stage.APPROVING, taken_back),
}
"""Situations with the stage that a change is then at."""


def asking_messages(scene: Scene, words: str) -> Iterator[Message]:
    """Reminders of whatever is asked, and what is asked where freezes are in the way."""
    yield nothing_to_waive(scene)
    for shown in (scene, frozen(scene, words)):
        for ask in asks(shown.change, shown.setting):
            yield ask_message(shown, ask, LINK)
            yield reminder_message(shown, ask, 0, LINK)
            yield reminder_message(shown, ask, 200)


def asking_forms(scene: Scene) -> Iterator[Json]:
    """All of them, whatever the stage."""
    yield from filter(
        None, (waiver_modal(scene), more_modal(scene, buttons_of(scene)), more_modal(scene, []))
    )
    yield take_back_modal(scene)
    yield from (refuse_waiver_modal(scene, waiver) for waiver in scene.change.waivers)


def chosen_in(form: Json) -> Iterator[Choice]:
    """What a form about the rest of the menu offers."""
    blocks = form["blocks"]
    assert isinstance(blocks, list)
    for block in blocks:
        for option in (block.get("element") or {}).get("options") or []:
            if option["value"] in set(Choice):
                yield Choice(option["value"])
