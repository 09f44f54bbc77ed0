"""Having the messages that were given up tried again (G-LOG-1: what is recorded is also seen)."""

from bot.rules.clauses import Clause
from bot.rules.company_facts import DeliveryTriedAgain
from bot.rules.undelivered import counted_messages, refused_to_try_again
from bot.rules.verdict import refuse
from bot.rules.words import say
from bot.workflows.company_moment import CompanyDone, CompanyMoment, CompanyVerdict


def try_again(moment: CompanyMoment, _form: None) -> CompanyVerdict:
    """Have all of them tried at once. What is on its way again already is left alone."""
    refused = refused_to_try_again(moment.roles())
    if refused:
        return refused
    count = moment.given_up()
    if count == 0:
        why = say("Nothing is left to try: all of it got through, or is on its way again already.")
        return refuse(Clause.LOG_1, why)
    tried = DeliveryTriedAgain(count, moment.actor, moment.now)
    are = "is" if count == 1 else "are"
    return CompanyDone(
        (tried,), say(f"{counted_messages(count)} {are} tried again now. The list says what comes of it.")
    )
