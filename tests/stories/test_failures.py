"""Whatever breaks, the person reads what happened, whether anything was recorded, what to do, and a number for the log."""

import re
from collections.abc import Callable, Mapping, Sequence

import pytest
from structlog.testing import capture_logs

from bot.act import Acts
from bot.demo import Demo
from bot.overview import Overview
from bot.sandbox.stories.routine import ROUTINE
from bot.sandbox.stories.stage import Stage
from bot.store.failures import DatabaseBusy, DatabaseGone

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NUMBER = re.compile(r"\b([0-9a-f]{8})\b")


@pytest.fixture
def requested(stage: Stage) -> Stage:
    assert stage.play(ROUTINE[:1]) == 0
    return stage


@pytest.fixture(
    params=[RuntimeError("a bug"), DatabaseBusy("locked"), DatabaseGone("no disk")],
    ids=lambda each: type(each).__name__,
)
def broken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Breaks everything that listeners ask for, from then on."""

    def fails(*_args: object, **_named: object) -> None:
        raise request.param

    def breaks() -> None:
        for name in ("request", "perform", "look", "is_first", "show_home"):
            monkeypatch.setattr(Acts, name, fails)
        for name in ("waits", "list_changes", "named", "scenes", "change_of_message", "service_of_channel"):
            monkeypatch.setattr(Overview, name, fails)

    return breaks


def check(said: str, noted: Sequence[Mapping[str, object]], again: str) -> None:
    """The person and the log have one number; the sentence says what was recorded and what to do."""
    found = NUMBER.search(said)
    assert found, said
    assert found[1] in {str(each.get("error_id")) for each in noted}
    assert "ecorded" in said
    assert again in said
    assert not re.search(r"Traceback|Error|Exception|a bug|no disk", said)


@pytest.mark.usefixtures("requested")
def test_a_command_that_fails_is_answered(harbor: Demo, broken: Callable[[], None]) -> None:
    broken()
    for text in ("/deploy", "/deploy status CHG-1", "/deploy why", "/deploy list", "/deploy request"):
        with capture_logs() as noted:
            outcome = harbor.sandbox.person("ana").types(text, channel="payments")
        assert outcome.trouble is None
        check(outcome.text, noted, "type it again")


def test_a_click_that_fails_is_answered_beneath_its_message(
    requested: Stage, harbor: Demo, broken: Callable[[], None]
) -> None:
    asked = requested.dm("tia")
    broken()
    for words in ("Approve", "Reject…", "Why?"):
        with capture_logs() as noted:
            outcome = harbor.sandbox.person("tia").clicks(words, on=asked)
            harbor.app.desk.rest()
        assert outcome.trouble is None
        check(outcome.text, noted, "press again")


def test_a_click_in_home_that_fails_is_answered_in_a_modal(
    requested: Stage, harbor: Demo, broken: Callable[[], None]
) -> None:
    tia = harbor.sandbox.person("tia")
    tia.opens_home()
    requested.settle()
    broken()
    with capture_logs() as noted:
        outcome = tia.clicks("Approve", on=tia.home)
        harbor.app.desk.rest()
    assert outcome.modal is not None
    check(outcome.modal.text, noted, "press again")


def test_a_form_that_fails_keeps_what_was_typed(
    requested: Stage, harbor: Demo, broken: Callable[[], None]
) -> None:
    requested.presses_button("tia", "Reject…", requested.dm("tia"))
    tia = harbor.sandbox.person("tia")
    tia.fills({"What has to change": "the plan"})
    broken()
    with capture_logs() as noted:
        (said,) = tia.submits().values()
    check(said, noted, "press again")
    assert tia.modal is not None
    assert tia.modal.field("What has to change").value == "the plan"


def test_a_shortcut_that_fails_is_answered(
    requested: Stage, harbor: Demo, broken: Callable[[], None]
) -> None:
    broken()
    ana = harbor.sandbox.person("ana")
    with capture_logs() as noted:
        on_message = ana.uses_shortcut("status_of_message", message=requested.card)
        harbor.app.desk.rest()
    check(on_message.text, noted, "try again")
    with capture_logs() as noted:
        anywhere = ana.uses_shortcut("request_deployment")
        harbor.app.desk.rest()
    assert anywhere.modal is not None
    check(anywhere.modal.text, noted, "try again")


def test_a_home_that_fails_says_so_and_is_whole_again_later(
    requested: Stage, harbor: Demo, broken: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    tia = harbor.sandbox.person("tia")
    tia.opens_home()
    requested.settle()
    whole = tia.home.text
    broken()
    with capture_logs() as noted:
        tia.opens_home()
        harbor.app.desk.rest()
    check(tia.home.text, noted, "open this page again")
    monkeypatch.undo()
    tia.opens_home()
    requested.settle()
    assert tia.home.text == whole


@pytest.mark.usefixtures("requested")
def test_a_message_to_the_bot_that_fails_is_answered(harbor: Demo, broken: Callable[[], None]) -> None:
    tia = harbor.sandbox.person("tia")
    broken()
    with capture_logs() as noted:
        tia.types("hello")
        harbor.app.desk.rest()
    check(tia.dms()[-1].text, noted, "write again")


def test_old_buttons_and_shortcuts_say_that_they_are_old(requested: Stage, harbor: Demo) -> None:
    (block,) = [each for each in requested.card.blocks if each["type"] == "actions"]
    block["elements"][0]["action_id"] = "an_older_name"
    outcome = harbor.sandbox.person("tia").clicks("Approve", on=requested.card)
    harbor.app.desk.rest()
    assert "another release" in outcome.text
    old = harbor.sandbox.person("tia").uses_shortcut("an_older_name")
    harbor.app.desk.rest()
    assert old.modal is not None
    assert "another release" in old.modal.text


def test_an_answer_that_no_response_url_takes_comes_as_a_direct_message(
    requested: Stage, harbor: Demo
) -> None:
    before = len(harbor.sandbox.person("cleo").dms())
    harbor.sandbox.faults.next("response_url", error="used_url", status=404)
    harbor.sandbox.person("cleo").clicks("Approve", on=requested.card)
    harbor.app.desk.rest()
    told = harbor.sandbox.person("cleo").dms()
    assert len(told) == before + 1
    assert "You hold no role for payments" in told[-1].text
