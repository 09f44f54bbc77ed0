"""The wire: what went between bot and Slack, and faults on demand."""

from playwright.sync_api import Page, expect

from bot.demo import Demo
from bot.sandbox.page_acts import FAULTS
from bot.sandbox.stories.routine import ROUTINE
from tests.browser.desk import Desk, PageStage


def test_a_call_that_is_let_fail_is_seen_and_made_good(desk: Desk, page: Page, harbor: Demo) -> None:
    page.locator("#wire > summary").click()
    faults = page.get_by_role("form", name="Let a call of the bot fail")
    faults.get_by_label("Call").select_option("chat.postMessage")
    faults.get_by_label("What happens").select_option("500")
    faults.get_by_label("Times").fill("2")
    faults.get_by_role("button", name="Let it fail").click()
    expect(page.get_by_text("The next 2 times it happens.")).to_be_visible()
    next(ROUTINE[0].script(PageStage(desk)))
    desk.settle()
    assert [one.status for one in harbor.sandbox.wire.refusals] == [500, 500]
    page.get_by_label("Refusals only").check()
    refused = page.locator(".exchange")
    expect(refused).to_have_count(2)
    expect(refused.first).to_contain_text("bot → Slack")
    expect(refused.first).to_contain_text("chat.postMessage")
    expect(refused.first).to_contain_text("internal_error")
    expect(desk.pane.locator(".feed")).to_contain_text("Waiting for 3 approvals")
    page.get_by_label("Refusals only").uncheck()
    command = page.locator(".exchange", has_text="command").first
    expect(command).to_contain_text("Slack → bot")
    expect(command).to_contain_text(" ms")
    command.locator("summary").click()
    expect(command.get_by_role("region", name="Request")).to_contain_text('"command": "/deploy"')


def test_everything_that_can_be_chosen_to_fail_does(desk: Desk, page: Page, harbor: Demo) -> None:
    assert desk.pane.is_visible()
    page.locator("#wire > summary").click()
    what = page.get_by_label("What happens")
    for choice in what.locator("option").all():
        what.select_option(choice.get_attribute("value"))
        with page.expect_response("**/page/act"):
            page.get_by_role("button", name="Let it fail").click()
    struck = [harbor.sandbox.faults.take("chat.update") for _ in FAULTS]
    assert struck == list(FAULTS.values())


def test_a_fault_that_has_not_struck_is_taken_back(desk: Desk, page: Page, harbor: Demo) -> None:
    page.locator("#wire > summary").click()
    page.get_by_role("button", name="Let it fail").click()
    expect(page.get_by_text("The next time it happens.")).to_be_visible()
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("Nothing is left to fail.")).to_be_visible()
    desk.types("/deploy request")
    desk.settle()
    assert harbor.sandbox.wire.refusals == []
