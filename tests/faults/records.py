"""Whether what is recorded holds together, whatever was done to the bot."""

from bot.store.audit_chain import verify
from bot.store.changes_in_log import compare_changes
from bot.store.database import Database
from bot.store.reading import ChainHolds, ChangesAgree
from tests.faults.fault import Tally


def check_record(tally: Tally, database: Database, what: str = "in the end") -> None:
    """Count it wrong where there is no change, the audit's chain does not hold, or it does not say what the rows say."""
    with database.read() as connection:
        chain, rows = verify(connection), compare_changes(connection)
    tally.check(isinstance(chain, ChainHolds), f"{what}: the audit's chain is broken: {chain}")
    agree = isinstance(rows, ChangesAgree) and rows.changes and not rows.unclear
    tally.check(agree, f"{what}: rows and audit say different things: {rows}")
