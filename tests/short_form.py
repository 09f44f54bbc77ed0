"""The slow families have a short form, for every day; `.ci/run` sets COUNTERSIGN_CI and runs the whole."""

import os
from collections.abc import Collection, Iterable
from typing import Final

import pytest

WHOLE: Final = bool(os.environ.get("COUNTERSIGN_CI"))

only_in_the_whole_form = pytest.mark.skipif(
    not WHOLE, reason="the short form leaves it out: COUNTERSIGN_CI=1 runs it"
)

only_in_the_short_form = pytest.mark.skipif(WHOLE, reason="`.ci/run` runs it whole beside the tests")


def leave_postgresql_to_the_whole_form(
    items: Iterable[pytest.Item], folder: str, families: Collection[str]
) -> None:
    """Of these files' tests the short form runs those on SQLite: what they hold does not depend on the database."""
    for item in items:
        if item.path.parent.name == folder and item.path.name in families:
            parameters = getattr(getattr(item, "callspec", None), "params", {})
            if parameters.get("database_url") == "postgresql":
                item.add_marker(only_in_the_whole_form)
