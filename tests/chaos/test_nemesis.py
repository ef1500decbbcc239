"""The nemesis: a seed decides everything, and each kind of fault has its turn."""

from itertools import islice

import pytest

from tests.chaos.nemesis import LOST, PROVIDER, plan, seasons
from tests.chaos.world import KILLED


def test_the_same_seed_is_the_same_sequence_of_faults() -> None:
    assert [*islice(plan(7), 50)] == [*islice(plan(7), 50)]
    assert [*islice(seasons(7), 50)] == [*islice(seasons(7), 50)]


def test_another_seed_is_another_sequence() -> None:
    assert [*islice(plan(7), 50)] != [*islice(plan(8), 50)]


@pytest.mark.parametrize("seed", range(5))
def test_every_part_is_killed_before_any_is_killed_again(seed: int) -> None:
    kills = [strike.target for strike in islice(plan(seed), 16) if strike.kind == "kill"]

    assert sorted(kills) == sorted(KILLED)


@pytest.mark.parametrize("seed", range(5))
def test_the_provider_does_everything_wrong_before_it_repeats_itself(seed: int) -> None:
    faults = [season.target for season in islice(seasons(seed), len(PROVIDER))]

    assert sorted(faults) == sorted(PROVIDER)
    assert len(LOST) == 3
    assert sorted(faults[:3]) == sorted(LOST)
