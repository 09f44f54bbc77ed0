import json
from dataclasses import dataclass
from typing import get_args

import pytest
from hypothesis import given, settings

from bot.rules.facts import ChangeWithdrawn, Fact
from bot.rules.terms import PersonId, Words
from bot.store import recorded
from bot.store.recorded import ERASED, FACTS, Texts, decode_facts, digest, encode_facts, numbered
from tests.store.facts_at_random import ANA, MONDAY, histories, request


def kept_texts(texts: Texts) -> dict[int, str]:
    return {kept.number: kept.value for kept in texts.kept}


@settings(max_examples=60, deadline=None)
@given(facts=histories())
def test_facts_come_back_from_their_content_as_they_were(facts: list[Fact]) -> None:
    texts = Texts()
    content = json.loads(json.dumps(encode_facts(facts, texts)))
    assert decode_facts(content, kept_texts(texts)) == tuple(facts)


def test_every_kind_of_fact_can_be_recorded() -> None:
    assert set(FACTS.values()) == set(get_args(Fact))
    for kind in FACTS.values():
        recorded._codec(kind)  # noqa: SLF001 - a hint without a codec would show only when it is first recorded


def test_neither_a_persons_id_nor_their_words_stand_in_the_content() -> None:
    texts = Texts()
    withdrawn = ChangeWithdrawn(ANA, Words("I am leaving the company"), MONDAY)
    content = json.dumps(encode_facts([request(plan="ring Ben at home"), withdrawn], texts))
    for said in ("U0ANA", "U0BEN", "ring Ben", "leaving", "#881"):
        assert said not in content
    assert {"U0ANA", "U0BEN", "ring Ben at home"} <= set(kept_texts(texts).values())


def test_the_same_text_has_another_digest_each_time() -> None:
    one, two = Texts(), Texts()
    assert one.keep("U0ANA", person=True) != two.keep("U0ANA", person=True)


def test_a_digest_is_of_salt_and_text() -> None:
    texts = Texts()
    content = texts.keep("U0ANA", person=True)
    (kept,) = texts.kept
    assert list(numbered(content)) == [(0, digest(kept.salt, "U0ANA"))]


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
