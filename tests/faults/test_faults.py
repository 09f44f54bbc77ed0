"""Each fault in its short form; `./dev faults` runs them whole."""

import pytest

from tests.faults.every_fault import FAULTS
from tests.faults.fault import Fault, Form
from tests.ground import ground
from tests.short_form import only_in_the_short_form


@only_in_the_short_form
@pytest.mark.parametrize("fault", [pytest.param(fault, id=f"{fault.id} {fault.name}") for fault in FAULTS])
def test_nothing_is_lost_doubled_or_wrong(fault: Fault) -> None:
    with ground() as ours:
        tally = fault.run(ours, Form.SHORT)
    assert tally.tried
    assert tally.misses == []
    assert (tally.lost, tally.doubled, tally.wrong) == (0, 0, 0)
