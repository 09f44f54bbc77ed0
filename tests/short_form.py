"""The slow families have a short form, for every day; `.ci/run` sets COUNTERSIGN_CI and runs the whole."""

import os
from typing import Final

import pytest

WHOLE: Final = bool(os.environ.get("COUNTERSIGN_CI"))

only_in_the_whole_form = pytest.mark.skipif(
    not WHOLE, reason="the short form leaves it out: COUNTERSIGN_CI=1 runs it"
)
