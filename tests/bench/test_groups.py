"""What groups cost as they grow: figures are compared within one run, machines are noisy."""

import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.service.groups.contacts import Contacts
from tests.service.groups.desk import Desk
from tests.service.groups.test_large_import import MEGABYTE, growth, made
from tests.service.groups.uploads import counts, upload

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

SIZE = 200 * MEGABYTE
ROWS = SIZE // 970
REPEATS = 40
Record = Callable[[str, object], None]


async def median(call: Callable[[], Awaitable[Any]]) -> float:
    """The median of many calls, in milliseconds."""
    taken = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        await call()
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


def compare(record: Record, small: float, large: float) -> None:
    """Reports two medians, and what is judged: their ratio."""
    record("ms of the small", round(small, 1))
    record("ms of the large", round(large, 1))
    record("ratio", round(large / small, 2))


async def test_200_megabytes_are_imported_in_bounded_memory(
    desk: Desk, record_property: Record
) -> None:
    """A file of 200 MB becomes contacts; server and client in one process grow by 40 MB at most."""
    await upload(desk, made(2000))

    begun = time.perf_counter()
    async with growth() as samples:
        done = await upload(desk, made(ROWS), within=1500)
    seconds = time.perf_counter() - begun

    record_property("rows", sum(counts(done)))
    record_property("rows a second", round(ROWS / seconds))
    record_property("grown by MB", round(max(samples) / MEGABYTE, 1))
    assert sum(counts(done)) == ROWS
    assert counts(done)[3] == 0
    assert max(samples) < 40 * MEGABYTE


async def test_a_page_of_members_costs_the_same_however_many_there_are(
    desk: Desk, contacts: Contacts, record_property: Record
) -> None:
    """L-07: the first page of 10,000 members takes at most twice as long as that of 100."""
    people = await contacts.bulk(10_000)
    small, large = await desk.create_group("Small"), await desk.create_group("Large")
    await desk.add(small.id, *people[:100])
    for start in range(0, len(people), 1000):
        await desk.add(large.id, *people[start : start + 1000])

    of_few = await median(lambda: desk.members(small.id))
    of_many = await median(lambda: desk.members(large.id))

    compare(record_property, of_few, of_many)
    assert of_many <= 2 * of_few


async def test_adding_a_thousand_costs_far_less_than_a_thousand_times_one(
    desk: Desk, contacts: Contacts, record_property: Record
) -> None:
    """1,000 members at once cost at most 50 times what one costs."""
    people = await contacts.bulk(1_000)
    group = await desk.create_group("Growing")

    async def add_and_remove(*ids: Any) -> None:
        await desk.add(group.id, *ids)
        await desk.remove(group.id, *ids)

    one = await median(lambda: add_and_remove(people[0]))
    thousand = await median(lambda: add_and_remove(*people))

    compare(record_property, one, thousand)
    assert thousand <= 50 * one


async def test_a_list_of_500_groups_is_answered_as_fast_as_a_short_one(
    desk: Desk, contacts: Contacts, record_property: Record
) -> None:
    """L-06: a later page of 500 groups takes at most twice as long as one of 50."""
    for number in range(50):
        await desk.create_group(f"Group {number}")
    page = await desk.groups(page_size=20)
    short = await median(lambda: _behind(desk, page))
    for number in range(50, 500):
        await desk.create_group(f"Group {number}")
    page = await desk.groups(page_size=20)
    long = await median(lambda: _behind(desk, page))

    compare(record_property, short, long)
    assert long <= 2 * short


async def _behind(desk: Desk, page: Any) -> Any:
    return await desk.groups(page_size=20, page_token=page.pagination.next_page_token)
