import pytest
from typer.testing import CliRunner

from bot.__main__ import commands
from bot.demo import MONDAY, demo, harbor
from bot.sandbox.clock import MovableClock
from bot.sandbox.stories.plain import PLAIN
from bot.sandbox.stories.routine import ROUTINE
from bot.sandbox.stories.stage import Stage, on

TWENTY_FOUR = f"{harbor()}\n[guide.notice]\nroutine = 24\nconfig = 24\ninfra = 24\n"


@pytest.mark.clause("G-STD-7")
def test_a_company_that_writes_24_instead_of_48_reads_24_everywhere(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    verified = next(number for number, row in enumerate(ROUTINE) if row.does.startswith("proposes Wed 10:00"))
    with demo(MovableClock(MONDAY), ticking=False, organization=TWENTY_FOUR) as running:
        stage = Stage(running.sandbox, running.settle, says=lambda _line: None)
        ana = stage.person("ana")

        stage.types("ana", "/deploy request")
        assert ana.modal is not None
        wished = ana.modal.field("Wished window: from")
        assert "24 h" in str(wished.hint), "the field's help"
        assert "48" not in ana.modal.text
        assert wished.value == "2026-12-02 09:00", (
            "the prefill: Monday's end and 24 h is Tuesday's, so Wednesday morning"
        )
        ana.closes()

        assert stage.play(ROUTINE[:verified]) == 0
        stage.presses_button("ana", "Propose window…")
        problems = stage.fills_and_submits("ana", {"From": on(1, "10:00"), "To": on(1, "11:00")})
        assert "routine changes need 24 h" in problems["From"], "the refusal"
        assert stage.fills_and_submits("ana", {"From": on(1, "12:00"), "To": on(1, "13:00")}) == {}

    file = tmp_path_factory.mktemp("organization") / "organization.toml"
    file.write_text(TWENTY_FOUR, encoding="utf-8")
    printed = CliRunner().invoke(commands, ["guide", str(file)])
    assert printed.exit_code == 0
    assert "submitted 24 h or more before it starts" in printed.output, "the docs' table"
    assert "48 h or more" not in printed.output


def test_a_good_day_needs_the_fewest_interactions() -> None:
    said: list[str] = []
    with demo(MovableClock(MONDAY), ticking=False) as running:
        assert Stage(running.sandbox, running.settle, says=said.append).play(PLAIN) == 0, "\n".join(
            said[-30:]
        )
