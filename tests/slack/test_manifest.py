import ast
import json
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import create_autospec

import pytest
from typer.testing import CliRunner

from bot.__main__ import commands
from bot.sandbox.api.call import METHODS
from bot.slack.ids import COMMAND, MORE, Event, Modal, Press, Shortcut
from bot.slack.listeners import listen
from bot.slack.listeners.desk import Desk
from bot.slack.manifest import EVENT_SUBSCRIPTIONS, SCOPES_OF_METHODS, SHORTCUTS, manifest, scopes

URL = "https://deploy.harbor.example/slack/events"


class Registry:
    """Stands where Bolt's app stands, and notes what is listened to."""

    def __init__(self) -> None:
        self.found: dict[str, list[object]] = {}

    def __getattr__(self, kind: str):  # type: ignore[no-untyped-def] # noqa: ANN204 - as loose as what it stands for
        def register(what: object):  # type: ignore[no-untyped-def] # noqa: ANN202 - as above
            if kind == "error":
                return what
            self.found.setdefault(kind, []).append(what)
            return lambda listener: listener

        return register


@pytest.fixture(scope="module")
def registry() -> Registry:
    noted = Registry()
    listen(noted, create_autospec(Desk, instance=True))  # type: ignore[arg-type] # it is only asked to register
    return noted


def known(registry: Registry, kind: str, action_id: str) -> list[object]:
    """The listeners, the last one that catches everything aside, that an id reaches."""
    return [
        each
        for each in registry.found[kind][:-1]
        if each == action_id or (hasattr(each, "search") and each.search(action_id))
    ]


def test_every_button_has_exactly_one_listener_in_lists_too(registry: Registry) -> None:
    for press in Press:
        for action_id in (press.value, f"{press}:142", f"{press}:mine-142"):
            assert len(known(registry, "action", action_id)) == 1, action_id
    assert known(registry, "action", MORE)
    assert len(registry.found["action"]) == len(Press) + 2


def test_no_button_answers_to_anothers_name(registry: Registry) -> None:
    for stranger in ("", "approve_", "xapprove", "approve:", "approve:a b", "approve:1:2", "approve\n"):
        assert known(registry, "action", stranger) == [], stranger


def test_every_form_has_a_listener_and_the_reverse(registry: Registry) -> None:
    assert set(registry.found["view"][:-1]) == set(Modal)


def test_what_is_registered_is_what_the_manifest_declares(registry: Registry) -> None:
    shown = json.loads(json.dumps(manifest(URL)))
    assert registry.found["command"] == [each["command"] for each in shown["features"]["slash_commands"]]
    declared = [each["callback_id"] for each in shown["features"]["shortcuts"]]
    assert registry.found["shortcut"][:-1] == declared == list(Shortcut) == list(SHORTCUTS)
    assert registry.found["event"] == list(Event) == list(EVENT_SUBSCRIPTIONS)
    assert shown["settings"]["event_subscriptions"]["bot_events"] == [
        "app_home_opened",
        "message.im",
        "subteam_members_changed",
        "subteam_updated",
        "user_change",
    ]


def calls(root: Path) -> Iterator[tuple[str, str]]:
    """Every method that is called on something named client, or given to be called, and where."""
    for path in sorted((root / "bot").rglob("*.py")):
        if "sandbox" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            given = node.args[:1] if isinstance(node.func, ast.Name) and node.func.id == "partial" else []
            for method in (node.func, *given):
                on = method.value if isinstance(method, ast.Attribute) else None
                name = on.attr if isinstance(on, ast.Attribute) else on.id if isinstance(on, ast.Name) else ""
                if isinstance(method, ast.Attribute) and name in {"client", "_client"}:
                    yield method.attr, str(path)


def test_every_method_that_is_called_has_its_scopes_and_no_other_has_any(pytestconfig: pytest.Config) -> None:
    called = dict(calls(pytestconfig.rootpath))
    assert {method: where for method, where in called.items() if method not in SCOPES_OF_METHODS} == {}
    assert set(SCOPES_OF_METHODS) - set(called) == set()


def test_the_scopes_are_those_that_slack_asks_for() -> None:
    for method, needed in SCOPES_OF_METHODS.items():
        name = method.replace("_", ".")
        asked = METHODS[name].scope if name in METHODS else None
        assert asked is None or asked in needed, method
    assert scopes() == {
        "channels:history",
        "channels:join",
        "channels:manage",
        "channels:read",
        "chat:write",
        "commands",
        "groups:history",
        "im:history",
        "im:write",
        "pins:write",
        "usergroups:read",
        "users:read",
    }


def test_over_https_everything_leads_to_one_address() -> None:
    shown = json.loads(json.dumps(manifest(URL)))
    assert shown["settings"]["socket_mode_enabled"] is False
    assert shown["settings"]["interactivity"] == {"is_enabled": True, "request_url": URL}
    assert shown["settings"]["event_subscriptions"]["request_url"] == URL
    assert [each["url"] for each in shown["features"]["slash_commands"]] == [URL]


def test_over_socket_mode_there_is_no_address() -> None:
    assert "http" not in json.dumps(manifest(None))
    assert manifest(None)["settings"]["socket_mode_enabled"] is True  # type: ignore[index] # its shape is Slack's


def test_slacks_limits_of_names_are_kept() -> None:
    shown = json.loads(json.dumps(manifest(URL)))
    assert len(shown["display_information"]["name"]) <= 35
    assert len(shown["display_information"]["description"]) <= 140
    assert all(len(each["name"]) <= 24 for each in shown["features"]["shortcuts"])
    assert all(len(each["description"]) <= 150 for each in shown["features"]["shortcuts"])
    assert shown["features"]["slash_commands"][0]["command"] == COMMAND


@pytest.mark.parametrize(
    "given", ["https://deploy.harbor.example", "https://deploy.harbor.example/slack/events/"]
)
def test_the_command_line_prints_the_manifest_for_an_address(given: str) -> None:
    printed = CliRunner().invoke(commands, ["manifest", "--url", given])
    assert printed.exit_code == 0
    assert json.loads(printed.stdout) == manifest(URL)


def test_the_command_line_prints_the_manifest_for_socket_mode() -> None:
    printed = CliRunner().invoke(commands, ["manifest", "--socket"])
    assert json.loads(printed.stdout) == manifest(None)


@pytest.mark.parametrize(
    "given",
    [[], ["--socket", "--url", "https://deploy.harbor.example"], ["--url", "http://deploy.harbor.example"]],
)
def test_the_command_line_asks_how_slack_reaches_the_bot(given: list[str]) -> None:
    printed = CliRunner().invoke(commands, ["manifest", *given])
    assert printed.exit_code == 2
    assert "https://" in printed.stderr
