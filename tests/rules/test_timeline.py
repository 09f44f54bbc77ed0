"""The timeline of an incident in words: one short line for each act, and the whole of it as Markdown within a limit."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules.change import Change
from bot.rules.facts import Fact
from bot.rules.folding import replay
from bot.rules.hotfix_inputs import TimelineEntry
from bot.rules.inputs import Reason
from bot.rules.terms import PersonId, Role, Words
from bot.rules.timeline import UNSAID, TimelineLine, is_on_timeline, line_of
from bot.rules.timeline_words import Reading, Timeline, elapsed, timeline_markdown, timeline_page
from bot.rules.words import Quote, Who, plain, say
from bot.workflows.hotfix import add_to_timeline, ratify_breach, refuse_breach
from bot.workflows.verbal import record_verbal
from bot.workflows.watch import confirm_healthy
from tests.acting import ANA, BEN, DORA, EVE, MINUTE, OMAR, PAUL, Course
from tests.acting_in_hotfixes import (
    NIGHT,
    a_hotfix,
    a_record,
    confirmed,
    disputed,
    finished,
    in_breach,
    spoken,
    started,
)
from tests.slack.scenes import NAMES
from tests.store.facts_of_each_kind import ONE_OF_EACH
from tests.store.hotfix_facts_of_each_kind import HOTFIX_PRELUDE, ONE_OF_EACH_HOTFIX

BERLIN = ZoneInfo("Europe/Berlin")
SINCE = datetime(2026, 12, 5, 1, 9, tzinfo=UTC)
READING = Reading(NAMES, BERLIN, SINCE)


def said_of(facts: Sequence[Fact], change: Change) -> str:
    """What an act's facts add, in plain words."""
    line = line_of(SINCE, facts, change)
    return plain(line.said, NAMES, BERLIN) if line else ""


def newest(course: Course, before: int) -> str:
    """What the newest act of a course adds; `before` facts are older."""
    return said_of(course.facts[before:], course.change)


@pytest.mark.parametrize(
    "fact", [*HOTFIX_PRELUDE, *ONE_OF_EACH, *ONE_OF_EACH_HOTFIX], ids=lambda fact: type(fact).__name__
)
def test_every_fact_on_the_timeline_says_something_in_one_line(fact: Fact) -> None:
    said = said_of([fact], replay(HOTFIX_PRELUDE))
    assert bool(said) is is_on_timeline(fact)
    assert said == " ".join(said.split())


def test_every_kind_of_fact_was_tried() -> None:
    tried = {type(fact) for fact in (*HOTFIX_PRELUDE, *ONE_OF_EACH, *ONE_OF_EACH_HOTFIX)}
    kinds = {kind for part in get_args(Fact) for kind in (get_args(part) or (part,))}
    assert {kind.__name__ for kind in kinds - tried} <= {"ChangeRequested"}
    assert set(UNSAID) <= kinds


@pytest.mark.clause("G-HOT-1")
def test_a_declaration_says_what_is_suffered_and_that_the_declarer_signed_for_on_call() -> None:
    course = a_hotfix(by=OMAR, at=NIGHT)
    assert newest(course, 0) == (
        "Omar declared the hotfix payments 4.12.1, SEV1: Checkout fails for all EU cards."
        " ✅ Omar approved (On-call Engineer)"
    )


@pytest.mark.clause("G-HOT-2")
def test_words_that_one_form_records_are_one_line_with_everybodys_roles() -> None:
    course = a_hotfix(by=OMAR, at=NIGHT)
    before = len(course.facts)
    form = replace(a_record(course, EVE, PAUL, DORA), heard_by=BEN)
    course.does(record_verbal, OMAR, form)
    assert newest(course, before) == (
        "Omar recorded: Eve (Engineering Manager), Paul (Product Manager), Dora (Engineering Director) by phone"
        " – yes, roll it (heard by Ben)"
    )


@pytest.mark.clause("G-HOT-2")
def test_a_word_that_was_spoken_earlier_says_when() -> None:
    course = a_hotfix(by=OMAR, at=NIGHT).wait(10 * MINUTE)
    before = len(course.facts)
    course.does(record_verbal, OMAR, a_record(course, EVE, given_at=course.now - 8 * MINUTE))
    assert newest(course, before) == (
        "Omar recorded: Eve (Engineering Manager) by phone Sat 28 Nov 02:02 – yes, roll it"
    )


@pytest.mark.clause("G-HOT-2")
def test_confirming_and_disputing_several_words_is_said_once() -> None:
    course = spoken(a_hotfix(), (EVE, Role.ENGINEERING_MANAGER), PAUL, BEN)
    before = len(course.facts)
    assert newest(confirmed(course, EVE), before) == "✅ Eve confirmed having approved"
    before = len(course.facts)
    assert newest(disputed(course, PAUL), before) == (
        "⛔ Paul disputes having approved: I said that I would look at it"
    )


@pytest.mark.clause("G-HOT-3")
def test_a_breach_says_who_was_missing_and_what_they_say_of_it() -> None:
    course = a_hotfix()
    before = len(course.facts)
    assert newest(in_breach(course), before) == (
        "Ana started DEP-1 to production. 🚨 In breach, without peer reviewer, Engineering Manager and Product Manager:"
        " every minute costs us orders. Tried: Eve and Paul, three calls each. The post-incident review is open"
    )
    before = len(course.facts)
    course.does(ratify_breach, EVE, None)
    assert newest(course, before) == "✅ Eve ratified the start in breach (Engineering Manager)"
    before = len(course.facts)
    course.does(refuse_breach, PAUL, Reason(Words("I was at my desk")))
    assert newest(course, before) == (
        "⛔ Paul refused to ratify the start in breach (Product Manager): I was at my desk"
    )


@pytest.mark.clause("G-HOT-4")
def test_a_deployment_its_end_and_its_health_are_told() -> None:
    course = started(a_hotfix())
    assert "Ana started DEP-1 to production" in newest(course, 0)
    course = finished(a_hotfix())
    before = len(course.facts)
    assert "✅ Ana: DEP-1 to production succeeded" in newest(course, 0)
    course.wait(30 * MINUTE).does(confirm_healthy, OMAR, None)
    assert newest(course, before) == "✅ Omar: production is healthy"


@pytest.mark.parametrize(
    ("said_by", "by", "expected"),
    [
        (BEN, ANA, "Ben, Mon 23 Nov 09:58: it is the cache (added by Ana)"),
        (ANA, ANA, "Ana, Mon 23 Nov 09:58: it is the cache"),
        (None, ANA, "A bot, Mon 23 Nov 09:58: it is the cache (added by Ana)"),
    ],
)
def test_a_quote_says_who_said_it_and_when_and_who_added_it(
    said_by: PersonId | None, by: PersonId, expected: str
) -> None:
    course = a_hotfix()
    before = len(course.facts)
    entry = TimelineEntry(Words("it is the cache"), said_by, course.now - 2 * MINUTE)
    course.does(add_to_timeline, by, entry)
    assert newest(course, before) == expected


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [(0, "+0:00"), (5, "+0:05"), (60, "+1:00"), (26 * 60 + 31, "+26:31"), (4320, "+72:00"), (-12, "-0:12")],
)
def test_time_since_the_declaration_is_hours_and_minutes(minutes: int, shown: str) -> None:
    assert elapsed(SINCE, SINCE + timedelta(minutes=minutes)) == shown
    assert elapsed(SINCE, SINCE + timedelta(minutes=minutes, seconds=-1 if minutes < 0 else 59)) == shown


def test_time_passes_evenly_when_the_clocks_are_put_back() -> None:
    declared = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)
    later = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1)
    line = TimelineLine(later.astimezone(UTC), say("x"))
    shown = timeline_markdown([line], Reading({}, BERLIN, declared.astimezone(UTC)))
    assert shown == "- Sun 25 Oct 02:30 CET · +1:00 · x"


def some_lines(count: int, words: str = "it goes on") -> list[TimelineLine]:
    return [
        TimelineLine(SINCE + number * MINUTE, say(Who((ANA,)), f" said {number}: ", Quote(words)))
        for number in range(count)
    ]


def test_markdown_is_a_list_with_times_in_the_organizations_zone() -> None:
    assert timeline_markdown(some_lines(2), READING) == (
        "- Sat 5 Dec 02:09 CET · +0:00 · Ana said 0: “it goes on”\n"
        "- Sat 5 Dec 02:10 CET · +0:01 · Ana said 1: “it goes on”"
    )


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("*bold* _it_ `x`", r"\*bold\* \_it\_ \`x\`"),
        ("[a](http://x) <b> & #1", r"\[a\](http://x) \<b> \& #1"),
        ("two\n# lines\u202e", "two # lines"),
        ("fix_login stays", "fix_login stays"),
        ("x" * 700, "x" * 599 + "…"),
    ],
)
def test_what_was_typed_stands_literally_in_one_line(typed: str, shown: str) -> None:
    (line,) = some_lines(1, typed)
    assert timeline_markdown([line], READING).partition("said 0: ")[2] == f"“{shown}”"


@pytest.mark.parametrize("limit", [3000, 2000, 700])
def test_too_long_a_timeline_leaves_out_its_middle_and_says_how_much(limit: int) -> None:
    lines = some_lines(200)
    text = timeline_markdown(lines, READING, limit)
    shown = text.splitlines()
    (gap,) = (line for line in shown if "left out" in line)
    assert len(text) <= limit
    assert gap == f"- … {200 - (len(shown) - 1)} entries are left out here …"
    assert shown[0].endswith("Ana said 0: “it goes on”")
    assert shown[-1].endswith("Ana said 199: “it goes on”")
    assert abs(shown.index(gap) - len(shown) / 2) <= 1


@settings(deadline=None)
@given(st.integers(0, 30), st.integers(0, 2500))
def test_no_limit_is_ever_exceeded_and_nothing_is_left_out_without_need(count: int, limit: int) -> None:
    lines = some_lines(count)
    whole, text = timeline_markdown(lines, READING), timeline_markdown(lines, READING, limit)
    assert len(text) <= limit
    assert (text == whole) is (len(whole) <= limit)


def test_the_page_has_a_title_and_says_where_nothing_has_happened() -> None:
    change = replay(HOTFIX_PRELUDE)
    page = timeline_page(Timeline(change, tuple(some_lines(1)), READING))
    assert page.startswith(
        f"# Timeline of CHG-{change.id}: payments {change.version}\n\n- Sat 5 Dec 02:09 CET"
    )
    assert page.endswith("”\n")
    assert "Nothing has happened yet." in timeline_page(Timeline(change, (), READING))
