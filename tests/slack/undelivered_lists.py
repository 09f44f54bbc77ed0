"""Everything that is shown of messages that did not reach Slack."""

from collections.abc import Iterator

from bot.rules.scene import Scene
from bot.rules.terms import ServiceName
from bot.rules.undelivered import Undelivered, troubles
from bot.rules.words import Who, say
from bot.slack.views.kit import Message
from bot.slack.views.speech import Speech
from bot.slack.views.undelivered import (
    Told,
    card_is_back_message,
    delivered_message,
    fallback_message,
    undelivered_message,
)
from bot.store.undelivered import in_channel_of
from tests.acting import ANA


def undelivered_messages(scene: Scene, words: str) -> Iterator[Message]:
    """The list of one and of several, what becomes of it, and the requester's card with what becomes of that."""
    change, speech, now = scene.change, Speech.of(scene), scene.setting.now
    here, typed = in_channel_of(change.service), in_channel_of(ServiceName(words))
    one = Undelivered("card/7", "the card", "cards", change.id, here, "is_archived", now)
    other = Undelivered(f"told/{words}", "a notice", "notices", None, say("to ", Who((ANA,))), words, now)
    yield undelivered_message(troubles([one]), Told(now, 0, 1), speech)
    yield undelivered_message(troubles([one, other]), Told(now, 1, 3), speech, to_director=True)
    yield delivered_message(3, now, speech)
    yield fallback_message(scene, words, typed)
    yield card_is_back_message(scene, typed, None)
