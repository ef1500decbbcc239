"""Virtual time: shared by file, linear, kept over a restart."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.chassis.clock import Clock

TUESDAY = datetime(2026, 9, 15, 13, tzinfo=UTC)


def test_virtual_time_runs_scale_times_as_fast() -> None:
    clock = Clock(TUESDAY, real_origin=datetime(2026, 1, 1, tzinfo=UTC), scale=100)

    later = clock.virtual(datetime(2026, 1, 1, 0, 0, 9, tzinfo=UTC))

    assert later == TUESDAY + timedelta(minutes=15)
    assert clock.real_seconds(timedelta(minutes=15)) == 9


@pytest.mark.parametrize("scale", [0, 0.5, -1, float("nan"), float("inf")])
def test_virtual_time_never_runs_slower_than_life(scale: float) -> None:
    with pytest.raises(ValueError, match="faster"):
        Clock(TUESDAY, TUESDAY, scale)


def test_a_stack_keeps_its_time_over_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "clock.json"

    first = Clock.start(file, virtual_origin=TUESDAY, scale=100)
    again = Clock.start(file, virtual_origin=TUESDAY + timedelta(days=9), scale=1)

    assert first == again == Clock.load(file)


def test_without_a_file_virtual_time_is_real_time() -> None:
    moment = datetime(2030, 1, 1, tzinfo=UTC)

    assert Clock.load(None).virtual(moment) == moment
