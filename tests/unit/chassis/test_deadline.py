"""The time that a call has left."""

from contextvars import copy_context

from services.chassis import deadline


def test_a_deadline_can_end_in_another_context() -> None:
    """The streams of readers who left are ended by the loop, wherever it stands."""
    inside = deadline.within(5)
    copy_context().run(inside.__enter__)

    inside.__exit__(None, None, None)

    assert deadline.left() is None
