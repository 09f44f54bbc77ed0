"""Messages of every kind: long, many, in Arabic, with emoji; their menus, links and threads."""

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Village
from tests.sandbox.kit import actions, button, options, section

ACT = "**/page/act"
PULL_REQUESTS = " · ".join(
    f"<https://git.example/{number}|#{number} {'long title ' * 6}>" for number in range(12)
)


def _open(page: Page, village: Village, who: str = "ana") -> None:
    page.goto(f"{village.url}/?as={who}&channel=payments&beside=ben&beside-channel=payments")
    page.locator(".pane.two .message").first.wait_for()


def test_long_texts_and_names_from_elsewhere_break_nothing(village: Village, page: Page) -> None:
    village.client.chat_postMessage(channel="C0PAYMENTS", text=PULL_REQUESTS)
    unbroken = "4.12.0-" + "x" * 900
    village.client.chat_postMessage(
        channel="C0PAYMENTS", text="t", blocks=[section(f"*{unbroken}* `{unbroken}`")]
    )
    first, second = village.sandbox.workspace.company.people[-2:]
    for one in (first, second):
        village.sandbox.person(one.name).types("تم النشر 4.12.0 (CHG-1) 🎉", channel="payments")
    village.client.chat_postMessage(
        channel="C0PAYMENTS", text=f"<@{first.id}> deploys 4.12.0 with <@{second.id}>"
    )
    _open(page, village)
    for width in (1400, 1000, 380):
        page.set_viewport_size({"width": width, "height": 800})
        for pane in page.locator(".feed:visible").all():
            assert pane.evaluate("one => one.scrollWidth <= one.clientWidth"), width
    expect(page.locator(".pane.one .message", has_text="👩‍🚀").first).to_be_visible()


def test_shortcuts_are_in_the_menus_of_a_message_and_of_the_box(village: Village, page: Page) -> None:
    ts = village.client.chat_postMessage(channel="C0PAYMENTS", text="A card")["ts"]
    _open(page, village)
    pane = page.locator(".pane.one")
    pane.locator(".message").hover()
    pane.get_by_label("Message shortcuts").click()
    with page.expect_response(ACT):
        pane.get_by_role("button", name="Why is this so?").click()
    pane.get_by_label("Shortcuts and commands").click()
    with page.expect_response(ACT):
        pane.get_by_role("button", name="⚡ Ask for a deployment").click()
    (on_message,) = village.bot.of("message_action")
    assert (on_message.payload["callback_id"], on_message.payload["message"]["ts"]) == ("why", ts)
    (anywhere,) = village.bot.of("shortcut")
    assert anywhere.payload["callback_id"] == "ask"
    pane.get_by_label("Shortcuts and commands").click()
    pane.get_by_role("button", name="/deploy …").click()
    expect(pane.get_by_label("Message or command")).to_have_value("/deploy ")


def test_an_overflow_menu_works_by_keys_and_closes_on_escape(village: Village, page: Page) -> None:
    menu = {"type": "overflow", "action_id": "more", "options": options(3)}
    village.client.chat_postMessage(channel="C0PAYMENTS", text="A card", blocks=[actions(button(), menu)])
    _open(page, village)
    more = page.locator(".pane.one").get_by_label("More actions")
    more.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(more).to_be_focused()
    expect(page.get_by_role("button", name="Option 1")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    with page.expect_response(ACT):
        page.keyboard.press("Enter")
    expect(more).to_be_focused()
    assert village.bot.of("block_actions")[-1].payload["actions"][0]["selected_option"]["value"] == "option 1"


def test_a_button_with_a_question_asks_before_it_is_pressed(village: Village, page: Page) -> None:
    words = {
        name: {"type": "plain_text", "text": name.capitalize()}
        for name in ("title", "text", "confirm", "deny")
    }
    village.client.chat_postMessage(
        channel="C0PAYMENTS", text="A card", blocks=[actions(button("Withdraw", confirm=words))]
    )
    _open(page, village)
    pane = page.locator(".pane.one")
    pane.get_by_role("button", name="Withdraw").click()
    page.keyboard.press("Escape")
    expect(pane.get_by_role("button", name="Withdraw")).to_be_focused()
    assert village.bot.of("block_actions") == []
    pane.get_by_role("button", name="Withdraw").click()
    with page.expect_response(ACT):
        pane.get_by_role("button", name="Confirm").click()
    expect(pane.get_by_role("dialog")).to_have_count(0)
    assert len(village.bot.of("block_actions")) == 1


def test_a_link_to_a_message_opens_it_on_the_page(village: Village, page: Page) -> None:
    ts = village.client.chat_postMessage(channel="C0LEDGER", text="The card")["ts"]
    link = village.client.chat_getPermalink(channel="C0LEDGER", message_ts=ts)["permalink"]
    village.client.chat_postMessage(
        channel="C0PAYMENTS", text="Go", blocks=[actions(button("Open card", url=link))]
    )
    _open(page, village)
    page.locator(".pane.one").get_by_role("button", name="Open card").click()
    expect(page.locator(f'.pane.one article[data-ts="{ts}"]')).to_be_focused()
    assert len(page.context.pages) == 1


def test_a_thread_opens_beside_takes_replies_and_gives_the_focus_back(village: Village, page: Page) -> None:
    ts = village.client.chat_postMessage(channel="C0PAYMENTS", text="A card")["ts"]
    village.client.chat_postMessage(channel="C0PAYMENTS", thread_ts=ts, text="The first reply")
    _open(page, village)
    pane = page.locator(".pane.one")
    pane.get_by_role("button", name="1 reply").click()
    expect(pane.get_by_label("Reply", exact=True)).to_be_focused()
    page.keyboard.type("Thank you")
    page.keyboard.press("Enter")
    expect(pane.locator(".thread")).to_contain_text("Thank you")
    pane.get_by_role("button", name="Close thread").click()
    expect(pane.get_by_role("button", name="2 replies")).to_be_focused()


def test_whoever_types_before_the_first_screen_is_there_is_heard(village: Village, page: Page) -> None:
    held: list[Route] = []
    holding = True

    def hold(route: Route) -> None:
        if holding:
            held.append(route)
        else:
            route.continue_()

    page.route("**/page/screen*", hold)
    page.goto(f"{village.url}/?as=ana&channel=payments")
    page.get_by_label("Message or command").fill("good morning")
    page.keyboard.press("Enter")
    page.wait_for_timeout(100)
    holding = False
    for route in held:
        route.continue_()
    page.locator(".feed").get_by_text("good morning").wait_for()


def test_what_has_not_changed_is_not_drawn_again(village: Village, page: Page) -> None:
    village.client.chat_postMessage(channel="C0PAYMENTS", text="A card", blocks=[actions(button())])
    _open(page, village)
    approve = page.locator(".pane.one").get_by_role("button", name="Approve").element_handle()
    village.client.chat_postMessage(channel="C0PAYMENTS", text="Something else")
    page.locator(".pane.one .feed").get_by_text("Something else").wait_for()
    assert approve is not None
    assert approve.evaluate("one => one.isConnected")
