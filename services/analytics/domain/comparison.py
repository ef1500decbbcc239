"""How groups compare: who leads, who falls behind, and how all of them do together."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.analytics.domain.definitions import MINIMUM_CALLS, Score, performance
from services.analytics.domain.groups import Group
from services.analytics.domain.rates import mean
from services.analytics.domain.tallies import Tally


@dataclass(frozen=True, slots=True)
class Measured:
    """A group with its sums of the period."""

    group: Group
    tally: Tally

    @property
    def score(self) -> Score | None:
        return performance(self.tally)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A group with enough calls to be compared."""

    group: Group
    score: Score
    calls: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """The groups with enough calls, the best first; those behind; the score of all."""

    ranking: Sequence[Ranked]
    underperforming: Sequence[Ranked]
    overall_score: float | None

    @property
    def best(self) -> Ranked | None:
        return self.ranking[0] if self.ranking else None


def compare(measured: Sequence[Measured]) -> Comparison:
    """Ranks by the score's lower end, so that few calls can't shine (A-20).

    Behind is whoever's whole interval lies below the mean of the plain scores (A-21).
    The score of all is the mean weighted by calls, small groups included (A-24).
    """
    scored = [
        Ranked(each.group, score, each.tally.calls.total)
        for each in measured
        if (score := each.score) is not None
    ]
    ranking = sorted(
        (each for each in scored if each.calls >= MINIMUM_CALLS),
        key=lambda each: (-each.score.lower, each.group.name, each.group.id),
    )
    average = mean(*(each.score.plain for each in ranking)) if ranking else 0.0
    behind = [each for each in reversed(ranking) if each.score.upper < average]
    return Comparison(ranking, behind, _overall(scored))


def _overall(scored: Sequence[Ranked]) -> float | None:
    calls = sum(each.calls for each in scored)
    if not calls:
        return None
    return round(sum(each.score.lower * each.calls for each in scored) / calls, 2)
