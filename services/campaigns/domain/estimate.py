"""An honest forecast of a campaign: the dispatcher's own limiter, run ahead."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.campaigns.domain.hours import CallingHours, Opening, Whereabouts
from services.campaigns.domain.pacing import FOREVER, Crowd, Limiter, simulate

ANSWER = timedelta(seconds=1)
_NEVER = Opening(FOREVER, FOREVER)


@dataclass(frozen=True, slots=True)
class Forecast:
    """When a campaign's first and last batch will go.

    `finish_p50` supposes that no other campaign calls meanwhile, `finish_worst`
    that all people of the others are called first.
    """

    starts_at: datetime
    finish_p50: datetime
    finish_worst: datetime
    batches: int


def crowds(hours: CallingHours, people: Iterable[Whereabouts]) -> tuple[Crowd, ...]:
    """The people grouped by when they may be called; who never may is left out."""
    counted = Counter(people)
    return tuple(Crowd(count, _Openings(hours, where)) for where, count in counted.items())


def forecast(
    limiter: Limiter, people: Sequence[Crowd], start: datetime, *, others: int = 0
) -> Forecast | None:
    """Runs the limiter ahead; None if there is nobody to call."""
    settled = _settled(limiter, start)
    if not (batches := list(simulate(settled, people, start, answer=ANSWER))):
        return None
    queued = [Crowd(others), *people] if others else people
    *_, worst = simulate(settled, queued, start, answer=ANSWER)
    return Forecast(batches[0], batches[-1], max(worst, batches[-1]), len(batches))


def _settled(limiter: Limiter, now: datetime) -> Limiter:
    """Takes answers that are awaited as given now."""
    soon = now + limiter.limits.window
    leaving = sorted(soon if each == FOREVER else each for each in limiter.leaving)
    return replace(limiter, leaving=tuple(leaving))


@dataclass(slots=True)
class _Openings:
    """When people may be called; remembers the stretch it found last."""

    hours: CallingHours
    where: Whereabouts
    _asked: datetime = FOREVER
    _found: Opening = _NEVER

    def __call__(self, moment: datetime) -> datetime:
        if not self._asked <= moment < self._found.closes:
            self._asked = moment
            self._found = self.hours.opening(moment, self.where) or _NEVER
        return max(moment, self._found.opens)
