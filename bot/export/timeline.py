"""What `countersign export timeline CHG-2` does: writes an incident's timeline as Markdown."""

from pathlib import Path

from bot.export.command import CannotExport, writing_to
from bot.rules.organization import Organization
from bot.rules.terms import ChangeId
from bot.rules.timeline_words import timeline_page
from bot.store.changes import load_change
from bot.store.database import Database
from bot.store.queries import NUMBERED
from bot.store.timelines import timeline_of


def export_timeline(
    database: Database, organization: Organization, change: str, output: Path | None
) -> str | None:
    """Write the timeline of the hotfix that is named, such as `CHG-2`, and return what else there is to say.

    Raises:
        CannotExport: it names no hotfix, or the file cannot be written; what stood in it stands there still.
        SystemExit: whoever read the lines wants no more of them.
    """
    named = NUMBERED.fullmatch(change.strip())
    if named is None:
        raise CannotExport(f"“{change}” names no change: write it as CHG-2.")
    with database.read() as connection:
        found = load_change(connection, ChangeId(int(named[1])))
        if found is None:
            raise CannotExport(f"There is no {change.strip()}.")
        if found.issue is None:
            raise CannotExport(f"{change.strip()} is no hotfix: it has no incident's timeline.")
        timeline = timeline_of(connection, organization, found)
    with writing_to(output) as file:
        file.write(timeline_page(timeline))
    count = len(timeline.lines)
    return None if output is None else f"{output}: {count} {'entry' if count == 1 else 'entries'}."
