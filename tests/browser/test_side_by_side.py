"""Two people, one clock, one wire."""

from datetime import timedelta

from playwright.sync_api import Page, expect

from bot.demo import MONDAY, Demo
from bot.sandbox.stories.routine import ROUTINE
from tests.browser.desk import Desk, PageStage


def _beside(page: Page, harbor: Demo) -> tuple[Desk, Desk]:
    page.goto(f"{harbor.page}/?as=ana&channel=payments&beside=tia&beside-channel=dm")
    ana, tia = Desk(page, harbor, "one"), Desk(page, harbor, "two")
    ana.shows()
    tia.shows()
    return ana, tia


def test_one_person_asks_and_the_other_sees_and_approves_it(page: Page, harbor: Demo) -> None:
    ana, tia = _beside(page, harbor)
    next(ROUTINE[0].script(PageStage(ana)))
    tia.settle()
    expect(tia.pane.locator(".feed")).to_contain_text("Ana asks you, as Tech Lead")
    with page.expect_response("**/page/act"):
        tia.press("Approve", harbor.sandbox.person("tia").dms()[-1])
    tia.settle()
    expect(tia.pane.locator(".feed")).to_contain_text("You approved")
    expect(ana.pane.locator(".feed")).to_contain_text("Waiting for 2 approvals")


def test_a_modal_holds_up_its_own_person_only(page: Page, harbor: Demo) -> None:
    ana, tia = _beside(page, harbor)
    ana.types("/deploy request")
    ana.modal.wait_for()
    tia.types("/deploy request")
    tia.modal.wait_for()
    ana.fills("Version", "4.12.0")
    tia.fills("Version", "4.13.0")
    ids = page.locator("[id]").evaluate_all("all => all.map(one => one.id)")
    assert len(ids) == len(set(ids))
    page.keyboard.press("Escape")
    expect(tia.modal).to_be_hidden()
    expect(ana.modal).to_be_visible()
    assert ana.field("Version").input_value() == "4.12.0"


def test_the_address_brings_both_back(page: Page, harbor: Demo) -> None:
    ana, tia = _beside(page, harbor)
    ana.go("ledger")
    tia.become("ben")
    expect(page).to_have_url(f"{harbor.page}/?as=ana&channel=ledger&beside=ben&beside-channel=dm")
    page.reload()
    expect(tia.pane).to_have_attribute("aria-label", "Ben Okoro")
    page.get_by_role("button", name="Side by side").click()
    expect(tia.pane).to_have_count(0)
    expect(page).to_have_url(f"{harbor.page}/?as=ana&channel=ledger")


def test_a_narrow_page_shows_one(page: Page, harbor: Demo) -> None:
    ana, tia = _beside(page, harbor)
    page.set_viewport_size({"width": 600, "height": 800})
    expect(ana.pane).to_be_visible()
    expect(tia.pane).to_be_hidden()
    page.set_viewport_size({"width": 360, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_new_message_is_announced_once_and_politely(page: Page, harbor: Demo) -> None:
    _, tia = _beside(page, harbor)
    announced = tia.pane.locator("> [role=status]")
    expect(announced).to_have_text("")
    harbor.sandbox.person("ben").types("good morning", channel="payments")
    expect(announced).to_have_text("New in payments")
    tia.go("payments")
    harbor.sandbox.person("ben").types("is anybody here?", channel="payments")
    expect(announced).to_have_text("Ben: is anybody here?")


def test_the_clock_moves_by_buttons_and_to_the_next_deadline(page: Page, harbor: Demo) -> None:
    ana, _ = _beside(page, harbor)
    clock = page.get_by_role("group", name="Business time")
    nothing = clock.get_by_role("button", name="No deadline waits")
    expect(nothing).to_have_attribute("aria-disabled", "true")
    nothing.click(force=True)
    assert harbor.sandbox.clock.now() == MONDAY
    clock.get_by_role("button", name="+30 min").click()
    expect(clock).to_contain_text("10:00")
    clock.get_by_role("button", name="+24 h").click()
    expect(clock).to_contain_text("Tue 1 Dec 2026, 10:00")
    due = MONDAY + timedelta(days=3, hours=1)
    harbor.sandbox.next_deadline = lambda: due
    clock.get_by_role("button", name="To the next deadline, Thu 3 Dec 10:30").click()
    expect(clock).to_contain_text("Thu 3 Dec 2026, 10:30")
    assert harbor.sandbox.clock.now() == due
    ana.shows()
