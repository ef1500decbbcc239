"""How complete a feed is while transactions are open."""

from datetime import UTC, datetime, timedelta

from services.chassis.feed.horizon import Horizon
from services.chassis.feed.reading import State

NOON = datetime(2026, 9, 15, 12, tzinfo=UTC)


def state(seconds: int, *writing: int) -> State:
    return State("feed", "generation", 100, NOON + timedelta(seconds=seconds), writing, False)


def complete(horizon: Horizon, at: State) -> float:
    """Before how many seconds after noon nothing is missing."""
    return (horizon.complete_until(at) - NOON).total_seconds()


def test_without_open_transactions_nothing_is_missing() -> None:
    assert complete(Horizon(), state(0)) == 0


def test_what_was_open_before_the_first_look_may_be_older_than_readers_accept() -> None:
    assert complete(Horizon(), state(0, 7)) < -10


def test_a_new_transaction_began_after_the_last_look() -> None:
    horizon = Horizon()
    complete(horizon, state(0))

    assert complete(horizon, state(3, 7)) == 0
    assert complete(horizon, state(9, 7, 8)) == 0
    assert complete(horizon, state(12, 8)) == 3
    assert complete(horizon, state(15)) == 15
