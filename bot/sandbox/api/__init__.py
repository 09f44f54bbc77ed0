"""The Web API methods that the bot uses."""
