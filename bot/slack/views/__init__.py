"""What people see: pure functions from what is known to Slack's payloads. They neither query nor decide."""
