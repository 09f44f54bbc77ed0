"""Forms on the page: what is wrong stands beside its field, what was typed stays, the focus comes back."""

from playwright.sync_api import Dialog, Page, expect

from bot.demo import Demo
from tests.browser.conftest import Village
from tests.browser.desk import Desk, PageStage
from tests.sandbox.kit import field, modal, section, text_input
from tests.sandbox.tiny_bot import Delivery

HOSTILE = "<img src=x onerror=alert(1)> <script>alert(2)</script> \"'&amp; *bold* <https://evil.example|here>"


def _asks(desk: Desk, **more: object) -> dict[str, str]:
    stage = PageStage(desk)
    stage.types("ana", "/deploy request")
    return stage.fills_and_submits(
        "ana",
        {
            "Version": "4 12",
            "Peers to ask": ["Ben", "Omar"],
            "Rollback plan": HOSTILE,
            "Pre-test of the rollback": "It was pre-tested",
            "Where the pre-test can be seen": "https://ci.harbor.example/1",
            "Wished window: from": None,
            "Wished window: to": None,
            **more,
        },
    )


def test_a_refused_form_says_why_beside_the_field_and_keeps_what_was_typed(desk: Desk) -> None:
    assert _asks(desk) == {"Version": "A version has no spaces in it: 4.12.0, for example."}
    version = desk.field("Version")
    expect(version).to_be_focused()
    expect(version).to_have_attribute("aria-invalid", "true")
    expect(version).to_have_accessible_description("A version has no spaces in it: 4.12.0, for example.")
    assert desk.field("Rollback plan").input_value() == HOSTILE
    expect(desk.field("Peers to ask").locator(".chosen")).to_have_text("Ben Okoro, Omar Haddad")
    version.fill("4.12.0")
    assert desk.submits() == {}
    expect(desk.modal).to_be_hidden()
    expect(desk.composer).to_be_focused()


def test_what_people_type_is_never_markup(desk: Desk, page: Page) -> None:
    said: list[str] = []

    def hears(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", hears)
    assert _asks(desk, Version="4.12.0") == {}
    desk.types(HOSTILE)
    desk.settle()
    feed = desk.pane.locator(".feed")
    expect(feed.get_by_text("<script>alert(2)</script>")).to_have_count(2)
    assert page.locator(".feed img, .feed script, .feed a[href*=evil]").count() == 0
    assert said == []


def test_a_time_says_in_which_zone_it_is_meant(desk: Desk) -> None:
    desk.types("/deploy request")
    desk.settle()
    described = desk.field("Wished window: from").evaluate(
        "one => one.getAttribute('aria-describedby').split(' ').map(id => document.getElementById(id).textContent).join(' ')"
    )
    assert described.startswith("Time in Europe/Berlin")


def test_a_modal_that_is_open_keeps_what_is_typed_while_the_world_goes_on(desk: Desk, harbor: Demo) -> None:
    desk.types("/deploy request")
    desk.settle()
    desk.fills("Version", "4.12.0")
    harbor.sandbox.person("ben").types("good morning", channel="payments")
    desk.settle()
    assert desk.field("Version").input_value() == "4.12.0"
    expect(desk.field("Version")).to_be_focused()
    desk.page.keyboard.press("Escape")
    expect(desk.modal).to_be_hidden()
    expect(desk.composer).to_be_focused()


def test_what_is_typed_stays_when_the_bot_changes_the_form_meanwhile(village: Village, page: Page) -> None:
    def form(hint: str) -> dict[str, object]:
        return modal(section(hint), field("Version", text_input()))

    def opens(asked: Delivery) -> None:
        village.client.views_open(trigger_id=asked.payload["trigger_id"], view=form("loading…"))

    village.bot.on("command", opens)
    page.goto(f"{village.url}/?as=ana&channel=payments")
    page.get_by_label("Message or command").fill("/deploy request")
    page.keyboard.press("Enter")
    page.get_by_text("loading…").wait_for()
    page.keyboard.type("4.12")
    (view,) = village.sandbox.workspace.views.stack("U0ANA")
    village.client.views_update(view_id=view.id, view=form("3 pull requests"))
    page.get_by_text("3 pull requests").wait_for()
    page.keyboard.type(".0")
    expect(page.get_by_label("Version")).to_have_value("4.12.0")
