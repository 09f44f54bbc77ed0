"""docs/security.md says what is so: each point names what shows it, and that is there."""

import ast
import re
from pathlib import Path

import pytest

from tests.faults.every_fault import FAULTS

TEST = re.compile(r"\[(tests/[\w/]+\.py)::(\w+)\]\(\.\./(tests/[\w/]+\.py)\)")
FAULT = re.compile(r"\bF[0-9]+\b")
NEEDS_NONE = "**The database**"
"""The one point that only leads to another part."""


@pytest.fixture(scope="module")
def page(pytestconfig: pytest.Config) -> str:
    return (pytestconfig.rootpath / "docs" / "security.md").read_text(encoding="utf-8")


def _points(page: str) -> list[str]:
    return re.findall(r"^- .*?(?=^- |^$|\Z)", page, flags=re.MULTILINE | re.DOTALL)


def _tests_in(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_point_names_what_shows_it(page: str) -> None:
    points = _points(page)
    assert len(points) > 30
    assert [each for each in points if not TEST.search(each) and NEEDS_NONE not in each] == []


def test_every_test_that_is_named_exists(page: str, pytestconfig: pytest.Config) -> None:
    named = TEST.findall(page)
    assert len(named) == page.count("::")
    missing = [
        f"{file}::{name}"
        for file, name, link in named
        if file != link or name not in _tests_in(pytestconfig.rootpath / file) or not name.startswith("test_")
    ]
    assert missing == []


def test_every_fault_that_is_named_exists(page: str) -> None:
    named = set(FAULT.findall(page))
    assert named
    assert named <= {fault.id for fault in FAULTS}
