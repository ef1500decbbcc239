"""What lists and launches cost: as many statements for many rows as for few."""

from collections.abc import Awaitable
from typing import Any

import pytest

from tests.service.campaigns.audience import Audience
from tests.service.campaigns.desk import Desk
from tests.service.groups.desk import Desk as GroupsDesk
from tests.support.statements import noted


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the RPCs of campaigns run from here on."""
    return noted(monkeypatch, "campaigns")


async def test_a_list_takes_as_many_statements_for_many_rows_as_for_few(
    desk: Desk, groups: GroupsDesk, audience: Audience, statements: list[str]
) -> None:
    """A page of campaigns reads counts, policy and window once."""
    people = [str(each) for each in await audience.make(5)]
    few = await groups.create_group("Few", initial_contact_ids=people[:1])
    many = await groups.create_group("Many", initial_contact_ids=people)
    small = (await desk.launch(few.id)).campaign_id
    large, *_ = [(await desk.launch(many.id)).campaign_id for _ in range(4)]

    async def cost(call: Awaitable[Any]) -> int:
        statements.clear()
        await call
        return len(statements)

    assert await cost(desk.campaigns(group_id=many.id)) == 7
    assert await cost(desk.campaigns(group_id=few.id)) == 7
    assert await cost(desk.campaign(large)) == await cost(desk.campaign(small)) == 6
    assert await cost(desk.recipients(large)) == await cost(desk.recipients(small)) == 5


async def test_a_launch_takes_as_many_statements_for_a_thousand_people_as_for_five(
    desk: Desk, groups: GroupsDesk, audience: Audience, statements: list[str]
) -> None:
    """L-03: the answer comes before any dial, whatever the size."""
    people = [str(each) for each in await audience.make(1000)]
    few = await groups.create_group("Few", initial_contact_ids=people[:5])
    many = await groups.create_group("Many", initial_contact_ids=people)

    async def cost(group_id: str) -> tuple[int, int]:
        statements.clear()
        launched = await desk.launch(group_id)
        return launched.total_members, len(statements)

    (five, small), (thousand, large) = await cost(few.id), await cost(many.id)

    assert (five, thousand) == (5, 1000)
    assert small == large
