"""What is wrong in a TOML file, and where: the line of each key, and the error that tells all problems at once."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file: where (`organization.toml, line 41, guide.notice.routine`) and what about it."""

    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


class BadFile(ValueError):
    """A file that cannot be used; `problems` holds each reason, and the message has one line for each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(slots=True)
class Problems:
    """The problems met so far."""

    found: list[Problem] = field(default_factory=list)

    def note(self, where: str, reason: str) -> None:
        """Keep one, once."""
        problem = Problem(where, reason)
        if problem not in self.found:
            self.found.append(problem)

    def raise_any(self, error: type[BadFile]) -> None:
        """Raise `error` with all problems, if there are any."""
        if self.found:
            raise error(self.found)


_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_QUOTES = re.compile(r"""(\"\"\"|''').*?\1""", re.DOTALL)


def find_lines(text: str) -> dict[str, int]:
    """Find the line (from 1) of each table and key: `{"guide.notice": 40, "guide.notice.routine": 41}`.

    The items of an array of tables are told apart from 1: `approvals[2].signers`. A small scanner of lines, since
    `tomllib` tells no lines; it does not look into inline tables and may be fooled by multi-line strings that look
    like TOML, which costs a wrong line in a message and nothing else.
    """
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    unquoted = _QUOTES.sub(lambda match: "\n" * match.group().count("\n"), text)
    for number, line in enumerate(unquoted.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _dotted(header.group(2))
            if header.group(1) == "[[":
                counts[table] = counts.get(table, 0) + 1
                lines.setdefault(table, number)
                table = f"{table}[{counts[table]}]"
            lines[table] = number
        elif key := _KEY.match(line):
            lines.setdefault(joined(table, _dotted(key.group(1))), number)
    return lines


def _dotted(written: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in written.split("."))


def joined(path: str, key: str) -> str:
    """`guide` and `notice` are `guide.notice`; at the top, the key alone."""
    return f"{path}.{key}" if path else key


@dataclass(frozen=True, slots=True)
class Places:
    """Where the keys of one file stand; `prefix` is put before each path asked for."""

    source: str
    lines: Mapping[str, int]
    prefix: str = ""

    def of(self, path: str) -> str:
        """`organization.toml, line 41, guide.notice.routine`; the line is of the nearest table where the key has none."""
        full = joined(self.prefix, path) if path else self.prefix
        near = full
        while near and near not in self.lines:
            near = near.rpartition(".")[0] if not near.endswith("]") else near.rpartition("[")[0]
        line = f", line {self.lines[near]}" if near else ""
        return f"{self.source}{line}, {full}" if full else f"{self.source}{line}"


def load(text: str, source: str, error: type[BadFile]) -> dict[str, object]:
    """Parse TOML, or raise `error` with the place that `tomllib` names."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        reason = str(fault)
        where = re.search(r" \(at line (\d+), column \d+\)$", reason)
        if where is None:
            raise error([Problem(source, f"is not TOML: {reason}")]) from fault
        problem = Problem(f"{source}, line {where.group(1)}", f"is not TOML: {reason[: where.start()]}")
        raise error([problem]) from fault
