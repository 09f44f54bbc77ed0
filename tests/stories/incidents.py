"""A hotfix of payments through the front door: declared at night by whoever is on call, signed by word, started."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from bot.sandbox.messages import Message
from bot.sandbox.stories.preludes import submits
from bot.sandbox.stories.stage import Stage, on

HOTFIX: Final[Mapping[str, object]] = {
    "Impact": "Checkout fails for all EU cards",
    "Pull requests": "#887",
    "Peers to ask": ["Ben"],
    "Rollback plan": "Redeploy 4.12.0; about 4 minutes.",
}
WORDS: Final[Mapping[str, object]] = {
    "Peer who looked at the code": "Ben",
    "Engineering Manager": "Eve",
    "Product Manager": "Paul",
    "Engineering Director": "Dora",
    "What was said": "Yes, roll it",
    "Who heard it": "Lea",
}


def moves_to(stage: Stage, at: datetime) -> None:
    """Let it be this time."""
    stage.sandbox.clock.move_to(at)
    stage.settle()


def declares(stage: Stage, version: str = "4.12.1", name: str = "omar") -> None:
    """Somebody declares a hotfix of payments."""
    stage.types(name, f"/deploy hotfix payments {version}")
    submits(stage, name, HOTFIX)


def records(stage: Stage, **different: object) -> None:
    """Omar records who said yes by phone."""
    stage.types("omar", "/deploy record")
    submits(stage, "omar", {**WORDS, **different})


def is_spoken_for(stage: Stage) -> None:
    """Saturday, 5 December: declared at 02:09, everybody's word recorded at 02:14."""
    moves_to(stage, on(5, "2:09"))
    declares(stage)
    moves_to(stage, on(5, "2:14"))
    records(stage)


def starts_in_breach(stage: Stage) -> None:
    """Declared at 02:09; at 02:20 Omar starts without anybody's approval."""
    moves_to(stage, on(5, "2:09"))
    declares(stage)
    moves_to(stage, on(5, "2:20"))
    stage.person("omar").clicks("Start in breach…", on=stage.card)
    stage.settle()
    submits(
        stage,
        "omar",
        {
            "Why it cannot wait for them": "every minute costs us orders",
            "Who was tried, and how": "Eve and Paul, three calls each",
        },
    )


def alarms(stage: Stage, words: str) -> list[Message]:
    """What the hotfix's own channel heard of this kind."""
    return [message for message in stage.incident_channel.messages if words in message.text]
