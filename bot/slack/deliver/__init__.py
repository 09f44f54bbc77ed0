"""From the outbox to Slack: what a line says to refresh is rendered as it is now, posted or updated, and reconciled."""
