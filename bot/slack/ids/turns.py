"""What the buttons that turn a list's page say."""

import re
from dataclasses import dataclass
from typing import Final

TURN_WORDS_MOST: Final = 1500
_TURN: Final = re.compile(rf"(newer|older):([1-9][0-9]{{0,17}}) ?(.{{0,{TURN_WORDS_MOST}}})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Turn:
    """Turning a list's page: beside which change – or deployment – the next one begins, on which side, and its words."""

    beside: int
    newer: bool
    words: str

    def encode(self) -> str:
        """The value of the button: `older:132 payments mine`."""
        return f"{'newer' if self.newer else 'older'}:{self.beside} {self.words[:TURN_WORDS_MOST]}"


def decode_turn(text: str | None) -> Turn | None:
    """What `Turn.encode` made, or None."""
    found = _TURN.fullmatch(text or "")
    if found is None:
        return None
    side, beside, words = found.groups()
    return Turn(int(beside), side == "newer", words)
