"""The events that make up what groups and memberships are now, and how they came to be."""

from collections.abc import AsyncIterator

from services.chassis.db import Transaction
from services.groups.domain import events
from services.groups.domain.events import GroupChanged
from services.groups.store import past


async def list_history(tx: Transaction) -> AsyncIterator[object]:
    """Groups first, then everybody who joined or left one, oldest first."""
    async for group in past.everything(tx):
        yield GroupChanged(group)
    async for moved in past.moves(tx):
        for event in events.of_members(
            moved.group_id, sorted(moved.contact_ids), moved.at, joined=moved.joined
        ):
            yield event
