"""Deputies as people see them: the form, the messages, and both names wherever a deputy signed or is asked."""

from dataclasses import replace

import pytest

from bot.rules.approvals import open_seats, standard_rows
from bot.rules.asking import Ask, asks
from bot.rules.change import Span
from bot.rules.deputies import DelegationId, Deputizing
from bot.rules.gates import approval_gates
from bot.rules.inputs import DeputyWish, Seen, VerificationInput
from bot.rules.organization import NOBODY_KNOWS, Roster
from bot.rules.scene import Scene
from bot.rules.terms import NO_WORDS, ApprovalStage, PersonId, Phase, Role
from bot.rules.words import plain
from bot.slack.forms import FieldErrors
from bot.slack.forms.delegations import parse_deputy
from bot.slack.ids import (
    ALL_SERVICES,
    decode_delegation,
    decode_service,
    encode_delegation,
    encode_service,
)
from bot.slack.views.asks import ask_message, settled_ask
from bot.slack.views.card import card
from bot.slack.views.delegate_modal import Deputies, delegate_modal, delegation_message
from bot.slack.views.speech import Speech
from bot.workflows.approve import approve
from bot.workflows.verify import verify
from tests.acting import (
    BEN,
    BERLIN,
    DANA,
    DORA,
    HOLDERS,
    HOUR,
    MONDAY,
    PAYMENTS,
    PIA,
    QUINN,
    STRANGER,
    TIA,
    Course,
    a_course,
    in_staging,
    sentences,
)
from tests.slack.deputies import delegations, forms_about_deputies, news
from tests.slack.filled import as_opened
from tests.slack.scenes import NAMES, a_scene, scene
from tests.slack.shown import check, check_form, texts
from tests.slack.test_every_view import NASTY

ROSTER = Roster(
    {
        **HOLDERS,
        Role.TECH_LEAD: (TIA, STRANGER),
        Role.QA: (QUINN, STRANGER),
        Role.ENGINEER: (*HOLDERS[Role.ENGINEER], STRANGER),
    },
    acting={
        STRANGER: (
            Deputizing(Role.TECH_LEAD, TIA),
            Deputizing(Role.QA, QUINN),
            Deputizing(Role.ENGINEER, None),
        )
    },
)
CLEO_STANDS_IN = {**NAMES, STRANGER: "Cleo"}


def shown(course: Course) -> Scene:
    return scene(course, CLEO_STANDS_IN)


@pytest.mark.parametrize("nasty", [*NASTY, "because"])
def test_slack_takes_every_form_and_message_about_deputies(nasty: str) -> None:
    a_change = a_scene("preparing")
    for form in forms_about_deputies(a_change):
        check_form(form)
    for message in news(a_change, nasty):
        check(message)


@pytest.mark.clause("G-APP-1")
def test_a_deputys_approval_shows_both_names_on_card_checklist_and_settled_messages() -> None:
    course = a_course(ROSTER).does(approve, STRANGER, Seen())
    assert sentences(course.tries(approve, STRANGER, Seen())).startswith("You approved this already")
    assert "Cleo for Tia (Tech Lead)" in texts(card(shown(course)).blocks)
    settled = settled_ask(shown(course), TIA, Phase.CODE, 1)
    assert "Cleo for Tia approved" in settled.text
    course.approved_by(BEN)
    (gate,) = approval_gates(course.change, course.setting, ApprovalStage.CODE)
    assert plain(gate.why, CLEO_STANDS_IN, BERLIN) == "code: Ben, Cleo for Tia"


def test_the_answer_to_a_deputy_says_in_which_role_they_signed_and_for_whom() -> None:
    verdict = a_course(ROSTER).tries(approve, STRANGER, Seen())
    assert sentences(verdict) == "You approved CHG-1 (code) as Tech Lead for tia."
    own = a_course(ROSTER).tries(approve, TIA, Seen())
    assert sentences(own) == "You approved CHG-1 (code)."


@pytest.mark.clause("G-STD-6")
def test_a_deputys_verification_shows_both_names() -> None:
    course = in_staging(a_course(ROSTER))
    verdict = course.tries(verify, STRANGER, VerificationInput(passed=True, notes=NO_WORDS))
    assert sentences(verdict) == "You passed CHG-1 as QA for quinn."
    assert course.change.verifications[0].deputy_for == QUINN
    assert "Cleo for Quinn (QA)" in texts(card(shown(course)).blocks)
    assert "Cleo for Quinn passed it" in settled_ask(shown(course), QUINN, Phase.VERIFICATION, 1).text
    course.does(verify, PIA, VerificationInput(passed=True, notes=NO_WORDS))
    assert course.change.verifications[1].deputy_for is None


def test_a_deputy_is_asked_for_the_holder_and_the_holder_as_ever() -> None:
    now = shown(a_course(ROSTER))
    found: dict[PersonId, Ask] = {each.person: each for each in asks(now.change, now.setting)}
    assert "as Tech Lead for Tia," in ask_message(now, found[STRANGER]).text.replace("*", "")
    assert "as Tech Lead," in ask_message(now, found[TIA]).text.replace("*", "")


def test_a_role_of_which_slack_says_nothing_has_nobody_and_the_card_says_why() -> None:
    silent = Roster({**HOLDERS, Role.TECH_LEAD: ()}, silent=frozenset({Role.TECH_LEAD}))
    now = shown(a_course(silent))
    assert f"Tech Lead (nobody – {NOBODY_KNOWS})" in texts(card(now).blocks)
    missing = open_seats(now.change, now.setting, standard_rows(now.change, now.setting.policy))
    assert any(not able for _, able in missing)
    refused = a_course(silent).tries(approve, TIA, Seen())
    assert NOBODY_KNOWS in sentences(refused)


def test_the_form_lists_delegations_and_standing_deputies_and_asks_for_another() -> None:
    now = a_scene("preparing")
    services = (PAYMENTS,)
    modal = delegate_modal(Deputies(services, delegations(now, 2), ()), DORA, MONDAY, Speech.of(now))
    text = texts(modal)
    assert "Dana for Dora" in text
    assert "Engineering Director of payments" in text
    assert "Engineering Director of all services" in text
    assert text.count("End") >= 2


def test_a_deputy_is_told_what_until_when_and_afterwards_that_it_is_over() -> None:
    now = a_scene("preparing")
    (delegation,) = delegations(now, 1)
    speech = Speech.of(now)
    told = delegation_message(delegation, DANA, MONDAY, speech)
    assert "Dora named you Engineering Director of payments" in told.text
    assert "for Dora" in told.text
    over = delegation_message(delegation, DANA, delegation.ends, speech)
    assert "This is over since" in over.text
    ended = delegation_message(replace(delegation, ended_at=MONDAY), DANA, MONDAY, speech)
    assert "This is over since" in ended.text


def test_a_filled_form_is_read() -> None:
    values = as_opened(
        delegate_modal(Deputies((PAYMENTS,), (), ()), PersonId("U0DORA"), MONDAY, Speech.of(a_scene("done")))
    )
    values["role"] = {"role": {"selected_option": {"value": "qa"}}}
    values["service"] = {"service": {"selected_option": {"value": encode_service(PAYMENTS)}}}
    values["deputy"] = {"deputy": {"selected_user": "U0CLEO"}}
    wish = DeputyWish(
        Role.QA, PAYMENTS, PersonId("U0DORA"), PersonId("U0CLEO"), Span(MONDAY, MONDAY + 7 * 24 * HOUR)
    )
    assert parse_deputy(values) == wish
    values["service"] = {"service": {"selected_option": {"value": ALL_SERVICES}}}
    values["principal"] = {"principal": {"selected_user": None}}
    assert parse_deputy(values) == replace(wish, service=None, principal=None)


def test_what_was_left_empty_or_made_up_is_named_beside_its_field() -> None:
    errors = parse_deputy({"service": {"service": {"selected_option": {"value": "payments"}}}})
    assert isinstance(errors, FieldErrors)
    assert set(errors.errors) == {"role", "service", "deputy", "starts", "ends"}
    assert isinstance(parse_deputy({"role": {"role": {"selected_option": {"value": "boss"}}}}), FieldErrors)


@pytest.mark.parametrize("value", [None, "", "delegation/", "delegation/0", "freeze/7", "delegation/7\n"])
def test_what_is_no_delegation_of_ours_is_none(value: str | None) -> None:
    assert decode_delegation(value) is None
    assert decode_delegation(encode_delegation(DelegationId(7))) == 7


@pytest.mark.parametrize("value", [None, "", "service/", "payments", ALL_SERVICES])
def test_what_is_no_service_of_ours_is_none(value: str | None) -> None:
    assert decode_service(value) is None
    assert decode_service(encode_service(PAYMENTS)) == PAYMENTS
