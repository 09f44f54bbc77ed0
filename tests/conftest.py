"""What every test may use. The plugins bring the table of clauses and the databases."""

from hypothesis import settings

pytest_plugins = ["tests.clause_table", "tests.databases"]

# A slow machine is no failure: how long something takes is the benchmarks' matter.
settings.register_profile("countersign", deadline=None)
settings.load_profile("countersign")
