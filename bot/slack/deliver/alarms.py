"""The messages of an alarm, to people and to channels: they are found again when it is over, and say how it ended.

A key tells all that is needed for that: `alarm/311/57/first/U0OMAR` is about deployment 311, sounded by audit entry 57,
the first one (or told `again`), to a person, or to `thread` or `incidents`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from bot.rules.change import Deployment
from bot.rules.notice import Notice, NoticeKind
from bot.rules.scene import Scene
from bot.rules.terms import PersonId
from bot.slack.deliver.direct import Direct, Where
from bot.slack.views.alarm import alarm_again_message, alarm_message, is_sounding
from bot.slack.views.kit import Message
from bot.store.lines import LineKind

FIRST: Final = "first"
AGAIN: Final = "again"


@dataclass(frozen=True, slots=True)
class _Alarm:
    """What a key says."""

    deployment: Deployment
    again: bool
    to: PersonId | Where


def alarms(
    scene: Scene, line: str, notice: Notice, to: Iterable[PersonId | Where], link: str | None
) -> Iterator[Direct]:
    """The messages of an alarm that is sounded now, by the notice of `line`, such as `notice/142/57/0`."""
    newest = scene.change.attempt_in(scene.setting.guide.production)
    if newest is None:
        return
    entry, which = line.split("/")[2], AGAIN if notice.kind is NoticeKind.ALARM_AGAIN else FIRST
    for each in to:
        key = f"{LineKind.ALARM}/{newest.id}/{entry}/{which}/{each}"
        direct = alarm_now(scene, key, notice, link)
        if direct:
            yield direct


def alarm_now(scene: Scene, key: str, notice: Notice | None, link: str | None) -> Direct | None:
    """One message of an alarm as it reads now; `notice` is what it was told by, while it has not been posted.

    None when it is left alone: a repetition stays as it is while the alarm sounds, and one that would come after its end
    is not posted.
    """
    alarm = _read(scene, key)
    if alarm is None or (alarm.again and _is_over(scene, alarm.deployment) == (notice is not None)):
        return None
    return Direct(key, LineKind.ALARM, alarm.to, _message(scene, alarm, notice, link))


def _message(scene: Scene, alarm: _Alarm, notice: Notice | None, link: str | None) -> Message:
    reader = None if isinstance(alarm.to, Where) else alarm.to
    leads_to = None if alarm.to is Where.THREAD else link
    if alarm.again:
        late = notice.late if notice else 0
        return alarm_again_message(scene, alarm.deployment, reader, late=late, permalink=leads_to)
    return alarm_message(scene, alarm.deployment, reader, leads_to)


def _is_over(scene: Scene, deployment: Deployment) -> bool:
    return not is_sounding(scene, deployment) and not deployment.running


def _read(scene: Scene, key: str) -> _Alarm | None:
    _, number, _, which, to = key.split("/")
    found = next((each for each in scene.change.deployments if str(each.id) == number), None)
    if found is None:
        return None
    return _Alarm(found, which == AGAIN, Where(to) if to in set(Where) else PersonId(to))
