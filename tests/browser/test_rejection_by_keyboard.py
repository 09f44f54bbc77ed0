"""A request that is sent back, by keyboard alone."""

import re

from playwright.sync_api import Page, expect

from bot.demo import Demo
from tests.browser.desk import Desk
from tests.browser.hands import Hands


def _goes_to(hands: Hands, desk: Desk, place: str) -> None:
    hands.press("Control+k")
    hands.writes(place)
    hands.press("Enter")
    expect(desk.composer).to_be_focused()
    desk.shows()


def _becomes(hands: Hands, desk: Desk, name: str) -> None:
    hands.tabs_to("You are", back=True)
    hands.writes(name)
    expect(desk.pane).to_have_attribute("aria-label", re.compile(name))
    desk.settle()


def _requests(hands: Hands, desk: Desk) -> None:
    hands.writes("/de")
    hands.press("Tab")
    assert desk.composer.input_value() == "/deploy "
    hands.writes("request")
    hands.press("Enter")
    hands.are_led_to("Service")
    for label, text in {
        "Version": "4.12.0",
        "Peers to ask: search": "Ben",
        "Rollback plan": "Redeploy 4.11.3",
        "It was pre-tested": " ",
        "Where the pre-test can be seen": "https://ci.harbor.example/1",
    }.items():
        hands.tabs_to(label)
        hands.writes(text)
        if "search" in label:
            hands.press("Enter")
    for label in ("Wished window: from", "Wished window: to"):
        hands.tabs_to(label)
        hands.press(*["Backspace", "Tab"] * 5)
    hands.tabs_to("Request")
    hands.press("Enter")
    desk.modal.wait_for(state="hidden")
    desk.settle()
    expect(desk.composer).to_be_focused()


def test_a_request_is_made_sent_back_and_read_by_keyboard_alone(desk: Desk, page: Page, harbor: Demo) -> None:
    hands = Hands(page)
    hands.press("Tab")
    assert hands.focused == "Skip to the message box"
    hands.press("Enter")
    expect(desk.composer).to_be_focused()
    _requests(hands, desk)

    _becomes(hands, desk, "Ben")
    _goes_to(hands, desk, "countersign")
    asked = harbor.sandbox.person("ben").dms()[-1]
    hands.tabs_to("Reject…", back=True)
    hands.press("Enter")
    hands.are_led_to("What has to change")
    hands.writes("the plan misses the migration")
    hands.press("Escape")
    desk.modal.wait_for(state="hidden")
    hands.are_led_to("Reject…")
    hands.press("Enter")
    hands.are_led_to("What has to change")
    hands.writes("the plan misses the migration")
    hands.tabs_to("Send back")
    hands.press("Enter")
    desk.modal.wait_for(state="hidden")
    desk.settle()
    expect(desk.message(asked.ts)).to_be_focused()

    _becomes(hands, desk, "Ana")
    _goes_to(hands, desk, "countersign")
    expect(desk.pane.locator(".feed")).to_contain_text("Ben sent payments 4.12.0 back to you")
