"""Numbers and reports as people type them: understood, or refused with a sentence beside the field."""

import pytest

from bot.rules.inputs import BaselineInput, Report
from bot.rules.readings import Figure, Problem
from bot.rules.verdict import Field
from bot.slack.forms import FieldErrors
from bot.slack.forms.numbers import NoNumber, read_figure, read_requests
from bot.slack.forms.production import parse_baseline, parse_report
from bot.slack.ids import Ref
from bot.slack.views.report_modals import baseline_modal, report_modal
from tests.slack.filled import as_opened, filled
from tests.slack.scenes import a_scene


@pytest.mark.parametrize(
    ("text", "problem", "value"),
    [
        ("0,9", Problem.ERROR_RATE, 0.9),
        ("0.9 %", Problem.ERROR_RATE, 0.9),
        ("0,900%", Problem.ERROR_RATE, 0.9),
        ("212 ms", Problem.LATENCY, 212),
        ("212,5", Problem.LATENCY, 212.5),
        ("1,234.5", Problem.LATENCY, 1234.5),
        ("1.234,5", Problem.LATENCY, 1234.5),
        ("24 000", Problem.THROUGHPUT, 24_000),
        ("48.5 req/s", Problem.THROUGHPUT, 48.5),
    ],
)
def test_a_figure_is_understood_as_people_write_it(text: str, problem: Problem, value: float) -> None:
    assert read_figure(text, problem) == value


@pytest.mark.parametrize("text", ["", "nan", "-1", "1e5", "٣", "12,34,5", "2.1 s", "1,200", "half"])
def test_what_is_no_figure_or_two_of_them_is_asked_about(text: str) -> None:
    assert isinstance(read_figure(text, Problem.LATENCY), NoNumber)


@pytest.mark.parametrize("text", ["24,000", "24 000", "24.000", "24000", "24\u202f000 requests"])
def test_a_count_of_requests_is_understood_as_people_write_it(text: str) -> None:
    assert read_requests(text) == 24_000


@pytest.mark.parametrize("text", ["", "0,5", "24k", "-3", "9" * 20, "9" * 400])
def test_what_is_no_count_of_requests_is_asked_about(text: str) -> None:
    assert isinstance(read_requests(text), NoNumber)


def test_more_than_all_requests_cannot_fail() -> None:
    assert isinstance(read_figure("100.1", Problem.ERROR_RATE), NoNumber)
    assert read_figure("100", Problem.ERROR_RATE) == 100


@pytest.mark.clause("G-RB-1")
def test_a_report_of_a_figure_carries_its_counts() -> None:
    view = report_modal(a_scene("monitoring"))
    assert view
    typed = {
        Field.PROBLEM: "error_rate",
        Field.MEASURED: "0,9",
        Field.MEASURED_REQUESTS: "24,000",
        Field.BEFORE: "0.5 %",
        Field.BEFORE_REQUESTS: "24 000",
    }
    ref = Ref.decode(str(view["private_metadata"]))
    assert ref

    assert parse_report(filled(view, typed), ref) == Report(
        Problem.ERROR_RATE, Figure(0.9, 24_000), Figure(0.5, 24_000), deployment=ref.deployment
    )


def test_a_figure_beside_what_is_none_is_not_lost_but_asked_about() -> None:
    view = report_modal(a_scene("monitoring"))
    assert view
    ref = Ref.decode(str(view["private_metadata"]))
    assert ref
    form = parse_report(filled(view, {Field.PROBLEM: "critical_failure", Field.MEASURED: "1"}), ref)

    assert isinstance(form, FieldErrors)
    assert list(form.errors) == ["measured"]
    assert isinstance(parse_report(as_opened(view), ref), FieldErrors)


def test_a_baseline_is_any_of_its_figures_and_reads_back_as_it_was_recorded() -> None:
    recorded, empty = baseline_modal(a_scene("with a baseline")), baseline_modal(a_scene("scheduled"))

    assert parse_baseline(as_opened(recorded)) == BaselineInput(
        (
            (Problem.ERROR_RATE, Figure(0.5, 24_000)),
            (Problem.LATENCY, Figure(205)),
            (Problem.THROUGHPUT, Figure(48.5)),
        )
    )
    assert parse_baseline(filled(empty, {Field.LATENCY: "205 ms"})) == BaselineInput(
        ((Problem.LATENCY, Figure(205)),)
    )
    assert isinstance(parse_baseline(as_opened(empty)), FieldErrors)


def test_a_count_without_its_figure_is_asked_about() -> None:
    form = parse_baseline(filled(baseline_modal(a_scene("scheduled")), {Field.BEFORE_REQUESTS: "24,000"}))

    assert isinstance(form, FieldErrors)
    assert form.errors["error_rate"].startswith("Say the error rate")
