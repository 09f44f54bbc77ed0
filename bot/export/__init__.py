"""The log of deployments for other programs: one line each, as JSON or as CSV (G-LOG-1)."""
