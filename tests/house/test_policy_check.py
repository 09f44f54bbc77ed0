"""`countersign policy check` as somebody runs it, and as its page in the docs shows it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.__main__ import commands, main
from bot.demo import harbor

ROOT = Path(__file__).parents[2]
SANDBOX = ROOT / "bot" / "sandbox"


def checked(file: Path) -> Result:
    return CliRunner().invoke(commands, ["policy", "check", str(file)])


@pytest.fixture
def blocks() -> list[str]:
    """What the page shows as output, in its order."""
    page = (ROOT / "docs" / "policy.md").read_text("utf-8")
    return [part.split("\n```", 1)[0] for part in page.split("```text\n")[1:]]


def test_the_demo_company_has_no_deadlock_and_the_page_shows_what_is_printed(blocks: list[str]) -> None:
    result = checked(SANDBOX / "harbor.toml")
    assert result.exit_code == 0
    assert result.output.rstrip() == blocks[0]


def test_a_single_product_manager_is_a_deadlock_and_the_page_shows_what_is_printed(blocks: list[str]) -> None:
    result = checked(SANDBOX / "harbor-one-pm.toml")
    assert result.exit_code == 1
    guide, _, _ = blocks[0].partition("\n\nThe rota")
    assert result.output.rstrip() == f"{guide}\n\n{blocks[1]}"


def test_the_file_can_be_named_by_the_environment() -> None:
    env = {"ORGANIZATION": str(SANDBOX / "harbor.toml")}
    assert CliRunner().invoke(commands, ["policy", "check"], env=env).exit_code == 0


def test_a_file_that_is_not_there_ends_with_status_2(tmp_path: Path) -> None:
    result = checked(tmp_path / "nowhere.toml")
    assert result.exit_code == 2
    assert "does not" in result.output


def test_a_file_that_cannot_be_used_ends_with_status_2_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "organization.toml"
    file.write_text(harbor().replace('tech_lead = ["tia", "tom"]', 'tech_lead = ["tina"]'), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["countersign", "policy", "check", str(file)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert 'names "tina", whom [people] does not introduce' in capsys.readouterr().err


def test_what_a_company_reads_otherwise_is_marked(tmp_path: Path) -> None:
    file = tmp_path / "organization.toml"
    overrides = "[guide]\nallow_self_approval = true\n[guide.notice]\nroutine = 24\nconfig = 24\ninfra = 24\n"
    file.write_text(f"{harbor()}\n{overrides}[guide.asking]\nask_at_most = 2\n", encoding="utf-8")
    lines = checked(file).output.splitlines()
    place = lines.index("G-STD-7  A production window is submitted 24 h or more before it starts.")
    assert lines[place + 1].strip() == (
        "← differs from the default: A production window is submitted 48 h or more before it starts."
    )
    place = lines.index("         asking.ask_at_most is 2.")
    assert lines[place + 1].strip() == "← differs from the default: 4"
    assert sum("←" in line for line in lines) == 3


def test_the_mend_that_is_printed_mends_when_it_is_written_as_a_standing_deputy(tmp_path: Path) -> None:
    file = tmp_path / "organization.toml"
    deputy = '[[deputies]]\nrole = "product_manager"\nfor = "paul"\ndeputy = "pia"\n'
    one_manager = (SANDBOX / "harbor-one-pm.toml").read_text("utf-8")
    file.write_text(f"{one_manager}\n{deputy}", encoding="utf-8")
    result = checked(file)
    assert result.exit_code == 0, result.output
