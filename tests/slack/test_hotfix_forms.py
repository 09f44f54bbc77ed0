"""What people fill in about a hotfix: understood, or a sentence beside the field."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules.change import PullRequest, RollbackPlan
from bot.rules.hotfix import How, Issue
from bot.rules.hotfix_inputs import BreachStart, HotfixDeclaration, SpokenBy, Standardization, VerbalRecord
from bot.rules.inputs import Revision
from bot.rules.terms import NO_WORDS, ChangeType, PersonId, Role, ServiceName, Words
from bot.rules.verdict import Field
from bot.slack.forms import FieldErrors
from bot.slack.forms.commands import HotfixWords, parse_hotfix_words
from bot.slack.forms.hotfix import (
    parse_breach,
    parse_declaration,
    parse_hotfix_revision,
    parse_issue,
    parse_spoken,
    parse_standardization,
    spoken_in,
)
from bot.slack.forms.messages import mentioned, plain_text
from bot.slack.ids import decode_room, decode_speaker, encode_room, encode_speaker
from bot.slack.views.hotfix_modals import (
    HotfixPrefill,
    breach_modal,
    declaration_modal,
    issue_modal,
    revise_hotfix_modal,
    standard_modal,
)
from bot.slack.views.spoken_modal import spoken_modal
from tests.acting import ANA
from tests.slack.filled import as_opened, filled
from tests.slack.scenes import a_scene

PAYMENTS = ServiceName("payments")
BEN, PAUL = PersonId("U0BEN"), PersonId("U0PAUL")
AT = datetime(2026, 12, 5, 1, 14, tzinfo=UTC)


def declaration(**changed: object) -> HotfixDeclaration | FieldErrors:
    prefill = HotfixPrefill(PAYMENTS, "4.12.1", "Checkout fails", "redeploy 4.12.0", "C0INC")
    view = declaration_modal(prefill, [PAYMENTS], a_scene("hotfix declared").setting.guide)
    values = filled(view, {Field(field): value for field, value in changed.items()})
    return parse_declaration(values, BEN, "C0INC")


@pytest.mark.clause("G-HOT-1")
def test_a_declaration_as_it_is_filled_in_is_ready_to_be_sent() -> None:
    assert declaration(pull_requests="886") == HotfixDeclaration(
        service=PAYMENTS,
        version="4.12.1",
        issue=Issue("SEV1", Words("Checkout fails")),
        channel="C0INC",
        pull_requests=(PullRequest(Words("#886"), (BEN,)),),
        reviewers=(),
        plan=RollbackPlan(Words("redeploy 4.12.0"), pretested=False, pretest=NO_WORDS),
    )


@pytest.mark.parametrize(
    ("field", "given", "said"),
    [
        ("service", None, "Choose the service."),
        ("version", " ", "Name the version."),
        ("severity", None, "Choose how grave it is."),
        ("impact", "\n", "Say what customers and the business suffer."),
        ("plan", "", "Say how to get back to the version before."),
        ("pull_requests", "n/a a flag only", "Leave this empty if there is none."),
    ],
)
def test_what_a_declaration_lacks_is_said_beside_its_field(field: str, given: object, said: str) -> None:
    assert declaration(**{field: given}) == FieldErrors({field: said})


def spoken(changed: dict[str, object]) -> tuple[dict[str, object], VerbalRecord | FieldErrors]:
    """The form with these menus (by seat) and fields (by name) filled in."""
    view = spoken_modal(a_scene("hotfix at night"))
    assert view
    fields = {Field(name): value for name, value in changed.items() if name in set(Field)}
    values = filled(view, {Field.SAID: "yes, roll it", **fields})
    for seat, value in changed.items():
        block = values.get(f"people:{seat}")
        if isinstance(block, dict):
            block[f"people:{seat}"]["selected_option"] = {"value": value}
    return values, parse_spoken(values)


@pytest.mark.clause("G-HOT-2")
def test_everybody_who_is_chosen_is_recorded_in_the_role_of_their_menu() -> None:
    values, record = spoken(
        {
            "product_manager": "product_manager/U0PAUL",
            "peer": "engineer/U0BEN",
            "people": ["U0EVE"],
            "given_at": int(AT.timestamp()),
            "heard_by": "U0LEA",
        }
    )

    assert isinstance(record, VerbalRecord)
    assert set(record.people) == {
        SpokenBy(BEN, Role.ENGINEER),
        SpokenBy(PAUL, Role.PRODUCT_MANAGER),
        SpokenBy(PersonId("U0EVE")),
    }
    assert (record.said, record.how, record.given_at) == ("yes, roll it", How.PHONE, AT)
    assert record.heard_by == "U0LEA"
    assert spoken_in(values)[PAUL] == "people:product_manager"
    assert spoken_in(values)[PersonId("U0EVE")] == "people"


def test_somebody_who_is_named_twice_is_recorded_once() -> None:
    _, record = spoken({"product_manager": "product_manager/U0PAUL", "people": ["U0PAUL"]})

    assert isinstance(record, VerbalRecord)
    assert record.people == (SpokenBy(PAUL, Role.PRODUCT_MANAGER),)


@pytest.mark.parametrize(
    ("changed", "block"),
    [
        ({}, "people:peer"),
        ({"peer": "engineer/U0BEN", "said": " "}, "said"),
        ({"peer": "engineer/U0BEN", "given_at": None}, "given_at"),
        ({"peer": "engineer/U0BEN", "how": None}, "how"),
        ({"peer": "director/U0BEN"}, "people:peer"),
    ],
)
def test_what_a_record_lacks_is_said_beside_its_field(changed: dict[str, object], block: str) -> None:
    _, record = spoken(changed)

    assert isinstance(record, FieldErrors)
    assert list(record.errors) == [block]


@pytest.mark.clause("G-HOT-3")
def test_a_breach_needs_its_reason_and_who_was_tried() -> None:
    view = breach_modal(a_scene("hotfix declared"))
    assert view

    assert parse_breach(filled(view, {Field.REASON: "orders", Field.TRIED: "Eve"})) == BreachStart(
        Words("orders"), Words("Eve")
    )
    empty = parse_breach(as_opened(view))
    assert isinstance(empty, FieldErrors)
    assert set(empty.errors) == {"reason", "tried"}


def test_more_about_an_issue_is_read_from_what_it_said_before() -> None:
    view = issue_modal(a_scene("hotfix declared"))
    assert view

    read = parse_issue(filled(view, {Field.ROOT_CAUSE: "a certificate"}))
    assert read == Issue("SEV1", Words("Checkout fails for all EU cards"), Words("a certificate"))
    assert isinstance(parse_issue({}), FieldErrors)


def test_a_revision_that_nobody_touched_is_the_hotfix_as_it_is() -> None:
    change = a_scene("hotfix declared").change
    view = revise_hotfix_modal(change)
    values = filled(view, {Field.AUTHORS: ["ANA"], Field.REVIEWERS: ["BEN"]})
    read = parse_hotfix_revision(values, change)

    assert isinstance(read, Revision)
    assert (read.version, read.plan, read.resubmit) == (change.version, change.plan, False)
    assert [each.reference for each in read.pull_requests] == ["#881"]
    assert change.requester == ANA


def test_as_what_it_goes_the_standard_way_is_read() -> None:
    view = standard_modal(a_scene("hotfix declared"))

    assert parse_standardization(filled(view, {Field.TYPE: "config"})) == Standardization(ChangeType.CONFIG)
    assert isinstance(parse_standardization({}), FieldErrors)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", HotfixWords()),
        ("payments", HotfixWords(PAYMENTS)),
        ("Payments 4.12.1", HotfixWords(PAYMENTS, "4.12.1")),
        ("4.12.1", HotfixWords(version="4.12.1")),
        ("payments 4.12.1 checkout fails", HotfixWords(PAYMENTS, "4.12.1", "checkout fails")),
        ("checkout fails for 3 customers", HotfixWords(impact="checkout fails for 3 customers")),
        ("payments checkout fails", HotfixWords(PAYMENTS, impact="checkout fails")),
    ],
)
def test_what_follows_the_command_is_service_version_and_impact(text: str, meant: HotfixWords) -> None:
    assert parse_hotfix_words(text, (PAYMENTS,)) == meant


def test_a_message_is_read_as_people_see_it() -> None:
    said = "<@U0BEN> cards fail in <#C0INC|inc-cards>, see <https://status.example|the page> &lt;now&gt; <!here> &amp; <https://a.example>"

    assert mentioned(said) == (BEN,)
    assert plain_text(said, {BEN: "Ben"}) == (
        "@Ben cards fail in #inc-cards, see the page <now> @here & https://a.example"
    )


def test_a_date_in_a_message_is_read_as_its_words() -> None:
    assert plain_text("<!date^1^{date}|Sat 02:14>, <!subteam^S0EM|@managers>", {}) == "Sat 02:14, @managers"


@settings(deadline=None)
@given(st.text())
def test_whatever_comes_back_as_a_speaker_is_ours_or_nothing(text: str) -> None:
    read = decode_speaker(text)

    assert read is None or encode_speaker(*read) == text


def test_a_room_is_understood_when_it_comes_back() -> None:
    assert decode_room(encode_room("C0INC")) == "C0INC"
    assert decode_room(encode_room("")) is None
    assert decode_room("142:3:") is None
    assert decode_room(None) is None


@settings(deadline=None)
@given(
    st.dictionaries(
        st.text(),
        st.recursive(st.none() | st.text() | st.integers(), lambda inner: st.dictionaries(st.text(), inner)),
    )
)
def test_no_made_up_form_breaks_anything(values: dict[str, object]) -> None:
    change = a_scene("hotfix declared").change

    assert isinstance(parse_declaration(values, BEN, ""), FieldErrors)
    assert isinstance(parse_spoken(values), FieldErrors)
    assert isinstance(parse_breach(values), FieldErrors)
    assert isinstance(parse_hotfix_revision(values, change), FieldErrors)
