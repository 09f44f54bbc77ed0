"""Copies of a database in which much has happened: a story is played once, and tried from in many ways."""

import shutil
from pathlib import Path

from sqlalchemy import func, make_url, select

from bot.rules.folding import replay
from bot.rules.terms import ChangeId, change_label
from bot.store import audit
from bot.store.audit_chain import verify
from bot.store.changes import load_change
from bot.store.database import Database
from bot.store.models import changes
from bot.store.reading import ChainHolds
from tests.faults.fault import Tally
from tests.ground import Ground


def copy_of(ground: Ground, url: str) -> str:
    """The address of a database that is like this one, to which nobody is connected."""
    address = make_url(url)
    if address.get_backend_name() == "postgresql":
        return ground.server.url(ground.server.create(template=str(address.database)))
    file, folder = Path(str(address.database)), ground.new_folder() / "copy"
    shutil.copytree(file.parent, folder)
    return f"sqlite:///{folder / file.name}"


def check_record(tally: Tally, database: Database, what: str) -> None:
    """Count it wrong where the audit's chain does not hold, or does not say what the rows say."""
    with database.read() as connection:
        tally.check(isinstance(verify(connection), ChainHolds), f"{what}: the audit's chain is broken")
        for change in connection.execute(select(changes.c.id)).scalars():
            stored = load_change(connection, ChangeId(change))
            told = replay(audit.facts_of(connection, change_label(ChangeId(change))))
            tally.check(stored == told, f"{what}: rows and audit of CHG-{change} say different things")
        tally.check(connection.execute(select(func.count()).select_from(changes)).scalar_one(), "no change")
