"""What can be told of a version by its looks alone."""

import re

_LAST_NUMBER = re.compile(r"[0-9]{1,9}(?=[^0-9]*\Z)")


def next_patch(version: str) -> str:
    """The version after this one as most companies count: 4.12.1 after 4.12.0. Empty where there is no number in it."""
    found = _LAST_NUMBER.search(version)
    if found is None:
        return ""
    counted = str(int(found[0]) + 1).zfill(len(found[0]))
    return f"{version[: found.start()]}{counted}{version[found.end() :]}"
