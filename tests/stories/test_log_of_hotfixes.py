"""Hotfixes in the log of what people did: listed, narrowed by type and deviation, exported with what everybody said."""

import pytest

from bot.demo import Demo
from bot.sandbox.stories.hotfix_in_breach import HOTFIX_IN_BREACH
from bot.sandbox.stories.stage import Stage
from tests.stories.reading_the_log import clicks, lines, rows, says

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@only_sqlite
@pytest.mark.clause("G-HOT-3", "G-LOG-1")
def test_a_start_in_breach_is_found_by_type_and_by_deviation_for_ever(stage: Stage, harbor: Demo) -> None:
    assert stage.play(HOTFIX_IN_BREACH) == 0
    (hotfix,) = lines(harbor)
    assert "breach" in [each["code"] for each in hotfix["deviations"]]  # type: ignore[attr-defined] # JSON
    (row,) = rows(harbor)
    assert row["severity"] == "SEV1"
    assert "ratified by Eve (U0EVE) as Engineering Manager" in row["breach"]
    assert "refused by Paul (U0PAUL) as Product Manager" in row["breach"]
    for words in ("hotfix", "breach", "deviations", "payments hotfix breach"):
        shown = says(harbor, "dora", f"/deploy list deployments {words}").text
        assert "payments 4.12.2 → production" in shown
        assert "hotfix SEV1 · code review open: peer reviewer and Tech Lead" in shown
        assert "started in breach" in shown
    for words in ("routine", "waiver", "disputed", "hotfix extended_review"):
        said = says(harbor, "dora", f"/deploy list deployments {words}").text
        assert f"No deployment fits “{words}”" in said
    changes = says(harbor, "dora", "/deploy list").text
    assert "started in breach" in changes
    unknown = says(harbor, "dora", "/deploy list deployments breech")
    assert "started in breach" in clicks(harbor, "dora", "/deploy list deployments breach", unknown).text
