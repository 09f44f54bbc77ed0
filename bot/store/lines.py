"""What an outbox line can ask for."""

from enum import StrEnum


class LineKind(StrEnum):
    """A change's card; a family of direct messages, or one of it, into which delivery splits it; a person's Home."""

    CARD = "card"
    ASKS = "asks"
    WATCHES = "watches"
    NOTICE = "notice"
    ASK = "ask"
    WATCH = "watch"
    TOLD = "told"
    HOME = "home"
