"""What every test may use."""

pytest_plugins = ["tests.clause_table", "tests.databases"]
