"""The log of what people did: every deployment of a story is in its export and in its list, every refusal in the audit."""

import pytest

from bot.demo import Demo
from bot.rules.production_facts import DeploymentStarted
from bot.rules.terms import deployment_label
from bot.sandbox.stories.friday_afternoon import FRIDAY_AFTERNOON
from bot.sandbox.stories.routine import ROUTINE
from bot.sandbox.stories.stage import Stage
from bot.store import audit
from tests.stories.reading_the_log import clicks, lines, rows, says

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


CODE_AND_STAGING = (
    "G-APP-1 Ben (U0BEN) as Engineer 2026-11-30T08:55:00Z; "
    "G-APP-1 Tia (U0TIA) as Tech Lead 2026-11-30T09:00:00Z; "
    "G-APP-2 Lea (U0LEA) as Development Team Lead 2026-11-30T09:02:00Z"
)
PRODUCTION = (
    "G-APP-3 Paul (U0PAUL) as Product Manager 2026-11-30T10:45:00Z; "
    "G-APP-3 Eve (U0EVE) as Engineering Manager 2026-11-30T10:50:00Z"
)
VERIFIED = (
    "QA: passed, Quinn (U0QUINN) 2026-11-30T10:00:00Z; Product team: passed, Pia (U0PIA) 2026-11-30T10:20:00Z"
)
OF_ALL = {
    "change": "CHG-1",
    "service": "payments",
    "type": "routine",
    "version": "4.12.0",
    "outcome": "succeeded",
    "requested_by": "Ana (U0ANA)",
    "started_by": "Ana (U0ANA)",
    "finished_by": "Ana (U0ANA)",
}
ROUTINES = (
    {
        "deployment": "DEP-1",
        "environment": "development",
        "what": "attested",
        "started_at": "2026-11-30T08:30:00Z",
        "finished_at": "2026-11-30T08:30:00Z",
        "deviation_codes": "attested",
        "deviations": "G-ENV-1 Ana attested the deployment to development; nothing reported it.",
    },
    {
        "deployment": "DEP-2",
        "environment": "staging",
        "what": "deployment",
        "started_at": "2026-11-30T09:06:00Z",
        "finished_at": "2026-11-30T09:15:00Z",
        "approvals": CODE_AND_STAGING,
        "verifications": VERIFIED,
    },
    {
        "deployment": "DEP-3",
        "environment": "production",
        "what": "deployment",
        "started_at": "2026-12-02T14:02:00Z",
        "finished_at": "2026-12-02T14:10:00Z",
        "window_start": "2026-12-02T14:00:00Z",
        "window_end": "2026-12-02T15:00:00Z",
        "window_submitted_at": "2026-11-30T10:41:00Z",
        "approvals": f"{CODE_AND_STAGING}; {PRODUCTION}",
        "verifications": VERIFIED,
        "healthy_by": "Omar (U0OMAR)",
        "healthy_at": "2026-12-02T14:41:00Z",
    },
)


@pytest.mark.clause("G-LOG-1")
def test_the_export_of_a_routine_release_tells_all_of_it(stage: Stage, harbor: Demo) -> None:
    assert stage.play(ROUTINE) == 0
    found = [{name: cell for name, cell in row.items() if cell} for row in rows(harbor)]
    assert found == [{**OF_ALL, **expected} for expected in ROUTINES]
    with harbor.app.database.read() as connection:
        started = [
            deployment_label(fact.deployment)
            for fact in audit.facts_of(connection, "CHG-1")
            if isinstance(fact, DeploymentStarted)
        ]
        refused = [
            entry
            for entry in audit.entries_of(connection, "CHG-1", limit=200)
            if entry.outcome == "refused" and entry.act == "approve" and entry.person == "U0CLEO"
        ]
    assert [line["deployment"] for line in lines(harbor)] == started
    assert refused, "what was refused is in the log, too"
    assert all(entry.said and entry.clauses for entry in refused)


@only_sqlite
@pytest.mark.clause("G-LOG-1", "G-APP-4")
def test_an_exception_stands_in_the_log_and_is_marked_in_the_lists(stage: Stage, harbor: Demo) -> None:
    assert stage.play(FRIDAY_AFTERNOON) == 0
    production = rows(harbor)[-1]
    assert production["environment"] == "production"
    assert production["deviation_codes"] == "after_hours; short_notice"
    assert "the card vault's certificate expires on Sunday" in production["deviations"]
    assert "The notice was 15 h 30 min instead of 48 h." in production["deviations"]
    changes = says(harbor, "ana", "/deploy list")
    assert "ℹ️ outside business hours, short notice" in changes.text
    deployments = clicks(harbor, "ana", "Deployments", changes)
    assert "ℹ️ outside business hours, short notice" in deployments.text
    assert deployments.text.count("ℹ️") == 1, "an attested deployment is too ordinary to be marked"


@only_sqlite
@pytest.mark.clause("G-LOG-1")
def test_the_deployments_are_listed_newest_first_and_narrowed_by_words(stage: Stage, harbor: Demo) -> None:
    assert "Nothing was deployed yet." in says(harbor, "ana", "/deploy list deployments").text
    assert stage.play(ROUTINE) == 0
    shown = says(harbor, "omar", "/deploy list deployments").text
    first, second, third = (shown.index(f"DEP-{number}") for number in (3, 2, 1))
    assert first < second < third
    assert "payments 4.12.0 → production" in shown
    assert "✅ succeeded · Ana" in shown
    assert "5 approvals" in shown
    assert "DEP-1, attested" in shown
    assert "[Open card]" in shown
    staging = says(harbor, "omar", "/deploy list deployments Payments STAGING").text
    assert "DEP-2" in staging
    assert "DEP-3" not in staging
    assert "No deployment fits “mine”" in says(harbor, "omar", "/deploy list deployments mine").text
    assert "DEP-3" in says(harbor, "ana", "/deploy list deployments mine").text
    for word in ("failed", "rollback", "running", "ledger"):
        assert "No deployment fits" in says(harbor, "ana", f"/deploy list deployments {word}").text
    unknown = says(harbor, "ana", "/deploy list deployments stagin")
    assert "Did you mean /deploy list deployments staging?" in unknown.text.replace("`", "")
    assert "DEP-2" in clicks(harbor, "ana", "/deploy list deployments staging", unknown).text


@only_sqlite
def test_the_log_pages_back_and_forth_in_place_and_keeps_its_words(stage: Stage, harbor: Demo) -> None:
    form = {
        "Peers to ask": ["Ben"],
        "Rollback plan": "Redeploy",
        "Pre-test of the rollback": "It was pre-tested",
        "Where the pre-test can be seen": "https://ci.harbor.example",
        "Release branch": "release/4",
        "Automated tests": "Passed",
        "Where the tests can be seen": "https://ci.harbor.example",
        "Merge to main": "abc",
        "Development": True,
    }
    for number in range(1, 13):
        stage.types("ana", "/deploy request")
        named = {"Version": f"5.{number}.0", "Pull requests": f"#{number}"}
        assert stage.fills_and_submits("ana", {**form, **named}) == {}
    shown = says(harbor, "dev", "/deploy list deployments payments")
    assert "DEP-12" in shown.text
    assert "DEP-3" in shown.text
    assert "DEP-2 " not in shown.text
    clicks(harbor, "dev", "Older", shown)
    assert "Deployments: payments" in shown.text
    assert "DEP-2" in shown.text
    assert "DEP-12" not in shown.text
    assert "[Older]" not in shown.text
    clicks(harbor, "dev", "Newer", shown)
    assert "DEP-12" in shown.text
    assert "[Newer]" not in shown.text
