"""Everything that the bot says to Slack and hears from it."""
