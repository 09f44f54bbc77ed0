"""Who is who in the company of `situations`, in the words of the guide's table; and reading a refusal as a person does."""

import re
from collections.abc import Mapping
from typing import Final

from bot.rules.terms import PersonId
from bot.rules.verdict import Gate
from bot.rules.words import plain
from tests.acting import ANA, BEN, BERLIN, DORA, EVE, LEA, OMAR, PAUL, PIA, QUINN, STRANGER, TIA
from tests.situations import ARNO, COMPANY, DEDE, DIRK, OTTO

People = frozenset[PersonId]
PEERS: Final = frozenset({BEN, OMAR, DIRK, TIA})
"""Arno wrote it, and Ana requests it."""
WITH_A_ROLE: Final = frozenset(COMPANY) - {OTTO, STRANGER}
WHO: Final[Mapping[str, People]] = {
    "requester": frozenset({ANA}),
    "deployer": frozenset({DIRK}),
    "engineer": frozenset({ANA, ARNO, DIRK, BEN, OMAR}),
    "peer": PEERS,
    "tech lead": frozenset({TIA}),
    "team lead": frozenset({LEA}),
    "QA": frozenset({QUINN}),
    "Product": frozenset({PIA}),
    "approver": frozenset({PAUL, EVE}),
    "Director": frozenset({DORA, DEDE}),
    "Engineering Manager": frozenset({EVE}),
    "on call": frozenset({OMAR}),
    "anybody with a role": WITH_A_ROLE,
    "not the deployer": WITH_A_ROLE - {DIRK},
}
NAMES: Final = {person: person.capitalize() for person in COMPANY}
UNREAD: Final = re.compile(r"\b\w+_\w+\b|\bNone\b|\binvalid\b|\berror\b(?! rate)|[<>{}]|  ", re.IGNORECASE)
"""What no sentence for people contains: names from the code, and words that blame."""


def read(gate: Gate) -> str:
    """The sentence of a refusal, as somebody reads it – and whoever reads it can."""
    text = plain(gate.why, NAMES, BERLIN)
    assert text.strip() == text != ""
    assert text[0].isupper() or text[0].isdigit() or text.startswith("DEP-"), text
    assert text[-1] in ".!?", text
    assert not UNREAD.search(text), text
    assert not [person for person in COMPANY if re.search(rf"\b{person}\b", text)], text
    return text
