"""`countersign policy check`: what the rules find in an organization's file, on the terminal."""

from rich.console import Console

from bot.rules.deadlocks import find_deadlocks
from bot.rules.guide import Guide
from bot.rules.organization import Organization
from bot.rules.policy_words import finding_lines, guide_lines

console = Console(highlight=False, soft_wrap=True)


def check(organization: Organization, default: Guide) -> bool:
    """Print the guide beside the default one, then what was found; whether every change can be approved."""
    _print(f"The guide, as {organization.name} reads it:")
    _print()
    for line in guide_lines(organization.guide, default):
        _print(line)
    _print()
    with console.status("Looking for changes that nobody could approve …"):
        findings = find_deadlocks(organization)
    for line in finding_lines(findings, organization):
        _print(line)
    return not findings.stuck


def _print(line: str = "") -> None:
    console.print(line, markup=False)
