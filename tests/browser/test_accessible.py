"""The page's main states have no serious or critical violation that axe-core can find."""

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # ships no type information
from playwright.sync_api import Page

from bot.sandbox.stories.routine import ROUTINE
from tests.browser.conftest import Village
from tests.browser.desk import Desk, PageStage
from tests.sandbox.kit import actions, button, home, section

BAD = {"serious", "critical"}


def violations(page: Page) -> list[str]:
    """Each violation in one line, with where it is."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['impact']}: {one['help']} – {[node['html'][:120] for node in one['nodes'][:3]]}"
        for one in found
        if one["impact"] in BAD
    ]


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest, page: Page) -> str:
    scheme: str = request.param
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    return scheme


@pytest.mark.usefixtures("scheme")
def test_the_channel_the_modal_two_panes_and_the_wire_keep_nobody_out(desk: Desk, page: Page) -> None:
    assert violations(page) == [], "an empty channel"
    stage = PageStage(desk)
    stage.types("ana", "/deploy request")
    assert violations(page) == [], "a modal"
    desk.submits()
    desk.field("Peers to ask").get_by_role("searchbox").click()
    assert violations(page) == [], "a refused modal with a list open"
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    desk.modal.wait_for(state="hidden")
    stage.desk = desk
    row = ROUTINE[0].script(stage)
    next(row)
    page.get_by_role("button", name="Side by side").click()
    Desk(page, desk.running, "two").settle()
    stage.presses_button("cleo", "Approve")
    desk.message(stage.card.ts).locator("summary", has_text="⋯").first.click()
    page.locator("#wire > summary").click()
    page.locator(".exchange > summary").first.click()
    page.locator(".bodies").wait_for()
    assert violations(page) == [], "two panes, a refusal, an open menu and the wire"


@pytest.mark.usefixtures("scheme")
def test_home_and_a_thread_keep_nobody_out(village: Village, page: Page) -> None:
    ts = village.client.chat_postMessage(channel="C0PAYMENTS", text="A card")["ts"]
    village.client.chat_postMessage(channel="C0PAYMENTS", thread_ts=ts, text="Its thread")
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "For you"}},
        section("*Nothing* waits"),
        actions(button()),
    ]
    village.client.views_publish(user_id="U0ANA", view=home(*blocks))
    page.goto(f"{village.url}/?as=ana&channel=home&beside=ben&beside-channel=payments&beside-thread={ts}")
    page.get_by_text("Nothing waits").wait_for()
    page.get_by_text("Its thread").wait_for()
    assert violations(page) == []
