import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules.terms import ChangeId, DeploymentId
from bot.slack.ids import Choice, Ref, decode_choice, decode_spoken, encode_choice, encode_spoken

numbers = st.integers(1, 10**18 - 1)
refs = st.builds(
    Ref,
    numbers.map(ChangeId),
    st.none() | st.integers(0, 10**9 - 1),
    st.none() | numbers.map(DeploymentId),
)


@settings(deadline=None)
@given(refs)
def test_what_a_button_says_is_understood_when_it_comes_back(ref: Ref) -> None:
    assert Ref.decode(ref.encode()) == ref


@settings(deadline=None)
@given(st.sampled_from(Choice), refs)
def test_what_the_menu_says_is_understood_and_fits_into_an_option(choice: Choice, ref: Ref) -> None:
    value = encode_choice(choice, ref)

    assert len(value) <= 150
    assert decode_choice(value) == (choice, ref)


@settings(deadline=None)
@given(st.integers(1, 10**9 - 1), refs)
def test_what_a_question_about_words_says_is_understood_when_it_comes_back(newest: int, ref: Ref) -> None:
    assert decode_spoken(encode_spoken(newest, ref)) == (newest, ref)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "142:3:",
        "spoken/142:3:",
        "spoken/0/142:3:",
        "spoken/x/142:3:",
        "spoken/1/x",
        "waiver/1/142:3:",
    ],
)
def test_what_is_no_question_about_words_is_not_taken_for_one(text: str | None) -> None:
    assert decode_spoken(text) is None


@settings(deadline=None)
@given(st.text())
def test_anything_else_is_nothing_of_ours(text: str) -> None:
    ref = Ref.decode(text)
    chosen = decode_choice(text)

    assert ref is None or ref.encode() == text or text.endswith(":")
    assert chosen is None or encode_choice(*chosen) == text


def test_nothing_and_strange_digits_are_nothing_of_ours() -> None:
    for text in (
        None,
        "",
        "142",
        "0:1:",
        "-1::",
        "142:3:0",
        "142:x:",
        "\u0661:1:",
        "142:3:311\n",
        "142:3:311:4",
    ):
        assert Ref.decode(text) is None
    for text in (None, "approve/142:3:", "withdraw/", "/142:3:", "withdraw"):
        assert decode_choice(text) is None
