"""Which direct messages a change should have now: who is asked, who watches, who is told."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from bot.rules.asking import asks
from bot.rules.notice import Notice, NoticeKind
from bot.rules.scene import Scene
from bot.rules.terms import PersonId, Phase, Role, Words
from bot.slack.deliver.alarms import alarms
from bot.slack.deliver.direct import Direct, Where
from bot.slack.views.asks import ask_message, settled_ask
from bot.slack.views.notices import ALARMS, channel_message, notice_message
from bot.slack.views.watch import is_watched, watch_message
from bot.store.lines import LineKind


def asked(scene: Scene, link: str | None) -> Iterator[Direct]:
    """A message for everybody who is asked now."""
    for ask in asks(scene.change, scene.setting):
        key = f"{LineKind.ASK}/{scene.change.id}/{ask.phase}/{ask.round}/{ask.person}"
        yield Direct(key, LineKind.ASK, ask.person, ask_message(scene, ask, link))


def asked_before(scene: Scene, key: str) -> Direct:
    """A message to somebody who was asked, and is no longer."""
    _, _, phase, round_, person = key.split("/")
    message = settled_ask(scene, PersonId(person), Phase(phase), int(round_))
    return Direct(key, LineKind.ASK, PersonId(person), message)


def watched(scene: Scene, link: str | None) -> Iterator[Direct]:
    """The newest nudge, for the deployer and whoever is on call (G-STD-9), while there is something to watch."""
    deployment = scene.change.attempt_in(scene.setting.guide.production)
    if deployment is None or deployment.nudged is None or not is_watched(scene, deployment):
        return
    on_watch = scene.setting.roster.holders_of(scene.setting.guide.monitoring.roles)
    people = (scene.change.deployer, *on_watch)
    for person in dict.fromkeys(people):
        key = f"{LineKind.WATCH}/{deployment.id}/{_message_of(scene, deployment.nudged)}/{person}"
        yield Direct(
            key, LineKind.WATCH, person, watch_message(scene, deployment, deployment.nudged, person, link)
        )


def _message_of(scene: Scene, minutes: int) -> int:
    """The nudge that is a message of its own and shows this one: 10 and 20 update the message of 0."""
    own = [int(each.total_seconds()) // 60 for each in scene.setting.guide.monitoring.new_messages]
    return max((each for each in own if each <= minutes), default=minutes)


def watched_before(scene: Scene, key: str, link: str | None) -> Direct | None:
    """An earlier nudge, once the watch is over; while it goes on, an earlier one stays as it is."""
    _, number, minutes, person = key.split("/")
    deployment = next((each for each in scene.change.deployments if each.id == int(number)), None)
    if deployment is None or is_watched(scene, deployment):
        return None
    message = watch_message(scene, deployment, int(minutes), PersonId(person), link)
    return Direct(key, LineKind.WATCH, PersonId(person), message)


def _is_escalated_to(scene: Scene, notice: Notice, person: PersonId) -> bool:
    """Whoever is asked for the same has been reminded; what was answered meanwhile is told nobody."""
    asked_for = [
        ask
        for ask in asks(scene.change, scene.setting)
        if (ask.phase, ask.round) == (notice.phase, notice.round)
    ]
    return bool(asked_for) and all(ask.person != person for ask in asked_for)


_ABOUT_A_DEED: Final = frozenset(
    {NoticeKind.STARTED_IN_BREACH, NoticeKind.VERBAL_DISPUTED, NoticeKind.BREACH_ANSWERED}
)
"""What is told to a role whose holder may be the one who did it."""


def _knows_already(scene: Scene, notice: Notice, person: PersonId) -> bool:
    """Whether they did it themselves, or are asked about it by an alarm of their own."""
    if notice.kind in _ABOUT_A_DEED and person == notice.by:
        return True
    return notice.kind is NoticeKind.STARTED_IN_BREACH and any(
        (ask.person, ask.phase) == (person, Phase.RATIFICATION) for ask in asks(scene.change, scene.setting)
    )


def told(scene: Scene, line: str, payload: Mapping[str, Any], link: str | None) -> Iterator[Direct]:
    """A notice's message to each person whom it addresses; a role means whoever holds it when it is sent."""
    notice = notice_of(payload)
    people: dict[PersonId, None] = {}
    for addressed in notice.to:
        if addressed in set(Role):
            people.update(dict.fromkeys(scene.setting.roster.holders(Role(addressed))))
        else:
            people[PersonId(addressed)] = None
    if notice.kind in ALARMS:
        yield from alarms(scene, line, notice, people, link)
        return
    for person in people:
        if notice.kind is NoticeKind.REMINDER_ESCALATED and not _is_escalated_to(scene, notice, person):
            continue
        if _knows_already(scene, notice, person):
            continue
        yield Direct(f"{line}/{person}", LineKind.TOLD, person, notice_message(scene, notice, person, link))


def told_channel(
    scene: Scene, line: str, kind: LineKind, payload: Mapping[str, Any], link: str | None
) -> Direct | None:
    """A notice's message in the card's thread or the incident channel."""
    notice = notice_of(payload)
    where = Where.THREAD if kind is LineKind.THREAD else Where.INCIDENTS
    if notice.kind in ALARMS:
        return next(alarms(scene, line, notice, [where], link), None)
    leads_to = None if where is Where.THREAD else link
    return Direct(line, kind, where, channel_message(scene, notice, leads_to))


def notice_of(payload: Mapping[str, Any]) -> Notice:
    """A notice as an outbox line carries it."""
    return Notice(
        kind=NoticeKind(payload["kind"]),
        to=tuple(payload.get("to", ())),
        by=payload.get("by"),
        words=Words(payload["words"]) if "words" in payload else None,
        because=payload.get("because", ""),
        phase=Phase(payload["phase"]) if "phase" in payload else None,
        late=int(payload.get("late", 0)),
        round=int(payload.get("round", 0)),
    )
