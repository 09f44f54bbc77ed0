"""Every fault there is, in the table's order."""

from typing import Final

from tests.faults import (
    an_hours_load,
    audit_tampered,
    clocks_jump,
    database_killed,
    directory_gone,
    doubled_deliveries,
    hostile_forms,
    intruders,
    killed_at_commits,
    migrated,
    nowhere_to_write,
    readings_missing,
    replicas,
    roles_at_the_door,
    slack_misbehaves,
    slow_and_locked,
)
from tests.faults.fault import Fault

FAULTS: Final[tuple[Fault, ...]] = (
    Fault("F1", "killed at every commit", killed_at_commits.run),
    Fault("F2", "Slack misbehaves", slack_misbehaves.run),
    Fault("F3", "deliveries doubled, reordered", doubled_deliveries.run),
    Fault("F4", "intruders at the door", intruders.run),
    Fault("F5", "PostgreSQL killed under load", database_killed.run),
    Fault("F6", "replicas race", replicas.run),
    Fault("F7", "down for ten days, clocks that jump and change", clocks_jump.run),
    Fault("F8", "disk full and read-only database", nowhere_to_write.run),
    Fault("F9", "the audit log is tampered with", audit_tampered.run),
    Fault("F10", "migrations up and down with rows", migrated.run),
    Fault("F11", "hostile text in every field of every form", hostile_forms.run),
    Fault("F12", "role × stage × act at the door", roles_at_the_door.run),
    Fault("F13", "readings missing, no numbers, late", readings_missing.run),
    Fault("F14", "Slack slow and the database locked", slow_and_locked.run, alone=True),
    Fault("F15", "the directory slow, wrong, gone", directory_gone.run),
    Fault("F16", "an hour's load in a minute", an_hours_load.run, alone=True),
)
