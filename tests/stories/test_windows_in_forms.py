"""Choosing a window in a form: what is planned is in sight, and one that reaches past business hours is met with an offer."""

from collections.abc import Mapping

import pytest

from bot.demo import Demo
from bot.rules.change import Change, Span
from bot.rules.terms import ChangeId
from bot.sandbox.messages import Modal
from bot.sandbox.stories.routine import ROUTINE
from bot.sandbox.stories.stage import Stage, on
from bot.store.changes import load_change
from tests.stories.test_asking_around import FORM

VERIFIED, SCHEDULED = 15, 22
WHY = "Why it cannot wait for business hours"
FROM, TO = "Wished window: from", "Wished window: to"
LATE = {"From": on(3, "16:00"), "To": on(3, "18:00")}
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def verified(stage: Stage) -> Stage:
    assert stage.play(ROUTINE[:VERIFIED]) == 0
    return stage


def change(harbor: Demo, number: int = 1) -> Change:
    with harbor.app.database.read() as connection:
        found = load_change(connection, ChangeId(number))
    assert found is not None
    return found


def window(harbor: Demo) -> Span | None:
    current = change(harbor).window
    return current.span if current else None


def form_of(stage: Stage, name: str = "ana") -> Modal:
    modal = stage.person(name).modal
    assert modal is not None
    return modal


def proposes(stage: Stage, values: Mapping[str, object]) -> dict[str, str]:
    stage.presses_button("ana", "Propose window…")
    return stage.fills_and_submits("ana", values)


@pytest.mark.clause("G-APP-3")
@pytest.mark.clause("G-APP-4")
def test_a_window_past_the_end_of_business_is_offered_again_up_to_17_and_one_click_takes_it(
    verified: Stage, harbor: Demo
) -> None:
    assert proposes(verified, LATE) == {}
    shown = form_of(verified)
    assert "The window now ends" in shown.text
    assert "it needs Product Manager and Engineering Manager" in shown.text
    assert "Engineering Director and On-call Engineer" in shown.text
    assert window(harbor) is None
    assert verified.person("ana").submits() == {}
    verified.settle()
    assert window(harbor) == Span(on(3, "16:00"), on(3, "17:00"))
    assert verified.person("ana").modal is None
    assert harbor.sandbox.wire.refusals == []


@pytest.mark.clause("G-APP-3")
@pytest.mark.clause("G-APP-4")
def test_whoever_wants_the_longer_window_sets_it_back_and_says_why(verified: Stage, harbor: Demo) -> None:
    assert proposes(verified, LATE) == {}
    longer = {"To": on(3, "18:00"), WHY: "the migration takes two hours"}
    assert verified.fills_and_submits("ana", longer) == {}
    assert window(harbor) == Span(on(3, "16:00"), on(3, "18:00"))
    assert "Waiting for 4 approvals" in verified.card.text


@only_sqlite
@pytest.mark.clause("G-APP-4")
def test_with_a_reason_nothing_is_offered(verified: Stage, harbor: Demo) -> None:
    assert proposes(verified, {**LATE, WHY: "the migration takes two hours"}) == {}
    assert window(harbor) == Span(on(3, "16:00"), on(3, "18:00"))


@only_sqlite
@pytest.mark.clause("G-APP-4")
@pytest.mark.parametrize(
    "values",
    [
        {"From": on(3, "17:00"), "To": on(3, "18:00")},
        {"From": on(3, "7:00"), "To": on(3, "9:30")},
        {"From": on(1, "16:00"), "To": on(1, "18:00")},
        {"From": on(5, "10:00"), "To": on(5, "11:00")},
    ],
    ids=["after business", "before business", "too late for business hours", "a Saturday"],
)
def test_where_no_shorter_window_would_do_the_reason_is_asked_for(
    verified: Stage, values: Mapping[str, object]
) -> None:
    assert list(proposes(verified, values)) == [WHY]


@only_sqlite
@pytest.mark.clause("G-APP-3")
def test_an_offer_that_is_not_wanted_again_is_made_again(verified: Stage, harbor: Demo) -> None:
    assert proposes(verified, LATE) == {}
    assert verified.fills_and_submits("ana", {"To": on(3, "19:00")}) == {}
    assert form_of(verified).text.count("The window now ends") == 1
    assert verified.person("ana").submits() == {}
    verified.settle()
    assert window(harbor) == Span(on(3, "16:00"), on(3, "17:00"))


@only_sqlite
@pytest.mark.clause("G-APP-3")
def test_a_problem_with_the_offered_window_stands_beside_its_end(verified: Stage) -> None:
    assert proposes(verified, LATE) == {}
    assert verified.fills_and_submits("ana", {"To": on(3, "15:00")}) == {
        "To": "The window ends before it starts."
    }


@pytest.mark.clause("G-APP-3")
def test_the_request_keeps_all_that_was_typed_when_its_window_is_shortened(
    stage: Stage, harbor: Demo
) -> None:
    stage.person("ana").types("/deploy request", channel="payments")
    stage.settle()
    wished = {FROM: on(3, "16:30"), TO: on(3, "18:00"), "Version": "9.1.0", "Pull requests": "#12"}
    assert stage.fills_and_submits("ana", {**FORM, **wished}) == {}
    assert "The window now ends" in form_of(stage).text
    assert stage.person("ana").submits() == {}
    stage.settle()
    asked = change(harbor)
    assert asked.wished == Span(on(3, "16:30"), on(3, "17:00"))
    assert (asked.version, asked.plan.text) == ("9.1.0", "Redeploy")
    assert [each.reference for each in asked.pull_requests] == ["#12"]
    assert harbor.sandbox.wire.refusals == []


@pytest.mark.clause("G-STD-7")
def test_forms_show_what_is_planned_and_offer_a_window_that_meets_none_of_it(
    stage: Stage, harbor: Demo
) -> None:
    assert stage.play(ROUTINE[:SCHEDULED]) == 0
    stage.person("eve").types("/deploy freeze", channel="payments")
    stage.settle()
    freeze = {"Services": ["payments"], "From": on(3, "9:00"), "To": on(4, "13:00"), "Why": "audit"}
    assert stage.fills_and_submits("eve", freeze) == {}
    stage.person("ben").types("/deploy request", channel="payments")
    stage.settle()
    shown = form_of(stage, "ben")
    assert "Planned already:" in shown.text
    assert "audit" in shown.text
    assert "4.12.0 (approved) · CHG-1" in shown.text
    wished = {"Version": "4.13.0", "Pull requests": "#900", "Peers to ask": ["Ana"]}
    assert stage.fills_and_submits("ben", {**FORM, **wished}) == {}
    assert change(harbor, 2).wished == Span(on(4, "13:00"), on(4, "14:00"))


@only_sqlite
@pytest.mark.clause("G-STD-8")
def test_a_window_that_meets_another_changes_window_is_let_and_shown_on_the_card(
    stage: Stage, harbor: Demo
) -> None:
    assert stage.play(ROUTINE[:SCHEDULED]) == 0
    stage.person("ben").types("/deploy request", channel="payments")
    stage.settle()
    wished = {FROM: on(2, "15:30"), TO: on(2, "16:30"), "Version": "4.13.0", "Pull requests": "#900"}
    assert stage.fills_and_submits("ben", {**FORM, **wished, "Peers to ask": ["Ana"]}) == {}
    assert change(harbor, 2).wished == Span(on(2, "15:30"), on(2, "16:30"))
    assert "overlaps CHG-1" in stage.card.text
    assert "overlaps" not in stage.sandbox.channel("payments").messages[0].text
