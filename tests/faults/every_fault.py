"""Every fault there is, in the table's order."""

from typing import Final

from tests.faults.fault import Fault

FAULTS: Final[tuple[Fault, ...]] = ()
