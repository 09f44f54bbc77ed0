"""How a change stands, in a line: a sign, what is the matter, and the rest of the sentence."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """A sign, what is the matter (short, shown in bold), the rest of the sentence or its points. All mrkdwn."""

    sign: str
    lead: str
    rest: str = ""
    points: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """As lines of a message: one, and another for each point where there are several."""
        if len(self.points) > 1:
            return "\n".join((f"{self.sign} *{self.lead}*", *(f"• {point}" for point in self.points)))
        rest = self._rest()
        return f"{self.sign} *{self.lead}*{f' – {rest}' if rest else ''}"

    @property
    def said(self) -> str:
        """As a notification says it."""
        rest = self._rest()
        return f"{self.lead}{f' – {rest}' if rest else ''}"

    def _rest(self) -> str:
        return ", ".join((self.rest, *self.points)) if self.rest else ", ".join(self.points)
