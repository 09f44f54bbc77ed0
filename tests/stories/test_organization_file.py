"""The organization's file is edited while the bot runs: what counts then, who is told, and what a broken file stops."""

from collections.abc import Iterator

import pytest

from bot.rules.company_facts import OrganizationRefused, OrganizationReloaded
from bot.rules.terms import ChangeId
from bot.sandbox.stories.stage import on
from tests.stories.companies import At, company

UP_TO_VERIFIED = 15
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def at(database_url: str) -> Iterator[At]:
    with company(database_url) as opened:
        yield opened


def test_an_edited_file_counts_at_once_and_the_record_says_so(at: At) -> None:
    at.plays(1)
    at.edits('tech_lead = ["tia", "tom"]', 'tech_lead = ["tia", "finn"]')
    assert "Tia or Finn" in at.stage.card.text
    assert "Tech Lead" in at.stage.dm("finn", "asks you").text
    (reloaded,) = at.last("workspace").facts
    assert isinstance(reloaded, OrganizationReloaded)
    assert "no role" in at.presses("tom", "Approve")
    assert at.presses("finn", "Approve") == ""


@only_sqlite
def test_a_file_that_cannot_be_used_changes_nothing_and_the_admins_are_told_once(at: At) -> None:
    at.plays(1)
    at.edits('tech_lead = ["tia", "tom"]', 'tech_lead = ["tia", "nobody"]')
    (told,) = at.sandbox.channel("deploy-admin").messages
    assert "cannot be used" in told.text
    assert 'names "nobody"' in told.text
    assert "organization.toml, line" in told.text
    assert isinstance(at.last("workspace").facts[0], OrganizationRefused)
    at.demo.settle()
    assert len(at.entries("workspace")) == 1
    assert at.presses("tom", "Approve") == ""
    at.edits('"nobody"', '"tom"')
    assert [entry.outcome for entry in at.entries("workspace")] == ["refused"]


@only_sqlite
@pytest.mark.parametrize("state", ["gone", "half", "no text", "another workspace", "a live service gone"])
def test_a_file_that_is_gone_or_half_written_stops_nothing(at: At, state: str) -> None:
    at.plays(1)
    file = at.demo.organization_file
    text = file.read_text("utf-8")
    match state:
        case "gone":
            file.unlink()
        case "half":
            file.write_text(text[: len(text) // 2], "utf-8")
        case "no text":
            file.write_bytes(b"\xff\xfe")
        case "another workspace":
            file.write_text(text.replace("T0HARBOR", "T0OTHER"), "utf-8")
        case _:
            file.write_text(text.replace("services.payments", "services.cash"), "utf-8")
    at.demo.settle()
    assert "cannot be used" in at.sandbox.channel("deploy-admin").messages[-1].text
    assert at.presses("tia", "Approve") == ""
    file.write_text(text, "utf-8")
    at.demo.settle()
    (told,) = at.sandbox.channel("deploy-admin").messages
    assert "It can be used again" in told.text


@only_sqlite
@pytest.mark.clause("G-APP-4")
def test_when_the_rota_changes_the_approval_stands_and_whoever_took_over_is_told(at: At) -> None:
    at.plays(UP_TO_VERIFIED)
    at.presses("ana", "Propose window…")
    window = {
        "From": on(5, "14:00"),
        "To": on(5, "15:00"),
        "Why it cannot wait for business hours": "the certificate expires on Sunday",
    }
    assert at.stage.fills_and_submits("ana", window) == {}
    assert at.presses("omar", "Approve") == ""
    assert at.presses("dora", "Approve") == ""
    before = len(at.sandbox.person("oksana").dms())
    week = 'starts = 2026-11-30T00:00:00\nends = 2026-12-07T00:00:00\nprimary = "{}"\nsecondary = "{}"'
    at.edits(week.format("omar", "oksana"), week.format("ben", "oksana"))
    told = at.stage.dm("ben", "You are on call")
    assert "Sat" in told.text or "Dec 5" in told.text
    assert "Omar approved it as on-call engineer; that approval stands" in told.text
    assert len(at.sandbox.person("oksana").dms()) == before
    assert "Approved" in at.stage.card.text
    assert at.demo.app.acts.look(ChangeId(1)).stage == "scheduled"
