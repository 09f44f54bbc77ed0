import json
from dataclasses import dataclass
from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given, settings

from bot.rules.company_facts import (
    CompanyFact,
    DelegationEnded,
    DelegationNamed,
    DeliveryTriedAgain,
    FreezeDeclared,
    FreezeLifted,
    OrganizationRefused,
    OrganizationReloaded,
)
from bot.rules.deputies import DelegationId
from bot.rules.facts import ChangeWithdrawn, Fact, VersionVerified
from bot.rules.freezing import FreezeId
from bot.rules.terms import PersonId, Role, Words
from bot.store import recorded
from bot.store.audit import canonical
from bot.store.recorded import (
    ERASED,
    FACTS,
    Recorded,
    Texts,
    decode_facts,
    digest,
    encode_facts,
    pointer,
    pointers,
)
from tests.store.facts_at_random import (
    ANA,
    BEN,
    MONDAY,
    PAYMENTS,
    TIA,
    approval,
    histories,
    request,
    started,
)
from tests.store.hotfix_facts_at_random import declared, hotfix_histories, spoken_approval


def kept_texts(texts: Texts) -> dict[int, str]:
    return {kept.number: kept.value for kept in texts.kept}


@settings(max_examples=60, deadline=None)
@given(facts=histories() | hotfix_histories())
def test_facts_come_back_from_their_content_as_they_were(facts: list[Fact]) -> None:
    texts = Texts()
    content = json.loads(json.dumps(encode_facts(facts, texts)))
    assert decode_facts(content, kept_texts(texts)) == tuple(facts)


def test_every_kind_of_fact_can_be_recorded() -> None:
    assert set(FACTS.values()) == {*get_args(Fact), *get_args(CompanyFact)}
    for kind in FACTS.values():
        recorded._codec(kind)  # noqa: SLF001 - a hint without a codec would show only when it is first recorded


COMPANY: list[Recorded] = [
    FreezeDeclared(
        FreezeId(1), (PAYMENTS,), MONDAY, MONDAY + timedelta(days=3), Words("the sale"), ANA, MONDAY
    ),
    FreezeLifted(FreezeId(1), TIA, Words("sold out"), MONDAY),
    DelegationNamed(
        DelegationId(1), Role.TECH_LEAD, None, TIA, BEN, MONDAY, MONDAY + timedelta(days=3), TIA, MONDAY
    ),
    DelegationEnded(DelegationId(1), TIA, MONDAY),
    OrganizationReloaded("9f2c", MONDAY),
    OrganizationRefused("9f2d", "nobody is QA", MONDAY),
    DeliveryTriedAgain(3, TIA, MONDAY),
]


@pytest.mark.clause("G-LOG-1")
def test_what_happens_to_the_company_comes_back_as_it_was() -> None:
    assert {type(fact) for fact in COMPANY} == set(get_args(CompanyFact))
    texts = Texts()
    content = json.loads(json.dumps(encode_facts(COMPANY, texts)))
    assert decode_facts(content, kept_texts(texts)) == tuple(COMPANY)


@pytest.mark.clause("G-LOG-1")
@pytest.mark.parametrize(
    ("now", "newer"),
    [
        (approval(1), "deputizing"),
        (approval(1), "spoken"),
        (started(1), "rolls_back"),
        (
            VersionVerified("4.12.0", Role.QA, TIA, passed=True, notes=Words("fine"), at=MONDAY),
            "deputy_for",
        ),
    ],
)
def test_what_an_earlier_release_recorded_is_read_with_a_newer_fields_default(now: Fact, newer: str) -> None:
    texts = Texts()
    ((recorded_now),) = json.loads(json.dumps(encode_facts([now], texts)))
    assert newer in recorded_now["says"]
    del recorded_now["says"][newer]
    assert decode_facts([recorded_now], kept_texts(texts)) == (now,)


@pytest.mark.clause("G-LOG-1")
def test_a_field_without_a_default_cannot_be_left_out_unnoticed() -> None:
    texts = Texts()
    (content,) = json.loads(json.dumps(encode_facts([ChangeWithdrawn(ANA, Words("why"), MONDAY)], texts)))
    del content["says"]["reason"]
    with pytest.raises(TypeError):
        decode_facts([content], kept_texts(texts))


def test_neither_a_persons_id_nor_their_words_stand_in_the_content() -> None:
    texts = Texts()
    withdrawn = ChangeWithdrawn(ANA, Words("I am leaving the company"), MONDAY)
    content = json.dumps(encode_facts([request(plan="ring Ben at home"), withdrawn], texts))
    for said in ("U0ANA", "U0BEN", "ring Ben", "leaving", "#881"):
        assert said not in content
    assert {"U0ANA", "U0BEN", "ring Ben at home"} <= set(kept_texts(texts).values())


@pytest.mark.clause("G-LOG-1")
def test_what_was_said_about_an_incident_and_by_whom_can_be_erased() -> None:
    texts = Texts()
    content = json.dumps(encode_facts([declared(), spoken_approval(1)], texts))
    for said in ("U0BEN", "U0TIA", "U0ANA", "EU cards", "roll it", "Redeploy", "#886"):
        assert said not in content
        assert any(said in text for text in kept_texts(texts).values())
    assert "SEV1" in content, "how grave it was is nobody's own"


def test_the_same_text_has_another_digest_each_time() -> None:
    one, two = Texts(), Texts()
    assert one.keep("U0ANA", person=True) != two.keep("U0ANA", person=True)


def test_a_digest_is_of_salt_and_text() -> None:
    texts = Texts()
    content = texts.keep("U0ANA", person=True)
    (kept,) = texts.kept
    assert canonical(content) == pointer(digest(kept.salt, "U0ANA"), 0)
    assert pointers(canonical([content, content])) == {canonical(content)}


def test_what_was_erased_reads_as_erased() -> None:
    texts = Texts()
    content = encode_facts([ChangeWithdrawn(ANA, Words("for reasons"), MONDAY)], texts)
    assert decode_facts(content, {}) == (ChangeWithdrawn(PersonId(ERASED), Words(ERASED), MONDAY),)


def test_no_words_are_not_erased_words() -> None:
    content = encode_facts([ChangeWithdrawn(ANA, Words(""), MONDAY)], Texts())
    (fact,) = decode_facts(content, {})
    assert isinstance(fact, ChangeWithdrawn)
    assert fact.reason == ""


def test_a_fact_that_nobody_has_said_how_to_record_is_refused() -> None:
    @dataclass
    class Odd:
        weights: dict[str, float]

    with pytest.raises(TypeError, match="how"):
        recorded._codec(Odd)  # noqa: SLF001 - no fact has such a field, which is what the codec insists on
