"""All that a person does before and at the start of a hotfix, through Slack's signed front door."""

from collections.abc import Callable
from datetime import datetime

import pytest

from bot.demo import Demo
from bot.rules.terms import ChangeId
from bot.sandbox.messages import Message
from bot.sandbox.person import Outcome
from bot.sandbox.stories.stage import Stage, on
from bot.store import incident_rooms

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

AFTERNOON, NIGHT = on(3, "14:00"), on(5, "2:09")
IMPACT = "Checkout fails for all EU cards"
DECLARATION = {
    "Service": "payments",
    "Version": "4.12.1",
    "Impact": IMPACT,
    "Pull requests": "#886",
    "Peers to ask": ["Ana"],
    "Rollback plan": "redeploy 4.12.0, 4 min",
}
BY_BUTTON = ("ana", "eve", "paul")
BREACH = {
    "Why it cannot wait for them": "every minute costs orders",
    "Who was tried, and how": "Eve and Paul, three calls each",
}


def types(stage: Stage, name: str, command: str, channel: str = "inc-cards") -> Outcome:
    outcome = stage.person(name).types(command, channel=channel)
    stage.settle()
    assert outcome.trouble is None
    return outcome


def at(stage: Stage, moment: datetime) -> None:
    stage.sandbox.clock.move_to(moment)
    stage.settle()


def form(stage: Stage, name: str) -> dict[str, object]:
    """What stands in the fields of a person's form."""
    modal = stage.person(name).modal
    assert modal is not None
    return {label: modal.field(label).value for label in modal.labels}


def declares(stage: Stage, name: str = "ben", **different: object) -> None:
    types(stage, name, "/deploy hotfix")
    values = {**DECLARATION, **{label.replace("_", " "): given for label, given in different.items()}}
    assert stage.fills_and_submits(name, values) == {}


def only_seen(stage: Stage, name: str) -> Message:
    return stage.person(name).ephemerals()[-1]


def records(stage: Stage, name: str, **people: object) -> dict[str, str]:
    types(stage, name, "/deploy record")
    filled = {label.replace("_", " "): given for label, given in people.items()}
    return stage.fills_and_submits(name, {"What was said": "do it", **filled})


@pytest.fixture
def declared(stage: Stage) -> Stage:
    at(stage, AFTERNOON)
    declares(stage)
    return stage


@pytest.fixture
def at_night(stage: Stage) -> Stage:
    at(stage, NIGHT)
    declares(stage, "omar", Version="4.12.2", Peers_to_ask=["Ben"])
    at(stage, on(5, "2:14"))
    return stage


@pytest.mark.clause("G-HOT-1")
def test_on_a_good_day_only_the_impact_is_typed(stage: Stage, harbor: Demo) -> None:
    at(stage, AFTERNOON)
    types(stage, "ben", "/deploy hotfix payments 4.12.1")
    shown = form(stage, "ben")
    assert (shown["Service"], shown["Version"], shown["Severity"]) == ("payments", "4.12.1", "SEV1")
    filled = {"Impact": IMPACT, "Rollback plan": "redeploy 4.12.0"}
    assert stage.fills_and_submits("ben", filled) == {}
    card = stage.card.text
    assert card.startswith("SEV1 · payments 4.12.1 → production\nCHG-1 · hotfix · declared by Ben")
    assert f"“{IMPACT}”\nRoot cause: not known yet" in card
    assert "• Engineering Manager (Eve or Emil)" in card
    assert "[[Approve]] [Record approvals…] [Start deployment] [Why?]" in card
    assert harbor.sandbox.wire.refusals == []


@only_sqlite
@pytest.mark.clause("G-HOT-1")
def test_the_next_hotfix_is_filled_in_with_the_patch_after_the_one_before_and_its_plan(
    declared: Stage,
) -> None:
    for name in BY_BUTTON:
        declared.presses_button(name, "Approve")
    declared.presses_button("ben", "Start deployment")
    declared.presses_button("ben", "Succeeded")
    types(declared, "ben", "/deploy hotfix the same, but for US cards", channel="payments")
    shown = form(declared, "ben")
    assert (shown["Service"], shown["Version"]) == ("payments", "4.12.2")
    assert shown["Rollback plan"] == "redeploy 4.12.0, 4 min"
    assert shown["Impact"] == "the same, but for US cards"


@only_sqlite
@pytest.mark.clause("G-HOT-1")
def test_what_is_wrong_with_a_declaration_stands_beside_its_fields_and_nothing_typed_is_lost(
    declared: Stage,
) -> None:
    types(declared, "ben", "/deploy hotfix")
    problems = declared.fills_and_submits("ben", {**DECLARATION, "Version": "4 12", "Impact": " "})
    assert problems == {
        "Version": "A version has no spaces in it: 4.12.0, for example.",
        "Impact": "Say what customers and the business suffer.",
    }
    problems = declared.fills_and_submits("ben", {"Version": "4.12.1", "Impact": "worse"})
    assert problems == {"Version": "CHG-1 carries payments 4.12.1 already."}
    assert form(declared, "ben")["Impact"] == "worse"
    assert declared.fills_and_submits("ben", {"Service": "ledger"}) == {
        "Service": "Declaring a hotfix is for engineers of ledger, and whoever is on call for it."
    }


@pytest.mark.parametrize(
    ("channel", "where"),
    [
        ("inc-cards", "Its timeline comes into the channel where you are."),
        ("payments", "A channel for the incident is opened"),
    ],
)
@only_sqlite
@pytest.mark.clause("G-HOT-1")
def test_the_form_says_whether_the_incident_has_its_channel_already(
    stage: Stage, harbor: Demo, channel: str, where: str
) -> None:
    types(stage, "ben", "/deploy hotfix payments 4.12.1", channel=channel)
    modal = stage.person("ben").modal
    assert modal is not None
    assert where in modal.text
    assert stage.fills_and_submits("ben", {"Impact": IMPACT, "Rollback plan": "redeploy"}) == {}
    declared_in = harbor.app.acts.look(ChangeId(1)).change.incident_channel
    with harbor.app.database.read() as connection:
        assert not incident_rooms.is_incident_channel(connection, "C0PAYMENTS")
        assert incident_rooms.is_incident_channel(connection, "C0INCCARDS") is (declared_in == "C0INCCARDS")
    assert (declared_in == "C0INCCARDS") is (channel == "inc-cards")


def from_message(stage: Stage) -> None:
    said = stage.person("ana").types("Cards fail <since 3DS> & more", channel="inc-cards")
    assert said.trouble is None
    (told,) = [each for each in stage.sandbox.channel("inc-cards").messages if "Cards fail" in each.text]
    stage.person("ben").uses_shortcut("hotfix_of_message", message=told)


def from_anywhere(stage: Stage) -> None:
    stage.person("ben").uses_shortcut("declare_hotfix")


def from_home(stage: Stage) -> None:
    stage.person("ben").opens_home()
    stage.settle()
    stage.person("ben").clicks("Declare a hotfix…", on=stage.person("ben").home)


@only_sqlite
@pytest.mark.parametrize(
    ("opens", "impact"), [(from_message, "Cards fail"), (from_anywhere, None), (from_home, None)]
)
def test_the_form_opens_from_a_message_a_shortcut_and_home(
    stage: Stage, opens: Callable[[Stage], None], impact: str | None
) -> None:
    at(stage, AFTERNOON)
    opens(stage)
    stage.settle()
    shown = form(stage, "ben")
    assert shown["Service"] == "payments"
    assert impact is None or impact in str(shown["Impact"])


@only_sqlite
def test_a_message_is_quoted_as_it_was_typed(stage: Stage) -> None:
    from_message(stage)
    stage.settle()
    assert form(stage, "ben")["Impact"] == "Cards fail <since 3DS> & more"


@pytest.mark.clause("G-HOT-3")
def test_a_refused_start_names_who_is_missing_and_offers_to_record_them(declared: Stage) -> None:
    said = declared.presses_button("ben", "Start deployment")
    assert "Code needs peer review: Ana, Omar, Oksana, Tia or Tom." in said
    assert "Production needs Engineering Manager: Eve or Emil; Product Manager: Paul or Priya." in said
    assert "[Record approvals…] [Start in breach…]" in said
    declared.person("ben").clicks("Record approvals…", on=only_seen(declared, "ben"))
    declared.settle()
    assert "Engineering Manager" in form(declared, "ben")


@only_sqlite
@pytest.mark.clause("G-HOT-3")
def test_whoever_does_not_deploy_is_offered_nothing_by_a_refusal(declared: Stage) -> None:
    said = declared.presses_button("ana", "Start deployment")
    assert "is for Ben" in said
    assert "breach" not in said


@pytest.mark.clause("G-HOT-2")
def test_one_form_records_everybody_who_said_yes_at_night(at_night: Stage, harbor: Demo) -> None:
    assert "✅ Omar (On-call Engineer)" in at_night.card.text
    names = {"Engineering_Manager": "Eve", "Product_Manager": "Paul", "Engineering_Director": "Dora"}
    assert records(at_night, "omar", Peer_who_looked_at_the_code="Ben", **names) == {}
    card = at_night.card.text
    assert (
        "✅ Ben (peer), Eve (Engineering Manager), Paul (Product Manager), Dora (Engineering Director) by phone – not confirmed yet"
        in card
    )
    assert "✅ Omar can start it now" in card
    at_night.presses_button("omar", "Start deployment")
    assert "SEV1 · payments 4.12.2 is being deployed to production" in at_night.card.text
    assert harbor.sandbox.wire.refusals == []


@only_sqlite
@pytest.mark.clause("G-HOT-2")
def test_a_form_that_records_offers_only_seats_that_are_missing_and_who_can_fill_them(
    declared: Stage,
) -> None:
    declared.presses_button("eve", "Approve")
    types(declared, "ben", "/deploy record CHG-1")
    modal = declared.person("ben").modal
    assert modal is not None
    assert "Engineering Manager" not in modal.labels
    assert modal.field("Product Manager").options == ("Paul", "Priya")
    assert modal.field("How").value == "By phone"


@pytest.mark.clause("G-HOT-2")
def test_what_is_wrong_with_a_record_stands_beside_whom_it_is_about(declared: Stage) -> None:
    at(declared, on(3, "14:05"))
    assert records(declared, "ben", Somebody_else_who_said_yes=["Ben"], Product_Manager="Paul") == {
        "Somebody else who said yes": "You are here: press Approve instead of recording your own word."
    }
    assert declared.fills_and_submits("ben", {"Somebody else who said yes": ["Quinn"]}) == {
        "Somebody else who said yes": "Quinn cannot approve as anything that is missing of payments now."
    }
    later, earlier = on(3, "15:00"), on(3, "13:00")
    ways = {"Somebody else who said yes": [], "When": later}
    assert declared.fills_and_submits("ben", ways) == {"When": "That is in the future: say when it was."}
    (said,) = declared.fills_and_submits("ben", {"When": earlier}).values()
    assert said.startswith("That is before the hotfix was declared")
    nobody = declared.fills_and_submits("ben", {"Product Manager": None})
    assert list(nobody.values()) == ["Choose who said yes."]
    assert "Paul" not in declared.card.text.partition("✅")[2]


@only_sqlite
@pytest.mark.clause("G-HOT-2")
def test_where_nothing_is_missing_there_is_nothing_to_record(declared: Stage) -> None:
    for name in BY_BUTTON:
        declared.presses_button(name, "Approve")
    shown = types(declared, "ben", "/deploy record").text
    assert "Ben can start it now" in shown
    assert declared.person("ben").modal is None


@only_sqlite
@pytest.mark.clause("G-HOT-2")
def test_recording_asks_which_of_several_hotfixes_is_meant(declared: Stage) -> None:
    declares(declared, Version="4.12.2")
    shown = types(declared, "ben", "/deploy record")
    assert "2 changes fit “declared hotfixes”. Which one?" in shown.text
    (message,) = shown.messages
    declared.person("ben").clicks("Record approvals…", on=message, near="4.12.1")
    declared.settle()
    modal = declared.person("ben").modal
    assert modal is not None
    assert "payments 4.12.1" in modal.text


@only_sqlite
def test_where_no_hotfix_is_declared_recording_says_so(stage: Stage) -> None:
    assert "No hotfix is declared here." in types(stage, "ben", "/deploy record").text


@pytest.mark.clause("G-HOT-3")
def test_a_start_in_breach_says_what_it_means_and_stands_on_the_card_for_ever(at_night: Stage) -> None:
    at_night.presses_button("omar", "Start deployment")
    at_night.person("omar").clicks("Start in breach…", on=only_seen(at_night, "omar"))
    at_night.settle()
    modal = at_night.person("omar").modal
    assert modal is not None
    assert (
        "It is recorded as a breach for ever, and alarms Dora, Dana and the incident channel." in modal.text
    )
    assert "• Engineering Director (Dora or Dana)" in modal.text
    assert at_night.fills_and_submits("omar", {**BREACH, "Who was tried, and how": None}) != {}
    assert at_night.fills_and_submits("omar", BREACH) == {}
    card = at_night.card.text
    assert "🚨 Started in breach by Omar: no peer, no Engineering Manager, no Product Manager" in card
    assert "“every minute costs orders”" in card
    assert "ℹ️ Who was tried: “Eve and Paul, three calls each”" in card


@only_sqlite
@pytest.mark.clause("G-HOT-3")
def test_nobody_starts_in_breach_what_they_could_start(declared: Stage) -> None:
    for name in BY_BUTTON:
        declared.presses_button(name, "Approve")
    assert "Start in breach…" not in declared.card.text


@pytest.mark.clause("G-HOT-1")
def test_more_about_the_issue_is_on_the_card(declared: Stage) -> None:
    declared.presses_button("ben", "More about the issue…")
    assert form(declared, "ben")["Impact"] == IMPACT
    filled = {"Severity": "SEV2", "Root cause": "a certificate that ran out"}
    assert declared.fills_and_submits("ben", filled) == {}
    assert declared.card.text.startswith("SEV2 · payments 4.12.1")
    assert "Root cause: “a certificate that ran out”" in declared.card.text


@only_sqlite
@pytest.mark.clause("G-HOT-2")
def test_a_revised_hotfix_keeps_what_its_revision_does_not_touch(declared: Stage) -> None:
    declared.presses_button("ana", "Approve")
    declared.presses_button("eve", "Approve")
    declared.presses_button("ben", "Revise…")
    assert declared.fills_and_submits("ben", {"Rollback plan": "redeploy 4.12.0 by hand"}) == {}
    card = declared.card.text
    assert "Rollback: “redeploy 4.12.0 by hand”" in card
    assert "✅ Ana (peer)" in card
    assert "✅ Eve" not in card


@pytest.mark.clause("G-TYPE-1")
def test_a_hotfix_that_can_wait_goes_the_standard_way(declared: Stage) -> None:
    declared.presses_button("ana", "Approve")
    declared.presses_button("ben", "More…")
    assert (
        declared.fills_and_submits("ben", {"What do you want to do?": "Turn into a standard change…"}) == {}
    )
    modal = declared.person("ben").modal
    assert modal is not None
    assert "goes the standard way from here" in modal.text
    assert declared.fills_and_submits("ben", {}) == {}
    card = declared.card.text
    assert card.startswith("payments 4.12.1 → production\nCHG-1 · routine · requested by Ben")
    assert "✅ code: Ana (peer)" in card
    assert "Record approvals" not in card


@only_sqlite
@pytest.mark.clause("G-LOG-1")
def test_a_declared_hotfix_can_be_withdrawn(declared: Stage) -> None:
    declared.presses_button("ben", "Withdraw…")
    assert declared.fills_and_submits("ben", {"Why": "the CDN's outage"}) == {}
    assert "SEV1 · payments 4.12.1, withdrawn" in declared.card.text


@only_sqlite
@pytest.mark.clause("G-HOT-2")
def test_in_an_incidents_channel_status_means_its_hotfix(declared: Stage) -> None:
    assert "SEV1 · payments 4.12.1" in types(declared, "ana", "/deploy status").text
    assert (
        "2 things are missing before the deployment to production"
        in types(declared, "ana", "/deploy why").text
    )
