"""The tenant-wide rhythm of calls: one rule for the dispatcher and for every estimate."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

FOREVER = datetime.max.replace(tzinfo=UTC)
AGEING = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Limits:
    """At most `calls` in any `window`, `batch` at once, batches `gap` apart or more."""

    calls: int = 25
    window: timedelta = timedelta(minutes=15)
    batch: int = 5
    gap: timedelta = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Limiter:
    """A tenant's window: when each call in it leaves it, soonest first, and the latest batch.

    A call whose answer is awaited leaves at `FOREVER`.
    """

    limits: Limits = field(default_factory=Limits)
    leaving: tuple[datetime, ...] = ()
    latest: datetime | None = None

    def free_at(self, now: datetime, size: int, *, urgent: bool = False) -> datetime:
        """When the next batch of `size` may go: `now`, or the moment that makes it lawful.

        An urgent batch skips the gap, never the window.
        """
        spaced = now
        if self.latest and not urgent:
            spaced = max(now, self.latest + self.limits.gap)
        held = [moment for moment in self.leaving if moment > spaced]
        excess = len(held) + size - self.limits.calls
        return held[excess - 1] if excess > 0 else spaced

    def after(self, moment: datetime, size: int, answer: timedelta = timedelta()) -> "Limiter":
        """The window once a batch of `size` has gone, whose answers take `answer`."""
        held = [each for each in self.leaving if each > moment]
        held += [moment + answer + self.limits.window] * size
        return replace(self, leaving=tuple(sorted(held)), latest=moment)

    def held(self, now: datetime) -> int:
        """How many calls the window holds."""
        return sum(moment > now for moment in self.leaving)


@dataclass(frozen=True, slots=True)
class Crowd:
    """People who may be called at the same times; `open_from` skips closed hours."""

    people: int
    open_from: Callable[[datetime], datetime] = lambda moment: moment


def simulate(
    limiter: Limiter, crowds: Sequence[Crowd], start: datetime, *, answer: timedelta = timedelta()
) -> Iterator[datetime]:
    """When each batch will go if nothing else calls, and answers take `answer`."""
    left, moment = list(crowds), start
    while left := [crowd for crowd in left if crowd.people]:
        moment = max(moment, min(crowd.open_from(moment) for crowd in left))
        if moment == FOREVER:
            return
        size = min(limiter.limits.batch, _callable_at(left, moment))
        free = limiter.free_at(moment, size)
        if free > moment:
            moment = free
            continue
        yield moment
        limiter = limiter.after(moment, size, answer)
        left = _without(left, moment, size)


@dataclass(frozen=True, slots=True)
class Waiter:
    """A campaign that waits for its next batch; `wakes_at` is when it will ask again."""

    campaign: object
    priority: int
    since: datetime
    wakes_at: datetime

    def standing(self, now: datetime) -> tuple[int, datetime]:
        """Sorts the queue: a class up per 10 minutes waited, then first come."""
        return -(self.priority + (now - self.since) // AGEING), self.since


def ahead(me: Waiter, queue: Sequence[Waiter], now: datetime, grace: timedelta) -> int:
    """How many others go first; who is overdue by more than `grace` holds nobody back."""
    return sum(
        other.standing(now) < me.standing(now)
        for other in queue
        if other.campaign != me.campaign and other.wakes_at + grace >= now
    )


def turn(limiter: Limiter, now: datetime, size: int, before: int) -> datetime:
    """When a batch may go after `before` full batches of others."""
    moment = now
    for _ in range(before):
        moment = limiter.free_at(moment, limiter.limits.batch)
        if moment == FOREVER:
            return FOREVER
        limiter = limiter.after(moment, limiter.limits.batch)
    return limiter.free_at(moment, size)


def _callable_at(crowds: Sequence[Crowd], moment: datetime) -> int:
    return sum(crowd.people for crowd in crowds if crowd.open_from(moment) <= moment)


def _without(crowds: Sequence[Crowd], moment: datetime, size: int) -> list[Crowd]:
    rest = []
    for crowd in crowds:
        gone = min(size, crowd.people) if crowd.open_from(moment) <= moment else 0
        size -= gone
        rest.append(replace(crowd, people=crowd.people - gone))
    return rest
