"""What the local stack says to the person who started it."""


class CannotStart(Exception):
    """Says in a sentence for people why the stack does not run."""
