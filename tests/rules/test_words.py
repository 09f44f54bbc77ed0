"""Sentences before anyone knows where they are read."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.rules.terms import PersonId
from bot.rules.words import Quote, When, Who, join_names, plain, say, span
from tests.acting import BERLIN

ANA, BEN, CLEO = PersonId("U1"), PersonId("U2"), PersonId("U3")
NAMES = {ANA: "Ana", BEN: "Ben"}


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], "nobody"),
        (["Ana"], "Ana"),
        (["Ana", "Ben"], "Ana or Ben"),
        (["Ana", "Ben", "Cleo"], "Ana, Ben or Cleo"),
    ],
)
def test_names_are_joined_as_people_say_them(names: list[str], said: str) -> None:
    assert join_names(names) == said


def test_names_can_be_joined_by_and() -> None:
    assert join_names(["Ana", "Ben", "Cleo"], "and") == "Ana, Ben and Cleo"


def test_people_are_read_by_name_or_by_id_where_no_name_is_known() -> None:
    assert plain(say(Who((ANA, CLEO), "and")), NAMES, UTC) == "Ana and U3"
    assert plain(say("Ask ", Who(())), NAMES, UTC) == "Ask nobody"


def test_an_instant_is_read_in_the_zone_of_its_reader_with_its_day() -> None:
    late = say(When(datetime(2026, 11, 7, 23, 30, tzinfo=UTC)))
    assert plain(late, {}, UTC) == "Sat 7 Nov 23:30"
    assert plain(late, {}, BERLIN) == "Sun 8 Nov 00:30"


def test_what_a_person_typed_stays_as_it_is() -> None:
    typed = "<!channel> *bold* & <@U1> %s {0}"
    assert plain(say("It says ", Quote(typed), "."), NAMES, UTC) == f"It says {typed}."


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(0), "0 min"),
        (timedelta(seconds=59), "0 min"),
        (timedelta(minutes=6, seconds=59), "6 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=28, minutes=48), "28 h 48 min"),
        (timedelta(hours=47, minutes=59, seconds=59), "47 h 59 min"),
        (timedelta(days=2), "48 h"),
    ],
)
def test_a_length_is_said_in_hours_and_whole_minutes(length: timedelta, said: str) -> None:
    assert span(length) == said
