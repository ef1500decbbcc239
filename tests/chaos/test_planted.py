"""The invariants notice every safety that is taken out: ten of ten."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from tests.chaos.invariants import violations
from tests.chaos.planted import BUGS
from tests.chaos.scenes import SCENES, Stage

Curtain = Callable[[float], AbstractAsyncContextManager[Stage]]


@pytest.mark.parametrize("bug", BUGS)
async def test_a_planted_bug_is_noticed(
    bug: str, curtain: Curtain, record_property: Callable[[str, object], None]
) -> None:
    """A safety that is taken out of the product turns an invariant red."""
    noticed = await _noticed(bug, curtain)
    record_property("noticed by", " ".join(noticed))

    assert BUGS[bug].invariant in noticed


@pytest.mark.verify
@pytest.mark.parametrize("bug", BUGS)
async def test_the_same_scene_goes_well_without_the_bug(bug: str, curtain: Curtain) -> None:
    async with curtain(SCENES[bug].scale) as stage:
        evidence = await SCENES[bug].play(stage)

    assert BUGS[bug].invariant not in violations(evidence)


def test_ten_safeties_can_be_taken_out() -> None:
    assert len(BUGS) == 10
    assert BUGS.keys() == SCENES.keys()


async def _noticed(bug: str, curtain: Curtain) -> list[str]:
    """The invariants that do not hold once the bug is planted."""
    with BUGS[bug].planted():
        async with curtain(SCENES[bug].scale) as stage:
            return sorted(violations(await SCENES[bug].play(stage)))
