from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.rules.change import EvidenceKind, EvidenceState, Outcome, PullRequest, Span
from bot.rules.inputs import DeploymentRequest, EvidenceInput, Finish, Rejection, Revision
from bot.rules.terms import ChangeId, ChangeType, DeploymentId, PersonId, Words
from bot.rules.verdict import Field
from bot.slack.forms import (
    FieldErrors,
    parse_evidence,
    parse_failed_finish,
    parse_failed_verification,
    parse_rejection,
    parse_request,
    parse_revision,
    parse_window,
    parse_withdrawal,
)
from bot.slack.ids import ATTESTED, PRETESTED, Ref
from bot.slack.views.change_modals import (
    evidence_modal,
    finish_failed_modal,
    reject_modal,
    revise_modal,
    window_modal,
)
from bot.slack.views.request_modal import Prefill, request_modal
from tests import acting
from tests.acting import ANA, PAYMENTS, REQUEST, THURSDAY
from tests.slack.filled import as_opened, filled
from tests.slack.scenes import a_scene

U_ANA, U_BEN = PersonId("U0ANA"), PersonId("U0BEN")
REF = Ref(ChangeId(1), 3, DeploymentId(7))
CHANGE = acting.a_course().change
MINIMUM = {
    Field.SERVICE: PAYMENTS,
    Field.VERSION: "4.12.0",
    Field.PLAN: "redeploy 4.11.3",
    Field.PRETESTED: PRETESTED,
    Field.PRETEST: "https://ci.example.org/7",
}


def a_request(changed: dict[Field, object]) -> DeploymentRequest | FieldErrors:
    view = request_modal(Prefill(authors=(U_ANA,)), [PAYMENTS], acting.a_guide())
    return parse_request(filled(view, MINIMUM | changed), U_ANA)


def understood(changed: dict[Field, object]) -> DeploymentRequest:
    request = a_request(changed)
    assert isinstance(request, DeploymentRequest), request
    return request


def errors(parsed: object) -> dict[str, str]:
    assert isinstance(parsed, FieldErrors), parsed
    return dict(parsed.errors)


def test_a_request_needs_five_fields_when_nothing_is_filled_in() -> None:
    request = understood({})

    assert (request.service, request.type, request.version) == (PAYMENTS, ChangeType.ROUTINE, "4.12.0")
    assert request.wished is None
    assert request.pull_requests == ()
    assert [each.state for each in request.evidence] == [EvidenceState.PENDING]


def test_an_empty_form_says_what_is_missing_beside_each_field() -> None:
    assert set(errors(parse_request({}, U_ANA))) == {
        "service", "type", "version", "plan", "pretested", "pretest",
    }  # fmt: skip


def test_pull_requests_are_numbers_or_addresses_each_once() -> None:
    typed = "#881\n 881, 882;https://github.com/harbor/payments/pull/9\n\n#0042 me/payments#7\n#881"
    request = understood({Field.PULL_REQUESTS: typed, Field.AUTHORS: [U_ANA, U_BEN, U_ANA]})

    assert [each.reference for each in request.pull_requests] == [
        "#881", "#882", "https://github.com/harbor/payments/pull/9", "#0042", "me/payments#7",
    ]  # fmt: skip
    assert {each.authors for each in request.pull_requests} == {(U_ANA, U_BEN)}


def test_without_authors_the_requester_wrote_the_code() -> None:
    request = understood({Field.PULL_REQUESTS: "881", Field.AUTHORS: []})

    assert request.pull_requests == (PullRequest(Words("#881"), (U_ANA,)),)


def test_only_what_looks_like_a_person_is_one() -> None:
    request = understood({Field.REVIEWERS: ["U0BEN", "<!channel>", "u0ben", "", 7, None, "U0BEN"]})

    assert request.reviewers == (U_BEN,)


def test_one_change_carries_no_more_than_twenty_pull_requests() -> None:
    many = "\n".join(map(str, range(1, 22)))

    assert "21 pull requests" in errors(a_request({Field.PULL_REQUESTS: many}))["pull_requests"]


@pytest.mark.parametrize("typed", ["n/a: only a flag", "N/A only a flag", "not applicable – only a flag"])
@pytest.mark.clause("G-TYPE-1")
def test_what_does_not_exist_is_said_with_its_reason(typed: str) -> None:
    fields = (Field.PULL_REQUESTS, Field.BRANCH, Field.MERGE)
    request = understood(dict.fromkeys(fields, typed) | {Field.CI: None})

    assert request.pull_requests == ()
    assert {(each.kind, each.state, each.text) for each in request.evidence} == {
        (kind, EvidenceState.NOT_APPLICABLE, "only a flag")
        for kind in (EvidenceKind.PULL_REQUEST, EvidenceKind.BRANCH, EvidenceKind.MERGE)
    }


def test_a_branch_that_only_begins_like_not_applicable_is_a_branch() -> None:
    evidence = {each.kind: each for each in understood({Field.BRANCH: "n/api-rework"}).evidence}

    assert evidence[EvidenceKind.BRANCH].state is EvidenceState.PRESENT


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("", "Name"), ("  \n ", "Name"), ("4.12 rc", "spaces"), ("v" * 101, "101")],
)
def test_a_version_is_one_word_of_a_hundred_characters(typed: str, sentence: str) -> None:
    assert sentence in errors(a_request({Field.VERSION: typed}))["version"]


def test_tests_that_passed_can_be_seen_somewhere() -> None:
    assert set(errors(a_request({Field.CI: "present"}))) == {"ci_link"}
    assert set(errors(a_request({Field.CI: None, Field.CI_LINK: "https://ci"}))) == {"ci"}


def test_half_a_window_is_asked_for_its_other_half() -> None:
    assert set(errors(a_request({Field.WINDOW_START: 1_796_220_000}))) == {"window_end"}
    assert set(errors(a_request({Field.WINDOW_END: 1_796_220_000}))) == {"window_start"}
    assert set(errors(parse_window({}))) == {"window_start", "window_end"}


def test_a_window_is_read_in_utc() -> None:
    request = understood({Field.WINDOW_START: 1_796_220_000, Field.WINDOW_END: 1_796_223_600})

    assert request.wished
    assert request.wished.span == Span(
        datetime(2026, 12, 2, 14, tzinfo=UTC), datetime(2026, 12, 2, 15, tzinfo=UTC)
    )


def test_what_people_paste_is_cleaned_and_nothing_of_it_lost() -> None:
    request = understood({Field.PLAN: "  one\r\ntwo\x00\u202e\ud800  ", Field.DEVELOPMENT: ATTESTED})

    assert request.plan.text == "one\ntwo?"
    assert request.in_development


def test_a_text_that_is_too_long_is_not_cut_silently() -> None:
    assert "3,001 characters" in errors(a_request({Field.PLAN: "x" * 3001}))["plan"]


def test_a_revision_opened_and_saved_changes_nothing() -> None:
    course = acting.a_course(form=replace(REQUEST, pull_requests=(PullRequest(Words("#881"), (U_ANA,)),)))
    change = replace(course.change, reviewers=(U_BEN,))

    revision = parse_revision(as_opened(revise_modal(change)), change, resubmit=False)

    assert revision == Revision("4.12.0", change.pull_requests, (U_BEN,), change.plan, resubmit=False)


def test_a_revision_keeps_each_pull_requests_own_authors() -> None:
    own = (PullRequest(Words("#881"), (U_ANA,)), PullRequest(Words("#882"), (U_BEN,)))
    change = replace(acting.a_course().change, pull_requests=own, reviewers=())
    view = revise_modal(change)

    kept = parse_revision(filled(view, {Field.PULL_REQUESTS: "881 882 883"}), change, resubmit=True)
    changed = parse_revision(filled(view, {Field.AUTHORS: [U_ANA]}), change, resubmit=True)

    assert isinstance(kept, Revision)
    assert kept.pull_requests == (*own, PullRequest(Words("#883"), (U_ANA, U_BEN)))
    assert isinstance(changed, Revision)
    assert {each.authors for each in changed.pull_requests} == {(U_ANA,)}


def test_evidence_opened_and_saved_says_what_is_recorded() -> None:
    config = replace(
        REQUEST,
        type=ChangeType.CONFIG,
        pull_requests=(),
        evidence=tuple(
            acting.no(kind) for kind in (EvidenceKind.BRANCH, EvidenceKind.PULL_REQUEST, EvidenceKind.CI)
        ),
    )
    course = acting.a_course(form=config)

    read = parse_evidence(as_opened(evidence_modal(course.change, course.policy.guide)))

    assert isinstance(read, EvidenceInput)
    assert {each.kind: each for each in read.evidence} == course.change.evidence
    assert set(errors(parse_evidence({}))) == {"branch"}


def test_a_rejected_window_can_come_with_another() -> None:
    view = reject_modal(a_scene("approving"))
    start, end = (int(each.timestamp()) for each in (THURSDAY.start, THURSDAY.end))

    plain = parse_rejection(filled(view, {Field.REASON: " too late "}), REF)
    countered = parse_rejection(
        filled(view, {Field.REASON: "no", Field.WINDOW_START: start, Field.WINDOW_END: end}), REF
    )

    assert plain == Rejection(Words("too late"), 3, None)
    assert countered == Rejection(Words("no"), 3, THURSDAY)
    assert set(errors(parse_rejection(as_opened(view), REF))) == {"reason"}


def test_a_window_form_opens_with_a_window_that_can_be_sent() -> None:
    for situation in ("verified", "countered", "approving", "scheduled"):
        assert not isinstance(parse_window(as_opened(window_modal(a_scene(situation)))), FieldErrors)


def test_a_failed_production_deployment_says_whether_production_was_touched() -> None:
    scene = a_scene("deploying")
    staging, production = scene.change.deployments[-2:]
    view = finish_failed_modal(scene, production)
    notes = {Field.NOTES: "no quota"}

    assert set(errors(parse_failed_finish(filled(view, notes), REF))) == {"outcome"}
    for outcome in (Outcome.FAILED, Outcome.FAILED_UNTOUCHED):
        read = parse_failed_finish(filled(view, {**notes, Field.OUTCOME: outcome}), REF)
        assert read == Finish(outcome, Words("no quota"), DeploymentId(7))
    in_staging = parse_failed_finish(filled(finish_failed_modal(scene, staging), notes), REF)
    assert in_staging == Finish(Outcome.FAILED, Words("no quota"), DeploymentId(7))


def test_a_reason_of_white_space_is_no_reason() -> None:
    blank = {field: {field: {"value": " \u200b\n"}} for field in ("reason", "notes")}

    assert set(errors(parse_withdrawal(blank))) == {"reason"}
    assert set(errors(parse_failed_verification(blank, REF))) == {"notes"}


leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
options = st.dictionaries(st.just("value"), leaves | st.sampled_from(["routine", "present", "failed"]))
elements = st.dictionaries(
    st.sampled_from(["value", "selected_option", "selected_options", "selected_users", "selected_date_time"]),
    leaves | options | st.lists(leaves | options, max_size=3),
)
fields = st.sampled_from([field.value for field in Field])
states = st.lists(st.tuples(fields, leaves | elements)).map(
    lambda pairs: {
        field: {field: element} if isinstance(element, dict) else element for field, element in pairs
    }
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(states)
def test_whatever_is_sent_is_read_or_refused_in_sentences(values: dict[str, object]) -> None:
    for read in (
        parse_request(values, ANA),
        parse_revision(values, CHANGE, resubmit=False),
        parse_evidence(values),
        parse_rejection(values, REF),
        parse_failed_verification(values, REF),
        parse_window(values),
        parse_failed_finish(values, REF),
        parse_withdrawal(values),
    ):
        if isinstance(read, FieldErrors):
            assert read.errors
            assert all(sentence.endswith(".") for sentence in read.errors.values())
