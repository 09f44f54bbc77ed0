"""What is raised when a source of answers about people is silent."""


class Unreachable(Exception):
    """The directory did not answer, not in time, or refused the question."""
