"""Offering the window that ends with business, where a submitted one reaches past it and gives no reason (G-APP-3, G-APP-4)."""

from dataclasses import dataclass

from slack_bolt import Ack

from bot.act import Answer
from bot.rules.change import Span
from bot.rules.straddling import offered_instead
from bot.rules.terms import ChangeType, ServiceName
from bot.rules.verdict import Refused
from bot.slack.listeners.desk import Body, Desk
from bot.slack.views.shorter_window import with_shorter_window


@dataclass(frozen=True, slots=True)
class Wished:
    """The window that a submitted form asks for."""

    service: ServiceName
    type: ChangeType
    span: Span


def offers_shorter(ack: Ack, body: Body, answer: Answer, wished: Wished | None, desk: Desk) -> bool:
    """Show the same form with the shorter window, if that is all that is wrong with it; False where it is not."""
    if wished is None or not isinstance(answer.verdict, Refused):
        return False
    policy = desk.acts.company.policy(wished.service)
    shorter = offered_instead(policy, wished.type, wished.span, answer.verdict, desk.acts.now())
    if shorter is None:
        return False
    view = with_shorter_window(body["view"], wished.span, shorter, policy, desk.speech())
    ack(response_action="update", view=view)
    return True
