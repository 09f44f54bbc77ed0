"""Numbers as people type them: "0,9", "0.9 %", "24,000", "24 000", "212 ms". What can be read in two ways is asked about."""

import re
from dataclasses import dataclass
from typing import Final

from bot.rules.criteria import HIGHEST, MOST_REQUESTS
from bot.rules.readings import Problem

UNITS: Final = {
    Problem.ERROR_RATE: ("%", "percent"),
    Problem.LATENCY: ("ms",),
    Problem.THROUGHPUT: ("requests/s", "req/s", "rps", "/s"),
}
"""The units in which a figure may be typed; the first one is what it is asked for in."""
EXAMPLES: Final = {Problem.ERROR_RATE: "0.9", Problem.LATENCY: "212", Problem.THROUGHPUT: "48.5"}

_SPACES: Final = re.compile(r"[\s'’\u00a0\u2009\u202f]+")
_NUMBER: Final = re.compile(r"([0-9][0-9 .,]*)[ ]*([^0-9 .,].*)?")
_GROUPED: Final = re.compile(r"[1-9][0-9]{0,2}(?:[ .,][0-9]{3})+")
_DECIMAL: Final = re.compile(r"([0-9]+)[.,]([0-9]+)")
_GROUPED_DECIMAL: Final = re.compile(r"([0-9]{1,3}(?:([ .,])[0-9]{3})+)(?!\2)[.,]([0-9]+)")
_TWO_READINGS: Final = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")
LONGEST: Final = 40


@dataclass(frozen=True, slots=True)
class NoNumber:
    """Why something that was typed is not taken as a number, and what would be."""

    sentence: str


def read_figure(text: str, problem: Problem) -> float | NoNumber:
    """A measured value in the unit of its problem."""
    unit = UNITS[problem][0]
    number, typed_unit = _apart(text)
    if typed_unit and typed_unit.lower() not in UNITS[problem]:
        return NoNumber(f"Give the {problem.label} in {unit}, as a number: {EXAMPLES[problem]}, for example.")
    value = _value(number)
    if isinstance(value, NoNumber):
        return value
    if value is None:
        return NoNumber(
            f"“{_short(text)}” is not a number that can be read: {EXAMPLES[problem]}, for example."
        )
    if value > HIGHEST[problem]:
        most = "100 %" if problem is Problem.ERROR_RATE else "what can be measured"
        return NoNumber(f"That is more than {most}.")
    return value


def read_requests(text: str) -> int | NoNumber:
    """How many requests something was measured over."""
    number, unit = _apart(text)
    grouped = _GROUPED.fullmatch(number)
    digits = re.sub(r"[ .,]", "", number) if grouped else number
    if not re.fullmatch(r"[0-9]{1,30}", digits) or (unit and unit.lower() != "requests"):
        return NoNumber(f"“{_short(text)}” is not a count of requests: 24,000, for example.")
    if int(digits) > MOST_REQUESTS:
        return NoNumber("That is more requests than there can be.")
    return int(digits)


def _apart(text: str) -> tuple[str, str]:
    """The number and its unit; no number where it does not begin with one."""
    found = _NUMBER.fullmatch(_SPACES.sub(" ", text).strip()[:LONGEST])
    return (found[1].strip(), (found[2] or "").strip()) if found else ("", "")


def _value(number: str) -> float | NoNumber | None:
    if re.fullmatch(r"[0-9]+", number):
        return float(number)
    if _TWO_READINGS.fullmatch(number):
        whole, decimal = number.replace(",", ""), number.replace(",", ".")
        return NoNumber(f"{number} can be read as {whole} or as {decimal}: write one of these.")
    decimal_number = _DECIMAL.fullmatch(number)
    if decimal_number:
        return float(f"{decimal_number[1]}.{decimal_number[2]}")
    if re.fullmatch(r"[0-9]{1,3}(?:[ ][0-9]{3})+|[0-9]{1,3}(?:,[0-9]{3}){2,}", number):
        return float(re.sub(r"[ ,]", "", number))
    both = _GROUPED_DECIMAL.fullmatch(number)
    return float(f"{re.sub('[ .,]', '', both[1])}.{both[3]}") if both else None


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
