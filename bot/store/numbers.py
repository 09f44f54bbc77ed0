"""New numbers for changes and deployments."""

from dataclasses import dataclass

from sqlalchemy import Connection

from bot.rules.terms import ChangeId, DeploymentId
from bot.store.changes import next_change_id, next_deployment_id


@dataclass(frozen=True, slots=True)
class DatabaseNumbers:
    """Numbers from the database, inside the act's transaction."""

    connection: Connection

    def next_change(self) -> ChangeId:
        """The next change's number."""
        return next_change_id(self.connection)

    def next_deployment(self) -> DeploymentId:
        """The next deployment's number."""
        return next_deployment_id(self.connection)
